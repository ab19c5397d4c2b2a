package io.flashdeberta;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashdeberta.classify.DebertaClassifier;
import io.flashdeberta.engine.ResultCache;
import io.flashdeberta.ner.DebertaNer;
import io.flashdeberta.rerank.DebertaReranker;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.SpringBootTest;

/** An application that has everything on its class path and every model named. */
@SpringBootTest(
        properties = {
            "flashdeberta.reranker.model=" + StarterApplicationTests.CHECKPOINTS + "reranker",
            "flashdeberta.ner.model=" + StarterApplicationTests.CHECKPOINTS
                    + "token-classification",
            "flashdeberta.classifier.model=" + StarterApplicationTests.CHECKPOINTS
                    + "sequence-classification",
            "flashdeberta.cache.enabled=true"
        })
class StarterApplicationTests {

    static final String CHECKPOINTS = "../flashdeberta-core/src/test/resources/checkpoints/";

    @Autowired
    private DebertaReranker reranker;

    @Autowired
    private DebertaNer ner;

    @Autowired
    private DebertaClassifier classifier;

    @Autowired
    private DocumentPostProcessor postProcessor;

    @Autowired
    private ResultCache cache;

    @Autowired
    private HealthEndpoint health;

    @Test
    void everythingIsThere() {
        assertThat(reranker.rerank(
                        "Who repaired the bridge?", List.of("Engineers did.", "Rye bread keeps.")))
                .hasSize(2);
        assertThat(ner.extract("Ada Lovelace lived in London.").truncated()).isFalse();
        assertThat(classifier.classify("It rains.", "The street is wet.").labels())
                .hasSize(3);
        assertThat(postProcessor).isNotNull();
        assertThat(cache).isNotNull();
        assertThat(health.healthForPath("flashdeberta").getStatus()).isEqualTo(Status.UP);
    }

    @SpringBootApplication
    static class Application {}
}
