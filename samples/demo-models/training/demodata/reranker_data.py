"""Streams of reranking groups: one query with sixteen candidates, the relevant one first."""
import random

from .reranker_tasks import Tasks

CANDIDATES = 16


class Groups:
    def __init__(self, seed, heldout=False, candidates=CANDIDATES, reserve=True):
        self.rng = random.Random(seed)
        self.tasks = Tasks(self.rng, heldout, reserve)
        self.candidates = candidates
        self.pool = []
        while len(self.pool) < 400:
            self._remember(*self.tasks.example()[2:])

    def _remember(self, positive, negatives):
        self.pool.append(positive)
        self.pool.append(self.rng.choice(negatives))
        if len(self.pool) > 4000:
            del self.pool[:2000]

    def _lengthened(self, texts):
        """Now and then every candidate becomes a longer passage, with the original at a random place."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.68:
            return texts
        most = 1 if roll < 0.86 else 3 if roll < 0.96 else 9
        longer = []
        for text in texts:
            around = rng.sample(self.pool, rng.randint(0, most))
            around.insert(rng.randint(0, len(around)), text)
            longer.append(" ".join(around))
        return longer

    def next(self, family=None):
        rng = self.rng
        family, query, positive, negatives = self.tasks.example(family)
        self._remember(positive, negatives)
        wanted = self.candidates - 1
        hard = [text for text in dict.fromkeys(negatives) if text != positive]
        hard = rng.sample(hard, min(len(hard), max(1, wanted * 3 // 4)))
        easy = [text for text in rng.sample(self.pool[:-2], wanted + 4) if text != positive][:wanted - len(hard)]
        return family, query, self._lengthened([positive, *hard, *easy])
