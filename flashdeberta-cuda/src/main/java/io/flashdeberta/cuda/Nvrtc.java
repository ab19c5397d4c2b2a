package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.nvrtc.NVRTC_SUCCESS;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCompileProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCreateProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcDestroyProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBIN;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBINSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetErrorString;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetNumSupportedArchs;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetPTX;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetPTXSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLog;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLogSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetSupportedArchs;
import static org.bytedeco.cuda.global.nvrtc.nvrtcVersion;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** CUDA's run-time compiler. It is given our headers in memory and looks for no others. Thread-safe. */
final class Nvrtc implements KernelCompiler {

    private final Architecture architecture;
    private final String version;

    Nvrtc(Gpu gpu) {
        int[] count = new int[1];
        check(nvrtcGetNumSupportedArchs(count), "tell what it compiles for");
        int[] supported = new int[count[0]];
        check(nvrtcGetSupportedArchs(supported), "tell what it compiles for");
        architecture = Architecture.of(gpu, supported);
        int[] major = new int[1];
        int[] minor = new int[1];
        check(nvrtcVersion(major, minor), "tell its version");
        version = major[0] + "." + minor[0];
    }

    @Override
    public String identity() {
        return "NVRTC " + version;
    }

    @Override
    public List<String> options(KernelProgram program) {
        return program.options(architecture);
    }

    @Override
    public byte[] compile(KernelProgram program) {
        String[] names = KernelProgram.HEADERS.toArray(String[]::new);
        String[] texts =
                KernelProgram.HEADERS.stream().map(KernelProgram::text).toArray(String[]::new);
        _nvrtcProgram handle = new _nvrtcProgram();
        try (BytePointer source = new BytePointer(program.source());
                BytePointer file = new BytePointer(program.file());
                PointerPointer<Pointer> headers = new PointerPointer<>(texts);
                PointerPointer<Pointer> headerNames = new PointerPointer<>(names)) {
            check(
                    nvrtcCreateProgram(handle, source, file, names.length, headers, headerNames),
                    "take " + program.file());
            return compile(handle, program);
        } finally {
            nvrtcDestroyProgram(handle);
        }
    }

    private byte[] compile(_nvrtcProgram handle, KernelProgram program) {
        String[] options = options(program).toArray(String[]::new);
        try (PointerPointer<Pointer> arguments = new PointerPointer<>(options)) {
            int result = nvrtcCompileProgram(handle, options.length, arguments);
            if (result != NVRTC_SUCCESS) {
                throw new CudaException("NVRTC " + version + " could not compile " + program.file()
                        + " with " + List.of(options) + ":\n" + log(handle));
            }
        }
        return architecture.binary()
                ? result(
                        handle,
                        (h, size) -> nvrtcGetCUBINSize(h, size),
                        (h, to) -> nvrtcGetCUBIN(h, to))
                : result(
                        handle,
                        (h, size) -> nvrtcGetPTXSize(h, size),
                        (h, to) -> nvrtcGetPTX(h, to));
    }

    private interface Size {
        int get(_nvrtcProgram handle, SizeTPointer size);
    }

    private interface Content {
        int get(_nvrtcProgram handle, byte[] target);
    }

    private static byte[] result(_nvrtcProgram handle, Size size, Content content) {
        try (SizeTPointer bytes = new SizeTPointer(1)) {
            check(size.get(handle, bytes), "tell a size");
            byte[] target = new byte[Math.toIntExact(bytes.get())];
            check(content.get(handle, target), "hand over a result");
            return target;
        }
    }

    private static String log(_nvrtcProgram handle) {
        byte[] log = result(
                handle,
                (h, size) -> nvrtcGetProgramLogSize(h, size),
                (h, to) -> nvrtcGetProgramLog(h, to));
        return new String(log, StandardCharsets.UTF_8).trim();
    }

    private static void check(int result, String action) {
        if (result != NVRTC_SUCCESS) {
            throw new CudaException("NVRTC could not " + action + ": "
                    + nvrtcGetErrorString(result).getString());
        }
    }
}
