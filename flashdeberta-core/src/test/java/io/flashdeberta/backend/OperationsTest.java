package io.flashdeberta.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CPU's operations. */
class OperationsTest extends OperationsSuite {

    OperationsTest() {
        super("cpu", Precision.FP32, 2e-6);
    }

    @Test
    void attentionMemoryIsLinear(@TempDir Path files) {
        try (RandomWeights random = new RandomWeights(files, Precision.FP32)) {
            long shorter = attentionMemory(random, 2048);
            assertThat(attentionMemory(random, 8192)).isBetween(2 * shorter, 5 * shorter);
        }
    }

    /** Native memory after one pass over a sequence, whose tensors are kept. */
    private static long attentionMemory(RandomWeights random, int length) {
        RelativeBuckets buckets = new RelativeBuckets(16, 32);
        try (Backend other = Backends.open("cpu", BackendOptions.of(AttentionKind.FLASH, 1));
                Session pass = other.openSession();
                Tensor positions = pass.upload(random.tensor(buckets.rows(), 4));
                Tensor qkv = pass.upload(random.tensor(length, 12))) {
            Attention attention = other.loadAttention(1, 4, positions, positions, buckets, 0.5f);
            try (Tensor context = pass.attention(qkv, attention, batch(length))) {
                assertThat(context.rows()).isEqualTo(length);
                return other.allocatedBytes();
            }
        }
    }
}
