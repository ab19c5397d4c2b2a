package io.flashdeberta.backend.cpu;

import static io.flashdeberta.backend.cpu.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import io.flashdeberta.backend.Activation;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Element-wise functions that a matrix product applies to its result. */
final class PostOps implements AutoCloseable {

    /** One scale for a whole matrix. */
    static final int ALL = 0;

    static final int EACH_COLUMN = 1 << 1;

    private final dnnl_post_ops operations = new dnnl_post_ops();
    private final dnnl_primitive_attr attributes = new dnnl_primitive_attr();

    PostOps() {
        check(dnnl_post_ops_create(operations), "create post-operations");
        check(dnnl_primitive_attr_create(attributes), "create attributes");
    }

    void append(int function, float alpha) {
        check(
                dnnl_post_ops_append_eltwise(operations, function, alpha, 0),
                "append a post-operation");
    }

    /** Lets an argument of its own scale another one. */
    void scale(int argument, int mask) {
        check(
                dnnl_primitive_attr_set_scales_mask(attributes, argument, mask),
                "set which values share a scale");
    }

    /** Of a product in 8 bits. */
    void scale(NumberType type) {
        if (type == NumberType.INT8) {
            scale(DNNL_ARG_SRC, ALL);
            scale(DNNL_ARG_WEIGHTS, EACH_COLUMN);
        }
    }

    void appendSum() {
        check(dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef), "append a sum");
    }

    dnnl_primitive_attr attributes() {
        check(dnnl_primitive_attr_set_post_ops(attributes, operations), "set post-operations");
        return attributes;
    }

    void append(Activation activation) {
        switch (activation) {
            case NONE -> {}
            case GELU -> append(dnnl_eltwise_gelu_erf, 0);
            case GELU_TANH -> append(dnnl_eltwise_gelu_tanh, 0);
            case RELU -> append(dnnl_eltwise_relu, 0);
            case TANH -> append(dnnl_eltwise_tanh, 0);
            case SIGMOID -> append(dnnl_eltwise_logistic, 0);
            case SILU -> append(dnnl_eltwise_swish, 1);
        }
    }

    static dnnl_primitive_desc matmul(
            dnnl_memory_desc a,
            dnnl_memory_desc b,
            @Nullable dnnl_memory_desc bias,
            dnnl_memory_desc c,
            PostOps postOps) {
        dnnl_primitive_desc operation = new dnnl_primitive_desc();
        check(
                dnnl_matmul_primitive_desc_create(
                        operation, OneDnn.ENGINE, a, b, bias, c, postOps.attributes()),
                "describe a matrix product");
        return operation;
    }

    @Override
    public void close() {
        dnnl_primitive_attr_destroy(attributes);
        dnnl_post_ops_destroy(operations);
    }
}
