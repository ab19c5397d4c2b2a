"""Trains one of the two checkpoints and exports it."""
import argparse
import json
import math
import os
import signal
import sys
import time
import traceback
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from batches import WIDTHS, ner_batches, reranker_batches, stream
from checkpoint import config, export
from model import Layer, Reranker, Tagger, buckets, initialise

# A score below this after so many steps means that the model has not begun to learn: training begins again with half the rate.
STUCK_STEPS, STUCK_SCORE, ATTEMPTS = 1500, 0.25, 2


def reranker_loss(model, index, ids, first, related):
    groups, candidates, width = ids.shape
    flat = ids.flatten(0, 1).long()
    scores, sides, matches = model(flat, index)
    scores = scores.view(groups, candidates)
    listwise = F.cross_entropy(scores, torch.zeros(groups, dtype=torch.long, device=ids.device))
    wanted = torch.zeros_like(scores)
    wanted[:, 0] = 1
    calibration = F.binary_cross_entropy_with_logits(scores, wanted, pos_weight=torch.full((1,), 4.0, device=ids.device))

    second = torch.arange(width, device=ids.device)[None] >= first.flatten()[:, None]
    word = (flat > 3).float()
    across = (flat[:, :, None] == flat[:, None, :]) & (second[:, :, None] != second[:, None, :])
    targets = torch.stack([across.any(-1), related.flatten(0, 1) > 0], -1).float()
    auxiliary = F.binary_cross_entropy_with_logits(sides, second.float(), reduction="none")
    auxiliary = auxiliary + F.binary_cross_entropy_with_logits(matches, targets, reduction="none").mean(-1)
    return listwise + 0.15 * calibration + (auxiliary * word).sum() / word.sum(), (scores[:, :1] > scores[:, 1:]).all(1).float().mean()


def tagger_loss(model, index, ids, tags):
    logits, tags = model(ids.long(), index).flatten(0, 1), tags.long().flatten()
    right = (logits.argmax(-1) == tags).float().sum() / (tags >= 0).sum()
    return F.cross_entropy(logits, tags, ignore_index=-100), right


def rate(progress, step, warmup):
    """Warm-up counts steps; the cosine follows the clock, which starts when all is compiled."""
    return min(1.0, (step + 1) / warmup) * (0.5 * (1 + math.cos(math.pi * progress)) * 0.99 + 0.01)


def optimizer_of(model, speed):
    decay = [p for p in model.parameters() if p.ndim > 1]
    other = [p for p in model.parameters() if p.ndim <= 1]
    return torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": other, "weight_decay": 0.0}],
                             lr=speed, betas=(0.9, 0.98), fused=True)


class Trainer:
    """Takes steps on batches, moved to the device together with the buckets of their width."""

    def __init__(self, made, loss_of, device):
        self.made, self.loss_of, self.device = made, loss_of, device
        self.indexes = {width: buckets(width, made.position_buckets, made.max_position_embeddings).to(device) for width in WIDTHS}

    def loss(self, model, batch):
        tensors = [torch.from_numpy(array).to(self.device, non_blocking=True) for array in batch]
        with torch.autocast(self.device, torch.bfloat16):
            return self.loss_of(model, self.indexes[batch[0].shape[-1]], *tensors)

    def compile(self, model, source):
        """Compiles one encoder layer, which all layers share, for every width before the clock of the schedule starts; without success the layer stays as it was."""
        batches, plain = {}, Layer.forward
        while len(batches) < len(WIDTHS):
            batch = next(source)
            batches.setdefault(batch[0].shape[-1], batch)
        try:
            Layer.forward = torch.compile(plain, dynamic=False)
            for batch in batches.values():
                self.loss(model, batch)[0].backward()
        except Exception:
            traceback.print_exc()
            Layer.forward = plain


def train(trainer, model, source, args, speed, warmup, again, history):
    """Trains until the minutes or steps are over. Returns False if the model is stuck and there is time to begin again."""
    optimizer = optimizer_of(model, speed)
    begun, waited, step, losses, scores = time.time(), 0.0, 0, [], []
    while True:
        progress = (time.time() - begun) / max(args.start + args.minutes * 60 - begun, 1e-3) if args.minutes else step / args.steps
        if progress >= 1:
            return True
        for group in optimizer.param_groups:
            group["lr"] = speed * rate(progress, step, warmup)
        before = time.time()
        batch = next(source)
        waited += time.time() - before
        loss, score = trainer.loss(model, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.detach())
        scores.append(score.detach())
        step += 1
        if step % args.report == 0:
            loss, score = torch.stack(losses).mean().item(), torch.stack(scores).mean().item()
            history.append({"step": step, "seconds": round(time.time() - args.start), "waited": round(waited, 1), "loss": round(loss, 4), "score": round(score, 4)})
            print(args.kind, history[-1], flush=True)
            losses, scores = [], []
            if again and step == STUCK_STEPS and progress < 0.5 and not score >= STUCK_SCORE:
                return False
        if step % args.save == 0:
            export(model, trainer.made, args.kind, args.folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["reranker", "ner"])
    parser.add_argument("folder", type=Path, help="folder that holds tokenizer.json and receives the checkpoint")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--minutes", type=float, help="follow the clock instead of --steps")
    parser.add_argument("--tokens", type=int, default=49_152, help="tokens in a batch")
    parser.add_argument("--rate", type=float, default=7e-4)
    parser.add_argument("--warmup", type=int, default=500, help="steps")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--inner", type=int, default=512)
    parser.add_argument("--workers", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=int, default=250, help="steps between two reports")
    parser.add_argument("--save", type=int, default=2000, help="steps between two exports")
    parser.add_argument("--everything", action="store_true", help="train on the phrasings kept for evaluation too")
    parser.add_argument("--plain", action="store_true", help="do not compile")
    args = parser.parse_args()
    args.start = time.time()

    make, loss_of, kind = (reranker_batches, reranker_loss, Reranker) if args.kind == "reranker" else (ner_batches, tagger_loss, Tagger)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")
    tokenizer = args.folder / "tokenizer.json"
    made = config(args.kind, Tokenizer.from_file(str(tokenizer)).get_vocab_size(), layers=args.layers, inner=args.inner)
    trainer, history = Trainer(made, loss_of, device), []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    for attempt in range(ATTEMPTS):
        source = stream(make, tokenizer, args.seed + attempt, args.tokens, args.workers, not args.everything)
        next(source)
        model = initialise(kind(made), args.seed + attempt).to(device)
        if attempt == 0 and not args.plain:
            trainer.compile(model, source)
        print(args.kind, "begins", round(time.time() - args.start), flush=True)
        try:
            done = train(trainer, model, source, args, args.rate / 2 ** attempt, args.warmup * 2 ** attempt, attempt < ATTEMPTS - 1, history)
        finally:
            export(model, made, args.kind, args.folder)
            source.close()
        if done:
            break
    settings = {key: str(value) for key, value in vars(args).items() if key not in ("folder", "start")}
    (args.folder / "training.json").write_text(json.dumps({"settings": settings, "history": history}) + "\n")
    print(args.kind, "done", round(time.time() - args.start), flush=True)


if __name__ == "__main__":
    main()
