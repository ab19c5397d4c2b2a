package io.flashdeberta.checkpoint;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import org.jspecify.annotations.Nullable;

/** Mappings of one {@code java.lang.foreign.Arena}, reached by reflection because we compile for Java 17. */
final class ArenaMapper implements FileMapper {

    private static final String FOREIGN = "java.lang.foreign.";

    private @Nullable Object arena;
    private boolean closed;

    @Override
    public synchronized ByteBuffer map(FileChannel channel, long position, long size)
            throws IOException {
        if (closed) {
            throw new IllegalStateException("The weights are closed.");
        }
        try {
            Class<?> type = Class.forName(FOREIGN + "Arena");
            if (arena == null) {
                arena = call(type.getMethod("ofShared"), null);
            }
            Method map =
                    FileChannel.class.getMethod("map", MapMode.class, long.class, long.class, type);
            Object segment = call(map, channel, MapMode.READ_ONLY, position, size, arena);
            Method view = Class.forName(FOREIGN + "MemorySegment").getMethod("asByteBuffer");
            return (ByteBuffer) call(view, segment);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("java.lang.foreign is not as specified.", e);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (arena != null) {
            try {
                call(Class.forName(FOREIGN + "Arena").getMethod("close"), arena);
            } catch (ReflectiveOperationException | IOException e) {
                throw new LinkageError("java.lang.foreign is not as specified.", e);
            }
        }
    }

    private static Object call(
            Method method, @Nullable Object target, @Nullable Object... arguments)
            throws ReflectiveOperationException, IOException {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException failure) {
                throw failure;
            }
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }
}
