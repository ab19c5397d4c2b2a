package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.cuMemsetD8Async;

/** Gives out memory full of what is no number. */
final class PoisonedArena extends Arena {

    private final Stream stream;

    PoisonedArena(Stream stream, Allocator allocator, boolean fixed, long smallestChunk) {
        super(allocator, fixed, smallestChunk);
        this.stream = stream;
    }

    @Override
    Span allocate(long bytes) {
        Span span = super.allocate(bytes);
        Driver.check(
                cuMemsetD8Async(span.address(), (byte) 0xff, span.size(), stream.handle()),
                "fill memory");
        return span;
    }
}
