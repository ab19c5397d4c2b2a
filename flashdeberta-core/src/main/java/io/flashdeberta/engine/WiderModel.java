package io.flashdeberta.engine;

import io.flashdeberta.FlashDebertaException;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.model.Head;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model a second time, in numbers of a wider range: loaded when the first ones overflow, for what overflows. Thread-safe. */
final class WiderModel implements BatchRunner.Device, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WiderModel.class);

    private final String name;
    private final PlacedModel narrow;
    private final Supplier<Backend> opening;
    private final Function<Backend, PlacedModel> placing;
    private volatile @Nullable Loaded loaded;

    private record Loaded(PlacedModel model, Session session, Resources resources) {}

    WiderModel(
            String name,
            PlacedModel narrow,
            Supplier<Backend> opening,
            Function<Backend, PlacedModel> placing) {
        this.name = name;
        this.narrow = narrow;
        this.opening = opening;
        this.placing = placing;
    }

    @Override
    public synchronized float[] forward(PackedBatch batch, Head head) {
        Loaded wide = loaded;
        if (wide == null) {
            wide = load();
            loaded = wide;
        }
        Head same = head.equals(narrow.head()) ? wide.model().head() : head;
        return wide.model().forward(wide.session(), batch, same);
    }

    private Loaded load() {
        Resources resources = new Resources();
        try {
            Backend backend = resources.add(opening.get());
            PlacedModel model = placing.apply(backend);
            Session session = resources.add(backend.openSession());
            log.warn(
                    "{} gave numbers beyond the range of {}. It is loaded once more on {}, {} MiB, where what overflows is computed again; dtype sets this for all.",
                    name,
                    narrow.backend().description(),
                    backend.description(),
                    backend.allocatedBytes() >> 20);
            return new Loaded(model, session, resources);
        } catch (RuntimeException e) {
            resources.closeAfter(e);
            throw new FlashDebertaException(
                    "The model " + name + " gave numbers beyond the range of "
                            + narrow.backend().description()
                            + ", and it cannot be loaded once more with a wider one: "
                            + e.getMessage() + " Set dtype to bf16 or fp32.",
                    e);
        } catch (Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    /** Bytes outside the Java heap; 0 until it is loaded. */
    long nativeBytes() {
        Loaded wide = loaded;
        return wide == null ? 0 : wide.model().backend().allocatedBytes();
    }

    @Override
    public synchronized void close() {
        Loaded wide = loaded;
        if (wide != null) {
            loaded = null;
            wide.resources().close();
        }
    }
}
