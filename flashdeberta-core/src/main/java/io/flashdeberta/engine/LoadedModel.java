package io.flashdeberta.engine;

import io.flashdeberta.backend.Backend;
import io.flashdeberta.backend.BackendOptions;
import io.flashdeberta.backend.Precision;
import io.flashdeberta.checkpoint.Checkpoint;
import io.flashdeberta.model.ConfigReader;
import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.Head;
import io.flashdeberta.tokenizer.DebertaTokenizer;
import java.util.ArrayList;
import java.util.List;
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
    private final Network network;
    private final WiderNetwork wider;
    private final String device;
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
        BackendOptions options = settings.backendOptions(parallelism.threads());
        network = resources.add(Network.load(
                settings.device(), options, checkpoint, tokenizer.specialTokens(), headLoader));
        Backend backend = network.backend();
        device = backend.description();
        wider = resources.add(new WiderNetwork(
                name,
                network.head(),
                precision -> Network.load(
                        settings.device(),
                        options.withPrecision(precision),
                        checkpoint,
                        tokenizer.specialTokens(),
                        headLoader)));
        Integer asked = settings.serving().batchTokens();
        batchTokens = asked == null ? backend.batchTokens() : asked;
        boolean alone = settings.serving().workers() == null && !backend.gainsFromSessions();
        workers = openWorkers(alone ? 1 : parallelism.workers());
        log.info(
                "Loaded {} in {} ms: {} layers, hidden size {}, up to {} tokens, {} MiB on {}.",
                name,
                (System.nanoTime() - start) / NANOS_PER_MILLI,
                config.layers(),
                config.hiddenSize(),
                maxTokens,
                backend.allocatedBytes() >> 20,
                device);
        warnOf(network.leftovers());
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

    private List<BatchRunner.Device> openWorkers(int count) {
        List<BatchRunner.Device> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BatchRunner.Device worker = network.openWorker();
            boolean overflows = network.backend().precision() == Precision.FP16;
            opened.add(overflows ? wider.behind(worker) : worker);
        }
        return List.copyOf(opened);
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
        return network.config();
    }

    DebertaTokenizer tokenizer() {
        return tokenizer;
    }

    InputFitter fitter() {
        return fitter;
    }

    /** The task's own head. */
    Head head() {
        return network.head();
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
        return network.backend().allocatedBytes() + wider.nativeBytes();
    }

    @Override
    public void close() {
        resources.close();
    }
}
