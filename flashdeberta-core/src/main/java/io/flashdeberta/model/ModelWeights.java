package io.flashdeberta.model;

import io.flashdeberta.checkpoint.CheckpointException;
import io.flashdeberta.checkpoint.WeightTensor;
import io.flashdeberta.checkpoint.Weights;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** A checkpoint's tensors as the model asks for them: shapes are checked, and what nobody asked for is known at the end. */
public final class ModelWeights {

    private static final Pattern KNOWN_EXTRAS = Pattern.compile(
            "(.*\\.)?(position_embeddings\\.weight|position_ids|(mask|lm)_predictions\\..*|encoder\\.LayerNorm\\..*)");

    private final Weights weights;
    private final String prefix;
    private final Set<String> taken;

    /** All tensors, by their full names. */
    public ModelWeights(Weights weights) {
        this(weights, "", new TreeSet<>());
    }

    private ModelWeights(Weights weights, String prefix, Set<String> taken) {
        this.weights = weights;
        this.prefix = prefix;
        this.taken = taken;
    }

    /** The tensors whose names start with {@code name + "."}. */
    public ModelWeights in(String name) {
        return new ModelWeights(weights, prefix + name + ".", taken);
    }

    /** The encoder's tensors: those under {@code deberta.}, or all of them in a bare base model. */
    public ModelWeights encoder() {
        String first = prefix + "deberta.";
        return weights.names().stream().anyMatch(name -> name.startsWith(first))
                ? in("deberta")
                : this;
    }

    public boolean contains(String name) {
        return weights.contains(prefix + name);
    }

    /** @throws CheckpointException if the tensor is missing */
    public long[] shape(String name) {
        return weights.get(prefix + name).shape();
    }

    /** @throws CheckpointException if the tensor is missing or has another shape */
    public WeightTensor get(String name, long... shape) {
        WeightTensor tensor = weights.get(prefix + name);
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new CheckpointException(
                    "Tensor " + prefix + name + " has shape " + Arrays.toString(tensor.shape())
                            + "; config.json makes it " + Arrays.toString(shape)
                            + ". The configuration and the weights do not belong together.");
        }
        taken.add(prefix + name);
        return tensor;
    }

    /** Tensors that were never asked for, without those that published checkpoints carry along unused. */
    public List<String> leftovers() {
        return weights.names().stream()
                .filter(name ->
                        !taken.contains(name) && !KNOWN_EXTRAS.matcher(name).matches())
                .sorted()
                .toList();
    }
}
