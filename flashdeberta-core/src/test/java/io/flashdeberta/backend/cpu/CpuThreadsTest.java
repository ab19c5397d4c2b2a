package io.flashdeberta.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class CpuThreadsTest {

    @Test
    void aWaitingCallerRunsNothingElse() throws Exception {
        ForkJoinPool callers = new ForkJoinPool(1);
        try (CpuThreads threads = new CpuThreads(1)) {
            AtomicBoolean otherWorkRan = new AtomicBoolean();
            boolean ranWhileWaiting = callers.submit(() -> {
                        ForkJoinTask<?> other =
                                ForkJoinTask.adapt(() -> otherWorkRan.set(true)).fork();
                        boolean ran = threads.call(() -> {
                            LockSupport.parkNanos(50_000_000);
                            return otherWorkRan.get();
                        });
                        other.join();
                        return ran;
                    })
                    .get();
            assertThat(ranWhileWaiting).isFalse();
            assertThat(otherWorkRan).isTrue();
        } finally {
            callers.shutdown();
        }
    }

    @Test
    void failuresArriveAsTheyAre() {
        try (CpuThreads threads = new CpuThreads(2)) {
            IllegalStateException failure = new IllegalStateException("as it is");
            assertThatThrownBy(() -> threads.call(() -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
            assertThat(threads.call(() -> 7)).isEqualTo(7);
        }
    }
}
