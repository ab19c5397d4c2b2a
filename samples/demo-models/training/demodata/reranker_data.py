"""Streams of reranking groups: one query with sixteen candidates, the relevant one first."""
import random

from .questions import LINES
from .reranker_tasks import Tasks

CANDIDATES = 16


class Groups:
    def __init__(self, seed, heldout=False, candidates=CANDIDATES, **options):
        self.rng = random.Random(seed)
        self.tasks = Tasks(self.rng, heldout, **options)
        self.candidates = candidates
        self.pool = []
        while len(self.pool) < 400:
            self._remember(self.tasks.example())

    def _remember(self, example):
        self.pool.append((example.line, example.positive))
        if example.line is None and example.negatives:
            self.pool.append((None, self.rng.choice(example.negatives)))
        if len(self.pool) > 4000:
            del self.pool[:2000]

    def _elsewhere(self, example, count):
        """Texts of other examples that do not answer this one's query."""
        near = LINES[example.line].similar | {example.line} if example.line is not None else ()
        found = [text for line, text in self.rng.sample(self.pool, min(len(self.pool), count + 6)) if line not in near and text != example.positive]
        return found[:count]

    def _lengthened(self, texts, example):
        """Now and then every candidate becomes a longer passage, with the original at a random place."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.82 or self.tasks.plain:
            return texts
        most = 1 if roll < 0.93 else 3 if roll < 0.985 else 8
        longer = []
        for text in texts:
            around = self._elsewhere(example, rng.randint(0, most))
            around.insert(rng.randint(0, len(around)), text)
            longer.append(" ".join(around))
        return longer

    def next(self, family=None, progress=1.0):
        rng = self.rng
        example = self.tasks.example(family, progress)
        wanted = self.candidates - 1
        hard = [text for text in dict.fromkeys(example.negatives) if text != example.positive]
        hard = rng.sample(hard, min(len(hard), max(1, wanted * 5 // 6)))
        texts = [example.positive, *hard, *self._elsewhere(example, wanted - len(hard))]
        self._remember(example)
        return example, self._lengthened(texts, example)
