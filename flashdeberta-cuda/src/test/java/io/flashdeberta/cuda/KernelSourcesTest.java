package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kernel compiles for every kind of GPU, in every type; by nvcc, since NVRTC wants a driver. */
class KernelSourcesTest {

    private static final List<String> NUMBERS = List.of("float", "Half", "BFloat");
    private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores");
    private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
    private static final Pattern INCLUDE = Pattern.compile("(?m)^#include (\\S+)");
    private static final int MOST_ATTENTION_REGISTERS = 128;
    private static final int MOST_HOPPER_SPILLS = 160;

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
        assumeTrue(
                !compiler.isEmpty(),
                "There is no nvcc on the PATH or in /usr/local/cuda/bin; install CUDA 13's cuda-nvcc to compile the kernels here.");
        for (Path source : sources()) {
            switch (source.getFileName().toString()) {
                case "attention_hopper.cu" -> hopper(source, architecture);
                case "attention_mma.cu" -> mma(source, architecture);
                default -> {
                    for (String number : NUMBERS) {
                        compile(source, architecture, number);
                    }
                }
            }
        }
    }

    private void hopper(Path source, String architecture) throws Exception {
        if (!architecture.equals("sm_90a")) {
            return;
        }
        String log = compile(source, architecture, "Half", "-DBF16=0", "-DC2P=1", "-DP2C=1");
        assertThat(most(REGISTERS, log)).as(log).isLessThanOrEqualTo(MOST_ATTENTION_REGISTERS);
        assertThat(most(SPILLS, log)).as(log).isLessThanOrEqualTo(MOST_HOPPER_SPILLS);
        compile(source, architecture, "BFloat", "-DBF16=1", "-DC2P=1", "-DP2C=1");
        compile(source, architecture, "Half", "-DBF16=0", "-DC2P=0", "-DP2C=0");
    }

    private void mma(Path source, String architecture) throws Exception {
        String log = compile(
                source, architecture, "Half", "-DBF16=0", "-DC2P=1", "-DP2C=1", "-DHEAD=64");
        assertThat(most(SPILLS, log)).as(log).isZero();
        compile(source, architecture, "Half", "-DBF16=0", "-DC2P=1", "-DP2C=1", "-DHEAD=128");
        if (!architecture.equals("sm_75")) {
            compile(source, architecture, "BFloat", "-DBF16=1", "-DC2P=1", "-DP2C=1", "-DHEAD=64");
        }
    }

    private String compile(Path source, String architecture, String number, String... definitions)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(
                compiler,
                "-arch=" + architecture,
                "--std=c++20",
                "-cubin",
                "-Xptxas=-v",
                "-Werror=all-warnings",
                "-diag-suppress=177", // constants that one kind of kernel does not use
                "-DNUMBER=" + number,
                "-DCOLUMNS=768",
                "-DHEAD_SIZE=64",
                "-DCONTENT_TO_POSITION=1",
                "-DPOSITION_TO_CONTENT=1",
                "-o",
                folder.resolve("kernel.cubin").toString(),
                source.toString()));
        command.addAll(List.of(definitions));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + log).isZero();
        if (source.getFileName().toString().equals("attention.cu")) {
            assertThat(most(SPILLS, log)).as("bytes spilled\n" + log).isZero();
            assertThat(most(REGISTERS, log))
                    .as("registers\n" + log)
                    .isBetween(1, MOST_ATTENTION_REGISTERS);
        }
        return log;
    }

    private static int most(Pattern pattern, String log) throws IOException {
        return pattern.matcher(log)
                .results()
                .mapToInt(result -> Integer.parseInt(result.group(1)))
                .max()
                .orElseThrow(() -> new IOException("ptxas reported nothing:\n" + log));
    }
}
