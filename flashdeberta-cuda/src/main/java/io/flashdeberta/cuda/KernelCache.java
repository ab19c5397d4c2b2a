package io.flashdeberta.cuda;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled programs on disk, each in a file named by a hash of all that decides its content. A file is written beside its
 * place and moved there in one step, so that processes may share a folder; it carries its length and a hash, and is written
 * anew when they do not fit. A folder that cannot be used costs the time to compile, and one line in the log.
 */
final class KernelCache {

    /** System property that names another folder. */
    static final String FOLDER = "flashdeberta.cuda.kernel-cache";

    private static final Logger log = LoggerFactory.getLogger(KernelCache.class);
    private static final int MAGIC = 0x46444b31;
    private static final int HASH_BYTES = 32;
    private static final int LARGEST = 64 << 20;

    private static final Map<Path, Object> COMPILING = new ConcurrentHashMap<>();

    private final Path folder;
    private final KernelCompiler compiler;
    private final AtomicBoolean complained = new AtomicBoolean();

    KernelCache(Path folder, KernelCompiler compiler) {
        this.folder = folder;
        this.compiler = compiler;
    }

    /** The folder that the system property names, or the user's folder for caches. */
    static Path folder() {
        String named = System.getProperty(FOLDER);
        if (named != null) {
            return Path.of(named);
        }
        String caches = System.getenv("XDG_CACHE_HOME");
        String windows = System.getenv("LOCALAPPDATA");
        Path base = caches != null
                ? Path.of(caches)
                : windows != null
                        ? Path.of(windows)
                        : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("flashdeberta").resolve("kernels");
    }

    /** The compiled program, from disk or from the compiler; models that are opened at once compile it once. */
    byte[] get(KernelProgram program) {
        Path file = folder.resolve(key(program));
        synchronized (COMPILING.computeIfAbsent(file, f -> new Object())) {
            return get(program, file);
        }
    }

    private byte[] get(KernelProgram program, Path file) {
        try {
            return read(file);
        } catch (NoSuchFileException e) {
            log.debug("{} is not in {} yet.", program, folder);
        } catch (IOException e) {
            complain("read", e);
        }
        byte[] compiled = compiler.compile(program);
        try {
            write(file, compiled);
        } catch (IOException e) {
            complain("write", e);
        }
        return compiled;
    }

    private void complain(String what, IOException e) {
        if (complained.compareAndSet(false, true)) {
            log.warn(
                    "Cannot {} compiled GPU kernels in {} ({}); they are compiled anew. The system property {} names another folder.",
                    what,
                    folder,
                    e.toString(),
                    FOLDER);
        }
    }

    private String key(KernelProgram program) {
        MessageDigest digest = sha256();
        add(digest, compiler.identity());
        compiler.options(program).forEach(option -> add(digest, option));
        KernelProgram.HEADERS.forEach(header -> add(digest, KernelProgram.text(header)));
        add(digest, program.source());
        String name = program.file().replaceFirst("\\.cu$", "");
        return name + "-" + HexFormat.of().formatHex(digest.digest()) + ".bin";
    }

    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }

    private static byte[] read(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            int magic = in.readInt();
            int length = in.readInt();
            if (magic != MAGIC || length < 1 || length > LARGEST) {
                throw new IOException(file.getFileName() + " is no compiled kernel");
            }
            byte[] hash = in.readNBytes(HASH_BYTES);
            byte[] content = in.readNBytes(length);
            if (content.length != length
                    || in.read() != -1
                    || !Arrays.equals(hash, sha256().digest(content))) {
                throw new IOException(file.getFileName() + " is damaged");
            }
            return content;
        }
    }

    private void write(Path file, byte[] content) throws IOException {
        Files.createDirectories(folder);
        Path draft = Files.createTempFile(folder, "draft-", ".tmp");
        try {
            try (OutputStream out = Files.newOutputStream(draft);
                    DataOutputStream data = new DataOutputStream(out)) {
                data.writeInt(MAGIC);
                data.writeInt(content.length);
                data.write(sha256().digest(content));
                data.write(content);
            }
            move(draft, file);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static void move(Path draft, Path file) throws IOException {
        try {
            Files.move(
                    draft,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
