"""Scores a checkpoint folder on JSON-lines files, with PyTorch and transformers on the CPU.

Reranker lines: {"query", "relevant", "candidates": [other texts]}.
NER lines: {"text", "entities": [{"text", "label", "start", "end"}]}; start and end may be missing.
"""
import argparse
import json
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification, PreTrainedTokenizerFast

from decoding import by_piece, by_token, by_word
from scoring import entity_scores


def load(folder):
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
                                        unk_token="[UNK]", mask_token="[MASK]", model_max_length=512)
    architecture = json.loads((folder / "config.json").read_text())["architectures"][0]
    kind = AutoModelForSequenceClassification if "Sequence" in architecture else AutoModelForTokenClassification
    return tokenizer, kind.from_pretrained(folder, dtype=torch.float32).eval()


@torch.inference_mode()
def rank(tokenizer, model, query, texts):
    inputs = tokenizer([query] * len(texts), texts, padding=True, truncation=True, return_tensors="pt")
    return model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits[:, 0]


def score_reranker(tokenizer, model, rows, verbose):
    """Share of queries whose relevant text comes first, and the mean reciprocal rank."""
    first, reciprocal, right, wrong = 0, 0.0, [], []
    for row in rows:
        scores = rank(tokenizer, model, row["query"], [row["relevant"], *row["candidates"]])
        place = 1 + int((scores[1:] >= scores[0]).sum())
        first += place == 1
        reciprocal += 1 / place
        right.append(scores[0].item())
        wrong += scores[1:].tolist()
        if verbose and place > 1:
            best = row["candidates"][int(scores[1:].argmax())]
            print(f"  rank {place} ({scores[0]:.1f} < {scores[1:].max():.1f})  {row['query']}\n      wanted: {row['relevant'][:110]}\n      chosen: {best[:110]}")
    above = sum(torch.tensor(right).sigmoid() > 0.5).item() / len(right)
    below = sum(torch.tensor(wrong).sigmoid() > 0.5).item() / max(1, len(wrong))
    return {"queries": len(rows), "top1": round(first / len(rows), 4), "mrr": round(reciprocal / len(rows), 4),
            "relevant_above_half": round(above, 4), "others_above_half": round(below, 4)}


@torch.inference_mode()
def tag(tokenizer, model, text):
    inputs = tokenizer(text, return_tensors="pt", return_offsets_mapping=True, truncation=True)
    offsets = inputs["offset_mapping"][0].tolist()[1:-1]
    logits = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits[0, 1:-1]
    return offsets, [model.config.id2label[index] for index in logits.argmax(-1).tolist()]


def expected_entities(row):
    """The annotated spans; a missing start is looked up in the text."""
    entities, position = set(), 0
    for entity in row["entities"]:
        start = entity.get("start")
        if start is None:
            start = row["text"].index(entity["text"], position)
            position = start + len(entity["text"])
        entities.add((start, entity.get("end", start + len(entity["text"])), entity["label"]))
    return entities


def score_ner(tokenizer, model, rows, verbose):
    expected, found = [], {"simple": [], "first": [], "pieces": []}
    for row in rows:
        offsets, tags = tag(tokenizer, model, row["text"])
        expected.append(expected_entities(row))
        found["simple"].append(set(by_token(row["text"], offsets, tags)))
        found["first"].append(set(by_word(row["text"], offsets, tags)))
        found["pieces"].append(set(by_piece(row["text"], offsets, tags)))
        if verbose and found["simple"][-1] != expected[-1]:
            show = lambda spans: [(row["text"][a:b], label) for a, b, label in sorted(spans)]
            print(f"  {row['text']}\n      missed: {show(expected[-1] - found['simple'][-1])}  wrong: {show(found['simple'][-1] - expected[-1])}")
    return {"texts": len(rows), **{name: entity_scores(expected, spans) for name, spans in found.items()}}


def show(name, scores):
    if "top1" in scores:
        print(f"{name:34} {scores['queries']:5} queries   top-1 {scores['top1']:.3f}   MRR {scores['mrr']:.3f}   relevant > 0.5: {scores['relevant_above_half']:.3f}   others > 0.5: {scores['others_above_half']:.3f}")
        return
    print(f"{name:34} {scores['texts']:5} texts   " + "   ".join(f"{kind} F1 {scores[kind]['all']['f1']:.3f}" for kind in ("simple", "first", "pieces")))
    print("      " + "  ".join(f"{label} {values['f1']:.3f} ({values['entities']})" for label, values in scores["simple"].items() if label != "all"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, help="JSON file for the scores")
    parser.add_argument("--verbose", action="store_true", help="print what went wrong")
    args = parser.parse_args()
    tokenizer, model = load(args.folder)
    results = {}
    for file in args.files:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        score = score_reranker if "query" in rows[0] else score_ner
        results[file.stem] = score(tokenizer, model, rows, args.verbose)
        show(file.stem, results[file.stem])
    if args.out:
        args.out.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
