package io.flashdeberta.benchmark;

import io.flashdeberta.rerank.DebertaReranker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Sends very many short requests from several threads, and shows that native memory is where it was. Arguments, both optional: how
 * many requests, and the location of a reranker.
 */
public final class ShortRequests {

    private static final int CALLERS = 16;
    private static final int LINES = 10;
    private static final String[] TEXTS = {
        "The museum opens at ten.", "Rye bread keeps for a week.", "Trains leave on the hour.", ""
    };

    private final DebertaReranker reranker;

    private ShortRequests(DebertaReranker reranker) {
        this.reranker = reranker;
    }

    public static void main(String[] arguments) throws Exception {
        int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        String model =
                arguments.length > 1 ? arguments[1] : "classpath:io/flashdeberta/demo/reranker";
        try (DebertaReranker reranker = DebertaReranker.builder().model(model).build()) {
            ShortRequests requests = new ShortRequests(reranker);
            for (int line = 0; line <= LINES; line++) {
                long start = System.nanoTime();
                requests.send(count / LINES);
                requests.show(line, count / LINES, (System.nanoTime() - start) / 1e9);
            }
        }
    }

    private void send(int count) throws InterruptedException {
        AtomicInteger left = new AtomicInteger(count);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            Thread caller = new Thread(() -> {
                for (int n = left.decrementAndGet(); n >= 0; n = left.decrementAndGet()) {
                    reranker.rerank("when does it open", List.of(TEXTS[n % TEXTS.length]));
                }
            });
            caller.start();
            callers.add(caller);
        }
        for (Thread caller : callers) {
            caller.join();
        }
    }

    /** The first line is from a process that is not warm. */
    private void show(int line, int count, double seconds) throws IOException {
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            String resident = status.filter(entry -> entry.startsWith("VmRSS:"))
                    .findFirst()
                    .orElse("unknown");
            System.out.printf(
                    "%8d requests  %.0f a second  native %d bytes  %s%n",
                    (line + 1) * count,
                    count / seconds,
                    reranker.status().nativeBytes(),
                    resident.replaceAll("\\s+", " "));
        }
    }
}
