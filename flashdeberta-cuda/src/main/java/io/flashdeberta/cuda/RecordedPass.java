package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.CU_STREAM_CAPTURE_MODE_RELAXED;
import static org.bytedeco.cuda.global.cudart.cuGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cuGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cuStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cuStreamEndCapture;

import java.util.function.Supplier;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;

/** A pass as a CUDA graph: all its kernels with their arguments, started together. */
final class RecordedPass implements AutoCloseable {

    private final CUgraphExec_st graph;
    private final long result;
    private final int columns;

    private RecordedPass(CUgraphExec_st graph, long result, int columns) {
        this.graph = graph;
        this.result = result;
        this.columns = columns;
    }

    /** Records what a pass starts on a stream, without running it. The memory it uses stays its own for as long as it is kept. */
    static RecordedPass record(Stream stream, Supplier<CudaTensor> pass) {
        Driver.check(
                cuStreamBeginCapture(stream.handle(), CU_STREAM_CAPTURE_MODE_RELAXED),
                "begin a recording");
        CUgraph_st recording = new CUgraph_st();
        long result;
        int columns;
        try (CudaTensor tensor = pass.get()) {
            result = tensor.address();
            columns = tensor.columns();
        } catch (RuntimeException | Error e) {
            if (cuStreamEndCapture(stream.handle(), recording) == CUDA_SUCCESS) {
                cuGraphDestroy(recording);
            }
            throw e;
        }
        Driver.check(cuStreamEndCapture(stream.handle(), recording), "end a recording");
        CUgraphExec_st graph = new CUgraphExec_st();
        try {
            Driver.check(cuGraphInstantiate(graph, recording, 0), "prepare a recording");
        } finally {
            cuGraphDestroy(recording);
        }
        return new RecordedPass(graph, result, columns);
    }

    void run(Stream stream) {
        Driver.check(cuGraphLaunch(graph, stream.handle()), "start a recording");
    }

    /** Where the result's first row is. */
    long result() {
        return result;
    }

    int columns() {
        return columns;
    }

    @Override
    public void close() {
        Driver.check(RecordingLock.beside(() -> cuGraphExecDestroy(graph)), "destroy a recording");
    }
}
