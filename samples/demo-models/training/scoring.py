"""Precision, recall and F1 of entities, over all and per label."""
from collections import Counter


def entity_scores(expected, found):
    """Both are lists of sets of (start, end, label); an entity counts only if all three agree."""
    hits, wanted, given = Counter(), Counter(), Counter()
    for right, guess in zip(expected, found):
        for counter, entities in ((hits, right & guess), (wanted, right), (given, guess)):
            for _, _, label in entities:
                counter[label] += 1
                counter["all"] += 1
    return {label: _f1(hits[label], wanted[label], given[label]) for label in sorted(wanted | given)}


def _f1(hits, wanted, given):
    precision, recall = hits / given if given else 0.0, hits / wanted if wanted else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "entities": wanted}
