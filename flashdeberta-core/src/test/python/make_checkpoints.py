"""Writes the reference checkpoints into src/test/resources/checkpoints. README.md describes what it writes."""

import argparse
import random
import shutil
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

import reference
import tasks
import tiny_tokenizer
import tokenizer_cases
import variants
from files import write_json

CHECKPOINTS = Path(__file__).resolve().parent.parent / "resources" / "checkpoints"
CLS, SEP, FIRST_WORD = 1, 2, 4
VOCABULARY = 540
TEXT = "Zoë Martin moved to 東京 and told Café Lumière about the new bridge 🙂"
PAIR = "What did Zoë say?"


def id_cases(variant, vocabulary):
    choose = random.Random(reference.seed_of(variant.name) + 1)
    words = lambda n: [choose.randrange(FIRST_WORD, vocabulary) for _ in range(n)]
    cases = [{"name": "empty", "ids": [CLS, SEP], "typeIds": [0, 0]}]
    for length in variant.lengths:
        ids = [CLS, *words(length - 2), SEP] if length > 1 else words(1)
        cases.append({"name": f"length-{length}", "ids": ids, "typeIds": [0] * length})
    for first, second in ((3, 4), (20, 60)):
        ids = [CLS, *words(first), SEP, *words(second), SEP]
        cases.append({"name": f"pair-{first}-{second}", "ids": ids, "typeIds": [0] * (first + 2) + [1] * (second + 1)})
    return cases


def text_cases(tokenizer):
    for name, pair in (("text", None), ("text-pair", PAIR)):
        encoded = tokenizer.encode(TEXT, pair)
        yield {"name": name, "text": TEXT, **({"pair": pair} if pair else {}), "ids": encoded.ids,
               "typeIds": encoded.type_ids}


def chosen_rows(length, most):
    step = max(1, -(-length // most))
    return sorted({*range(0, length, step), length - 1})


def expected(model, case):
    tensors = {}
    for output, value in reference.forward(model, [case["ids"]], [case["typeIds"]]).items():
        value = value[0] if output in reference.whole_outputs(model) else value[0][case["rows"]]
        tensors[f"{case['name']}/{output}"] = value.contiguous()
    return tensors


def check_padding(model, cases, most=140):
    """Padding may not change what the real positions give."""
    for case in cases:
        n = len(case["ids"])
        if n > most:
            continue
        alone = reference.forward(model, [case["ids"]], [case["typeIds"]])
        padded = reference.forward(model, [case["ids"] + [0] * 7] * 2, [case["typeIds"] + [0] * 7] * 2,
                                   [[1] * n + [0] * 7, [1] * (n + 7)])
        for output, value in alone.items():
            real = padded[output][0] if output in reference.whole_outputs(model) else padded[output][0][:n]
            assert (value[0] - real).abs().max() < 1e-9, (case["name"], output)


@torch.no_grad()
def check_positions_matter(model, case):
    hidden = lambda: reference.forward(model, [case["ids"]], [case["typeIds"]])["hidden"]
    positions = model.base_model.encoder.rel_embeddings.weight
    before, kept = hidden(), positions.clone()
    positions.zero_()
    change = (hidden() - before).abs().mean()
    positions.copy_(kept)
    assert change > 0.1, change


def save_weights(model, variant, folder):
    if variant.pretrained:
        tensors = {f"deberta.{k}": v.contiguous() for k, v in model.state_dict().items()}
        hidden = model.config.hidden_size
        tensors["deberta.embeddings.position_embeddings.weight"] = torch.ones(16, hidden)
        tensors["lm_predictions.lm_head.bias"] = torch.ones(model.config.vocab_size)
        tensors["mask_predictions.dense.weight"] = torch.ones(hidden, hidden)
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    else:
        size = sum(p.numel() * p.element_size() for p in model.parameters())
        model.save_pretrained(folder, max_shard_size=size * 6 // 5 // variant.shards if variant.shards > 1 else "1GB")
    for extra in folder.glob("*config.json"):
        extra.unlink()


def load(variant, folder):
    if variant.config.get("legacy") is False:  # from_pretrained of transformers 5.17 fails on its tied weights
        model = variant.model(transformers.DebertaV2Config.from_pretrained(folder))
        found = model.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
        assert found.missing_keys == ["lm_predictions.lm_head.weight"] and not found.unexpected_keys, found
        return model.double().eval()
    model, found = variant.model.from_pretrained(folder, dtype=torch.float64, output_loading_info=True)
    assert not found["missing_keys"], found
    assert variant.pretrained or not found["unexpected_keys"], found
    return model.eval()


def write(variant, folder, tokenizer, spm):
    folder.mkdir(parents=True)
    vocabulary = tokenizer.get_vocab_size() if variant.tokenizer else variants.V3["vocab_size"]
    config_json = variant.config_json(vocabulary)
    model = variant.model(transformers.DebertaV2Config(**config_json))
    reference.randomize(model, variant.name + variant.seed)
    save_weights(model.to(getattr(torch, variant.dtype)), variant, folder)
    write_json(folder / "config.json", config_json)
    if variant.tokenizer:
        tiny_tokenizer.write_tokenizer(tokenizer, folder)
        if variant.name == "v3":
            (folder / "spm.model").write_bytes(spm)

    model = load(variant, folder)
    cases = id_cases(variant, vocabulary) + (list(text_cases(tokenizer)) if variant.tokenizer else [])
    tensors = {}
    for case in cases:
        case["rows"] = chosen_rows(len(case["ids"]), 3 if isinstance(model, transformers.DebertaV2ForMaskedLM) else 16)
        tensors |= expected(model, case)
    check_padding(model, cases)
    if model.config.relative_attention and model.config.pos_att_type:
        check_positions_matter(model, cases[3])
    outputs = sorted({name.split("/")[1] for name in tensors})
    write_json(folder / "cases.json", {"outputs": outputs, "cases": cases})
    save_file(tensors, folder / "expected.safetensors")
    if variant.name in tasks.MAKERS:
        write_json(folder / "tasks.json", tasks.MAKERS[variant.name](model, tasks.fast_tokenizer(folder)))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", help="only these checkpoints")
    arguments.add_argument("--into", type=Path, default=CHECKPOINTS)
    options = arguments.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    spm = tiny_tokenizer.train_spm(VOCABULARY)
    tokenizer = tiny_tokenizer.convert(spm)
    for variant in variants.ALL:
        if not options.names or variant.name in options.names:
            print(variant.name)
            folder = options.into / variant.name
            shutil.rmtree(folder, ignore_errors=True)
            write(variant, folder, tokenizer, spm)
    if not options.names:
        tokenizer_cases.write(options.into, spm, tiny_tokenizer.train_spm(VOCABULARY, full_nfkc=True))


if __name__ == "__main__":
    main()
