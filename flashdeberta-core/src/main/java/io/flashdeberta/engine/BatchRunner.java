package io.flashdeberta.engine;

import io.flashdeberta.FlashDebertaException;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.model.Head;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs batches on one device. A request that cannot be computed fails alone, and not those that share its batch. */
final class BatchRunner {

    /** Computes a batch; used by one thread at a time. */
    interface Device {

        /** Returns {@code [sum of the head's rows, columns]}. */
        float[] forward(PackedBatch batch, Head head);

        /** What computes with numbers of a wider range where these overflow; null if there is none. */
        default @Nullable Device wider() {
            return null;
        }
    }

    private final String model;
    private final Device device;
    private final EngineObserver observer;

    BatchRunner(String model, Device device, EngineObserver observer) {
        this.model = model;
        this.device = device;
        this.observer = observer;
    }

    /** Answers or fails what is in the batch; throws nothing. */
    void run(List<Work> batch) {
        run(batch, device);
    }

    private void run(List<Work> batch, Device on) {
        List<Work> overflowed;
        try {
            for (Work work : batch) {
                if (work.request().start()) {
                    observer.waited(work.request().nanosSinceCreated());
                }
            }
            overflowed = compute(batch, on);
        } catch (Throwable e) {
            Map<Request, List<Work>> requests = batch.stream()
                    .collect(Collectors.groupingBy(
                            Work::request, LinkedHashMap::new, Collectors.toList()));
            if (requests.size() == 1) {
                batch.get(0).request().fail(e);
            } else {
                requests.values().forEach(works -> run(works, on));
            }
            return;
        }
        Device wider = on.wider();
        if (!overflowed.isEmpty() && wider != null) {
            run(overflowed, wider);
        }
    }

    /** Returns what has numbers that are none, unless that is for good. */
    private List<Work> compute(List<Work> batch, Device on) {
        Head head = batch.get(0).request().head();
        PackedBatch packed = PackedBatch.of(
                batch.stream().map(work -> work.input().ids()).toList(),
                batch.stream().map(work -> work.input().typeIds()).toList());
        long start = System.nanoTime();
        float[] values;
        try {
            values = on.forward(packed, head);
        } finally {
            observer.ran(System.nanoTime() - start, batch.size(), packed.totalTokens());
        }
        List<Work> overflowed = new ArrayList<>();
        int row = 0;
        for (Work work : batch) {
            int rows = head.rows(work.input().ids());
            Output output = new Output(values, row, rows, head.columns());
            OptionalDouble strange = output.notFinite();
            if (strange.isEmpty()) {
                work.request().put(work.index(), output);
            } else if (on.wider() != null) {
                overflowed.add(work);
            } else {
                work.request().fail(notFinite(strange.getAsDouble()));
            }
            row += rows;
        }
        return overflowed;
    }

    private FlashDebertaException notFinite(double value) {
        return new FlashDebertaException(
                "The model " + model + " gave " + value
                        + " where a finite number was expected, so there is no result. Its weights may be damaged.");
    }
}
