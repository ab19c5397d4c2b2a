package io.flashdeberta.backend.cpu;

import static io.flashdeberta.backend.cpu.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.Pointer;

/** A compiled oneDNN operation of one shape, executed on the addresses given; for one thread at a time. */
final class Primitive implements AutoCloseable {

    private final dnnl_primitive primitive = new dnnl_primitive();
    private final dnnl_memory[] memories;
    private final dnnl_exec_arg_t arguments;
    private final Address address = new Address();

    /**
     * Compiles a primitive.
     *
     * @param operation the operation; consumed
     * @param kinds oneDNN's argument numbers in the order that {@link #execute} takes addresses
     * @param layouts the layout of each argument; stay the caller's
     */
    Primitive(dnnl_primitive_desc operation, int[] kinds, dnnl_memory_desc[] layouts) {
        try {
            check(dnnl_primitive_create(primitive, operation), "compile a primitive");
        } finally {
            dnnl_primitive_desc_destroy(operation);
        }
        memories = new dnnl_memory[kinds.length];
        arguments = new dnnl_exec_arg_t(kinds.length);
        for (int i = 0; i < kinds.length; i++) {
            memories[i] = new dnnl_memory();
            check(
                    dnnl_memory_create(memories[i], layouts[i], OneDnn.ENGINE, (Pointer) null),
                    "create a memory");
            arguments.position(i).arg(kinds[i]).memory(memories[i]);
        }
        arguments.position(0);
    }

    void execute(dnnl_stream stream, long... addresses) {
        for (int i = 0; i < addresses.length; i++) {
            dnnl_memory_set_data_handle(memories[i], address.at(addresses[i]));
        }
        check(
                dnnl_primitive_execute(primitive, stream, memories.length, arguments),
                "execute a primitive");
    }

    @Override
    public void close() {
        for (dnnl_memory memory : memories) {
            dnnl_memory_destroy(memory);
        }
        dnnl_primitive_destroy(primitive);
        arguments.close();
    }
}
