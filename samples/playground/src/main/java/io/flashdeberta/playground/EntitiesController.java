package io.flashdeberta.playground;

import io.flashdeberta.ner.DebertaNer;
import io.flashdeberta.ner.Entity;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Finds the entities of a text. */
@RestController
final class EntitiesController {

    private final DebertaNer ner;

    EntitiesController(DebertaNer ner) {
        this.ner = ner;
    }

    @PostMapping("/entities")
    List<Entity> entities(@RequestBody EntitiesRequest request) {
        return ner.extract(Limits.requireText("text", request.text())).entities();
    }

    record EntitiesRequest(@Nullable String text) {}
}
