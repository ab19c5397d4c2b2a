"""Times transformers' eager DeBERTa-v3 and FlashDeBERTa's Triton kernel inside the same model, in fp16 with random weights.

    python3 peers.py base|large 1x128,32x512,…
    python3 peers.py base|large rerank FOLDER_WITH_A_TOKENIZER

The first prints the medians of CUDA-event timings in ms: ids in, last hidden state on the GPU, no padding. The second times one query with
64 documents of lengths as in RerankBenchmark, from strings to sorted scores, padded to the longest; the scores have no meaning, since
padding is not masked. FlashDeBERTa gets neither masks nor tables of distances. Needs PyTorch with CUDA, transformers and flashdeberta
(pip install flashdeberta).
"""
import math
import random
import statistics
import sys
import time

import torch
from flashdeberta.model import FlashDisentangledSelfAttention
from transformers import AutoTokenizer, DebertaV2Config, DebertaV2Model

SIZES = {"base": dict(hidden_size=768, num_attention_heads=12, intermediate_size=3072, num_hidden_layers=12),
         "large": dict(hidden_size=1024, num_attention_heads=16, intermediate_size=4096, num_hidden_layers=24)}
COMMON = dict(vocab_size=128100, max_position_embeddings=512, max_relative_positions=-1, position_buckets=256, relative_attention=True,
              share_att_key=True, pos_att_type="p2c|c2p", norm_rel_ebd="layer_norm", position_biased_input=False, type_vocab_size=0)
RUNS, WARM_UP, MOST_MILLISECONDS = 15, 4, 2000


def model_of(size, flash):
    torch.manual_seed(1)
    with torch.device("cuda"):
        model = DebertaV2Model(DebertaV2Config(**COMMON, **SIZES[size])).half().eval()
    if flash:
        model.encoder.get_rel_pos = lambda *_, **__: None
        model.encoder.get_attention_mask = lambda *_, **__: None
        for layer in model.encoder.layer:
            layer.attention.self.__class__ = FlashDisentangledSelfAttention
    return model


@torch.no_grad()
def time_pass(model, batch, length):
    ids = torch.randint(4, 128000, (batch, length), device="cuda")
    begin, end, times = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True), []
    for run in range(WARM_UP + RUNS):
        begin.record()
        model(ids)
        end.record()
        torch.cuda.synchronize()
        if run >= WARM_UP:
            times.append(begin.elapsed_time(end))
        if sum(times) > MOST_MILLISECONDS:
            break
    return statistics.median(times)


def documents():
    words = "the river ends in a bay of salt water and sand near town".split()
    texts = []
    while len(texts) < 64:
        length = math.exp(math.log(140) + 0.7 * random.gauss(0, 1))
        if 20 <= length <= 500:
            texts.append(" ".join(random.choices(words, k=int(length))))
    return texts


@torch.no_grad()
def rerank(model, tokenizer, head, texts):
    """Ms until the padded ids were on the GPU and until the sorted scores were there; the ids' shape, the tokens."""
    begin = time.perf_counter()
    pairs = tokenizer(["where does the long river meet the sea"] * len(texts), texts, padding=True, return_tensors="pt")
    ids = pairs["input_ids"].cuda()
    tokenized = time.perf_counter()
    scores = head(model(ids).last_hidden_state[:, 0]).float().cpu()[:, 0].tolist()
    sorted(enumerate(scores), key=lambda scored: -scored[1])
    end = time.perf_counter()
    return 1000 * (tokenized - begin), 1000 * (end - begin), tuple(ids.shape), int(pairs["attention_mask"].sum())


def time_reranking(size, folder):
    random.seed(5)
    tokenizer, texts = AutoTokenizer.from_pretrained(folder), documents()
    for flash in (False, True):
        model = model_of(size, flash)
        head = torch.nn.Linear(SIZES[size]["hidden_size"], 1, device="cuda").half()
        tokenized, ended, shapes, tokens = zip(*[rerank(model, tokenizer, head, texts) for _ in range(WARM_UP + RUNS)][WARM_UP:])
        print(f"{'FlashDeBERTa' if flash else 'transformers eager'}: {tokens[0]} tokens in {shapes[0]}: median {statistics.median(ended):.1f} ms,"
              f" least {min(ended):.1f} ms; tokenized after {statistics.median(tokenized):.1f} ms", flush=True)


def main():
    if sys.argv[2] == "rerank":
        return time_reranking(sys.argv[1], sys.argv[3])
    size, shapes = sys.argv[1], [tuple(map(int, shape.split("x"))) for shape in sys.argv[2].split(",")]
    print(f"{size}, {torch.cuda.get_device_name(0)}, PyTorch {torch.__version__}\n| B×L | transformers eager ms | FlashDeBERTa ms |\n|---|---|---|")
    models = [model_of(size, flash) for flash in (False, True)]
    for batch, length in shapes:
        row = []
        for model in models:
            try:
                row.append(f"{time_pass(model, batch, length):.2f}")
            except torch.OutOfMemoryError:
                row.append("out of memory")
            torch.cuda.empty_cache()
        print(f"| {batch}×{length} | {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
