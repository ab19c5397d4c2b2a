"""Random models that behave like trained ones, and what they give for a list of ids in float64."""

import hashlib

import torch
import transformers as t


def gain_of(weight):
    if "query_proj" in weight or "key_proj" in weight:
        return 1.5
    return 3 if weight.startswith(("classifier", "qa_outputs")) else 1.2


def whole_outputs(model):
    """Outputs of one vector for a whole sequence; the others have one row for each token."""
    one_vector = t.DebertaV2ForSequenceClassification, t.DebertaV2ForMultipleChoice
    return ("logits",) if isinstance(model, one_vector) else ()


def seed_of(name):
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


@torch.no_grad()
def randomize(model, name):
    """Every weight and bias counts: attention is peaked, norms are not the identity, outputs are of order one."""
    random = torch.Generator().manual_seed(seed_of(name))
    for parameter_name, p in sorted(model.named_parameters()):
        noise = torch.randn(p.shape, generator=random)
        if "LayerNorm" in parameter_name:
            p.copy_(1 + 0.2 * noise if parameter_name.endswith("weight") else 0.2 * noise)
        elif p.dim() == 1:
            p.copy_(0.3 * noise)
        elif "embeddings" in parameter_name:
            p.copy_(noise if "rel_embeddings" in parameter_name else 0.3 * noise)
        else:
            p.copy_(noise * gain_of(parameter_name) / p[0].numel() ** 0.5)
    if isinstance(model, t.DebertaV2ForTokenClassification):
        model.classifier.bias[0] += 1.5  # "O" is the most frequent label
    return model.eval()


@torch.no_grad()
def forward(model, ids, type_ids=None, mask=None):
    """The hidden states and head outputs by name for a batch of equally long id lists."""
    types = None if type_ids is None else torch.tensor(type_ids)
    mask = None if mask is None else torch.tensor(mask)
    ids = torch.tensor(ids)
    if isinstance(model, t.DebertaV2ForMultipleChoice):
        one = (lambda x: None if x is None else x.unsqueeze(1))
        out = model(one(ids), attention_mask=one(mask), token_type_ids=one(types), output_hidden_states=True)
        return {"hidden": out.hidden_states[-1], "logits": out.logits}
    if isinstance(model, t.DebertaV2Model):
        return {"hidden": model(ids, attention_mask=mask, token_type_ids=types).last_hidden_state}
    out = model(ids, attention_mask=mask, token_type_ids=types, output_hidden_states=True)
    heads = {k: out[k] for k in ("logits", "start_logits", "end_logits") if k in out}
    return {"hidden": out.hidden_states[-1], **{k.removesuffix("_logits"): v for k, v in heads.items()}}
