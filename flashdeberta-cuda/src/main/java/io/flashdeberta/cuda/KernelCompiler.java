package io.flashdeberta.cuda;

import java.util.List;

/** Turns programs into what the driver loads. */
interface KernelCompiler {

    /** What else than a program decides the result: compiler version and architecture. */
    String identity();

    /** What the compiler is told about a program. */
    List<String> options(KernelProgram program);

    byte[] compile(KernelProgram program);
}
