package io.flashdeberta.engine;

import static io.flashdeberta.engine.Expected.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashdeberta.FlashDebertaException;
import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Backends;
import io.flashdeberta.backend.DeviceUnavailableException;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.model.ConfigReader;
import io.flashdeberta.model.Head;
import io.flashdeberta.model.HiddenStates;
import io.flashdeberta.model.SequenceHead;
import io.flashdeberta.tokenizer.DebertaTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A model loaded a second time, here with the numbers of the first. */
class WiderModelTest {

    private static final PackedBatch BATCH =
            PackedBatch.of(List.of(new int[] {1, 5, 2}), List.of(new int[3]));

    private final Resources resources = new Resources();
    private final List<Backend> opened = new ArrayList<>();
    private final Checkpoint model = resources.add(Checkpoint.open(checkpoint("reranker")));
    private final DebertaTokenizer tokenizer = resources.add(DebertaTokenizer.load(model));
    private final Function<Backend, PlacedModel> placing = backend -> new PlacedModel(
            model,
            ConfigReader.read(model.json("config.json")),
            tokenizer.specialTokens(),
            (config, specialTokens, weights, on) -> SequenceHead.load(config, 1, weights, on),
            backend);
    private final Backend backend = resources.add(open());
    private final PlacedModel narrow = placing.apply(backend);

    private static Backend open() {
        return Backends.open("cpu", BackendOptions.of(AttentionKind.FLASH, 1));
    }

    private Backend openAnother() {
        Backend another = open();
        opened.add(another);
        return another;
    }

    private WiderModel wider(Supplier<Backend> opening) {
        return resources.add(new WiderModel("reranker", narrow, opening, placing));
    }

    @AfterEach
    void close() {
        resources.close();
    }

    @Test
    void itIsLoadedOnceAndWhenItIsNeeded() {
        WiderModel wider = wider(this::openAnother);
        assertThat(opened).isEmpty();
        assertThat(wider.nativeBytes()).isZero();
        float[] expected;
        try (Session session = backend.openSession()) {
            expected = narrow.forward(session, BATCH, narrow.head());
        }
        assertThat(wider.forward(BATCH, narrow.head())).isEqualTo(expected);
        assertThat(wider.forward(BATCH, narrow.head())).isEqualTo(expected);
        assertThat(opened).hasSize(1);
        assertThat(wider.nativeBytes())
                .isEqualTo(opened.get(0).allocatedBytes())
                .isPositive();
        wider.close();
        assertThat(wider.nativeBytes()).isZero();
        assertThat(opened.get(0).allocatedBytes()).isZero();
    }

    @Test
    void aHeadWithoutWeightsIsTheSameThere() {
        Head mean = HiddenStates.MEAN.head(narrow.config().hiddenSize());
        assertThat(wider(this::openAnother).forward(BATCH, mean))
                .hasSize(narrow.config().hiddenSize());
    }

    @Test
    void withoutRoomForItTheReasonIsToldEachTime() {
        WiderModel wider = wider(() -> {
            throw new DeviceUnavailableException("The memory is full.", null);
        });
        for (int n = 0; n < 2; n++) {
            assertThatThrownBy(() -> wider.forward(BATCH, narrow.head()))
                    .isInstanceOf(FlashDebertaException.class)
                    .hasMessageContaining("beyond the range of")
                    .hasMessageContaining("The memory is full. Set dtype to bf16 or fp32.");
        }
    }
}
