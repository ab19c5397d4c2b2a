package io.flashdeberta.benchmark;

import io.flashdeberta.engine.Truncation;
import io.flashdeberta.ner.NerOptions;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** One client with a mind of its own: mostly short calls, and now and then all that can go wrong. */
final class SoakClient implements Runnable {

    private static final int BURST = 100;
    private static final String WORDS_OF_TEXTS =
            "the bridge over a river was repaired by engineers from Lisbon who keep rye bread and pay $1,200 in May";
    private static final String[] WORDS = WORDS_OF_TEXTS.split(" ", -1);
    private static final String HUGE = "The bridge over the river. ".repeat(10_000_000 / 27);

    private final SoakModels models;
    private final Ledger ledger;
    private final BooleanSupplier goOn;
    private final Random random;

    SoakClient(SoakModels models, Ledger ledger, BooleanSupplier goOn, long seed) {
        this.models = models;
        this.ledger = ledger;
        this.goOn = goOn;
        random = new Random(seed);
    }

    @Override
    public void run() {
        while (goOn.getAsBoolean()) {
            int dice = random.nextInt(1000);
            if (dice < 600) {
                call(() -> models.reranker().rerank(text(8), texts(1 + random.nextInt(8), 60)));
            } else if (dice < 750) {
                call(() -> models.ner().extract(text(60)));
            } else if (dice < 850) {
                cancelSoon(models.reranker().rerankAsync(text(8), texts(8, 60)));
            } else if (dice < 920) {
                Duration timeout = Duration.ofMillis(1 + random.nextInt(50));
                call(() -> models.reranker().withTimeout(timeout).rerank(text(8), texts(8, 60)));
            } else if (dice < 950) {
                call(() ->
                        models.reranker().rerank("", List.of("", " ", "\ud83d", "\u0000\u001b")));
                call(() -> models.reranker().rerank("", List.of()));
                call(() -> models.ner().extract(""));
            } else if (dice < 970) {
                interrupted(() -> models.ner().extract(texts(4, 60)));
            } else if (dice < 985) {
                call(() -> models.ner().extract(text(3000)));
            } else if (dice < 990) {
                burst();
            } else if (dice < 995) {
                huge();
            } else if (dice < 998) {
                call(() -> models.reranker().rerank(text(8), List.of(text(12_000))));
            } else {
                cancelSoon(models.reranker().rerankAsync(text(8), List.of(text(12_000))));
            }
        }
    }

    private void call(Supplier<?> call) {
        ledger.accept();
        try {
            Object result = call.get();
            Objects.requireNonNull(result);
            ledger.answer();
        } catch (RuntimeException | Error e) {
            ledger.fail(e);
        }
    }

    private void cancelSoon(CompletableFuture<?> answer) {
        call(() -> {
            LockSupport.parkNanos(random.nextInt(20_000_000));
            answer.cancel(true);
            return answer.join();
        });
    }

    private void interrupted(Supplier<?> call) {
        Thread.currentThread().interrupt();
        call(call);
        Thread.interrupted();
    }

    private void burst() {
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            answers.add(models.reranker().rerankAsync(text(8), texts(8, 60)));
        }
        answers.forEach(answer -> call(answer::join));
    }

    private void huge() {
        call(() -> models.ner()
                .extract(HUGE, NerOptions.defaults().withTruncation(Truncation.TRUNCATE)));
        call(() -> models.ner().extract(HUGE));
    }

    private List<String> texts(int count, int mostWords) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(text(1 + random.nextInt(mostWords)));
        }
        return texts;
    }

    private String text(int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.toString();
    }
}
