package io.flashdeberta.engine;

import io.flashdeberta.backend.DeviceUnavailableException;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.model.Head;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes again in a wider type what overflows in fp16. The wider network is loaded when it is first needed, in bf16, or in fp32
 * where the device has no bf16; one batch at a time runs in it.
 */
final class WiderNetwork implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WiderNetwork.class);
    private static final List<Precision> WIDER = List.of(Precision.BF16, Precision.FP32);

    private final String name;
    private final Head head;
    private final Function<Precision, Network> loader;
    private @Nullable Network network;
    private BatchRunner.@Nullable Device worker;

    /** @param head the head of the network that overflows: the wider one's own stands in for it */
    WiderNetwork(String name, Head head, Function<Precision, Network> loader) {
        this.name = name;
        this.head = head;
        this.loader = loader;
    }

    /** A device whose results are finite numbers, if the wider type's are. */
    BatchRunner.Device behind(BatchRunner.Device narrow) {
        return (batch, wanted) -> {
            float[] values = narrow.forward(batch, wanted);
            return areFinite(values) ? values : compute(batch, wanted);
        };
    }

    private static boolean areFinite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private synchronized float[] compute(PackedBatch batch, Head wanted) {
        if (network == null || worker == null) {
            network = load();
            worker = network.openWorker();
        }
        return worker.forward(batch, wanted == head ? network.head() : wanted);
    }

    private Network load() {
        DeviceUnavailableException refusal = null;
        for (Precision precision : WIDER) {
            try {
                Network loaded = loader.apply(precision);
                String type = precision.label();
                log.warn(
                        "{} overflows in fp16. Batches in which it does are computed again in {}, which takes their time twice and memory for a second copy of the weights; dtype {} spares both.",
                        name,
                        type,
                        type);
                return loaded;
            } catch (DeviceUnavailableException e) {
                if (refusal != null) {
                    e.addSuppressed(refusal);
                }
                refusal = e;
            }
        }
        throw new DeviceUnavailableException(
                name + " overflows in fp16, and no wider type can be used here.", refusal);
    }

    /** Bytes outside the Java heap. */
    synchronized long nativeBytes() {
        return network == null ? 0 : network.backend().allocatedBytes();
    }

    @Override
    public synchronized void close() {
        if (network != null) {
            network.close();
        }
    }
}
