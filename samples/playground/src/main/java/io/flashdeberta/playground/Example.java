package io.flashdeberta.playground;

import io.flashdeberta.ner.DebertaNer;
import io.flashdeberta.rerank.DebertaReranker;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Shows on start what the models do, and how to ask for it over HTTP. */
@Component
final class Example {

    private static final Logger log = LoggerFactory.getLogger(Example.class);

    private static final String QUERY = "How do I reset my password?";
    private static final List<String> TEXTS = List.of(
            "Passwords must have at least twelve characters.",
            "To reset your password, open the settings and choose Forgot password.",
            "Our office in Lisbon is closed on public holidays.");
    private static final String TEXT =
            "Maria Keller from Novatec paid $1,200 in Lisbon on 3 May 2024.";

    private final DebertaReranker reranker;
    private final DebertaNer ner;
    private final Environment environment;

    Example(DebertaReranker reranker, DebertaNer ner, Environment environment) {
        this.reranker = reranker;
        this.ner = ner;
        this.environment = environment;
    }

    @EventListener(ApplicationReadyEvent.class)
    void show() {
        String address = "http://localhost:" + environment.getProperty("local.server.port");
        log.info(
                """
                Ready at {}

                "{}" ranks
                {}

                "{}" has
                {}

                Try:
                curl {}/rerank -H 'Content-Type: application/json' -d '{"query": "{}", "texts": [{}]}'
                curl {}/entities -H 'Content-Type: application/json' -d '{"text": "{}"}'
                curl {}/actuator/health""",
                address,
                QUERY,
                ranking(),
                TEXT,
                entities(),
                address,
                QUERY,
                TEXTS.stream().map(text -> '"' + text + '"').collect(Collectors.joining(", ")),
                address,
                TEXT,
                address);
    }

    private String ranking() {
        return reranker.rerank(QUERY, TEXTS).stream()
                .map(result -> "  %.4f  %s".formatted(result.score(), TEXTS.get(result.index())))
                .collect(Collectors.joining("\n"));
    }

    private String entities() {
        return ner.extract(TEXT).entities().stream()
                .map(entity ->
                        "  %.4f  %s: %s".formatted(entity.score(), entity.label(), entity.text()))
                .collect(Collectors.joining("\n"));
    }
}
