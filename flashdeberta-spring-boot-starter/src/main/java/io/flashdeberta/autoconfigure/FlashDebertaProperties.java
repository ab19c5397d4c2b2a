package io.flashdeberta.autoconfigure;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.engine.Truncation;
import io.flashdeberta.ner.Aggregation;
import io.flashdeberta.rerank.ScoreActivation;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What FlashDeBERTa runs, and how.
 *
 * @param device Where models run: auto, cpu, cuda or cuda:1. With auto it is CUDA when that can be used here, else the CPU.
 * @param attention How attention is computed. Both give the same numbers; flash needs memory linear in the length of a text.
 * @param dtype What is computed with: auto, fp32, fp16, bf16 or int8. With auto it is fp16 on a GPU and fp32 on the CPU; the CPU has no fp16, a GPU no int8, and the CPU has bf16 and int8 only where the processor does.
 * @param workers Batches of a model that run side by side. By default two on the CPU, more on many processors, and one on a GPU.
 * @param threads CPU threads of each worker. By default the processors divided by the workers, but four, or all of fewer processors, at least.
 * @param batchTokens Tokens packed into one batch. By default 1024 on the CPU and 4096 on a GPU.
 * @param queueTokens Tokens that may wait for a model; a call that would exceed them is refused at once. By default 1048576.
 * @param timeout How long a call may take before it fails. By default as long as it takes.
 * @param cuda NVIDIA GPUs.
 * @param cache Results of identical requests.
 * @param reranker The DebertaReranker bean.
 * @param ner The DebertaNer bean.
 * @param classifier The DebertaClassifier bean.
 */
@ConfigurationProperties(FlashDebertaProperties.PREFIX)
public record FlashDebertaProperties(
        @DefaultValue("auto") String device,
        @DefaultValue("flash") AttentionKind attention,
        @DefaultValue("auto") Precision dtype,
        @Nullable Integer workers,
        @Nullable Integer threads,
        @Nullable Integer batchTokens,
        @Nullable Integer queueTokens,
        @Nullable Duration timeout,
        @DefaultValue CudaProperties cuda,
        @DefaultValue CacheProperties cache,
        @DefaultValue RerankerProperties reranker,
        @DefaultValue NerProperties ner,
        @DefaultValue ClassifierProperties classifier) {

    static final String PREFIX = "flashdeberta";

    /** Room for {@code [CLS] a [SEP] b [SEP]}. */
    private static final int FEWEST_TOKENS = 5;

    public FlashDebertaProperties {
        Settings.requireText(
                "device",
                device,
                "Write auto, cpu, cuda or cuda:1, or remove the property for auto.");
        Settings.requireAtLeast(1, "workers", workers);
        Settings.requireAtLeast(1, "threads", threads);
        Settings.requireAtLeast(1, "batch-tokens", batchTokens);
        Settings.requireAtLeast(1, "queue-tokens", queueTokens);
        Settings.require(
                timeout == null || !(timeout.isNegative() || timeout.isZero()),
                "timeout",
                timeout,
                "a call takes some time.",
                "Write a duration such as 500ms or 10s, or remove the property for calls that take as long as they take.");
    }

    /**
     * NVIDIA GPUs.
     *
     * @param memoryLimit GPU memory that each model may use, weights included, as in 4GB. By default all there is.
     */
    public record CudaProperties(@Nullable DataSize memoryLimit) {

        public CudaProperties {
            Settings.require(
                    memoryLimit == null || memoryLimit.toBytes() > 0,
                    "cuda.memory-limit",
                    memoryLimit,
                    "a model needs some memory.",
                    "Write a number and a unit as in 4GB, or remove the property for all there is.");
        }
    }

    /**
     * Results of identical requests, kept in memory. Needs Caffeine on the class path, or a ResultCache bean.
     *
     * @param enabled Whether results are cached.
     * @param maximumSize How many requests are kept, over all models. One of more than 1,000 characters counts as several.
     * @param expireAfter How long a result is kept.
     */
    public record CacheProperties(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("10000") long maximumSize,
            @DefaultValue("1h") Duration expireAfter) {

        public CacheProperties {
            Settings.requireAtLeast(1, "cache.maximum-size", maximumSize);
            Settings.require(
                    !expireAfter.isNegative() && !expireAfter.isZero(),
                    "cache.expire-after",
                    expireAfter,
                    "a result must be kept for some time.",
                    "Write a duration such as 10m or 1h.");
        }
    }

    /**
     * The DebertaReranker bean, and the Spring AI document post-processor over it.
     *
     * @param model The cross-encoder: a directory in the Hugging Face layout, or classpath:some/folder. Without it there is no bean.
     * @param topN How many of the best documents a ranking returns. By default all.
     * @param minScore The lowest score a ranking returns. By default any.
     * @param keepAtLeast How many of the best documents the Spring AI post-processor keeps even when they score less than min-score.
     * @param truncation What happens to a query and document that are too long together: error, truncate or window.
     * @param maxTokens Limit of query and document together, in tokens. By default the checkpoint's own.
     * @param activation How scores come from the model's output. By default as the checkpoint says.
     */
    public record RerankerProperties(
            @Nullable String model,
            @Nullable Integer topN,
            @Nullable Double minScore,
            @DefaultValue("0") int keepAtLeast,
            @DefaultValue("truncate") Truncation truncation,
            @Nullable Integer maxTokens,
            @DefaultValue("checkpoint") ScoreActivation activation) {

        public RerankerProperties {
            Settings.requireAtLeast(1, "reranker.top-n", topN);
            Settings.require(
                    minScore == null || !minScore.isNaN(),
                    "reranker.min-score",
                    minScore,
                    "scores are compared with it.",
                    "Write a number, or remove the property to return any score.");
            Settings.requireAtLeast(0, "reranker.keep-at-least", keepAtLeast);
            Settings.requireAtLeast(FEWEST_TOKENS, "reranker.max-tokens", maxTokens);
        }
    }

    /**
     * The DebertaNer bean.
     *
     * @param model The token classification model: a directory in the Hugging Face layout, or classpath:some/folder. Without it there is no bean.
     * @param labels Labels of the entities to return. By default all labels of the model.
     * @param threshold The lowest score of an entity to return, from 0 to 1.
     * @param aggregation How the labels of tokens become entities.
     * @param truncation What happens to a text that is too long: error, truncate or window.
     * @param maxTokens Limit of a text, or of one window of it, in tokens. By default the checkpoint's own.
     */
    public record NerProperties(
            @Nullable String model,
            @DefaultValue List<String> labels,
            @DefaultValue("0") double threshold,
            @DefaultValue("simple") Aggregation aggregation,
            @DefaultValue("window") Truncation truncation,
            @Nullable Integer maxTokens) {

        public NerProperties {
            labels = List.copyOf(labels);
            Settings.require(
                    threshold >= 0 && threshold <= 1,
                    "ner.threshold",
                    threshold,
                    "scores are from 0 to 1.",
                    "Write a number from 0 to 1, or remove the property to return any score.");
            Settings.requireAtLeast(FEWEST_TOKENS, "ner.max-tokens", maxTokens);
        }
    }

    /**
     * The DebertaClassifier bean.
     *
     * @param model The sequence classification model: a directory in the Hugging Face layout, or classpath:some/folder. Without it there is no bean.
     * @param maxTokens Limit of a text, or of a pair of texts, in tokens. By default the checkpoint's own.
     * @param truncation What happens to a text that is too long: error or truncate.
     */
    public record ClassifierProperties(
            @Nullable String model,
            @Nullable Integer maxTokens,
            @DefaultValue("truncate") Truncation truncation) {

        public ClassifierProperties {
            Settings.require(
                    truncation != Truncation.WINDOW,
                    "classifier.truncation",
                    "window",
                    "a text has one classification and is not read in windows.",
                    "Write error or truncate, or remove the property for truncate.");
            Settings.requireAtLeast(FEWEST_TOKENS, "classifier.max-tokens", maxTokens);
        }
    }
}
