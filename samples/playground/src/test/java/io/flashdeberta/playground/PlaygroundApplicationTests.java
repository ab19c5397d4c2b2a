package io.flashdeberta.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flashdeberta.playground.RerankController.Rank;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.BodyContentSpec;

/** The playground over HTTP, with the demo models. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class PlaygroundApplicationTests {

    private static final String QUERY = "How do I reset my password?";
    private static final List<String> TEXTS = List.of(
            "Passwords must have at least twelve characters.",
            "To reset your password, open the settings and choose Forgot password.",
            "Our office in Lisbon is closed on public holidays.");

    @Autowired
    private RestTestClient client;

    @Test
    void ranksTexts() {
        post("/rerank", Map.of("query", QUERY, "texts", TEXTS), HttpStatus.OK)
                .jsonPath("$.length()")
                .isEqualTo(3)
                .jsonPath("$[0].index")
                .isEqualTo(1)
                .jsonPath("$[0].score")
                .value(Double.class, score -> assertThat(score).isBetween(0.0, 1.0))
                .jsonPath("$[0].text")
                .doesNotExist();
    }

    @Test
    void ranksTextsWithRawScoresAndTexts() {
        Rank best = rank(Map.of("query", QUERY, "texts", TEXTS))[0];
        Rank raw = rank(
                Map.of("query", QUERY, "texts", TEXTS, "raw_scores", true, "return_text", true))[0];
        assertThat(raw.text()).isEqualTo(TEXTS.get(1));
        assertThat(1 / (1 + Math.exp(-raw.score()))).isCloseTo(best.score(), within(1e-5));
    }

    private Rank[] rank(Map<String, ?> request) {
        Rank[] ranks = client.post()
                .uri("/rerank")
                .body(request)
                .exchange()
                .expectBody(Rank[].class)
                .returnResult()
                .getResponseBody();
        return Objects.requireNonNull(ranks);
    }

    @Test
    void aTextThatIsTooLongIsRefusedOrCut() {
        List<String> texts = List.of("word ".repeat(10_000));
        post("/rerank", Map.of("query", QUERY, "texts", texts), HttpStatus.CONTENT_TOO_LARGE)
                .jsonPath("$.detail")
                .value(String.class, detail -> assertThat(detail).contains("tokens"));
        post("/rerank", Map.of("query", QUERY, "texts", texts, "truncate", true), HttpStatus.OK);
    }

    @Test
    void findsEntities() {
        String text = "Maria Keller from Novatec paid $1,200 in Lisbon on 3 May 2024.";
        post("/entities", Map.of("text", text), HttpStatus.OK)
                .jsonPath("$[0].text")
                .isEqualTo("Maria Keller")
                .jsonPath("$[0].label")
                .isEqualTo("PERSON")
                .jsonPath("$[0].start")
                .isEqualTo(0)
                .jsonPath("$[0].end")
                .isEqualTo(12)
                .jsonPath("$[0].score")
                .isNumber();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /rerank   | {}                                | 'query' is missing; expected a text.
            /rerank   | {"query": " ", "texts": ["a"]}    | 'query' is blank; expected a text.
            /rerank   | {"query": "q"}                    | 'texts' is missing; expected a list of texts.
            /rerank   | {"query": "q", "texts": []}       | 'texts' is empty; expected a list of texts.
            /rerank   | {"query": "q", "texts": ["a", ""]}| 'texts[1]' is blank; expected a text.
            /rerank   | {"query": "q", "texts": [null]}   | 'texts[0]' is missing; expected a text.
            /rerank   | {"query": "q", "texts": "a"}      | The body is not the expected JSON
            /rerank   | {"query":                         | The body is not the expected JSON
            /entities | {}                                | 'text' is missing; expected a text.
            /entities | {"text": ""}                      | 'text' is blank; expected a text.
            """, quoteCharacter = '`')
    void aBadRequestIsExplained(String path, String body, String detail) {
        post(path, body, HttpStatus.BAD_REQUEST)
                .jsonPath("$.detail")
                .value(String.class, found -> assertThat(found).startsWith(detail));
    }

    @Test
    void sizesAreBounded() {
        post(
                        "/rerank",
                        Map.of("query", QUERY, "texts", Collections.nCopies(257, "a")),
                        HttpStatus.CONTENT_TOO_LARGE)
                .jsonPath("$.detail")
                .isEqualTo("'texts' has 257 texts; at most 256 are allowed.");
        post("/entities", Map.of("text", "a".repeat(100_001)), HttpStatus.CONTENT_TOO_LARGE)
                .jsonPath("$.detail")
                .isEqualTo("'text' has 100001 characters; at most 100000 are allowed.");
        post("/entities", Map.of("text", "a".repeat(1 << 20)), HttpStatus.CONTENT_TOO_LARGE)
                .jsonPath("$.detail")
                .isEqualTo("The body is larger than 1048576 bytes.");
    }

    @Test
    void healthTellsTheModels() {
        client.get()
                .uri("/actuator/health")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo("UP")
                .jsonPath("$.components.flashdeberta.components.debertaReranker.details.model")
                .isEqualTo("classpath:io/flashdeberta/demo/reranker");
    }

    private BodyContentSpec post(String path, Object body, HttpStatus status) {
        return client.post()
                .uri(path)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectBody();
    }
}
