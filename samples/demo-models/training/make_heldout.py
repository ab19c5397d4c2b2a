"""Writes the generated evaluation sets. Names are always new; "seen" has the training phrasings, "heldout" phrasings kept out of training;
"asked" are hand-written questions in phrasings kept out of training, "unseen" those about subjects kept out altogether."""
import argparse
import json
from pathlib import Path

from demodata.ner_data import Passages
from demodata.reranker_data import Groups

TEMPLATES = ("facts", "facts", "facts", "actions")


def reranker_rows(seed, count, families=TEMPLATES, **options):
    groups, rows = Groups(seed, candidates=20, plain=True, **options), []
    groups.tasks.writer.names.__init__(groups.rng, heldout=True)
    while len(rows) < count:
        example, texts = groups.next(families[len(rows) % len(families)])
        if len(set(texts)) == 20:
            rows.append({"query": example.query, "relevant": texts[0], "candidates": texts[1:]})
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
    parser.add_argument("kind", choices=["reranker", "ner"])
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "evaluation")
    args = parser.parse_args()
    if args.kind == "reranker":
        sets = {"seen": reranker_rows(901, 200), "heldout": reranker_rows(902, 200, heldout=True),
                "asked": reranker_rows(906, 100, ("questions",), heldout=True), "unseen": reranker_rows(905, 100, ("questions",), groups="unseen")}
    else:
        sets = {"seen": ner_rows(903, False, 400), "heldout": ner_rows(904, True, 400)}
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sets.items():
        (args.folder / f"{name}_{args.kind}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
