package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.javacpp.BytePointer;

/** The kernels of a model, compiled in threads of their own and loaded when they are first used. Thread-safe. */
final class Kernels implements AutoCloseable {

    private static final int COMPILING_THREADS = 4;

    private final KernelCache cache;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(COMPILING_THREADS, Kernels::thread);
    private final Map<KernelProgram, CompletableFuture<byte[]>> compiled =
            new ConcurrentHashMap<>();
    private final Map<KernelProgram, CUmod_st> modules = new ConcurrentHashMap<>();
    private final Map<Name, CUfunc_st> functions = new ConcurrentHashMap<>();

    private record Name(KernelProgram program, String function) {}

    Kernels(KernelCache cache) {
        this.cache = cache;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "flashdeberta-kernels");
        thread.setDaemon(true);
        return thread;
    }

    /** Starts to compile a program that will be needed. */
    void prepare(KernelProgram program) {
        CompletableFuture<byte[]> unused = compiled(program);
    }

    private CompletableFuture<byte[]> compiled(KernelProgram program) {
        return compiled.computeIfAbsent(
                program, p -> CompletableFuture.supplyAsync(() -> cache.get(p), threads));
    }

    /** A kernel of a program; waits until it is compiled. The GPU is current on this thread. */
    CUfunc_st get(KernelProgram program, String function) {
        CUfunc_st known = functions.get(new Name(program, function));
        if (known != null) {
            return known;
        }
        byte[] code = code(program);
        return RecordingLock.beside(() ->
                functions.computeIfAbsent(new Name(program, function), name -> load(name, code)));
    }

    private byte[] code(KernelProgram program) {
        try {
            return compiled(program).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private CUfunc_st load(Name name, byte[] code) {
        CUmod_st module =
                modules.computeIfAbsent(name.program(), program -> loadModule(program, code));
        CUfunc_st function = new CUfunc_st();
        try (BytePointer text = new BytePointer(name.function())) {
            Driver.check(
                    cuModuleGetFunction(function, module, text),
                    "find " + name.function() + " in " + name.program().file());
        }
        return function;
    }

    private static CUmod_st loadModule(KernelProgram program, byte[] code) {
        CUmod_st module = new CUmod_st();
        try (BytePointer image = new BytePointer(code.length + 1L)) {
            image.put(code, 0, code.length);
            image.put(code.length, (byte) 0);
            Driver.check(cuModuleLoadData(module, image), "load " + program.file());
        }
        return module;
    }

    @Override
    public void close() {
        threads.shutdown();
        functions.clear();
        modules.values()
                .forEach(module -> Driver.check(
                        RecordingLock.beside(() -> cuModuleUnload(module)), "unload kernels"));
        modules.clear();
    }
}
