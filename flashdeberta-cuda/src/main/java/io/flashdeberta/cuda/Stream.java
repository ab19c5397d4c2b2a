package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.CU_EVENT_DISABLE_TIMING;
import static org.bytedeco.cuda.global.cudart.CU_STREAM_NON_BLOCKING;
import static org.bytedeco.cuda.global.cudart.cuEventCreate;
import static org.bytedeco.cuda.global.cudart.cuEventDestroy;
import static org.bytedeco.cuda.global.cudart.cuEventRecord;
import static org.bytedeco.cuda.global.cudart.cuEventSynchronize;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cuStreamSynchronize;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/** A queue of work on the GPU that runs in the order it was given. */
final class Stream implements AutoCloseable {

    private final CUstream_st stream = new CUstream_st();
    private boolean closed;

    Stream() {
        Driver.check(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "create a stream");
    }

    CUstream_st handle() {
        return stream;
    }

    /** Waits until all work is done; an error of a kernel comes to light here. */
    void synchronize() {
        Driver.check(cuStreamSynchronize(stream), "finish its work");
    }

    /** A place in the queue that can be waited for. */
    Mark mark() {
        return new Mark();
    }

    final class Mark implements AutoCloseable {

        private final CUevent_st event = new CUevent_st();

        private Mark() {
            Driver.check(cuEventCreate(event, CU_EVENT_DISABLE_TIMING), "create an event");
        }

        void set() {
            Driver.check(cuEventRecord(event, stream), "record an event");
        }

        /** Waits for the work before the last {@link #set()}, if any. */
        void await() {
            Driver.check(cuEventSynchronize(event), "finish its work");
        }

        @Override
        public void close() {
            Driver.check(cuEventDestroy(event), "destroy an event");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Driver.check(cuStreamDestroy(stream), "destroy a stream");
        }
    }
}
