package io.flashdeberta.engine;

import io.flashdeberta.backend.PackedBatch;
import io.flashdeberta.model.DebertaConfig;
import io.flashdeberta.model.Head;
import io.flashdeberta.tokenizer.DebertaTokenizer;
import io.flashdeberta.tokenizer.ModelInput;
import io.flashdeberta.tokenizer.TokenizedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * An opened model with a task's head: fits texts into sequences in the caller's thread, and runs sequences in batches, one
 * batch at a time. Thread-safe.
 */
public final class Engine implements AutoCloseable {

    private final LoadedModel model;
    private final int batchTokens;
    private final ResultCache cache;
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private final Lock device = new ReentrantLock(true);
    private volatile boolean closed;

    private Engine(LoadedModel model, int batchTokens, ResultCache cache) {
        this.model = model;
        this.batchTokens = batchTokens;
        this.cache = cache;
    }

    /** Opens a model; a failure leaves nothing open. */
    public static Engine open(ModelSettings settings, HeadLoader headLoader) {
        return new Engine(
                LoadedModel.load(settings, headLoader), settings.batchTokens(), settings.cache());
    }

    public DebertaConfig config() {
        return model.config();
    }

    /** The checkpoint's {@code config.json}. */
    public JsonNode json() {
        return model.json();
    }

    /** Fits tokenized texts into this model's limit. */
    public InputFitter fitter() {
        return model.fitter();
    }

    ModelStatus status() {
        return new ModelStatus(model.name(), model.device(), fitter().maxTokens(), !closed);
    }

    ResultCache cache() {
        return cache;
    }

    /** Uses the tokenizer while the model is kept open. */
    public <T> T withTokenizer(Function<DebertaTokenizer, T> use) {
        return whileOpen(() -> use.apply(model.tokenizer()));
    }

    public TokenizedText tokenize(String text) {
        return withTokenizer(tokenizer -> tokenizer.tokenize(text));
    }

    /** {@code [CLS] text [SEP]} for each text, within the model's limit. */
    public List<FittedInput> fitSingles(List<String> texts, Truncation truncation) {
        List<TokenizedText> tokens = withTokenizer(tokenizer -> tokenizer.tokenize(texts));
        List<FittedInput> inputs = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            inputs.add(fitter().single("The text at index " + i, tokens.get(i), truncation));
        }
        return inputs;
    }

    /** {@code [CLS] first [SEP] second [SEP]} for each second text, within the model's limit. */
    public List<FittedInput> fitPairs(String first, List<String> seconds, Truncation truncation) {
        TokenizedText firstTokens = tokenize(first);
        List<TokenizedText> tokens = withTokenizer(tokenizer -> tokenizer.tokenize(seconds));
        List<FittedInput> inputs = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            inputs.add(fitter().pair(
                            "The pair at index " + i, firstTokens, tokens.get(i), truncation));
        }
        return inputs;
    }

    /** The head's outputs for each piece of each input. */
    public List<List<Output>> run(List<FittedInput> inputs) {
        return run(inputs, model.head());
    }

    /** Another head's outputs for each piece of each input. */
    public List<List<Output>> run(List<FittedInput> inputs, Head head) {
        List<Output> flat = runSequences(
                inputs.stream()
                        .flatMap(input -> input.pieces().stream())
                        .map(FittedInput.Piece::input)
                        .toList(),
                head);
        List<List<Output>> outputs = new ArrayList<>();
        int next = 0;
        for (FittedInput input : inputs) {
            int end = next + input.pieces().size();
            outputs.add(flat.subList(next, end));
            next = end;
        }
        return outputs;
    }

    private List<Output> runSequences(List<ModelInput> inputs, Head head) {
        return whileOpen(() -> {
            int[] lengths = inputs.stream().mapToInt(ModelInput::length).toArray();
            Output[] outputs = new Output[inputs.size()];
            for (List<Integer> batch : Batches.pack(lengths, batchTokens)) {
                runBatch(batch, inputs, head, outputs);
            }
            return Arrays.asList(outputs);
        });
    }

    private void runBatch(
            List<Integer> batch, List<ModelInput> inputs, Head head, Output[] outputs) {
        List<int[]> ids = batch.stream().map(i -> inputs.get(i).ids()).toList();
        List<int[]> typeIds = batch.stream().map(i -> inputs.get(i).typeIds()).toList();
        float[] values = forward(PackedBatch.of(ids, typeIds), head);
        int row = 0;
        for (int i = 0; i < batch.size(); i++) {
            int rows = head.rows(ids.get(i));
            outputs[batch.get(i)] = new Output(values, row, rows, head.columns());
            row += rows;
        }
    }

    private float[] forward(PackedBatch batch, Head head) {
        device.lock();
        try {
            requireOpen();
            return model.forward(batch, head);
        } finally {
            device.unlock();
        }
    }

    private <T> T whileOpen(Supplier<T> action) {
        life.readLock().lock();
        try {
            requireOpen();
            return action.get();
        } finally {
            life.readLock().unlock();
        }
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The model " + model.name() + " is closed.");
        }
    }

    /** Waits for the batch that is running. Closing again has no effect. */
    @Override
    public void close() {
        closed = true;
        life.writeLock().lock();
        try {
            model.close();
        } finally {
            life.writeLock().unlock();
        }
    }
}
