package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.cuEventCreate;
import static org.bytedeco.cuda.global.cudart.cuEventDestroy;
import static org.bytedeco.cuda.global.cudart.cuEventElapsedTime;
import static org.bytedeco.cuda.global.cudart.cuEventRecord;
import static org.bytedeco.cuda.global.cudart.cuEventSynchronize;

import org.bytedeco.cuda.cudart.CUevent_st;

/** Measures what a stream's work takes on the GPU. */
final class Stopwatch implements AutoCloseable {

    private final Stream stream;
    private final CUevent_st begin = new CUevent_st();
    private final CUevent_st end = new CUevent_st();

    Stopwatch(Stream stream) {
        this.stream = stream;
        Driver.check(cuEventCreate(begin, 0), "create an event");
        Driver.check(cuEventCreate(end, 0), "create an event");
    }

    /** Milliseconds from the beginning of the work that is given to the stream to its end. */
    float time(Runnable work) {
        Driver.check(cuEventRecord(begin, stream.handle()), "record an event");
        work.run();
        Driver.check(cuEventRecord(end, stream.handle()), "record an event");
        Driver.check(cuEventSynchronize(end), "finish its work");
        float[] milliseconds = new float[1];
        Driver.check(cuEventElapsedTime(milliseconds, begin, end), "tell a time");
        return milliseconds[0];
    }

    @Override
    public void close() {
        Driver.check(cuEventDestroy(begin), "destroy an event");
        Driver.check(cuEventDestroy(end), "destroy an event");
    }
}
