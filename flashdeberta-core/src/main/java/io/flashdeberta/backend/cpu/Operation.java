package io.flashdeberta.backend.cpu;

import static io.flashdeberta.backend.cpu.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Lstm;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** The shape of an operation: the key under which its compiled primitive is kept. Strides are in elements. */
sealed interface Operation {

    Primitive compile();

    /**
     * {@code C = scale · A·B}, or {@code C += scale · A·B}; arguments A, B, C. C is fp32.
     *
     * @param bRow step from one row of B {@code [k, n]} to the next
     * @param bColumn step from one column of B to the next
     */
    record MatMul(
            NumberType type,
            int m,
            int n,
            int k,
            long lda,
            long bRow,
            long bColumn,
            long ldc,
            float scale,
            boolean accumulate)
            implements Operation {

        MatMul(
                NumberType type,
                int m,
                int n,
                int k,
                long lda,
                long bRow,
                long bColumn,
                long ldc,
                float scale) {
            this(type, m, n, k, lda, bRow, bColumn, ldc, scale, false);
        }

        @Override
        public Primitive compile() {
            dnnl_memory_desc a = OneDnn.matrix(type, m, k, lda, 1);
            dnnl_memory_desc b = OneDnn.matrix(type, k, n, bRow, bColumn);
            dnnl_memory_desc c = OneDnn.matrix(m, n, ldc, 1);
            try (PostOps postOps = new PostOps()) {
                if (scale != 1) {
                    postOps.append(dnnl_eltwise_linear, scale);
                }
                if (accumulate) {
                    postOps.appendSum();
                }
                return new Primitive(
                        PostOps.matmul(a, b, null, c, postOps),
                        new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
                        new dnnl_memory_desc[] {a, b, c});
            } finally {
                dnnl_memory_desc_destroy(a);
                dnnl_memory_desc_destroy(b);
                dnnl_memory_desc_destroy(c);
            }
        }
    }

    /**
     * {@code C = activation(A·W + b)} with weights in {@code layout}; arguments A, W, b, C, and in 8 bits the scale of A and those of
     * W's columns.
     */
    record Dense(int m, PackedLayout layout, long lda, long ldc, Activation activation)
            implements Operation {
        @Override
        public Primitive compile() {
            dnnl_memory_desc a = OneDnn.matrix(layout.type(), m, layout.inputs(), lda, 1);
            dnnl_memory_desc bias = OneDnn.matrix(1, layout.outputs(), layout.outputs(), 1);
            dnnl_memory_desc c = OneDnn.matrix(m, layout.outputs(), ldc, 1);
            dnnl_memory_desc scale = OneDnn.vector(1);
            dnnl_memory_desc scales = OneDnn.vector(layout.outputs());
            try (PostOps postOps = new PostOps()) {
                postOps.append(activation);
                postOps.scale(layout.type());
                dnnl_primitive_desc operation =
                        PostOps.matmul(a, layout.description(), bias, c, postOps);
                if (layout.type() != NumberType.INT8) {
                    return new Primitive(
                            operation,
                            new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST},
                            new dnnl_memory_desc[] {a, layout.description(), bias, c});
                }
                return new Primitive(
                        operation,
                        new int[] {
                            DNNL_ARG_SRC,
                            DNNL_ARG_WEIGHTS,
                            DNNL_ARG_BIAS,
                            DNNL_ARG_DST,
                            DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC,
                            DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS
                        },
                        new dnnl_memory_desc[] {a, layout.description(), bias, c, scale, scales});
            } finally {
                dnnl_memory_desc_destroy(a);
                dnnl_memory_desc_destroy(bias);
                dnnl_memory_desc_destroy(c);
                dnnl_memory_desc_destroy(scale);
                dnnl_memory_desc_destroy(scales);
            }
        }
    }

    /** Brings plain weights {@code [outputs, inputs]}, in fp32 or for 8 bits rounded, into a layout; arguments from, to. */
    record Pack(PackedLayout layout) implements Operation {
        @Override
        public Primitive compile() {
            NumberType type = layout.type() == NumberType.INT8 ? NumberType.INT8 : NumberType.FP32;
            dnnl_memory_desc plain =
                    OneDnn.matrix(type, layout.inputs(), layout.outputs(), 1, layout.inputs());
            dnnl_primitive_desc operation = new dnnl_primitive_desc();
            try {
                check(
                        dnnl_reorder_primitive_desc_create(
                                operation,
                                plain,
                                OneDnn.ENGINE,
                                layout.description(),
                                OneDnn.ENGINE,
                                null),
                        "describe a reorder");
                return new Primitive(
                        operation,
                        new int[] {DNNL_ARG_FROM, DNNL_ARG_TO},
                        new dnnl_memory_desc[] {plain, layout.description()});
            } finally {
                dnnl_memory_desc_destroy(plain);
            }
        }
    }

    /**
     * Copies {@code [planes, rows, columns]} between views of any strides, or adds to what is there; arguments from, to. Unlike
     * oneDNN's other element-wise operations it is fast where strides are skewed.
     */
    record Copy(int planes, int rows, int columns, View from, View to, boolean accumulate)
            implements Operation {

        /** Steps between planes, rows and columns. */
        record View(long plane, long row, long column) {
            dnnl_memory_desc describe(Copy copy) {
                dnnl_memory_desc description = new dnnl_memory_desc();
                check(
                        dnnl_memory_desc_create_with_strides(
                                description,
                                3,
                                new long[] {copy.planes, copy.rows, copy.columns},
                                dnnl_f32,
                                new long[] {plane, row, column}),
                        "describe a view");
                return description;
            }
        }

        /** Rows of one matrix. */
        static Copy rows(int rows, int columns, long fromRow, long toRow) {
            return new Copy(
                    1,
                    rows,
                    columns,
                    new View(rows * fromRow, fromRow, 1),
                    new View(rows * toRow, toRow, 1),
                    false);
        }

        @Override
        public Primitive compile() {
            dnnl_memory_desc source = from.describe(this);
            dnnl_memory_desc target = to.describe(this);
            dnnl_primitive_desc operation = new dnnl_primitive_desc();
            try (PostOps postOps = new PostOps()) {
                if (accumulate) {
                    postOps.appendSum();
                }
                check(
                        dnnl_reorder_primitive_desc_create(
                                operation,
                                source,
                                OneDnn.ENGINE,
                                target,
                                OneDnn.ENGINE,
                                postOps.attributes()),
                        "describe a copy");
                return new Primitive(
                        operation,
                        new int[] {DNNL_ARG_FROM, DNNL_ARG_TO},
                        new dnnl_memory_desc[] {source, target});
            } finally {
                dnnl_memory_desc_destroy(source);
                dnnl_memory_desc_destroy(target);
            }
        }
    }

    /** Softmax along each row of fp32; arguments X, Y. */
    record Softmax(int rows, int columns, NumberType type) implements Operation {
        @Override
        public Primitive compile() {
            dnnl_memory_desc x = OneDnn.matrix(rows, columns, columns, 1);
            dnnl_memory_desc y = OneDnn.matrix(type, rows, columns, columns, 1);
            dnnl_primitive_desc operation = new dnnl_primitive_desc();
            try {
                check(
                        dnnl_softmax_forward_primitive_desc_create(
                                operation,
                                OneDnn.ENGINE,
                                dnnl_forward_inference,
                                dnnl_softmax_accurate,
                                x,
                                y,
                                1,
                                null),
                        "describe a softmax");
                return new Primitive(
                        operation,
                        new int[] {DNNL_ARG_SRC, DNNL_ARG_DST},
                        new dnnl_memory_desc[] {x, y});
            } finally {
                dnnl_memory_desc_destroy(x);
                dnnl_memory_desc_destroy(y);
            }
        }
    }

    /** Rounds {@code [rows, columns]} of fp32 to {@code type}, densely; arguments from, to. */
    record Round(NumberType type, int rows, int columns) implements Operation {
        @Override
        public Primitive compile() {
            dnnl_memory_desc source = OneDnn.matrix(rows, columns, columns, 1);
            dnnl_memory_desc target = OneDnn.matrix(type, rows, columns, columns, 1);
            dnnl_primitive_desc operation = new dnnl_primitive_desc();
            try {
                check(
                        dnnl_reorder_primitive_desc_create(
                                operation, source, OneDnn.ENGINE, target, OneDnn.ENGINE, null),
                        "describe a rounding");
                return new Primitive(
                        operation,
                        new int[] {DNNL_ARG_FROM, DNNL_ARG_TO},
                        new dnnl_memory_desc[] {source, target});
            } finally {
                dnnl_memory_desc_destroy(source);
                dnnl_memory_desc_destroy(target);
            }
        }
    }

    /** Rounds {@code [rows, columns]} of fp32 times a factor to 8 bits, densely; arguments from, to, factor. */
    record RoundToInt8(int rows, int columns) implements Operation {
        @Override
        public Primitive compile() {
            dnnl_memory_desc source = OneDnn.matrix(rows, columns, columns, 1);
            dnnl_memory_desc target = OneDnn.matrix(NumberType.INT8, rows, columns, columns, 1);
            dnnl_memory_desc factor = OneDnn.vector(1);
            dnnl_primitive_desc operation = new dnnl_primitive_desc();
            try (PostOps attributes = new PostOps()) {
                attributes.scale(DNNL_ARG_FROM, PostOps.ALL);
                check(
                        dnnl_reorder_primitive_desc_create(
                                operation,
                                source,
                                OneDnn.ENGINE,
                                target,
                                OneDnn.ENGINE,
                                attributes.attributes()),
                        "describe a rounding");
                return new Primitive(
                        operation,
                        new int[] {DNNL_ARG_FROM, DNNL_ARG_TO, DNNL_ARG_ATTR_SCALES | DNNL_ARG_FROM
                        },
                        new dnnl_memory_desc[] {source, target, factor});
            } finally {
                dnnl_memory_desc_destroy(source);
                dnnl_memory_desc_destroy(target);
                dnnl_memory_desc_destroy(factor);
            }
        }
    }

    /** One number of {@code [rows, columns]} of fp32; arguments from, to. */
    record Reduce(Kind kind, int rows, int columns) implements Operation {

        enum Kind {
            SUM(dnnl_reduction_sum),
            MAX(dnnl_reduction_max),
            MIN(dnnl_reduction_min);

            private final int algorithm;

            Kind(int algorithm) {
                this.algorithm = algorithm;
            }
        }

        @Override
        public Primitive compile() {
            dnnl_memory_desc source = OneDnn.matrix(rows, columns, columns, 1);
            dnnl_memory_desc target = OneDnn.matrix(1, 1, 1, 1);
            dnnl_primitive_desc operation = new dnnl_primitive_desc();
            try {
                check(
                        dnnl_reduction_primitive_desc_create(
                                operation,
                                OneDnn.ENGINE,
                                kind.algorithm,
                                source,
                                target,
                                0,
                                0,
                                null),
                        "describe a reduction");
                return new Primitive(
                        operation,
                        new int[] {DNNL_ARG_SRC, DNNL_ARG_DST},
                        new dnnl_memory_desc[] {source, target});
            } finally {
                dnnl_memory_desc_destroy(source);
                dnnl_memory_desc_destroy(target);
            }
        }
    }

    /** {@code C = A + B}; arguments A, B, C. */
    record Add(int rows, int columns) implements Operation {
        @Override
        public Primitive compile() {
            dnnl_memory_desc x = OneDnn.matrix(rows, columns, columns, 1);
            dnnl_primitive_desc operation = new dnnl_primitive_desc();
            try {
                check(
                        dnnl_binary_primitive_desc_create(
                                operation, OneDnn.ENGINE, dnnl_binary_add, x, x, x, null),
                        "describe an addition");
                return new Primitive(
                        operation,
                        new int[] {DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST},
                        new dnnl_memory_desc[] {x, x, x});
            } finally {
                dnnl_memory_desc_destroy(x);
            }
        }
    }

    /** Layer normalisation of each row; arguments X, scale, shift, Y. */
    record Normalize(int rows, int columns, float epsilon) implements Operation {
        @Override
        public Primitive compile() {
            dnnl_memory_desc x = OneDnn.matrix(rows, columns, columns, 1);
            dnnl_memory_desc vector = OneDnn.tagged(NumberType.FP32, dnnl_a, columns);
            dnnl_primitive_desc operation = new dnnl_primitive_desc();
            try {
                check(
                        dnnl_layer_normalization_forward_primitive_desc_create(
                                operation,
                                OneDnn.ENGINE,
                                dnnl_forward_inference,
                                x,
                                x,
                                null,
                                epsilon,
                                dnnl_use_scale | dnnl_use_shift,
                                null),
                        "describe a layer normalisation");
                return new Primitive(
                        operation,
                        new int[] {DNNL_ARG_SRC, DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_DST},
                        new dnnl_memory_desc[] {x, vector, vector, x});
            } finally {
                dnnl_memory_desc_destroy(x);
                dnnl_memory_desc_destroy(vector);
            }
        }
    }

    /**
     * An LSTM over the rows of X and back, {@code [length, inputs] → [length, 2·hidden]}; arguments X, input weights, state weights,
     * bias, Y.
     */
    record BidirectionalLstm(int length, int inputs, int hidden) implements Operation {

        private static final long DIRECTIONS = 2;
        private static final long GATES = Lstm.Direction.GATES;

        @Override
        public Primitive compile() {
            dnnl_memory_desc x = OneDnn.tagged(NumberType.FP32, dnnl_tnc, length, 1, inputs);
            dnnl_memory_desc inputWeights = weights(inputs);
            dnnl_memory_desc stateWeights = weights(hidden);
            dnnl_memory_desc bias =
                    OneDnn.tagged(NumberType.FP32, dnnl_ldgo, 1, DIRECTIONS, GATES, hidden);
            dnnl_memory_desc y =
                    OneDnn.tagged(NumberType.FP32, dnnl_tnc, length, 1, DIRECTIONS * hidden);
            dnnl_primitive_desc operation = new dnnl_primitive_desc();
            try {
                check(
                        dnnl_lstm_forward_primitive_desc_create(
                                operation,
                                OneDnn.ENGINE,
                                dnnl_forward_inference,
                                dnnl_bidirectional_concat,
                                x,
                                null,
                                null,
                                inputWeights,
                                stateWeights,
                                null,
                                null,
                                bias,
                                y,
                                null,
                                null,
                                0,
                                null),
                        "describe an LSTM");
                return new Primitive(
                        operation,
                        new int[] {
                            DNNL_ARG_SRC_LAYER,
                            DNNL_ARG_WEIGHTS_LAYER,
                            DNNL_ARG_WEIGHTS_ITER,
                            DNNL_ARG_BIAS,
                            DNNL_ARG_DST_LAYER
                        },
                        new dnnl_memory_desc[] {x, inputWeights, stateWeights, bias, y});
            } finally {
                dnnl_memory_desc_destroy(x);
                dnnl_memory_desc_destroy(inputWeights);
                dnnl_memory_desc_destroy(stateWeights);
                dnnl_memory_desc_destroy(bias);
                dnnl_memory_desc_destroy(y);
            }
        }

        private dnnl_memory_desc weights(int columns) {
            return OneDnn.tagged(
                    NumberType.FP32, dnnl_ldigo, 1, DIRECTIONS, columns, GATES, hidden);
        }
    }
}
