package io.flashdeberta.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class AddressTest {

    @Test
    void floatsEndWhereTheyAreSaidTo() {
        try (NativeMemory memory = new NativeMemory()) {
            FloatBuffer floats = Address.floats(memory.allocateFloats(16).address(), 16);

            assertThat(floats.capacity()).isEqualTo(16);
        }
    }
}
