package io.flashdeberta.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The words for a model that is not where the user said. */
final class Missing {

    private static final Pattern HUB_NAME = Pattern.compile("[\\w.-]+/[\\w.-]+");

    private Missing() {}

    static String directory(String name, Path directory) {
        Path absolute = directory.toAbsolutePath();
        if (Files.exists(directory)) {
            return "The model '" + name + "' is a file (" + absolute
                    + "); expected the directory that holds config.json.";
        }
        String message =
                "The model '" + name + "' was not found: there is no directory " + absolute + ".";
        if (HUB_NAME.matcher(name).matches()) {
            return message + " Models are not downloaded from the Hugging Face hub yet: run"
                    + " 'hf download " + name
                    + " --local-dir <directory>' and name that directory.";
        }
        return message + " Name an existing directory, or 'classpath:some/folder' for resources.";
    }

    static String weights(String name, ModelFiles files) {
        for (String pickled : new String[] {"pytorch_model.bin", "pytorch_model.bin.index.json"}) {
            if (files.has(pickled)) {
                return "The model '" + name + "' has its weights in " + files.describe(pickled)
                        + ", a format not readable yet; expected model.safetensors. Convert it once with Python:"
                        + " AutoModel.from_pretrained(dir).save_pretrained(dir, safe_serialization=True), with the"
                        + " AutoModelFor… class of your task.";
            }
        }
        return "The model '" + name + "' has no weights in the " + files.describe()
                + ": expected model.safetensors, or model.safetensors.index.json and its shards.";
    }
}
