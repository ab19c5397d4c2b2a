package io.flashdeberta.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.checkpoint.WeightTensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The CPU's operations where linear layers take 8 bits. */
@EnabledIf("io.flashdeberta.backend.cpu.Processor#hasInt8")
class Int8OperationsTest extends OperationsSuite {

    private static final int ROWS = 300;
    private static final int INPUTS = 40;
    private static final int OUTPUTS = 70;

    Int8OperationsTest() {
        super("cpu", Precision.INT8, 2e-2);
    }

    /** Rounding would make a number of it, and a wrong result pass for a right one. */
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNoNumberStaysNone(float strange) {
        float[] x = weights.tensor(ROWS, INPUTS).toFloats();
        x[150 * INPUTS + 7] = strange;
        float[] y = linear(x);
        assertThat(numbers(y, 0, 128)).isTrue();
        assertThat(numbers(y, 150, 151)).isFalse();
        assertThat(numbers(y, 256, ROWS)).isTrue();
    }

    @Test
    void zerosGiveTheBias() {
        float[] y = linear(new float[ROWS * INPUTS]);
        for (int row = 1; row < ROWS; row++) {
            assertThat(Arrays.equals(y, row * OUTPUTS, (row + 1) * OUTPUTS, y, 0, OUTPUTS))
                    .isTrue();
        }
        assertThat(numbers(y, 0, ROWS)).isTrue();
    }

    private float[] linear(float[] values) {
        WeightTensor w = weights.tensor(OUTPUTS, INPUTS);
        WeightTensor b = weights.tensor(OUTPUTS);
        Linear linear = backend.loadLinear(List.of(w), List.of(b));
        try (Tensor x = session.upload(weights.tensor(values, ROWS, INPUTS));
                Tensor y = session.linear(x, linear, Activation.NONE)) {
            return session.read(y);
        }
    }

    private static boolean numbers(float[] y, int fromRow, int toRow) {
        for (int i = fromRow * OUTPUTS; i < toRow * OUTPUTS; i++) {
            if (!Float.isFinite(y[i])) {
                return false;
            }
        }
        return true;
    }
}
