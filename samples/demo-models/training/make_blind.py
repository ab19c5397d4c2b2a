"""Turns hand-written evaluation texts into the lines that evaluate.py reads.

Reranker: blocks of "Q: query", "+ relevant text" and "- near miss" lines; the other candidates, up to 20 in all, are texts of other blocks.
NER: a line a text, entities as [text|LABEL].
"""
import argparse
import json
import random
import re
from pathlib import Path

CANDIDATES = 20
_ENTITY = re.compile(r"\[([^\[\]|]+)\|([A-Z]+)\]")


def reranker_rows(text, seed=17):
    rng, blocks = random.Random(seed), []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        query, relevant = lines[0].removeprefix("Q:").strip(), lines[1].removeprefix("+").strip()
        blocks.append((query, relevant, [line.removeprefix("-").strip() for line in lines[2:]]))
    for index, (query, relevant, misses) in enumerate(blocks):
        others = [text for other, (_, right, wrong) in enumerate(blocks) if other != index for text in (right, *wrong)]
        candidates = misses + rng.sample(others, CANDIDATES - 1 - len(misses))
        rng.shuffle(candidates)
        yield {"query": query, "relevant": relevant, "candidates": candidates}


def ner_rows(text):
    for line in text.strip().splitlines():
        plain, entities, position = "", [], 0
        for match in _ENTITY.finditer(line):
            plain += line[position:match.start()]
            entities.append({"text": match[1], "label": match[2], "start": len(plain), "end": len(plain) + len(match[1])})
            plain += match[1]
            position = match.end()
        yield {"text": plain + line[position:], "entities": entities}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["reranker", "ner"])
    parser.add_argument("texts", type=Path)
    parser.add_argument("rows", type=Path)
    args = parser.parse_args()
    rows = {"reranker": reranker_rows, "ner": ner_rows}[args.kind](args.texts.read_text(encoding="utf-8"))
    args.rows.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
