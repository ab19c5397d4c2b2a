"""Trains one of the two checkpoints and exports it."""
import argparse
import json
import math
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import distributed
from torch.nn import functional as F

from batches import ner_batches, reranker_batches, stream
from checkpoint import config, export
from model import Reranker, Tagger, buckets, initialise

WARMUP = 1000


def reranker_loss(model, index, ids, first, related):
    groups, candidates, width = ids.shape
    flat = ids.flatten(0, 1).long()
    scores, matches = model(flat, index)
    scores = scores.view(groups, candidates)
    listwise = F.cross_entropy(scores, torch.zeros(groups, dtype=torch.long, device=ids.device))
    wanted = torch.zeros_like(scores)
    wanted[:, 0] = 1
    calibration = F.binary_cross_entropy_with_logits(scores, wanted, pos_weight=torch.full((1,), 4.0, device=ids.device))

    second = torch.arange(width, device=ids.device)[None] >= first.flatten()[:, None]
    word = (flat > 3).float()
    across = (flat[:, :, None] == flat[:, None, :]) & (second[:, :, None] != second[:, None, :])
    targets = torch.stack([across.any(-1), related.flatten(0, 1) > 0], -1).float()
    auxiliary = F.binary_cross_entropy_with_logits(matches, targets, reduction="none").mean(-1)
    auxiliary = (auxiliary * word).sum() / word.sum()
    return listwise + 0.15 * calibration + auxiliary, (scores.argmax(1) == 0).float().mean()


def tagger_loss(model, index, ids, tags):
    logits, tags = model(ids.long(), index).flatten(0, 1), tags.long().flatten()
    right = (logits.argmax(-1) == tags).float().sum() / (tags >= 0).sum()
    return F.cross_entropy(logits, tags, ignore_index=-100), right


def rate(progress, step):
    """Warm-up counts steps, not time: compiling would otherwise use it up before training has begun."""
    return min(1.0, (step + 1) / WARMUP) * (0.5 * (1 + math.cos(math.pi * progress)) * 0.99 + 0.01)


def optimizer_of(model, speed, device):
    decay = [p for p in model.parameters() if p.ndim > 1]
    other = [p for p in model.parameters() if p.ndim <= 1]
    return torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": other, "weight_decay": 0.0}],
                             lr=speed, betas=(0.9, 0.98), fused=True)


def share_gradients(model):
    """Gives every process the mean of all gradients."""
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    flat = torch._utils._flatten_dense_tensors(gradients)
    distributed.all_reduce(flat)
    for gradient, mean in zip(gradients, torch._utils._unflatten_dense_tensors(flat / distributed.get_world_size(), gradients)):
        gradient.copy_(mean)


def train(model, made, source, loss_of, args, device, history):
    """Trains until the minutes or steps are over, and adds to the history what was reported on the way."""
    optimizer, several = optimizer_of(model, args.rate, device), distributed.is_initialized()
    start, begun, waited, step = args.begun, time.time(), 0.0, 0
    indexes, losses, scores, elapsed = {}, [], [], 0.0
    while True:
        if args.minutes and step % 50 == 0:
            elapsed = torch.tensor((time.time() - begun) / (start + args.minutes * 60 - begun), device=device)
            if several:
                distributed.broadcast(elapsed, 0)
            elapsed = elapsed.item()
        progress = max(step / args.steps, elapsed)
        if progress >= 1:
            return
        for group in optimizer.param_groups:
            group["lr"] = args.rate * rate(progress, step)
        before = time.time()
        batch = next(source)
        waited += time.time() - before
        width = batch[0].shape[-1]
        if width not in indexes:
            indexes[width] = buckets(width, made.position_buckets, made.max_position_embeddings).to(device)
        batch = [torch.from_numpy(array).to(device, non_blocking=True) for array in batch]
        with torch.autocast(device.split(":")[0], torch.bfloat16):
            loss, score = loss_of(model, indexes[width], *batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if several:
            share_gradients(model)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.detach())
        scores.append(score.detach())
        step += 1
        if step % args.report == 0 and not args.rank:
            history.append({"step": step, "seconds": round(time.time() - start), "waited": round(waited, 1),
                            "loss": round(torch.stack(losses).mean().item(), 4), "score": round(torch.stack(scores).mean().item(), 4)})
            print(args.kind, history[-1], flush=True)
            losses, scores = [], []
        if step % args.save == 0 and not args.rank:
            export(model, made, args.kind, args.out)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["reranker", "ner"])
    parser.add_argument("folder", type=Path, help="folder that holds tokenizer.json and receives the checkpoint")
    parser.add_argument("--initial", type=Path, help="folder of a checkpoint to go on from")
    parser.add_argument("--out", type=Path, help="another folder for the checkpoint")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--minutes", type=float, help="end by then, with fewer --steps")
    parser.add_argument("--tokens", type=int, default=49_152, help="tokens in a batch")
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--inner", type=int, default=512)
    parser.add_argument("--workers", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=int, default=500, help="steps between two reports")
    parser.add_argument("--save", type=int, default=2000, help="steps between two exports")
    parser.add_argument("--everything", action="store_true", help="train on the phrasings kept for evaluation too")
    args = parser.parse_args()
    args.begun, args.out, args.rank = time.time(), args.out or args.folder, int(os.environ.get("RANK", 0))
    device = f"cuda:{args.rank}" if torch.cuda.is_available() else "cpu"
    if "RANK" in os.environ:
        distributed.init_process_group("nccl" if "cuda" in device else "gloo")

    make, loss_of, kind = (reranker_batches, reranker_loss, Reranker) if args.kind == "reranker" else (ner_batches, tagger_loss, Tagger)
    source = stream(make, args.folder / "tokenizer.json", args.seed + 100 * args.rank, args.tokens, args.workers, not args.everything, args.steps)
    next(source)
    torch.set_float32_matmul_precision("high")
    made = config(args.kind, Tokenizer.from_file(str(args.folder / "tokenizer.json")).get_vocab_size(), layers=args.layers, inner=args.inner)
    model = initialise(kind(made), args.seed).to(device)
    if args.initial:
        model.load_state_dict({name: tensor.float() for name, tensor in load_file(args.initial / "model.safetensors").items()}, strict=False)
    history = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    try:
        train(model, made, source, loss_of, args, device, history)
    finally:
        if not args.rank:
            export(model, made, args.kind, args.out)
    (args.out / "training.json").write_text(json.dumps({"settings": {key: str(value) for key, value in vars(args).items()}, "history": history}) + "\n")
    print(args.kind, "done", round(time.time() - args.begun), flush=True)
    for worker in multiprocessing.active_children():
        worker.kill()


if __name__ == "__main__":
    main()
