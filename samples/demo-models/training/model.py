"""DeBERTa-v3 for training: the parameters of transformers' DebertaV2 models under the same names, with attention that needs no gather."""
import math

import torch
from torch import nn
from torch.nn import functional as F


def buckets(length, size, longest):
    """Bucket of each relative position from -(length - 1) to length - 1, as an index into the relative embeddings."""
    mid, out = size // 2, []
    for r in range(-(length - 1), length):
        bucket = r
        if abs(r) > mid:
            bucket = math.copysign(math.ceil(math.log(abs(r) / mid) / math.log((longest - 1) / mid) * (mid - 1)) + mid, r)
        out.append(min(max(int(bucket) + size, 0), 2 * size - 1))
    return torch.tensor(out)


def skew(table, length):
    """[.., L, 2L-1] indexed by (row, column - row + L - 1) to [.., L, L] indexed by (row, column)."""
    flat = table.flatten(-2)[..., length - 1:length - 1 + length * (2 * length - 2)]
    return flat.unflatten(-1, (length, 2 * length - 2))[..., :length]


class SelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        size = config.hidden_size
        self.heads = config.num_attention_heads
        self.query_proj, self.key_proj, self.value_proj = nn.Linear(size, size), nn.Linear(size, size), nn.Linear(size, size)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(-3, -2)

    def forward(self, x, mask, positions):
        """positions holds the relative embeddings of the distances -(L-1) .. L-1."""
        length = x.shape[1]
        q, k, v = self.split(self.query_proj(x)), self.split(self.key_proj(x)), self.split(self.value_proj(x))
        position_k, position_q = self.split(self.key_proj(positions)), self.split(self.query_proj(positions))
        scores = q @ k.transpose(-1, -2)
        scores = scores + skew(q @ position_k.flip(-2).transpose(-1, -2), length)
        scores = scores + skew(k @ position_q.transpose(-1, -2), length).transpose(-1, -2)
        scores = scores.float() / math.sqrt(3 * q.shape[-1]) + mask
        return (scores.softmax(-1).to(v.dtype) @ v).transpose(1, 2).flatten(-2)


class Residual(nn.Module):
    def __init__(self, config, inputs):
        super().__init__()
        self.dense, self.LayerNorm = nn.Linear(inputs, config.hidden_size), nn.LayerNorm(config.hidden_size, config.layer_norm_eps)

    def forward(self, x, residual):
        return self.LayerNorm(self.dense(x) + residual)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.ModuleDict({"self": SelfAttention(config), "output": Residual(config, config.hidden_size)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(config.hidden_size, config.intermediate_size)})
        self.output = Residual(config, config.intermediate_size)

    def forward(self, x, mask, positions):
        x = self.attention["output"](self.attention["self"](x, mask, positions), x)
        return self.output(F.gelu(self.intermediate["dense"](x)), x)


class Deberta(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embeddings = nn.ModuleDict({"word_embeddings": nn.Embedding(config.vocab_size, config.hidden_size, padding_idx=0),
                                         "LayerNorm": nn.LayerNorm(config.hidden_size, config.layer_norm_eps)})
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers)),
                                      "rel_embeddings": nn.Embedding(2 * config.position_buckets, config.hidden_size),
                                      "LayerNorm": nn.LayerNorm(config.hidden_size, config.layer_norm_eps)})

    def forward(self, ids, index):
        """Returns the output of every layer; index is buckets(length)."""
        keep = ids != 0
        mask = torch.where(keep, 0.0, -1e4)[:, None, None, :]
        positions = self.encoder["LayerNorm"](self.encoder["rel_embeddings"](index))
        x = self.embeddings["LayerNorm"](self.embeddings["word_embeddings"](ids)) * keep[..., None]
        states = []
        for layer in self.encoder["layer"]:
            x = layer(x, mask, positions)
            states.append(x)
        return states


class Reranker(nn.Module):
    """The two auxiliary heads only shape training: they are not exported."""

    def __init__(self, config):
        super().__init__()
        self.deberta = Deberta(config)
        self.pooler = nn.ModuleDict({"dense": nn.Linear(config.hidden_size, config.hidden_size)})
        self.classifier = nn.Linear(config.hidden_size, 1)
        self.match_head = nn.Linear(config.hidden_size, 2)

    def forward(self, ids, index):
        states = self.deberta(ids, index)
        pooled = F.gelu(self.pooler["dense"](states[-1][:, 0]))
        return self.classifier(pooled)[:, 0].float(), self.match_head(states[1]).float()


class Tagger(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.deberta = Deberta(config)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, ids, index):
        return self.classifier(self.deberta(ids, index)[-1]).float()


def initialise(model, seed):
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)
            if getattr(module, "bias", None) is not None:
                nn.init.zeros_(module.bias)
    return model
