package io.flashdeberta.engine;

import io.flashdeberta.FlashDebertaException;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.model.Head;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Runs batches on one device. A request that cannot be computed fails alone, and not those that share its batch. */
final class BatchRunner {

    /** Computes a batch; used by one thread at a time. */
    interface Device {

        /** Returns {@code [sum of the head's rows, columns]}. */
        float[] forward(PackedBatch batch, Head head);
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
        try {
            for (Work work : batch) {
                if (work.request().start()) {
                    observer.waited(work.request().nanosSinceCreated());
                }
            }
            compute(batch);
        } catch (Throwable e) {
            Map<Request, List<Work>> requests = batch.stream()
                    .collect(Collectors.groupingBy(
                            Work::request, LinkedHashMap::new, Collectors.toList()));
            if (requests.size() == 1) {
                batch.get(0).request().fail(e);
            } else {
                requests.values().forEach(this::run);
            }
        }
    }

    private void compute(List<Work> batch) {
        Head head = batch.get(0).request().head();
        PackedBatch packed = PackedBatch.of(
                batch.stream().map(work -> work.input().ids()).toList(),
                batch.stream().map(work -> work.input().typeIds()).toList());
        long start = System.nanoTime();
        float[] values;
        try {
            values = device.forward(packed, head);
        } finally {
            observer.ran(System.nanoTime() - start, batch.size(), packed.totalTokens());
        }
        int row = 0;
        for (Work work : batch) {
            int rows = head.rows(work.input().ids());
            answer(work, new Output(values, row, rows, head.columns()));
            row += rows;
        }
    }

    private void answer(Work work, Output output) {
        OptionalDouble value = output.notFinite();
        if (value.isEmpty()) {
            work.request().put(work.index(), output);
        } else {
            work.request()
                    .fail(
                            new FlashDebertaException(
                                    "The model " + model + " gave " + value.getAsDouble()
                                            + " where a finite number was expected, so there is no result. Its weights may be damaged."));
        }
    }
}
