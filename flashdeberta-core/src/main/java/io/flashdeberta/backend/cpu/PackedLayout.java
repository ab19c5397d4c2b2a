package io.flashdeberta.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_clone;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** The layout that oneDNN asks for weights {@code [inputs, outputs]} in; one object per shape, kept for the process. */
final class PackedLayout {

    private static final int TYPICAL_ROWS = 128;
    private static final Map<Shape, PackedLayout> LAYOUTS = new ConcurrentHashMap<>();

    private final NumberType type;
    private final int inputs;
    private final int outputs;
    private final dnnl_memory_desc description;

    private PackedLayout(NumberType type, int inputs, int outputs) {
        this.type = type;
        this.inputs = inputs;
        this.outputs = outputs;
        dnnl_memory_desc a = OneDnn.matrix(type, TYPICAL_ROWS, inputs, inputs, 1);
        dnnl_memory_desc any = OneDnn.tagged(type, dnnl_format_tag_any, inputs, outputs);
        dnnl_memory_desc c = OneDnn.matrix(TYPICAL_ROWS, outputs, outputs, 1);
        try (PostOps none = new PostOps()) {
            none.scale(type);
            dnnl_primitive_desc operation = PostOps.matmul(a, any, null, c, none);
            description = new dnnl_memory_desc();
            OneDnn.check(
                    dnnl_memory_desc_clone(
                            description,
                            dnnl_primitive_desc_query_md(operation, dnnl_query_weights_md, 0)),
                    "copy a layout");
            dnnl_primitive_desc_destroy(operation);
        } finally {
            dnnl_memory_desc_destroy(a);
            dnnl_memory_desc_destroy(any);
            dnnl_memory_desc_destroy(c);
        }
    }

    static PackedLayout of(NumberType type, int inputs, int outputs) {
        return LAYOUTS.computeIfAbsent(
                new Shape(type, inputs, outputs), shape -> new PackedLayout(type, inputs, outputs));
    }

    private record Shape(NumberType type, int inputs, int outputs) {}

    NumberType type() {
        return type;
    }

    int inputs() {
        return inputs;
    }

    int outputs() {
        return outputs;
    }

    dnnl_memory_desc description() {
        return description;
    }

    long bytes() {
        return dnnl_memory_desc_get_size(description);
    }
}
