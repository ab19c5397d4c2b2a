package io.flashdeberta.engine;

import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.Backends;
import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.backend.Session;
import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.model.ConfigReader;
import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.Head;
import io.flashdeberta.tokenizer.DebertaTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** All that one model holds: checkpoint, tokenizer, and encoder and head on a device. */
final class LoadedModel implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LoadedModel.class);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Resources resources;
    private final String name;
    private final JsonNode json;
    private final DebertaTokenizer tokenizer;
    private final InputFitter fitter;
    private final PlacedModel model;
    private final String device;
    private final @Nullable WiderModel wider;
    private final List<BatchRunner.Device> workers;
    private final int batchTokens;

    private LoadedModel(ModelSettings settings, HeadLoader headLoader, Resources resources) {
        long start = System.nanoTime();
        this.resources = resources;
        Checkpoint checkpoint = resources.add(settings.model().get());
        name = checkpoint.name();
        json = checkpoint.json("config.json");
        DebertaConfig config = ConfigReader.read(json);
        tokenizer = resources.add(DebertaTokenizer.load(checkpoint));
        int maxTokens = TokenLimit.of(settings.maxTokens(), tokenizer.modelMaxLength(), config);
        fitter = new InputFitter(maxTokens, tokenizer.specialTokens());
        Parallelism parallelism = settings.serving().parallelism();
        Backend backend = resources.add(
                Backends.open(settings.device(), settings.backendOptions(parallelism.threads())));
        device = backend.description();
        Function<Backend, PlacedModel> placing = on ->
                new PlacedModel(checkpoint, config, tokenizer.specialTokens(), headLoader, on);
        model = placing.apply(backend);
        Supplier<Backend> opening = backend.wider();
        wider = opening == null
                ? null
                : resources.add(new WiderModel(name, model, opening, placing));
        Integer asked = settings.serving().batchTokens();
        batchTokens = asked == null ? backend.batchTokens() : asked;
        boolean alone = settings.serving().workers() == null && !backend.gainsFromSessions();
        workers = openWorkers(backend, alone ? 1 : parallelism.workers());
        log.info(
                "Loaded {} in {} ms: {} layers, hidden size {}, up to {} tokens, {} MiB on {}.",
                name,
                (System.nanoTime() - start) / NANOS_PER_MILLI,
                config.layers(),
                config.hiddenSize(),
                maxTokens,
                backend.allocatedBytes() >> 20,
                device);
        warnOf(model.leftovers());
    }

    /** Loads a model; a failure leaves nothing open. */
    static LoadedModel load(ModelSettings settings, HeadLoader headLoader) {
        Resources resources = new Resources();
        try {
            return new LoadedModel(settings, headLoader, resources);
        } catch (RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    private List<BatchRunner.Device> openWorkers(Backend backend, int count) {
        List<BatchRunner.Device> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Session session = resources.add(backend.openSession());
            opened.add(new Worker(session));
        }
        return List.copyOf(opened);
    }

    private final class Worker implements BatchRunner.Device {

        private final Session session;

        private Worker(Session session) {
            this.session = session;
        }

        @Override
        public float[] forward(PackedBatch batch, Head head) {
            return model.forward(session, batch, head);
        }

        @Override
        public BatchRunner.@Nullable Device wider() {
            return wider;
        }
    }

    private void warnOf(List<String> leftovers) {
        if (!leftovers.isEmpty()) {
            log.warn(
                    "{} has {} tensors that this task does not use: {}.",
                    name,
                    leftovers.size(),
                    leftovers);
        }
    }

    String name() {
        return name;
    }

    String device() {
        return device;
    }

    JsonNode json() {
        return json;
    }

    DebertaConfig config() {
        return model.config();
    }

    DebertaTokenizer tokenizer() {
        return tokenizer;
    }

    InputFitter fitter() {
        return fitter;
    }

    /** The task's own head. */
    Head head() {
        return model.head();
    }

    /** Tokens of one batch. */
    int batchTokens() {
        return batchTokens;
    }

    /** What runs its batches side by side. */
    List<BatchRunner.Device> workers() {
        return workers;
    }

    /** Bytes outside the Java heap: weights and what the workers compute with. */
    long nativeBytes() {
        return model.backend().allocatedBytes() + (wider == null ? 0 : wider.nativeBytes());
    }

    @Override
    public void close() {
        resources.close();
    }
}
