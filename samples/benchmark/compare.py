"""Times the benchmark program, ONNX Runtime and PyTorch eager in turns on the same shapes, and prints ratios.

    python compare.py --java "java -cp ... io.flashdeberta.benchmark.Benchmark" --size xsmall --shapes 1x32,1x512 --rerank

Needs torch, transformers, safetensors, onnx and onnxruntime. All three compute with the random checkpoint that the benchmark
program writes. A round times each of them once, so that a busy machine slows all of them alike; medians of the rounds are compared.
"""

import argparse
import json
import random
import shlex
import statistics
import subprocess
import time
from pathlib import Path

import onnxruntime
import torch
from transformers import AutoModel


class Java:
    """The benchmark program, answering lines of sequence lengths with milliseconds."""

    def __init__(self, command, arguments):
        self.process = subprocess.Popen(
            shlex.split(command) + ["--serve", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        _, folder, self.description = self.process.stdout.readline().strip().split(" ", 2)
        self.folder = Path(folder)

    def warm_up(self, lengths, seconds):
        """The virtual machine compiles what has run often enough."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            self.time(lengths)

    def time(self, lengths):
        self.process.stdin.write(",".join(map(str, lengths)) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


class Padded:
    """A model on a padded batch."""

    def time(self, lengths):
        longest = max(lengths)
        ids = torch.randint(0, 128_100, (len(lengths), longest))
        mask = torch.tensor([[1] * n + [0] * (longest - n) for n in lengths])
        start = time.perf_counter()
        self.run(ids, mask)
        return 1e3 * (time.perf_counter() - start)


class PyTorch(Padded):
    def __init__(self, folder, threads):
        torch.set_num_threads(threads)
        self.model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()

    @torch.inference_mode()
    def run(self, ids, mask):
        self.model(input_ids=ids, attention_mask=mask)


class OnnxRuntime(Padded):
    def __init__(self, folder, threads, model):
        path = folder / "model.onnx"
        if not path.exists():
            export(model, path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def run(self, ids, mask):
        self.session.run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})


def export(model, path):
    """Writes the ONNX graph with free batch and length."""
    ids = torch.randint(5, 100, (2, 16))
    axes = {0: "batch", 1: "length"}
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids)),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=["last_hidden_state"],
        dynamic_axes={
            "input_ids": axes,
            "attention_mask": axes,
            "last_hidden_state": axes,
        },
        opset_version=17,
        dynamo=False,
    )


def check(onnx, pytorch):
    """Both peers must give the same numbers on a length that the export did not see."""
    ids = torch.randint(5, 100, (1, 70))
    mask = torch.ones_like(ids)
    with torch.inference_mode():
        expected = pytorch.model(input_ids=ids, attention_mask=mask).last_hidden_state
    found = onnx.session.run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})[0]
    difference = (expected - torch.from_numpy(found)).abs().max().item()
    assert difference < 1e-3, f"ONNX Runtime differs from PyTorch by {difference}"


def rerank_lengths():
    """64 documents of 20 to 500 tokens, log-normal, behind one query."""
    generator = random.Random(1)
    return [max(20, min(500, round(generator.lognormvariate(4.8, 0.7)))) for _ in range(64)]


def buckets(lengths, size):
    """Batches of sorted lengths."""
    ordered = sorted(lengths, reverse=True)
    return [ordered[n : n + size] for n in range(0, len(ordered), size)]


def packed(lengths, budget):
    """Batches of sorted lengths with at most so many tokens."""
    batches, tokens = [[]], 0
    for length in sorted(lengths, reverse=True):
        if batches[-1] and tokens + length > budget:
            batches.append([])
            tokens = 0
        batches[-1].append(length)
        tokens += length
    return batches


def rounds(runners, seconds, least):
    """Medians of rounds in which each runner is timed once; the first of each is thrown away."""
    for run in runners.values():
        run()
    times = {name: [] for name in runners}
    start = time.monotonic()
    while len(times[next(iter(runners))]) < least or time.monotonic() - start < seconds:
        for name, run in runners.items():
            times[name].append(run())
            time.sleep(0.02)
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--java", required=True, help="command that starts the benchmark program")
    parser.add_argument("--size", default="xsmall")
    parser.add_argument("--dtype", default="fp32", help="of the benchmark program alone")
    parser.add_argument("--shapes", default="1x32,1x128,8x128,1x512,4x512")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10, help="of each shape")
    parser.add_argument("--rounds", type=int, default=5, help="of each shape, at least")
    parser.add_argument("--warm-up", type=float, default=4, help="seconds of the benchmark program")
    parser.add_argument("--rerank", action="store_true")
    parser.add_argument("--no-torch", action="store_true")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()

    arguments = ["--size", options.size, "--dtype", options.dtype, "--threads", str(options.threads)]
    java = Java(options.java, arguments)
    pytorch = PyTorch(java.folder, options.threads)
    onnx = OnnxRuntime(java.folder, options.threads, pytorch.model)
    check(onnx, pytorch)
    print(f"deberta-v3-{options.size}, {options.threads} threads; ours: {java.description}; "
          f"ONNX Runtime {onnxruntime.__version__}, PyTorch {torch.__version__}, fp32")
    print("| B×L | ours ms | ONNX Runtime ms | PyTorch ms | ONNX Runtime / ours | PyTorch / ours |")
    print("|---|---|---|---|---|---|", flush=True)
    results = []
    for shape in filter(None, options.shapes.split(",")):
        batch, length = map(int, shape.split("x"))
        lengths = [length] * batch
        java.warm_up(lengths, options.warm_up)
        runners = {"ours": lambda: java.time(lengths), "onnx": lambda: onnx.time(lengths)}
        if not options.no_torch:
            runners["torch"] = lambda: pytorch.time(lengths)
        results.append(report(shape.replace("x", "×"), rounds(runners, options.seconds, options.rounds)))
    if options.rerank:
        lengths = rerank_lengths()
        runners = {"ours": lambda: sum(java.time(b) for b in packed(lengths, 4096))}
        for size in (1, 4, 8, 16):
            runners[f"onnx {size}"] = lambda size=size: sum(
                onnx.time(b) for b in buckets(lengths, size)
            )
        for _ in range(3):
            runners["ours"]()
        medians = rounds(runners, options.seconds, options.rounds)
        best = min((name for name in medians if name != "ours"), key=medians.get)
        print({name: round(value) for name, value in medians.items()})
        results.append(report(f"rerank ({best})", {"ours": medians["ours"], "onnx": medians[best]}))
    if options.output:
        options.output.write_text(json.dumps(results, indent=1) + "\n")


def report(name, medians):
    ours, onnx, pytorch = (medians.get(key, float("nan")) for key in ("ours", "onnx", "torch"))
    print(f"| {name} | {ours:.1f} | {onnx:.1f} | {pytorch:.1f} | {onnx / ours:.2f} | {pytorch / ours:.2f} |",
          flush=True)
    return {"shape": name, **medians}


if __name__ == "__main__":
    main()
