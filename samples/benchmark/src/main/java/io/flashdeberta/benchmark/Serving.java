package io.flashdeberta.benchmark;

import io.flashdeberta.rerank.DebertaReranker;
import io.flashdeberta.rerank.RerankResult;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;

/**
 * Measures what many callers of one model get: the throughput of 32 callers against that of one caller with ideal batches, in
 * turns, and the latency of short calls alone and beside giants. Arguments, all optional: the location of a reranker, workers,
 * threads, batch tokens (0 for the default), and seconds of a round.
 */
public final class Serving {

    private static final int CALLERS = 32;
    private static final int ROUNDS = 5;
    private static final int DOCUMENTS = 2000;
    private static final int GIANT_WORDS = 13_000;
    private static final String QUERY = "who repaired the bridge";
    private static final String[] WORDS =
            "the bridge over a river was repaired by engineers who keep rye bread in town"
                    .split(" ", -1);

    private final DebertaReranker reranker;
    private final double seconds;
    private final List<String> documents = new ArrayList<>();

    private Serving(DebertaReranker reranker, double seconds) {
        this.reranker = reranker;
        this.seconds = seconds;
        Random random = new Random(1);
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(text(random, 5 + random.nextInt(80)));
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        DebertaReranker.Builder builder = DebertaReranker.builder()
                .model(
                        arguments.length > 0
                                ? arguments[0]
                                : "classpath:io/flashdeberta/demo/reranker")
                .maxTokens(1 << 15);
        set(arguments, 1, builder::workers);
        set(arguments, 2, builder::threads);
        set(arguments, 3, builder::batchTokens);
        double seconds = arguments.length > 4 ? Double.parseDouble(arguments[4]) : 5;
        try (DebertaReranker reranker = builder.build()) {
            System.out.printf(
                    "%d workers on %s%n",
                    reranker.status().workers(), reranker.status().device());
            Serving serving = new Serving(reranker, seconds);
            serving.throughput();
            serving.latency();
        }
    }

    private static void set(String[] arguments, int index, IntConsumer setting) {
        if (arguments.length > index && !arguments[index].equals("0")) {
            setting.accept(Integer.parseInt(arguments[index]));
        }
    }

    private static String text(Random random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.toString();
    }

    private void throughput() throws InterruptedException {
        List<Double> one = new ArrayList<>();
        List<Double> many = new ArrayList<>();
        run(1, 512);
        for (int i = 0; i < ROUNDS; i++) {
            one.add(run(1, 512));
            many.add(run(CALLERS, 8));
        }
        System.out.printf(
                "one caller with 512 texts a call: %.0f tokens/s; %d callers with 8 texts a call: %.0f tokens/s (medians)%n",
                median(one), CALLERS, median(many));
    }

    /** Tokens per second of so many callers. */
    private double run(int callers, int texts) throws InterruptedException {
        LongAdder tokens = new LongAdder();
        long start = System.nanoTime();
        AtomicInteger next = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            Thread thread = new Thread(() -> {
                while (System.nanoTime() - start < seconds * 1e9) {
                    int from = next.getAndAdd(texts) % (DOCUMENTS - texts);
                    tokens.add(
                            reranker.rerank(QUERY, documents.subList(from, from + texts)).stream()
                                    .mapToLong(RerankResult::tokens)
                                    .sum());
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return tokens.sum() / ((System.nanoTime() - start) / 1e9);
    }

    private void latency() throws InterruptedException {
        String giant = text(new Random(2), GIANT_WORDS);
        int tokens = reranker.rerank(QUERY, List.of(giant)).get(0).tokens();
        shortCalls("alone");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger done = new AtomicInteger();
        Thread client = new Thread(() -> {
            while (!stop.get()) {
                done.addAndGet(reranker.rerank(QUERY, List.of(giant)).size());
            }
        });
        client.start();
        shortCalls("beside a client that sends texts of " + tokens + " tokens");
        stop.set(true);
        client.join();
        System.out.printf("%d of them were answered%n", done.get());
    }

    private void shortCalls(String where) {
        List<Double> millis = new ArrayList<>();
        long start = System.nanoTime();
        while (System.nanoTime() - start < 4 * seconds * 1e9) {
            long before = System.nanoTime();
            int answered = reranker.rerank(QUERY, List.of(documents.get(millis.size() % DOCUMENTS)))
                    .size();
            millis.add(answered * (System.nanoTime() - before) / 1e6);
        }
        Collections.sort(millis);
        System.out.printf(
                "short calls %s: median %.1f ms, p99 %.1f ms, longest %.1f ms%n",
                where,
                median(millis),
                millis.get(millis.size() * 99 / 100),
                millis.get(millis.size() - 1));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
