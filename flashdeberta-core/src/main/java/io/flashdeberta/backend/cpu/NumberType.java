package io.flashdeberta.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2_vnni;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_vnni;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s8;

/** The numbers that matrix products take; sums are formed in 32 bits. */
enum NumberType {
    FP32(dnnl_f32, 4),
    BF16(dnnl_bf16, 2),
    INT8(dnnl_s8, 1);

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

    /** Whether the processor adds up products of 8 bits in hardware: VNNI. Elsewhere they gain nothing. */
    static boolean hasInt8() {
        int isa = dnnl_get_effective_cpu_isa();
        return has(isa, dnnl_cpu_isa_avx512_core_vnni) || has(isa, dnnl_cpu_isa_avx2_vnni);
    }

    /** Whether the processor multiplies bf16 in hardware: AVX-512 BF16 or AMX. Elsewhere fp32 is faster. */
    static boolean hasBf16() {
        return has(dnnl_get_effective_cpu_isa(), dnnl_cpu_isa_avx512_core_bf16);
    }

    private static boolean has(int isa, int features) {
        return (isa & features) == features;
    }
}
