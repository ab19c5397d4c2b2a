"""The checkpoints: a name, the model class, and what its config.json says besides the common part."""

from dataclasses import dataclass, field

import transformers as t

NER_LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]


@dataclass(frozen=True)
class Variant:
    """pretrained: laid out as microsoft/deberta-v3-base is, with a prefix and what pre-training left behind."""

    name: str
    model: type = t.DebertaV2Model
    config: dict = field(default_factory=dict)
    lengths: tuple = (1, 5, 13, 129, 300)
    tokenizer: bool = False
    dtype: str = "float32"
    shards: int = 1
    pretrained: bool = False
    absent: tuple = ()
    seed: str = ""

    def config_json(self, vocabulary):
        values = {**V3, "vocab_size": vocabulary, **self.config}
        for key in self.absent:
            del values[key]
        return {"architectures": [self.model.__name__], "model_type": "deberta-v2", **values}


V3 = dict(vocab_size=128, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
          max_position_embeddings=512, max_relative_positions=-1, position_buckets=256, relative_attention=True,
          share_att_key=True, pos_att_type="p2c|c2p", norm_rel_ebd="layer_norm", position_biased_input=False,
          type_vocab_size=0, layer_norm_eps=1e-7, hidden_act="gelu", pooler_hidden_act="gelu", pooler_dropout=0,
          pad_token_id=0)
SMALL = dict(position_buckets=8, max_position_embeddings=32)
LONG = (1, 5, 13, 129, 511, 513, 2000)


def labels(*names):
    return dict(id2label={str(i): name for i, name in enumerate(names)},
                label2id={name: i for i, name in enumerate(names)})


ENCODERS = [
    Variant("v3", tokenizer=True, lengths=LONG),
    Variant("small-buckets", config=dict(SMALL, num_hidden_layers=3), lengths=LONG),
    Variant("unshared-position-keys", config=dict(SMALL, share_att_key=False)),
    Variant("c2p-only", config=dict(SMALL, pos_att_type="c2p")),
    Variant("p2c-only", config=dict(SMALL, pos_att_type=["p2c"])),
    Variant("unshared-p2c-only", config=dict(SMALL, pos_att_type=["p2c"], share_att_key=False)),
    Variant("no-position-types", config=dict(SMALL, pos_att_type=[])),
    Variant("no-buckets", config=dict(position_buckets=-1, max_relative_positions=24)),
    Variant("no-relative-attention", config=dict(relative_attention=False, pos_att_type=[])),
    Variant("defaults", config=dict(max_position_embeddings=320), absent=(
        "max_relative_positions", "position_buckets", "relative_attention", "share_att_key", "pos_att_type",
        "norm_rel_ebd", "position_biased_input", "type_vocab_size", "layer_norm_eps", "hidden_act",
        "pooler_hidden_act", "pooler_dropout", "pad_token_id")),
    Variant("absolute-positions", config=dict(SMALL, max_position_embeddings=320, max_relative_positions=32,
                                              position_biased_input=True)),
    Variant("token-types", config=dict(SMALL, type_vocab_size=2)),
    Variant("projected-embeddings", config=dict(SMALL, embedding_size=20, position_biased_input=True, type_vocab_size=2,
                                                max_position_embeddings=320, max_relative_positions=32)),
    Variant("conv-gelu", config=dict(SMALL, conv_kernel_size=3, conv_act="gelu")),
    Variant("conv-grouped-tanh", config=dict(SMALL, conv_kernel_size=5, conv_groups=2)),
    Variant("head-size-20", config=dict(SMALL, hidden_size=40)),
    Variant("head-size-13", config=dict(SMALL, hidden_size=39, num_attention_heads=3)),
    Variant("unnormalized-positions", config=dict(SMALL, norm_rel_ebd="none")),
    Variant("gelu-new", config=dict(SMALL, hidden_act="gelu_new")),
    Variant("relu", config=dict(SMALL, hidden_act="relu")),
    Variant("large-layer-norm-eps", config=dict(SMALL, layer_norm_eps=0.05)),
]

STORAGE = [
    Variant("float16", config=SMALL, dtype="float16", lengths=(1, 13, 129)),
    Variant("bfloat16", config=SMALL, dtype="bfloat16", lengths=(1, 13, 129)),
    Variant("sharded", config=SMALL, shards=3, lengths=(1, 13, 129)),
    Variant("pretrained", config=SMALL, pretrained=True, lengths=(1, 13, 129)),
]

HEADS = [
    Variant("sequence-classification", t.DebertaV2ForSequenceClassification,
            labels("contradiction", "entailment", "neutral"), tokenizer=True, seed="47"),
    Variant("multi-label", t.DebertaV2ForSequenceClassification,
            dict(labels("news", "sport", "travel", "food"), problem_type="multi_label_classification",
                 pooler_hidden_act="tanh"), tokenizer=True),
    Variant("reranker", t.DebertaV2ForSequenceClassification, labels("LABEL_0"), tokenizer=True),
    Variant("regression", t.DebertaV2ForSequenceClassification,
            dict(labels("quality"), problem_type="regression", pooler_hidden_act="relu"), tokenizer=True),
    Variant("token-classification", t.DebertaV2ForTokenClassification, labels(*NER_LABELS), tokenizer=True, seed="38"),
    Variant("question-answering", t.DebertaV2ForQuestionAnswering, tokenizer=True),
    Variant("masked-lm-legacy", t.DebertaV2ForMaskedLM, dict(legacy=True), tokenizer=True, lengths=(1, 13, 40)),
    Variant("masked-lm", t.DebertaV2ForMaskedLM, dict(legacy=False), tokenizer=True, lengths=(1, 13, 40)),
    Variant("multiple-choice", t.DebertaV2ForMultipleChoice, tokenizer=True),
]

ALL = ENCODERS + STORAGE + HEADS
