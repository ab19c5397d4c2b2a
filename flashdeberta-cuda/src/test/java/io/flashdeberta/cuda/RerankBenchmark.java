package io.flashdeberta.cuda;

import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankResult;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Times one query with 64 documents of 20 to 500 tokens, log-normal, from strings to sorted results, with a model of published size
 * and random weights: the same documents in each call, whose passes are then recorded ones, and other documents in each call.
 *
 * <pre>RerankBenchmark base|large FOLDER_WITH_A_TOKENIZER [WORKERS]</pre>
 */
public final class RerankBenchmark {

    private static final int DOCUMENTS = 64;
    private static final int RUNS = 400;
    private static final int SHORTEST = 20;
    private static final int LONGEST = 500;
    private static final double MEAN = Math.log(140);
    private static final double DEVIATION = 0.7;
    private static final String QUERY = "where does the long river meet the sea";
    private static final String[] WORDS = {
        "the", "river", "ends", "in", "a", "bay", "of", "salt", "water", "and", "sand", "near",
        "town"
    };

    private RerankBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("flashdeberta-benchmark");
        RandomModel.named(arguments[0]).withScore().write(folder);
        for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(Path.of(arguments[1], file), folder.resolve(file));
        }
        try (DebertaReranker reranker = DebertaReranker.builder()
                .model(folder.toString())
                .device("cuda")
                .workers(arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1)
                .build()) {
            Random random = new Random(5);
            double wordsInToken = wordsInToken(reranker, random);
            List<String> same = documents(random, wordsInToken);
            report(reranker, "the same documents", () -> same);
            report(reranker, "other documents", () -> documents(random, wordsInToken));
        }
    }

    private static void report(
            DebertaReranker reranker, String what, Supplier<List<String>> documents) {
        List<Double> times = new ArrayList<>();
        long tokens = 0;
        for (int n = 0; n < RUNS; n++) {
            List<String> texts = documents.get();
            long start = System.nanoTime();
            List<RerankResult> results = reranker.rerank(QUERY, texts);
            times.add((System.nanoTime() - start) / 1e6);
            tokens += results.stream().mapToInt(RerankResult::tokens).sum();
        }
        times.subList(0, RUNS / 2).clear();
        times.sort(null);
        System.out.printf(
                Locale.ROOT,
                "%s, %s: %d documents, %d tokens: median %.2f ms, least %.2f ms%n",
                reranker.status().device(),
                what,
                DOCUMENTS,
                tokens / RUNS,
                times.get(times.size() / 2),
                times.get(0));
    }

    private static double wordsInToken(DebertaReranker reranker, Random random) {
        int words = 100;
        return (double) words
                / reranker.rerank(QUERY, List.of(text(random, words))).get(0).tokens();
    }

    private static List<String> documents(Random random, double wordsInToken) {
        List<String> documents = new ArrayList<>();
        while (documents.size() < DOCUMENTS) {
            double length = Math.exp(MEAN + DEVIATION * random.nextGaussian());
            if (length >= SHORTEST && length <= LONGEST) {
                documents.add(text(random, (int) (length * wordsInToken)));
            }
        }
        return documents;
    }

    private static String text(Random random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.toString();
    }
}
