"""The config of the two checkpoints, and their export in half precision."""
import json

import torch
from safetensors.torch import save_file
from transformers import DebertaV2Config

from demodata.ner_data import TAGS


def config(kind, vocabulary, layers=4, hidden=256, heads=4, inner=512):
    labels = ["LABEL_0"] if kind == "reranker" else TAGS
    made = DebertaV2Config(
        vocab_size=vocabulary, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=inner, hidden_act="gelu",
        hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, max_position_embeddings=512, type_vocab_size=0, layer_norm_eps=1e-7,
        relative_attention=True, max_relative_positions=-1, position_buckets=64, norm_rel_ebd="layer_norm", share_att_key=True,
        pos_att_type="p2c|c2p", position_biased_input=False, pad_token_id=0, pooler_dropout=0, pooler_hidden_act="gelu",
        id2label=dict(enumerate(labels)), label2id={label: index for index, label in enumerate(labels)})
    return made


def export(model, made, kind, folder):
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().to("cpu", torch.float16).contiguous() for name, tensor in model.state_dict().items() if not name.startswith("match_head")}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    written = {
        "model_type": "deberta-v2",
        "architectures": ["DebertaV2ForSequenceClassification" if kind == "reranker" else "DebertaV2ForTokenClassification"],
        "vocab_size": made.vocab_size, "hidden_size": made.hidden_size, "num_hidden_layers": made.num_hidden_layers,
        "num_attention_heads": made.num_attention_heads, "intermediate_size": made.intermediate_size, "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02, "layer_norm_eps": made.layer_norm_eps,
        "max_position_embeddings": 512, "max_relative_positions": -1, "norm_rel_ebd": "layer_norm", "pad_token_id": 0,
        "pooler_dropout": 0, "pooler_hidden_act": "gelu", "pooler_hidden_size": made.hidden_size, "pos_att_type": ["p2c", "c2p"],
        "position_biased_input": False, "position_buckets": made.position_buckets, "relative_attention": True, "share_att_key": True,
        "type_vocab_size": 0, "torch_dtype": "float16",
        "id2label": {str(index): label for index, label in made.id2label.items()}, "label2id": made.label2id,
    }
    if kind == "reranker":
        written["sentence_transformers"] = {"activation_fn": "torch.nn.modules.activation.Sigmoid", "version": "5.0.0"}
    (folder / "config.json").write_text(json.dumps(written, indent=2) + "\n")
