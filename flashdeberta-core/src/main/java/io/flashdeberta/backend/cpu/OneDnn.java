package io.flashdeberta.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_invalid_arguments;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_out_of_memory;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;
import static org.bytedeco.dnnl.global.dnnl.dnnl_unimplemented;

import io.flashdeberta.FlashDebertaException;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;

/** The process's oneDNN engine, and what its C interface needs everywhere. */
final class OneDnn {

    static final dnnl_engine ENGINE = engine();

    private OneDnn() {}

    static void check(int status, String what) {
        if (status != dnnl_success) {
            throw new FlashDebertaException("oneDNN could not " + what + ": " + name(status) + ".");
        }
    }

    private static String name(int status) {
        if (status == dnnl_out_of_memory) {
            return "out of memory";
        }
        if (status == dnnl_invalid_arguments) {
            return "invalid arguments";
        }
        return status == dnnl_unimplemented
                ? "not implemented for this processor"
                : "status " + status;
    }

    /** A fp32 matrix {@code [rows, columns]} with any strides, in elements. */
    static dnnl_memory_desc matrix(long rows, long columns, long rowStride, long columnStride) {
        return matrix(NumberType.FP32, rows, columns, rowStride, columnStride);
    }

    /** A matrix {@code [rows, columns]} with any strides, in elements. */
    static dnnl_memory_desc matrix(
            NumberType type, long rows, long columns, long rowStride, long columnStride) {
        dnnl_memory_desc description = new dnnl_memory_desc();
        check(
                dnnl_memory_desc_create_with_strides(
                        description, 2, new long[] {rows, columns}, type.code(), new long[] {
                            rowStride, columnStride
                        }),
                "describe a matrix");
        return description;
    }

    static dnnl_memory_desc tagged(NumberType type, int tag, long... dimensions) {
        dnnl_memory_desc description = new dnnl_memory_desc();
        check(
                dnnl_memory_desc_create_with_tag(
                        description, dimensions.length, dimensions, type.code(), tag),
                "describe a tensor");
        return description;
    }

    /** So many floats. */
    static dnnl_memory_desc vector(long count) {
        return tagged(NumberType.FP32, dnnl_a, count);
    }

    private static dnnl_engine engine() {
        dnnl_engine engine = new dnnl_engine();
        check(dnnl_engine_create(engine, dnnl_cpu, 0), "create its engine");
        return engine;
    }
}
