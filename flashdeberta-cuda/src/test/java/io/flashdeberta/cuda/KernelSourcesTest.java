package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kernel compiles for every kind of GPU, in every type; by nvcc, since NVRTC wants a driver. */
class KernelSourcesTest {

    private static final List<String> NUMBERS = List.of("float", "Half", "BFloat");
    private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores");
    private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
    private static final Pattern INCLUDE = Pattern.compile("(?m)^#include (\\S+)");
    private static final Map<String, Bounds> BOUNDS = Map.of(
            "attention.cu", new Bounds(128, 0),
            "attention_hopper_near.cu", new Bounds(128, 80),
            "attention_hopper_far.cu", new Bounds(128, 160),
            "attention_mma.cu", new Bounds(255, 0));

    private static final String NO_COMPILER =
            "There is no nvcc on the PATH or in /usr/local/cuda/bin; install CUDA 13's cuda-nvcc to compile the kernels here.";

    /** A variable that one of a kernel's kinds does not use. */
    private static final int UNUSED = 177;

    private record Bounds(int registers, int spilledBytes) {}

    @TempDir
    Path folder;

    private String compiler;

    @BeforeEach
    void findCompiler() {
        compiler = Stream.concat(
                        Stream.of(System.getenv("PATH").split(":")),
                        Stream.of("/usr/local/cuda/bin"))
                .map(path -> Path.of(path, "nvcc"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElse("");
    }

    private static List<Path> sources() throws Exception {
        Path root =
                Path.of(KernelProgram.class.getResource("number.cuh").toURI()).getParent();
        try (Stream<Path> files = Files.list(root)) {
            return files.filter(file -> file.toString().endsWith(".cu"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void theyIncludeNothingButOurHeaders() throws Exception {
        assertThat(sources()).hasSizeGreaterThan(10);
        for (Path source : sources()) {
            Matcher includes = INCLUDE.matcher(Files.readString(source));
            while (includes.find()) {
                assertThat(KernelProgram.HEADERS).contains(includes.group(1).replace("\"", ""));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sm_75", "sm_80", "sm_86", "sm_89", "sm_90a", "sm_100", "sm_120"})
    void theyCompile(String architecture) throws Exception {
        assumeTrue(!compiler.isEmpty(), NO_COMPILER);
        sources().parallelStream().forEach(source -> {
            for (String number : NUMBERS) {
                String file = source.getFileName().toString();
                if (isFor(file, architecture, number)) {
                    String log = compile(source, architecture, number, 64, true, true);
                    if (BOUNDS.containsKey(file)) {
                        assertBounded(BOUNDS.get(file), log);
                    }
                }
            }
        });
    }

    /** A model without one of the position terms, or with larger heads. */
    @ParameterizedTest
    @CsvSource({"sm_75,Half", "sm_90a,Half", "sm_90a,BFloat", "sm_120,BFloat"})
    void attentionCompilesForEveryModel(String architecture, String number) throws Exception {
        assumeTrue(!compiler.isEmpty(), NO_COMPILER);
        sources().parallelStream().forEach(source -> {
            String file = source.getFileName().toString();
            if (BOUNDS.containsKey(file) && isFor(file, architecture, number)) {
                for (boolean queries : new boolean[] {false, true}) {
                    String log = compile(source, architecture, number, 64, queries, !queries);
                    assertBounded(BOUNDS.get(file), log);
                }
                if (!file.equals("attention_hopper_near.cu")) {
                    compile(source, architecture, number, 64, false, false);
                }
                if (!file.startsWith("attention_hopper")) {
                    compile(source, architecture, number, 128, true, true);
                }
            }
        });
    }

    /** Tensor cores take 16-bit numbers, bf16 from Ampere on, and two kernels have instructions of Hopper alone. */
    private static boolean isFor(String file, String architecture, String number) {
        return switch (file) {
            case "attention_hopper_near.cu", "attention_hopper_far.cu" ->
                architecture.equals("sm_90a") && !number.equals("float");
            case "attention_mma.cu" ->
                number.equals("Half") || (number.equals("BFloat") && !architecture.equals("sm_75"));
            default -> true;
        };
    }

    private String compile(
            Path source,
            String architecture,
            String number,
            int headSize,
            boolean contentToPosition,
            boolean positionToContent) {
        List<String> command = new ArrayList<>(List.of(
                compiler,
                "-arch=" + architecture,
                "--std=c++17",
                "-cubin",
                "-Xptxas=-v",
                "-Werror=all-warnings",
                "-diag-suppress=" + UNUSED,
                "-DNUMBER=" + number,
                "-DBF16=" + (number.equals("BFloat") ? 1 : 0),
                "-DCOLUMNS=768",
                "-DHEAD_SIZE=" + headSize,
                "-DCONTENT_TO_POSITION=" + (contentToPosition ? 1 : 0),
                "-DPOSITION_TO_CONTENT=" + (positionToContent ? 1 : 0),
                "-o",
                folder.resolve(source.getFileName() + ".cubin").toString(),
                source.toString()));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String log =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as(String.join(" ", command) + "\n" + log)
                    .isZero();
            return log;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertBounded(Bounds bounds, String log) {
        // Said where asynchronous products cannot run beside others.
        assertThat(log).doesNotContain("Potential Performance Loss");
        assertThat(most(SPILLS, log))
                .as("bytes spilled\n" + log)
                .isLessThanOrEqualTo(bounds.spilledBytes());
        assertThat(most(REGISTERS, log)).as("registers\n" + log).isBetween(1, bounds.registers());
    }

    private static int most(Pattern pattern, String log) {
        return pattern.matcher(log)
                .results()
                .mapToInt(result -> Integer.parseInt(result.group(1)))
                .max()
                .orElseThrow(() -> new AssertionError("ptxas reported nothing:\n" + log));
    }
}
