package io.flashdeberta.cuda;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * With the system property {@code flashdeberta.live-report}, prints a line for every test when it ends, and at the end of the
 * process, also when it is killed, how many passed and what was still running.
 */
final class LiveReport implements BeforeEachCallback, TestWatcher {

    private static final boolean WANTED = Boolean.getBoolean("flashdeberta.live-report");
    private static final int FRAMES = 12;
    private static final Map<String, Long> RUNNING = new ConcurrentHashMap<>();
    private static final AtomicInteger PASSED = new AtomicInteger();
    private static final AtomicInteger FAILED = new AtomicInteger();
    private static final AtomicInteger SKIPPED = new AtomicInteger();

    static {
        if (WANTED) {
            Runtime.getRuntime().addShutdownHook(new Thread(LiveReport::summary));
        }
    }

    private static void summary() {
        print(
                "SUMMARY passed %d, failed %d, skipped %d, running %s",
                PASSED.get(), FAILED.get(), SKIPPED.get(), RUNNING.keySet());
        if (!RUNNING.isEmpty()) {
            Thread.getAllStackTraces().forEach((thread, frames) -> {
                for (StackTraceElement frame : frames) {
                    if (frame.getClassName().startsWith("io.flashdeberta")
                            && !frame.getClassName().equals(LiveReport.class.getName())) {
                        print("AT %s: %s", thread.getName(), frame);
                    }
                }
            });
        }
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
        System.out.flush();
    }

    private static String name(ExtensionContext test) {
        return test.getRequiredTestClass().getSimpleName() + "."
                + test.getRequiredTestMethod().getName() + " " + test.getDisplayName();
    }

    @Override
    public void beforeEach(ExtensionContext test) {
        RUNNING.put(name(test), System.nanoTime());
    }

    @Override
    public void testSuccessful(ExtensionContext test) {
        PASSED.incrementAndGet();
        end("ok", test);
    }

    @Override
    public void testAborted(ExtensionContext test, Throwable cause) {
        SKIPPED.incrementAndGet();
        end("skipped, " + cause.getMessage(), test);
    }

    @Override
    public void testFailed(ExtensionContext test, Throwable cause) {
        FAILED.incrementAndGet();
        end("FAILED", test);
        if (WANTED) {
            for (Throwable t = cause; t != null; t = t.getCause()) {
                String message = String.valueOf(t).strip();
                print("    %s", message.substring(0, Math.min(600, message.length())));
                StackTraceElement[] frames = t.getStackTrace();
                for (int i = 0, shown = 0; i < frames.length && shown < FRAMES; i++) {
                    if (frames[i].getClassName().startsWith("io.flashdeberta")) {
                        print("        %s", frames[i]);
                        shown++;
                    }
                }
            }
        }
    }

    private static void end(String result, ExtensionContext test) {
        Long begun = RUNNING.remove(name(test));
        if (WANTED) {
            double seconds = begun == null ? 0 : (System.nanoTime() - begun) / 1e9;
            print("%s %.2f s %s", result, seconds, name(test));
        }
    }
}
