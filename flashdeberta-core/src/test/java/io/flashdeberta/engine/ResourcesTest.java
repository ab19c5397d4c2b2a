package io.flashdeberta.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {

    private final List<String> closed = new ArrayList<>();
    private final Resources resources = new Resources();

    private void add(String name) {
        resources.add(() -> closed.add(name));
    }

    private void addFailing(String name) {
        resources.add(() -> {
            closed.add(name);
            throw new IllegalArgumentException(name);
        });
    }

    @Test
    void closesTheLatestFirstAndOnce() {
        add("a");
        add("b");
        resources.close();
        resources.close();
        assertThat(closed).containsExactly("b", "a");
    }

    @Test
    void aFailureKeepsNothingOpen() {
        add("a");
        addFailing("b");
        addFailing("c");
        assertThatIllegalArgumentException()
                .isThrownBy(resources::close)
                .withMessage("c")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(closed).containsExactly("c", "b", "a");
    }

    @Test
    void anEarlierFailureStaysTheOneToReport() {
        addFailing("a");
        Exception failure = new Exception();
        resources.closeAfter(failure);
        assertThat(failure.getSuppressed()).hasSize(1);
    }
}
