package io.flashdeberta.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * A source file of kernels and what it is compiled with.
 *
 * @param file name of the resource
 * @param definitions macros, as in {@code COLUMNS=768}
 */
record KernelProgram(String file, List<String> definitions) {

    static final List<String> HEADERS = List.of(
            "number.cuh",
            "row.cuh",
            "pairs.cuh",
            "mma.cuh",
            "hopper.cuh",
            "wgmma.cuh",
            "saturation.cuh",
            "shares.cuh",
            "position_terms.cuh",
            "near_tiles.cuh",
            "far_tiles.cuh");

    static KernelProgram of(String file, NumberType type, String... definitions) {
        return new KernelProgram(
                file,
                Stream.concat(Stream.of("NUMBER=" + type.kernelName()), Stream.of(definitions))
                        .toList());
    }

    String source() {
        return text(file);
    }

    /** The text of a source file or header. */
    static String text(String file) {
        try (InputStream in = KernelProgram.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(
                        "The resource " + file + " is missing; the jar is broken.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The compiler's options. */
    List<String> options(Architecture architecture) {
        return Stream.concat(
                        Stream.of("--gpu-architecture=" + architecture.name(), "--std=c++17"),
                        definitions.stream().map(definition -> "-D" + definition))
                .toList();
    }
}
