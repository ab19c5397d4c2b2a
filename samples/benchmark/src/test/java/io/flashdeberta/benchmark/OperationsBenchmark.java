package io.flashdeberta.benchmark;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Attention;
import io.flashdeberta.backend.AttentionKind;
import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Backends;
import io.flashdeberta.backend.LayerNorm;
import io.flashdeberta.backend.Linear;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.RelativeBuckets;
import io.flashdeberta.backend.Session;
import io.flashdeberta.backend.Tensor;
import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.checkpoint.WeightTensor;
import io.flashdeberta.checkpoint.Weights;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The operations of one layer of deberta-v3-xsmall, on one sequence. Run it with {@code org.openjdk.jmh.Main}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OperationsBenchmark {

    private static final ModelSize SIZE = ModelSize.XSMALL;

    @Param({"32", "512"})
    public int length;

    private Fixture fixture;

    /** What one trial computes with. */
    private record Fixture(
            Checkpoint checkpoint,
            Backend backend,
            Session session,
            PackedBatch batch,
            Linear queryKeyValue,
            Linear intermediate,
            LayerNorm norm,
            Attention attention,
            Tensor x,
            Tensor qkv) {

        static Fixture of(int length) throws IOException {
            Checkpoint checkpoint = Checkpoint.open(RandomCheckpoint.of(SIZE));
            Backend backend = Backends.open(
                    "cpu",
                    BackendOptions.of(
                            AttentionKind.FLASH, Runtime.getRuntime().availableProcessors()));
            Session session = backend.openSession();
            Weights weights = checkpoint.weights();
            String layer = "encoder.layer.0.";
            List<String> parts = List.of("query_proj", "key_proj", "value_proj");
            String self = layer + "attention.self.";
            Linear queryKeyValue = backend.loadLinear(
                    parts.stream()
                            .map(part -> weights.get(self + part + ".weight"))
                            .toList(),
                    parts.stream()
                            .map(part -> weights.get(self + part + ".bias"))
                            .toList());
            WeightTensor positions = weights.get("encoder.rel_embeddings.weight");
            Tensor table = session.upload(positions);
            Attention attention = backend.loadAttention(
                    SIZE.hidden / ModelSize.HEAD_SIZE,
                    ModelSize.HEAD_SIZE,
                    table,
                    table,
                    new RelativeBuckets(256, 512),
                    0.07f);
            int[] rows = new int[length];
            for (int n = 0; n < length; n++) {
                rows[n] = n % table.rows();
            }
            Tensor x = session.gatherRows(table, rows);
            return new Fixture(
                    checkpoint,
                    backend,
                    session,
                    Encoder.batch(length),
                    queryKeyValue,
                    backend.loadLinear(
                            List.of(weights.get(layer + "intermediate.dense.weight")),
                            List.of(weights.get(layer + "intermediate.dense.bias"))),
                    backend.loadLayerNorm(
                            weights.get(layer + "output.LayerNorm.weight"),
                            weights.get(layer + "output.LayerNorm.bias"),
                            1e-7f),
                    attention,
                    x,
                    session.linear(x, queryKeyValue, Activation.NONE));
        }
    }

    @Setup
    public void open() throws IOException {
        fixture = Fixture.of(length);
    }

    @TearDown
    public void close() {
        fixture.session.close();
        fixture.backend.close();
        fixture.checkpoint.close();
    }

    private int run(java.util.function.Function<Session, Tensor> operation) {
        return fixture.session.call(() -> {
            try (Tensor y = operation.apply(fixture.session)) {
                return y.rows();
            }
        });
    }

    @org.openjdk.jmh.annotations.Benchmark
    public int queryKeyValue() {
        return run(s -> s.linear(fixture.x, fixture.queryKeyValue, Activation.NONE));
    }

    @org.openjdk.jmh.annotations.Benchmark
    public int intermediate() {
        return run(s -> s.linear(fixture.x, fixture.intermediate, Activation.GELU));
    }

    @org.openjdk.jmh.annotations.Benchmark
    public int addLayerNorm() {
        return run(s -> s.addLayerNorm(fixture.x, fixture.x, fixture.norm));
    }

    @org.openjdk.jmh.annotations.Benchmark
    public int attention() {
        return run(s -> s.attention(fixture.qkv, fixture.attention, fixture.batch));
    }
}
