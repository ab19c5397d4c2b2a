package io.flashdeberta.engine;

import static io.flashdeberta.engine.Expected.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.DeviceUnavailableException;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.model.SequenceHead;
import io.flashdeberta.tokenizer.DebertaTokenizer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WiderNetworkTest {

    private static final PackedBatch BATCH =
            PackedBatch.of(List.of(new int[] {1, 7, 8, 2}), List.of(new int[4]));
    private static final BatchRunner.Device OVERFLOWING =
            (batch, head) -> new float[] {1, Float.POSITIVE_INFINITY};

    private final List<Precision> asked = new ArrayList<>();
    private Checkpoint checkpoint;
    private DebertaTokenizer tokenizer;
    private Network narrow;

    @BeforeEach
    void open() {
        checkpoint = Checkpoint.open(checkpoint("sequence-classification"));
        tokenizer = DebertaTokenizer.load(checkpoint);
        narrow = load(Precision.FP32);
    }

    @AfterEach
    void close() {
        narrow.close();
        tokenizer.close();
        checkpoint.close();
    }

    private Network load(Precision precision) {
        BackendOptions options = BackendOptions.of(AttentionKind.FLASH, 1).withPrecision(precision);
        return Network.load(
                "cpu",
                options,
                checkpoint,
                tokenizer.specialTokens(),
                (config, special, weights, backend) ->
                        SequenceHead.load(config, config.labels().size(), weights, backend));
    }

    private WiderNetwork wider(Precision... refused) {
        return new WiderNetwork("A model", narrow.head(), precision -> {
            asked.add(precision);
            if (List.of(refused).contains(precision)) {
                throw new DeviceUnavailableException("There is no " + precision + ".", null);
            }
            return load(Precision.FP32);
        });
    }

    @Test
    void finiteNumbersPass() {
        float[] values = {1, -65504};
        try (WiderNetwork wider = wider()) {
            BatchRunner.Device device = wider.behind((batch, head) -> values);
            assertThat(device.forward(BATCH, narrow.head())).isSameAs(values);
            assertThat(wider.nativeBytes()).isZero();
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void whatOverflowsIsComputedAgainInBf16WithAHeadOfItsOwn() {
        float[] expected = narrow.openWorker().forward(BATCH, narrow.head());
        try (WiderNetwork wider = wider()) {
            BatchRunner.Device device = wider.behind(OVERFLOWING);
            for (int i = 0; i < 3; i++) {
                assertThat(device.forward(BATCH, narrow.head())).isEqualTo(expected);
            }
            assertThat(wider.nativeBytes()).isPositive();
        }
        assertThat(asked).containsExactly(Precision.BF16);
    }

    @Test
    void withoutBf16ItIsFp32() {
        try (WiderNetwork wider = wider(Precision.BF16)) {
            assertThat(wider.behind(OVERFLOWING).forward(BATCH, narrow.head())[0])
                    .isFinite();
        }
        assertThat(asked).containsExactly(Precision.BF16, Precision.FP32);
    }

    @Test
    void withoutAWiderTypeThereIsNoResult() {
        try (WiderNetwork wider = wider(Precision.BF16, Precision.FP32)) {
            BatchRunner.Device device = wider.behind(OVERFLOWING);
            assertThatThrownBy(() -> device.forward(BATCH, narrow.head()))
                    .isInstanceOf(DeviceUnavailableException.class)
                    .hasMessage("A model overflows in fp16, and no wider type can be used here.")
                    .hasRootCauseMessage("There is no FP32.");
        }
    }
}
