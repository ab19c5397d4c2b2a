package io.flashdeberta.embed;

import io.flashdeberta.engine.Arguments;
import io.flashdeberta.engine.DebertaTask;
import io.flashdeberta.engine.Engine;
import io.flashdeberta.engine.FittedInput;
import io.flashdeberta.engine.FittedInput.Piece;
import io.flashdeberta.engine.Job;
import io.flashdeberta.engine.ModelBuilder;
import io.flashdeberta.engine.Output;
import io.flashdeberta.engine.Truncation;
import io.flashdeberta.model.Head;
import io.flashdeberta.model.HiddenStates;
import io.flashdeberta.tokenizer.ModelInput;
import io.flashdeberta.tokenizer.Offsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Gives the vectors of texts and of their tokens: the hidden states of the last layer, of any DeBERTa checkpoint. A text that
 * is too long is cut, and the result says so, or is refused. Thread-safe; close it to free the model.
 */
public final class DebertaEmbedder extends DebertaTask<DebertaEmbedder> {

    private final Pooling pooling;
    private final boolean normalize;
    private final Truncation truncation;
    private final Head pooled;
    private final Head allTokens;

    private DebertaEmbedder(
            Engine engine,
            Pooling pooling,
            boolean normalize,
            Truncation truncation,
            @Nullable Duration timeout) {
        super(engine, timeout);
        pooled = pooling.states().head(dimensions());
        allTokens = HiddenStates.ALL_TOKENS.head(dimensions());
        this.pooling = pooling;
        this.normalize = normalize;
        this.truncation = truncation;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Length of the vectors. */
    public int dimensions() {
        return engine.config().hiddenSize();
    }

    /** {@link #embed(List)} of one text. */
    public Embedding embed(String text) {
        return answer(vector(text));
    }

    /**
     * The vectors of texts, which may be empty.
     *
     * @return a vector for each text, in the same order
     * @throws IllegalArgumentException if the list or a text is null
     * @throws IllegalStateException if the model is closed
     */
    public List<Embedding> embed(List<String> texts) {
        return answer(vectors(texts));
    }

    /** {@link #embed(String)} as a future. */
    public CompletableFuture<Embedding> embedAsync(String text) {
        return answerLater(vector(text));
    }

    /** {@link #embed(List)} as a future. */
    public CompletableFuture<List<Embedding>> embedAsync(List<String> texts) {
        return answerLater(vectors(texts));
    }

    private Job<Embedding> vector(String text) {
        return Job.first(vectors(List.of(Arguments.requireText(text, "text"))));
    }

    private Job<List<Embedding>> vectors(List<String> texts) {
        List<String> checked = Arguments.requireTexts(texts, "text");
        return Job.anew(call -> call.run(
                checked, engine.singles(truncation, Offsets.WITHOUT), pooled, this::embedding));
    }

    private Embedding embedding(int index, FittedInput input, List<Output> outputs) {
        float[] vector = outputs.get(0).row(0);
        if (normalize) {
            normalize(vector);
        }
        return new Embedding(vector, input.tokens(), input.truncated());
    }

    /**
     * The vectors of all tokens of a text, which may be empty; pooling and normalisation have no part in them.
     *
     * @throws IllegalArgumentException if the text is null
     * @throws IllegalStateException if the model is closed
     */
    public HiddenStatesResult hiddenStates(String text) {
        return answer(tokenVectors(text));
    }

    /** {@link #hiddenStates(String)} as a future. */
    public CompletableFuture<HiddenStatesResult> hiddenStatesAsync(String text) {
        return answerLater(tokenVectors(text));
    }

    private Job<HiddenStatesResult> tokenVectors(String text) {
        List<String> texts = List.of(Arguments.requireText(text, "text"));
        return Job.first(Job.anew(call -> call.run(
                texts, engine.singles(truncation, Offsets.WITH), allTokens, this::hiddenStates)));
    }

    private HiddenStatesResult hiddenStates(int index, FittedInput input, List<Output> outputs) {
        Piece piece = input.pieces().get(0);
        Output output = outputs.get(0);
        List<TokenEmbedding> tokens = new ArrayList<>();
        for (int position = 0; position < output.rows(); position++) {
            tokens.add(token(piece, position, output.row(position)));
        }
        return new HiddenStatesResult(tokens, input.truncated());
    }

    private TokenEmbedding token(Piece piece, int position, float[] vector) {
        ModelInput input = piece.input();
        String token = engine.withTokenizer(tokenizer -> tokenizer.token(input.ids()[position]));
        int index = input.token(position);
        if (index < 0) {
            int end = position == 0 || piece.text().size() == 0
                    ? 0
                    : piece.text().end(piece.text().size() - 1);
            return new TokenEmbedding(token, end, end, vector);
        }
        return new TokenEmbedding(
                token, piece.text().start(index), piece.text().end(index), vector);
    }

    @Override
    protected DebertaEmbedder copy(Engine engine, Duration timeout) {
        return new DebertaEmbedder(engine, pooling, normalize, truncation, timeout);
    }

    private static void normalize(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        double norm = Math.sqrt(sum);
        for (int i = 0; i < vector.length && norm > 0; i++) {
            vector[i] = (float) (vector[i] / norm);
        }
    }

    /** Settings of an embedder; only the model must be named. */
    public static final class Builder extends ModelBuilder<DebertaEmbedder, Builder> {

        private Pooling pooling = Pooling.MEAN;
        private boolean normalize;
        private Truncation truncation = Truncation.TRUNCATE;

        private Builder() {
            super((config, specialTokens, weights, backend) ->
                    HiddenStates.MEAN.head(config.hiddenSize()));
        }

        /** How the vectors of tokens become one; {@link Pooling#MEAN} by default. */
        public Builder pooling(Pooling pooling) {
            this.pooling = pooling;
            return this;
        }

        /** Whether vectors are scaled to length 1; they are not by default. */
        public Builder normalize(boolean normalize) {
            this.normalize = normalize;
            return this;
        }

        /** {@link Truncation#ERROR}, or {@link Truncation#TRUNCATE}, the default. */
        public Builder truncation(Truncation truncation) {
            this.truncation = truncation.requireWhole();
            return this;
        }

        @Override
        protected DebertaEmbedder build(Engine engine) {
            return new DebertaEmbedder(engine, pooling, normalize, truncation, engine.timeout());
        }
    }
}
