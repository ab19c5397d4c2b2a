package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoDAsync;

import io.flashdeberta.backend.Tensor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a session's repeatable passes: the first time as they come, then recorded. */
final class Recorder implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Recorder.class);

    private final Stream stream;
    private final Tensors tensors;
    private final RecordedPasses recordings = new RecordedPasses();

    Recorder(Stream stream, Tensors tensors) {
        this.stream = stream;
        this.tensors = tensors;
    }

    /** @param rows rows of the pass's result */
    Tensor run(RecordedPasses.Key key, int rows, Supplier<Tensor> pass) {
        return switch (recordings.advice(key)) {
            case RUN -> pass.get();
            case RECORD -> record(key, pass) ? replay(key, rows) : pass.get();
            case REPLAY -> replay(key, rows);
        };
    }

    private boolean record(RecordedPasses.Key key, Supplier<Tensor> pass) {
        tensors.recording(true);
        try {
            recordings.keep(
                    key,
                    RecordingLock.alone(
                            () -> RecordedPass.record(stream, () -> (CudaTensor) pass.get())));
            return true;
        } catch (RuntimeException e) {
            if (recordings.failed(key)) {
                log.warn("A pass cannot be recorded; it runs without.", e);
            }
            return false;
        } finally {
            tensors.recording(false);
        }
    }

    private Tensor replay(RecordedPasses.Key key, int rows) {
        RecordedPass pass = recordings.get(key);
        return tensors.compute(rows, pass.columns(), y -> {
            pass.run(stream);
            long bytes = (long) rows * y.columns() * tensors.type().bytes();
            Driver.check(
                    cuMemcpyDtoDAsync(y.address(), pass.result(), bytes, stream.handle()),
                    "copy a result");
        });
    }

    /** Passes that are recorded. */
    int size() {
        return recordings.size();
    }

    @Override
    public void close() {
        recordings.close();
    }
}
