"""Batches made by worker processes. Every worker has its own seed and queue, read in turn, so the order is always the same."""
import multiprocessing as mp
import random

import numpy as np
from tokenizers import Tokenizer

from demodata.encoding import WordEncoder
from demodata.ner_data import Passages, tag_ids
from demodata.reranker_data import CANDIDATES, Groups

WIDTHS = (48, 64, 96, 160, 320)


def _width(length):
    return next((width for width in WIDTHS if length <= width), WIDTHS[-1])


def reranker_batches(tokenizer, seed, tokens, reserve=True, count=1):
    """Yields ids, length of the first segment and the related-word flags, shaped [queries, candidates, width]; count batches are the whole training."""
    encoder, groups, waiting, made = WordEncoder(tokenizer), Groups(seed, reserve=reserve), {width: [] for width in WIDTHS}, 0
    while True:
        example, texts = groups.next(progress=made / count)
        side = encoder.query(example.query)
        pairs = [encoder.pair(side, text, WIDTHS[-1]) for text in texts]
        if len(pairs) < CANDIDATES:
            continue
        width = _width(max(len(pair[0]) for pair in pairs))
        waiting[width].append(pairs)
        if (len(waiting[width]) + 1) * CANDIDATES * width > tokens:
            yield _stack(waiting[width], width)
            waiting[width] = []
            made += 1


def _stack(groups, width):
    ids = np.zeros((len(groups), CANDIDATES, width), np.int16)
    related = np.zeros(ids.shape, np.int8)
    first = np.zeros(ids.shape[:2], np.int16)
    for g, pairs in enumerate(groups):
        for c, (tokens, split, flags) in enumerate(pairs):
            ids[g, c, :len(tokens)] = tokens
            related[g, c, :len(flags)] = flags
            first[g, c] = split
    return ids, first, related


def ner_batches(tokenizer, seed, tokens, reserve=True, count=1):
    """Yields ids and tags, shaped [passages, width]; -100 marks tokens without a tag."""
    passages, waiting = Passages(seed, reserve=reserve), {width: [] for width in WIDTHS}
    while True:
        texts = [passages.next() for _ in range(256)]
        for (text, spans), encoded in zip(texts, tokenizer.encode_batch([text for text, _ in texts], add_special_tokens=False)):
            ids, tags = encoded.ids[:WIDTHS[-1] - 2], tag_ids(encoded.offsets, text, spans)[:WIDTHS[-1] - 2]
            width = _width(len(ids) + 2)
            waiting[width].append((ids, tags))
            if (len(waiting[width]) + 1) * width > tokens:
                batch = np.zeros((2, len(waiting[width]), width), np.int16)
                batch[1] = -100
                for row, (row_ids, row_tags) in enumerate(waiting[width]):
                    batch[0, row, :len(row_ids) + 2] = [1, *row_ids, 2]
                    batch[1, row, 1:len(row_tags) + 1] = row_tags
                yield batch[0], batch[1]
                waiting[width] = []


def _work(make, path, seed, tokens, reserve, count, queue):
    random.seed(seed)
    for batch in make(Tokenizer.from_file(path), seed, tokens, reserve, count):
        queue.put(batch)


def stream(make, path, seed, tokens, workers, reserve=True, steps=1):
    context = mp.get_context("fork")
    queues = [context.Queue(maxsize=12) for _ in range(workers)]
    for index, queue in enumerate(queues):
        context.Process(target=_work, args=(make, str(path), seed * 1000 + index, tokens, reserve, max(1, steps // workers), queue), daemon=True).start()
    while True:
        for queue in queues:
            yield queue.get(timeout=120)
