"""Writes src/test/resources/lstm: the weights of PyTorch's bidirectional LSTM, sequences, and its states for them in float64.

    python3 lstm.py [FOLDER]
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "lstm"
INPUTS, HIDDEN, LENGTHS = 6, 5, (3, 1, 9)


@torch.no_grad()
def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    torch.manual_seed(3)
    lstm = torch.nn.LSTM(INPUTS, HIDDEN, bidirectional=True, batch_first=True)
    x = torch.randn(sum(LENGTHS), INPUTS)
    tensors = {name: parameter.clone() for name, parameter in lstm.named_parameters()} | {"x": x}
    lstm = lstm.double()
    states = [lstm(sequence.double()[None])[0][0] for sequence in x.split(LENGTHS)]
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()} | {"y": torch.cat(states).float()},
              folder / "model.safetensors")
    (folder / "config.json").write_text("{}\n")


if __name__ == "__main__":
    main()
