package io.flashdeberta.cuda;

import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.model.ConfigReader;
import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.DebertaModel;
import io.flashdeberta.model.ModelWeights;
import io.flashdeberta.model.ReferenceCheckpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The encoder of a committed checkpoint on a GPU. */
final class TestModel implements AutoCloseable {

    private final ReferenceCheckpoint checkpoint;
    private final CudaBackend backend;
    private final DebertaModel model;

    /** @param name of the checkpoint's folder */
    TestModel(String name, BackendOptions options, TestKernel kernel) throws Exception {
        checkpoint = new ReferenceCheckpoint(ReferenceCheckpoint.all()
                .filter(path -> path.endsWith(name))
                .findFirst()
                .orElseThrow());
        backend = TestGpu.open(options, kernel);
        DebertaConfig config = ConfigReader.read(checkpoint.checkpoint().json("config.json"));
        ModelWeights weights = new ModelWeights(checkpoint.checkpoint().weights());
        model = DebertaModel.load(config, weights.encoder(), backend);
    }

    CudaBackend backend() {
        return backend;
    }

    DebertaModel encoder() {
        return model;
    }

    float[] run(CudaSession session, PackedBatch batch) {
        try (Tensor hidden = model.forward(session, batch)) {
            return session.read(hidden);
        }
    }

    /** The first pass of a session, which is not recorded. */
    float[] runOnce(PackedBatch batch) {
        try (CudaSession session = backend.openSession()) {
            return run(session, batch);
        }
    }

    /** Sequences of random tokens. */
    PackedBatch batch(int seed, int... lengths) {
        Random random = new Random(seed);
        List<int[]> ids = new ArrayList<>();
        List<int[]> types = new ArrayList<>();
        for (int length : lengths) {
            ids.add(random.ints(length, 0, model.config().vocabSize()).toArray());
            types.add(new int[length]);
        }
        return PackedBatch.of(ids, types);
    }

    @Override
    public void close() {
        backend.close();
        checkpoint.close();
    }
}
