package io.flashdeberta.checkpoint;

import java.util.regex.Pattern;

/** Names that stay inside the folder they are resolved against. */
final class FileNames {

    private static final Pattern UNSAFE = Pattern.compile("(^|/)(\\.{0,2})(/|$)|[\\\\:\\p{Cntrl}]");

    private FileNames() {}

    /** The name of a file directly in a folder. */
    static boolean isPlain(String file) {
        return file.indexOf('/') < 0 && isRelative(file);
    }

    static String requireRelative(String file) {
        if (!isRelative(file)) {
            throw new CheckpointException(
                    "'" + file
                            + "' is not a path within a model folder; expected one such as 'encoder/config.json'.");
        }
        return file;
    }

    private static boolean isRelative(String file) {
        return !UNSAFE.matcher(file).find();
    }
}
