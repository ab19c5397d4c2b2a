package io.flashdeberta.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.Map;

/** An open safetensors file: u64 header length, JSON header, data; all little-endian. */
final class SafetensorsFile implements AutoCloseable {

    /** As in the reference implementation. */
    private static final long MAX_HEADER = 100_000_000;

    private final String place;
    private final FileChannel channel;
    private final FileMapper mapper = FileMapper.create();
    private final long dataStart;
    private final Map<String, TensorInfo> tensors;

    /** Takes the channel over, also when it throws. */
    SafetensorsFile(String place, FileChannel channel) {
        this.place = place;
        this.channel = channel;
        try {
            byte[] header = header();
            this.dataStart = Long.BYTES + (long) header.length;
            this.tensors = SafetensorsHeader.parse(place, header, channel.size() - dataStart);
        } catch (IOException e) {
            close();
            throw unreadable(e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private byte[] header() throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            throw new CheckpointException(place + " is not a safetensors file: it has " + size
                    + " bytes, expected at least 8. Fetch it again.");
        }
        ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(0, prefix);
        long length = prefix.getLong(0);
        long most = Math.min(MAX_HEADER, size - Long.BYTES);
        if (length < 0 || length > most) {
            throw new CheckpointException(place
                    + " is not a safetensors file, or was cut short: it announces a header of "
                    + Long.toUnsignedString(length) + " bytes, expected at most " + most
                    + ". Fetch it again.");
        }
        byte[] header = new byte[(int) length];
        readFully(Long.BYTES, ByteBuffer.wrap(header));
        return header;
    }

    Map<String, TensorInfo> tensors() {
        return tensors;
    }

    String place() {
        return place;
    }

    void requireOpen() {
        if (!channel.isOpen()) {
            throw new IllegalStateException("The weights in " + place + " are closed.");
        }
    }

    /** Fills {@code target} with data from {@code position} on, counted from the start of the data section. */
    void read(long position, ByteBuffer target) {
        try {
            readFully(dataStart + position, target);
        } catch (ClosedChannelException e) {
            throw closed(e);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** A little-endian view on part of the data section. */
    ByteBuffer map(long position, int length) {
        try {
            return mapper.map(channel, dataStart + position, length).order(ByteOrder.LITTLE_ENDIAN);
        } catch (ClosedChannelException e) {
            throw closed(e);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private void readFully(long position, ByteBuffer target) throws IOException {
        long next = position;
        while (target.hasRemaining()) {
            int count = channel.read(target, next);
            if (count < 0) {
                throw new EOFException("it ends at byte " + next);
            }
            next += count;
        }
    }

    private IllegalStateException closed(ClosedChannelException cause) {
        return new IllegalStateException("The weights in " + place + " are closed.", cause);
    }

    private CheckpointException unreadable(IOException cause) {
        return new CheckpointException(
                place + " cannot be read: " + cause.getMessage() + ".", cause);
    }

    @Override
    public void close() {
        mapper.close();
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }
}
