"""Writes random checkpoints of the real sizes with float64 outputs, to compare an implementation at full scale.

    python parity_real_size.py FOLDER [v3-xsmall] [v3-base] [v3-large] [--lengths 512,2048] [--double 8192] [--device cpu]

Each gets its own folder with config.json, model.safetensors (float32), cases.json and expected.safetensors, laid out
as README.md says. They are too large to commit. Prints how far torch's own float32 is from float64. Lengths above --double,
whose float64 would need more memory than there is, are computed in float32.
"""

import argparse
import random
import shutil
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

import reference
from files import write_json

SIZES = {"v3-xsmall": dict(hidden_size=384, num_attention_heads=6, intermediate_size=1536),
         "v3-base": dict(hidden_size=768, num_attention_heads=12, intermediate_size=3072),
         "v3-large": dict(hidden_size=1024, num_attention_heads=16, intermediate_size=4096, num_hidden_layers=24)}
COMMON = dict(vocab_size=128100, num_hidden_layers=12, max_position_embeddings=512, max_relative_positions=-1,
              position_buckets=256, relative_attention=True, share_att_key=True, pos_att_type="p2c|c2p",
              norm_rel_ebd="layer_norm", position_biased_input=False, type_vocab_size=0, layer_norm_eps=1e-7,
              hidden_act="gelu", pooler_hidden_act="gelu", pooler_dropout=0, pad_token_id=0)
CLS, SEP, FIRST_WORD, LAST_WORD = 1, 2, 4, 127999
ROWS = 128


def make_cases(name, lengths):
    choose = random.Random(reference.seed_of(name))
    for length in lengths:
        ids = [CLS, *(choose.randint(FIRST_WORD, LAST_WORD) for _ in range(length - 2)), SEP]
        yield {"name": f"length-{length}", "ids": ids, "typeIds": [0] * length, "rows": list(range(0, length, max(1, length // ROWS)))}


def hidden_rows(model, case):
    return reference.forward(model, [case["ids"]], [case["typeIds"]])["hidden"][0][case["rows"]].double().cpu()


def write(name, folder, lengths, longest_double, device):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config = {"architectures": ["DebertaV2Model"], "model_type": "deberta-v2", **COMMON, **SIZES[name]}
    model = reference.randomize(transformers.DebertaV2Model(transformers.DebertaV2Config(**config)), name)
    model.save_pretrained(folder, max_shard_size="4GB")
    write_json(folder / "config.json", config)
    cases = list(make_cases(name, lengths))
    write_json(folder / "cases.json", {"outputs": ["hidden"], "cases": cases})

    torch.set_default_device(device)
    model = model.to(device)
    single = [hidden_rows(model, case) for case in cases]
    model = model.double()
    exact = [rounded if len(case["ids"]) > longest_double else hidden_rows(model, case) for case, rounded in zip(cases, single)]
    torch.set_default_device("cpu")
    save_file({f"{case['name']}/hidden": values for case, values in zip(cases, exact)}, folder / "expected.safetensors")
    for case, values, rounded in zip(cases, exact, single):
        difference = (values - rounded).abs()
        print(f"{name} {case['name']}: std {values.std():.3f}, float32 off by at most {difference.max():.2e}, "
              f"{difference.square().mean().sqrt():.2e} on average", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("names", nargs="*", default=["v3-xsmall", "v3-base"])
    arguments.add_argument("--lengths", default="512,2048")
    arguments.add_argument("--double", type=int, default=8192)
    arguments.add_argument("--device", default="cpu")
    options = arguments.parse_args()
    torch.set_num_threads(2)
    for name in options.names:
        write(name, options.folder / name, [int(length) for length in options.lengths.split(",")], options.double, options.device)


if __name__ == "__main__":
    main()
