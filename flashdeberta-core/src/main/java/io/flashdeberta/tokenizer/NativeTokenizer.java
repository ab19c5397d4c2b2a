package io.flashdeberta.tokenizer;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;

import io.flashdeberta.FlashDebertaException;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;

/**
 * A tokenizer of Hugging Face's Rust library, without the truncation and padding that its file may ask for. It is called
 * below {@code HuggingFaceTokenizer}, which reports usage to Amazon when it runs there and copies more than we need.
 */
final class NativeTokenizer implements AutoCloseable {

    private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private long handle;

    /**
     * {@link NativeLibrary#load} comes first.
     *
     * @throws RuntimeException when {@code json} is not a tokenizer
     */
    NativeTokenizer(String json) {
        handle = LIBRARY.createTokenizerFromString(json);
        LIBRARY.disableTruncation(handle);
        LIBRARY.disablePadding(handle);
    }

    /**
     * The tokens of a well-formed text.
     *
     * @throws FlashDebertaException when the tokenizer cannot encode it, such as an unknown character without an unk_id
     */
    NativeEncoding encode(String text) {
        return encoded(text, encoding -> {
            CharSpan[] spans = LIBRARY.getTokenCharSpans(encoding);
            return new NativeEncoding(
                    LIBRARY.getTokenIds(encoding), LIBRARY.getWordIds(encoding), spans);
        });
    }

    /** Only the ids, likewise. */
    long[] ids(String text) {
        return encoded(text, LIBRARY::getTokenIds);
    }

    private <T> T encoded(String text, LongFunction<T> use) {
        return call(tokenizer -> {
            long encoding = encode(tokenizer, text);
            try {
                return use.apply(encoding);
            } finally {
                LIBRARY.deleteEncoding(encoding);
            }
        });
    }

    private static long encode(long tokenizer, String text) {
        try {
            return LIBRARY.encode(tokenizer, text, false);
        } catch (RuntimeException e) {
            throw new FlashDebertaException(
                    "The tokenizer cannot encode a text: " + e.getMessage() + ".", e);
        }
    }

    String decode(long[] ids) {
        return call(tokenizer -> LIBRARY.decode(tokenizer, ids, false));
    }

    /** Keeps {@link #close} waiting while the handle is in use. */
    private <T> T call(LongFunction<T> function) {
        lock.readLock().lock();
        try {
            if (handle == 0) {
                throw new IllegalStateException("The tokenizer is closed.");
            }
            return function.apply(handle);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (handle != 0) {
                LIBRARY.deleteTokenizer(handle);
                handle = 0;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
