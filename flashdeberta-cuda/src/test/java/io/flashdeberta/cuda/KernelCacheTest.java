package io.flashdeberta.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelCacheTest {

    private static final KernelProgram PROGRAM =
            KernelProgram.of("layer_norm.cu", NumberType.HALF, "COLUMNS=64");

    @TempDir
    Path folder;

    /** Counts what it is asked for. */
    private static final class Compiler implements KernelCompiler {
        private final String version;
        private final AtomicInteger asked = new AtomicInteger();

        Compiler(String version) {
            this.version = version;
        }

        @Override
        public String identity() {
            return version;
        }

        @Override
        public List<String> options(KernelProgram program) {
            return program.options(new Architecture("sm_90a", true));
        }

        @Override
        public byte[] compile(KernelProgram program) {
            asked.incrementAndGet();
            return (version + program).repeat(100).getBytes(StandardCharsets.UTF_8);
        }
    }

    private final Compiler compiler = new Compiler("1");

    private byte[] get(Path where, KernelProgram program) {
        return new KernelCache(where, compiler).get(program);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void aProgramIsCompiledOnce() throws IOException {
        byte[] first = get(folder, PROGRAM);
        assertThat(get(folder, PROGRAM)).containsExactly(first);
        assertThat(compiler.asked).hasValue(1);
        assertThat(files()).singleElement().asString().contains("layer_norm-");
    }

    @Test
    void optionsTypesAndVersionsAreKeptApart() {
        get(folder, PROGRAM);
        get(folder, KernelProgram.of("layer_norm.cu", NumberType.HALF, "COLUMNS=65"));
        get(folder, KernelProgram.of("layer_norm.cu", NumberType.BFLOAT, "COLUMNS=64"));
        get(folder, KernelProgram.of("softmax.cu", NumberType.HALF, "COLUMNS=64"));
        assertThat(compiler.asked).hasValue(4);
        Compiler newer = new Compiler("2");
        new KernelCache(folder, newer).get(PROGRAM);
        assertThat(newer.asked).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 8, 20, 41, -1})
    void aFileThatWasCutOffIsReplaced(int length) throws IOException {
        byte[] compiled = get(folder, PROGRAM);
        Path file = files().get(0);
        byte[] content = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(content, length < 0 ? content.length - 1 : length));
        assertThat(get(folder, PROGRAM)).containsExactly(compiled);
        assertThat(get(folder, PROGRAM)).containsExactly(compiled);
        assertThat(compiler.asked).hasValue(2);
        assertThat(Files.readAllBytes(file)).containsExactly(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 7, 10, 39, 40, 300})
    void aFileWithAWrongByteIsReplaced(int position) throws IOException {
        byte[] compiled = get(folder, PROGRAM);
        Path file = files().get(0);
        byte[] content = Files.readAllBytes(file);
        content[position] ^= 0x40;
        Files.write(file, content);
        assertThat(get(folder, PROGRAM)).containsExactly(compiled);
        assertThat(compiler.asked).hasValue(2);
    }

    @Test
    void aFileThatGrewIsReplaced() throws IOException {
        byte[] compiled = get(folder, PROGRAM);
        Path file = files().get(0);
        byte[] content = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(content, content.length + 1));
        assertThat(get(folder, PROGRAM)).containsExactly(compiled);
        assertThat(compiler.asked).hasValue(2);
    }

    /** A file where the folder should be: nothing can be read or written there, whoever asks. */
    @Test
    void aFolderThatCannotBeUsedOnlyCostsTime() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        assertOnlyCostsTime(file.resolve("kernels"));
        assertThat(file).hasContent("no folder");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void soDoesAFileSystemThatNobodyCanWriteTo() {
        assertOnlyCostsTime(Path.of("/proc/flashdeberta/kernels"));
    }

    private void assertOnlyCostsTime(Path impossible) {
        byte[] compiled = get(impossible, PROGRAM);
        assertThat(get(impossible, PROGRAM)).containsExactly(compiled);
        assertThat(compiler.asked).hasValue(2);
    }

    @Test
    void aFolderThatMayOnlyBeReadIsRead() throws IOException {
        byte[] compiled = get(folder, PROGRAM);
        assumeTrue(
                folder.toFile().setWritable(false) && !Files.isWritable(folder),
                "This user may write everywhere.");
        assertThat(get(folder, PROGRAM)).containsExactly(compiled);
        assertThat(compiler.asked).hasValue(1);
        KernelProgram other = KernelProgram.of("softmax.cu", NumberType.HALF);
        assertThat(get(folder, other)).isNotEmpty();
        assertThat(files()).hasSize(1);
    }

    @Test
    void manyWriteAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<byte[]>> results = new ArrayList<>();
            for (int n = 0; n < 64; n++) {
                results.add(threads.submit(() -> get(folder, PROGRAM)));
            }
            for (Future<byte[]> result : results) {
                assertThat(result.get()).containsExactly(compiler.compile(PROGRAM));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(files()).hasSize(1);
    }

    /** A process that asks for many programs, again and again, and damages one now and then. */
    static final class Other {

        private static final int PROGRAMS = 10;
        private static final int ROUNDS = 40;

        private Other() {}

        public static void main(String[] arguments) throws IOException {
            Path shared = Path.of(arguments[0]);
            Compiler compiler = new Compiler("1");
            Random random = new Random();
            for (int n = 0; n < PROGRAMS * ROUNDS; n++) {
                KernelProgram program = program(n % PROGRAMS);
                byte[] found = new KernelCache(shared, compiler).get(program);
                if (!Arrays.equals(found, compiler.compile(program))) {
                    throw new IllegalStateException("Something else came for " + program);
                }
                if (random.nextInt(PROGRAMS) == 0) {
                    damage(shared);
                }
            }
        }

        static KernelProgram program(int number) {
            return KernelProgram.of("layer_norm.cu", NumberType.HALF, "COLUMNS=" + number);
        }

        private static void damage(Path shared) throws IOException {
            try (Stream<Path> files = Files.list(shared)) {
                Path victim = files.filter(file -> file.toString().endsWith(".bin"))
                        .findFirst()
                        .orElseThrow();
                Files.write(victim, new byte[] {1, 2, 3});
            }
        }
    }

    @Test
    void processesShareAFolder() throws Exception {
        List<Process> processes = new ArrayList<>();
        Path log = folder.resolve("log");
        Path shared = folder.resolve("kernels");
        for (int n = 0; n < 3; n++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Other.class.getName(),
                            shared.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).as(Files.readString(log)).isZero();
        }
        for (int n = 0; n < Other.PROGRAMS; n++) {
            get(shared, Other.program(n));
        }
        try (Stream<Path> files = Files.list(shared)) {
            assertThat(files).hasSize(Other.PROGRAMS);
        }
        int asked = compiler.asked.get();
        for (int n = 0; n < Other.PROGRAMS; n++) {
            get(shared, Other.program(n));
        }
        assertThat(compiler.asked).hasValue(asked);
    }
}
