"""Trains one of the two checkpoints and exports it."""
import argparse
import json
import math
import multiprocessing
import os
import time
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from batches import ner_batches, reranker_batches, stream
from checkpoint import config, export
from model import Reranker, Tagger, buckets, initialise


def reranker_loss(model, batch, index, device):
    ids, first, related = (torch.from_numpy(array).to(device, non_blocking=True) for array in batch)
    groups, candidates, width = ids.shape
    flat = ids.flatten(0, 1).long()
    scores, matches = model(flat, index)
    scores = scores.view(groups, candidates)
    listwise = F.cross_entropy(scores, torch.zeros(groups, dtype=torch.long, device=device))
    wanted = torch.zeros_like(scores)
    wanted[:, 0] = 1
    calibration = F.binary_cross_entropy_with_logits(scores, wanted, pos_weight=torch.tensor(4.0, device=device))

    second = torch.arange(width, device=device)[None] >= first.flatten()[:, None]
    word = flat > 3
    across = (flat[:, :, None] == flat[:, None, :]) & (second[:, :, None] != second[:, None, :])
    targets = torch.stack([across.any(-1), related.flatten(0, 1).bool()], -1).float()
    auxiliary = F.binary_cross_entropy_with_logits(matches, targets, reduction="none").mean(-1)[word].mean()
    return listwise + 0.15 * calibration + auxiliary, (scores.argmax(1) == 0).float().mean()


def tagger_loss(model, batch, index, device):
    ids, tags = (torch.from_numpy(array).to(device, non_blocking=True).long() for array in batch)
    logits = model(ids, index)
    known = tags >= 0
    return F.cross_entropy(logits[known], tags[known]), (logits.argmax(-1) == tags)[known].float().mean()


def rate(progress, step, warmup=500):
    """Warm-up counts steps, not time: compiling would otherwise use it up before training has begun."""
    return min(1.0, (step + 1) / warmup) * (0.5 * (1 + math.cos(math.pi * progress)) * 0.99 + 0.01)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["reranker", "ner"])
    parser.add_argument("folder", type=Path, help="folder that holds tokenizer.json and receives the checkpoint")
    parser.add_argument("--out", type=Path, help="another folder for the checkpoint")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--minutes", type=float, help="follow the clock instead of --steps")
    parser.add_argument("--tokens", type=int, default=98_304, help="tokens in a batch")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--inner", type=int, default=512)
    parser.add_argument("--workers", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--everything", action="store_true", help="train on the phrasings kept for evaluation too")
    parser.add_argument("--plain", action="store_true", help="do not compile")
    args = parser.parse_args()

    start = time.time()
    make = reranker_batches if args.kind == "reranker" else ner_batches
    source = stream(make, args.folder / "tokenizer.json", args.seed, args.tokens, args.workers, not args.everything)
    next(source)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")
    made = config(args.kind, Tokenizer.from_file(str(args.folder / "tokenizer.json")).get_vocab_size(), inner=args.inner)
    model = initialise((Reranker if args.kind == "reranker" else Tagger)(made), args.seed).to(device)
    decay = [p for p in model.parameters() if p.ndim > 1]
    other = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": other, "weight_decay": 0.0}], lr=args.rate, betas=(0.9, 0.98), fused=device == "cuda")
    loss_of = reranker_loss if args.kind == "reranker" else tagger_loss
    if not args.plain:
        torch._dynamo.config.cache_size_limit = 64
        loss_model = torch.compile(model, dynamic=False)
    else:
        loss_model = model
    indexes = {}
    history, losses, scores, step, waited = [], [], [], 0, 0.0
    while True:
        progress = (time.time() - start) / (args.minutes * 60) if args.minutes else step / args.steps
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = args.rate * rate(progress, step)
        before = time.time()
        batch = next(source)
        waited += time.time() - before
        width = batch[0].shape[-1]
        if width not in indexes:
            indexes[width] = buckets(width, made.position_buckets, made.max_position_embeddings).to(device)
        with torch.autocast(device, torch.bfloat16):
            loss, score = loss_of(loss_model, batch, indexes[width], device)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.detach())
        scores.append(score.detach())
        step += 1
        if step % 250 == 0:
            record = {"step": step, "seconds": round(time.time() - start), "waited": round(waited), "loss": round(torch.stack(losses).mean().item(), 4), "score": round(torch.stack(scores).mean().item(), 4)}
            history.append(record)
            print(args.kind, record, flush=True)
            losses, scores = [], []
    out = args.out or args.folder
    export(model, made, args.kind, out)
    (out / "training.json").write_text(json.dumps({"steps": step, "seconds": round(time.time() - start), "history": history}) + "\n")
    print(args.kind, "done", step, round(time.time() - start), flush=True)
    for worker in multiprocessing.active_children():
        worker.kill()


if __name__ == "__main__":
    main()
