package io.flashdeberta.checkpoint;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tensors of a checkpoint by name. Valid until the {@link Checkpoint} is closed; thread-safe. */
public final class Weights {

    private final String model;
    private final Map<String, WeightTensor> tensors;
    private final List<SafetensorsFile> files;

    Weights(String model, Map<String, WeightTensor> tensors, List<SafetensorsFile> files) {
        this.model = model;
        this.tensors = tensors;
        this.files = files;
    }

    /** All names. */
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /**
     * The tensor of that name.
     *
     * @throws CheckpointException when there is none; the message lists the names nearest to it
     */
    public WeightTensor get(String name) {
        WeightTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException(
                    "The weights of '" + model + "' have no tensor '" + name + "'. Nearest of "
                            + tensors.size() + " names: " + NearNames.of(name, tensors.keySet())
                            + ". Check that the model is of the architecture and task you ask for.");
        }
        return tensor;
    }

    void close() {
        files.forEach(SafetensorsFile::close);
    }
}
