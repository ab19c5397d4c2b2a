package io.flashdeberta.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Puts the engine under mixed load for so many minutes, with cancelled, late and interrupted calls, giants, empty and huge inputs,
 * and models that are opened anew; then checks that every call has ended in one way and that memory and threads are as before.
 * Arguments: minutes, at least five for memory to have settled, and optionally the locations of a reranker and a NER model.
 * Run it with {@code -Xms512m -Xmx512m}.
 */
public final class Soak {

    private static final int CLIENTS = 16;
    private static final long SAMPLE_MILLIS = 1000;
    private static final int SAMPLES_OF_A_LINE = 20;
    private static final long MILLIS_OF_A_RELOAD = 20_000;
    private static final double TOLERANCE = 1.15;

    /** Why calls may fail here. */
    private static final Set<String> REASONS = Set.of(
            "CancellationException",
            "DeadlineExceededException",
            "CallInterruptedException",
            "QueueFullException",
            "ModelClosedException",
            "IllegalArgumentException");

    private final List<Long> resident = new ArrayList<>();
    private final List<Long> nativeBytes = new ArrayList<>();
    private final Ledger ledger = new Ledger();
    private volatile boolean goOn = true;

    private Soak() {}

    public static void main(String[] arguments) throws Exception {
        double minutes = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 1;
        String demo = "classpath:io/flashdeberta/demo/";
        String reranker = arguments.length > 1 ? arguments[1] : demo + "reranker";
        String ner = arguments.length > 2 ? arguments[2] : demo + "ner";
        boolean sound = new Soak().run(minutes, reranker, ner);
        System.exit(sound ? 0 : 1);
    }

    private boolean run(double minutes, String reranker, String ner) throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        AtomicInteger reloads = new AtomicInteger();
        try (SoakModels models = new SoakModels(reranker, ner)) {
            System.out.printf("%d clients, %s%n", CLIENTS, models.device());
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(
                        new Thread(new SoakClient(models, ledger, () -> goOn, i), "client-" + i));
            }
            clients.forEach(Thread::start);
            long end = System.nanoTime() + (long) (minutes * 60e9);
            Thread reloader = new Thread(() -> reload(models, reloads), "reloader");
            reloader.start();
            while (System.nanoTime() < end) {
                Thread.sleep(SAMPLE_MILLIS);
                sample(models);
                if (resident.size() % SAMPLES_OF_A_LINE == 0) {
                    progress();
                }
            }
            goOn = false;
            for (Thread client : clients) {
                client.join();
            }
            reloader.interrupt();
            reloader.join();
        }
        return report(reloads.get(), leftThreads(before));
    }

    private static void reload(SoakModels models, AtomicInteger reloads) {
        try {
            while (true) {
                Thread.sleep(MILLIS_OF_A_RELOAD);
                models.reload();
                reloads.incrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sample(SoakModels models) throws IOException {
        nativeBytes.add(models.nativeBytes());
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            resident.add(lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0));
        }
    }

    private void progress() {
        System.out.printf(
                "%5d s  %9d calls  %9d answered  resident %d MiB  native %d MiB%n",
                resident.size(),
                ledger.accepted(),
                ledger.answered(),
                resident.get(resident.size() - 1) >> 20,
                nativeBytes.get(nativeBytes.size() - 1) >> 20);
    }

    private static List<String> leftThreads(Set<Thread> before) throws InterruptedException {
        List<String> left = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread)
                    && thread.getName().matches("flashdeberta-(worker|cpu).*|client.*")) {
                thread.join(SAMPLE_MILLIS);
                if (thread.isAlive()) {
                    left.add(thread.getName());
                }
            }
        }
        return left;
    }

    private boolean report(int reloads, List<String> left) {
        Map<String, Long> failures = ledger.failures();
        System.out.printf(
                "%d calls accepted, %d answered, failed: %s; models opened anew %d times%n",
                ledger.accepted(), ledger.answered(), failures, reloads);
        boolean balanced = check("every call has ended in one way", ledger.balances());
        boolean known = check("every failure has a reason", REASONS.containsAll(failures.keySet()));
        boolean residentFlat = flat("resident memory", resident);
        boolean nativeFlat = flat("native memory", nativeBytes);
        boolean threads = check("no thread is left " + left, left.isEmpty());
        return balanced && known && residentFlat && nativeFlat && threads;
    }

    /** Whether the peak of the last quarter is no higher than that of the second; the first one warms up. */
    private static boolean flat(String what, List<Long> samples) {
        int quarter = samples.size() / 4;
        double early = peak(samples.subList(quarter, 2 * quarter));
        double late = peak(samples.subList(samples.size() - quarter, samples.size()));
        return check(
                String.format(
                        Locale.ROOT,
                        "%s is flat: at most %.0f MiB in the second quarter, %.0f MiB in the last",
                        what,
                        early / (1 << 20),
                        late / (1 << 20)),
                late <= early * TOLERANCE);
    }

    private static double peak(List<Long> samples) {
        return samples.stream().mapToLong(n -> n).max().orElse(0);
    }

    private static boolean check(String what, boolean holds) {
        System.out.println((holds ? "ok    " : "FAILS ") + what);
        return holds;
    }
}
