package io.flashdeberta.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * Maps parts of files into memory so that no use of a mapping can crash the JVM. From Java 22 on, {@link #close} unmaps and
 * later accesses throw {@link IllegalStateException}; before, the garbage collector unmaps what nobody refers to any more.
 */
interface FileMapper extends AutoCloseable {

    ByteBuffer map(FileChannel channel, long position, long size) throws IOException;

    @Override
    void close();

    static FileMapper create() {
        return Runtime.version().feature() >= 22 ? new ArenaMapper() : new CollectedMapper();
    }

    /** The way before Java 22. */
    final class CollectedMapper implements FileMapper {

        @Override
        public ByteBuffer map(FileChannel channel, long position, long size) throws IOException {
            return channel.map(MapMode.READ_ONLY, position, size);
        }

        @Override
        public void close() {}
    }
}
