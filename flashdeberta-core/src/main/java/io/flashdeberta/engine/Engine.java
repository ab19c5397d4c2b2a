package io.flashdeberta.engine;

import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.Head;
import io.flashdeberta.tokenizer.DebertaTokenizer;
import io.flashdeberta.tokenizer.Offsets;
import io.flashdeberta.tokenizer.TokenizedText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An opened model with a task's head: fits texts into sequences in the caller's thread, and runs the sequences of all callers in
 * shared batches. Thread-safe.
 */
public final class Engine implements AutoCloseable {

    /** A sequence of more tokens, which takes some time alone, must not take all workers. */
    private static final int GIANT_TOKENS = 4096;

    /** Characters for which the tokenizer takes tens of megabytes. */
    private static final long LONG_TEXTS = 1 << 15;

    /** With these a device that does nothing can soon begin, and is then busy while the next slice is tokenized. */
    private static final int CHARACTERS_OF_A_SMALL_SLICE = 1 << 12;

    /** Of these a device makes batches that keep it busy, and meanwhile the next ones are tokenized. */
    private static final int CHARACTERS_OF_A_SLICE = 1 << 14;

    /** A slice has at most this part of what may wait, so that there is room for others beside it. */
    private static final int SLICES_IN_QUEUE = 8;

    private final LoadedModel model;
    private final ServingSettings settings;
    private final Scheduler scheduler;
    private final Answers answers;
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private volatile boolean closed;

    private Engine(LoadedModel model, ServingSettings settings) {
        this.model = model;
        this.settings = settings;
        answers = new Answers(this, settings.cache(), settings.observer());
        WorkQueue queue = new WorkQueue(
                model.batchTokens(),
                Math.max(model.batchTokens(), GIANT_TOKENS),
                settings.queueTokens(),
                model.workers().size());
        scheduler = new Scheduler(
                model.name(), queue, model.workers(), settings.observer(), this::closedException);
    }

    /** Opens a model; a failure leaves nothing open. */
    public static Engine open(ModelSettings settings, HeadLoader headLoader) {
        LoadedModel model = LoadedModel.load(settings, headLoader);
        try {
            return new Engine(model, settings.serving());
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    public DebertaConfig config() {
        return model.config();
    }

    /** The checkpoint's {@code config.json}. */
    public JsonNode json() {
        return model.json();
    }

    /** Fits tokenized texts into this model's limit. */
    public InputFitter fitter() {
        return model.fitter();
    }

    /** How long calls may take unless they say otherwise; null for as long as it takes. */
    public @Nullable Duration timeout() {
        return settings.timeout();
    }

    Head head() {
        return model.head();
    }

    Answers answers() {
        return answers;
    }

    ModelStatus status() {
        return new ModelStatus(
                model.name(),
                model.device(),
                model.workers().size(),
                fitter().maxTokens(),
                !closed,
                scheduler.waitingTokens(),
                scheduler.waitingSequences(),
                model.nativeBytes());
    }

    /** Uses the tokenizer while the model is kept open. */
    public <T> T withTokenizer(Function<DebertaTokenizer, T> use) {
        life.readLock().lock();
        try {
            requireOpen();
            return use.apply(model.tokenizer());
        } finally {
            life.readLock().unlock();
        }
    }

    /** The tokens of a text; of one that is to be cut, not many more than the model reads. */
    public TokenizedText tokenize(String text, Truncation truncation) {
        return tokenize(List.of(text), truncation, Offsets.WITH).get(0);
    }

    /**
     * {@code [CLS] text [SEP]} for each text, within the model's limit.
     *
     * @param offsets whether results speak of places in the texts
     */
    public Call.Fitting singles(Truncation truncation, Offsets offsets) {
        return (texts, places) -> {
            List<TokenizedText> tokens = tokenize(texts, truncation, offsets);
            List<FittedInput> inputs = new ArrayList<>();
            for (int i = 0; i < tokens.size(); i++) {
                inputs.add(fitter().single(
                                "The text at index " + places.get(i), tokens.get(i), truncation));
            }
            return inputs;
        };
    }

    /** {@code [CLS] first [SEP] second [SEP]} for each second text, within the model's limit; without offsets. */
    public Call.Fitting pairs(String firstText, Truncation truncation) {
        return new Call.Fitting() {
            @Override
            public List<FittedInput> fit(List<String> texts, List<Integer> places) {
                return fitPairs(firstText, texts, places, truncation);
            }

            @Override
            public int besides() {
                return Math.min(firstText.length(), fitter().maxTokens());
            }
        };
    }

    private List<FittedInput> fitPairs(
            String firstText, List<String> texts, List<Integer> places, Truncation truncation) {
        TokenizedText firstTokens =
                tokenize(List.of(firstText), truncation, Offsets.WITHOUT).get(0);
        List<TokenizedText> tokens = tokenize(texts, truncation, Offsets.WITHOUT);
        List<FittedInput> inputs = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            String what = "The pair at index " + places.get(i);
            inputs.add(fitter().pair(what, firstTokens, tokens.get(i), truncation));
        }
        return inputs;
    }

    private List<TokenizedText> tokenize(
            List<String> texts, Truncation truncation, Offsets offsets) {
        List<TokenizedText> tokens = withTokenizer(tokenizer -> truncation == Truncation.TRUNCATE
                ? tokenizer.tokenizeBeginnings(texts, fitter().maxTokens(), offsets)
                : tokenizer.tokenize(texts, offsets));
        if (tokens.stream().mapToLong(text -> text.text().length()).sum() > LONG_TEXTS) {
            NativeHeap.trim();
        }
        return tokens;
    }

    /** Fits texts, and tells the observer. */
    List<FittedInput> fit(Supplier<List<FittedInput>> fitting) {
        long start = System.nanoTime();
        List<FittedInput> inputs = fitting.get();
        int truncated = (int) inputs.stream().filter(FittedInput::truncated).count();
        settings.observer().tokenized(System.nanoTime() - start, inputs.size(), truncated);
        return inputs;
    }

    /**
     * About how many characters a call's next slice may have.
     *
     * @param continued whether it is not the first
     */
    long charactersOfSlice(boolean continued) {
        boolean idle = !continued && scheduler.waitingTokens() == 0;
        return Math.min(
                idle ? CHARACTERS_OF_A_SMALL_SLICE : CHARACTERS_OF_A_SLICE,
                settings.queueTokens() / SLICES_IN_QUEUE);
    }

    /** @param continued whether it continues a call that was let in before */
    void submit(Request request, boolean continued) {
        scheduler.submit(request, continued);
    }

    void requireOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private ModelClosedException closedException() {
        return new ModelClosedException(model.name());
    }

    /** Fails what waits, and returns when the batches that are running have ended. Closing again has no effect. */
    @Override
    public void close() {
        closed = true;
        scheduler.close();
        life.writeLock().lock();
        try {
            model.close();
        } finally {
            life.writeLock().unlock();
        }
        NativeHeap.trim();
    }
}
