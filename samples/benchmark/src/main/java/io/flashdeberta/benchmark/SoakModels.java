package io.flashdeberta.benchmark;

import io.flashdeberta.ner.DebertaNer;
import io.flashdeberta.rerank.DebertaReranker;

/** The models under load, opened anew from time to time while calls are under way. */
final class SoakModels implements AutoCloseable {

    private static final int QUEUE_TOKENS = 100_000;
    private static final int LONGEST = 20_000;

    private final String rerankerLocation;
    private final String nerLocation;
    private volatile DebertaReranker reranker;
    private volatile DebertaNer ner;

    SoakModels(String rerankerLocation, String nerLocation) {
        this.rerankerLocation = rerankerLocation;
        this.nerLocation = nerLocation;
        reranker = openReranker();
        ner = openNer();
    }

    private DebertaReranker openReranker() {
        return DebertaReranker.builder()
                .model(rerankerLocation)
                .maxTokens(LONGEST)
                .queueTokens(QUEUE_TOKENS)
                .build();
    }

    private DebertaNer openNer() {
        return DebertaNer.builder().model(nerLocation).queueTokens(QUEUE_TOKENS).build();
    }

    DebertaReranker reranker() {
        return reranker;
    }

    DebertaNer ner() {
        return ner;
    }

    synchronized void reload() {
        DebertaReranker oldReranker = reranker;
        DebertaNer oldNer = ner;
        reranker = openReranker();
        ner = openNer();
        oldReranker.close();
        oldNer.close();
    }

    long nativeBytes() {
        return reranker.status().nativeBytes() + ner.status().nativeBytes();
    }

    String device() {
        return reranker.status().workers() + " workers, each on "
                + reranker.status().device();
    }

    @Override
    public void close() {
        reranker.close();
        ner.close();
    }
}
