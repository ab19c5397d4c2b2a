package io.flashdeberta.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;

/** The numbers that matrix products take; sums are formed in fp32. */
enum NumberType {
    FP32(dnnl_f32, 4),
    BF16(dnnl_bf16, 2);

    private final int code;
    private final int bytes;

    NumberType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** oneDNN's number for it. */
    int code() {
        return code;
    }

    int bytes() {
        return bytes;
    }

    /** Whether the processor multiplies bf16 in hardware: AVX-512 BF16 or AMX. Elsewhere fp32 is faster. */
    static boolean hasBf16() {
        int isa = dnnl_get_effective_cpu_isa();
        int bf16 = dnnl_cpu_isa_avx512_core_bf16;
        return (isa & bf16) == bf16;
    }
}
