"""Writes the generated evaluation sets: training phrasings with new names, and phrasings kept out of training."""
import argparse
import json
from pathlib import Path

from demodata.ner_data import Passages
from demodata.reranker_data import Groups


def reranker_rows(seed, heldout, count):
    groups, rows = Groups(seed, heldout, candidates=20), []
    if not heldout:
        groups.tasks.writer.names.__init__(groups.rng, heldout=True)
    while len(rows) < count:
        family, query, texts = groups.next(("facts", "facts", "actions")[len(rows) % 3])
        if len(set(texts)) == 20:
            rows.append({"family": family, "query": query, "relevant": texts[0], "candidates": texts[1:]})
    return rows


def ner_rows(seed, heldout, count):
    passages = Passages(seed, heldout)
    if not heldout:
        passages.names.__init__(passages.rng, heldout=True)
    rows = []
    while len(rows) < count:
        text, spans = passages.next()
        if spans and len(text) < 1200:
            rows.append({"text": text, "entities": [{"text": text[a:b], "label": label, "start": a, "end": b} for a, b, label in spans]})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "evaluation")
    args = parser.parse_args()
    sets = {"seen_reranker": reranker_rows(901, False, 120), "heldout_reranker": reranker_rows(902, True, 120),
            "seen_ner": ner_rows(903, False, 300), "heldout_ner": ner_rows(904, True, 300)}
    args.folder.mkdir(exist_ok=True)
    for name, rows in sets.items():
        (args.folder / f"{name}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
