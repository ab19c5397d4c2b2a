"""Trains a small sentencepiece Unigram model and converts it as transformers converts DeBERTa-v2's spm.model."""

import io
import tempfile
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken
from transformers.convert_slow_tokenizer import DebertaV2Converter

from corpus import sentences
from files import write_json

SPECIALS = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]",
            "mask_token": "[MASK]", "bos_token": "[CLS]", "eos_token": "[SEP]"}

# The full NFKC table takes 300 kB in every tokenizer.json; these blocks have what the tests need.
NORMALIZED_BLOCKS = [(0xA0, 0x180), (0x1E00, 0x1F00), (0x2000, 0x2070), (0x2070, 0x20A0), (0x2150, 0x2190),
                     (0x2460, 0x24C0), (0x3000, 0x3001), (0xF900, 0xF940), (0xFB00, 0xFB07), (0xFF01, 0xFF9F)]
SPACES = [0x09, 0x0A, 0x0D, 0xA0, 0x1680, 0x200B, 0x2028, 0x2029, 0x3000, 0xFEFF, *range(0x2000, 0x200B)]
REMOVED = [*range(0x01, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F]


def normalization_rules():
    rules = {(c,): (0x20,) for c in SPACES} | {(c,): () for c in REMOVED}
    for first, last in NORMALIZED_BLOCKS:
        for code in range(first, last):
            for source in (chr(code), unicodedata.normalize("NFD", chr(code))):
                target = unicodedata.normalize("NFKC", source)
                if source != target:
                    rules.setdefault(tuple(map(ord, source)), tuple(map(ord, target)))
    return "".join("%s\t%s\n" % (" ".join("%X" % c for c in source), " ".join("%X" % c for c in target))
                   for source, target in sorted(rules.items()))


def train_spm(vocabulary, full_nfkc=False):
    with tempfile.TemporaryDirectory() as folder:
        options = {"normalization_rule_name": "nmt_nfkc"}
        if not full_nfkc:
            rules = Path(folder, "rules.tsv")
            rules.write_text(normalization_rules(), encoding="utf-8")
            options = {"normalization_rule_tsv": str(rules)}
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sentences()), model_writer=model, model_type="unigram", vocab_size=vocabulary,
            character_coverage=0.997, num_threads=1, minloglevel=2, pad_id=0, bos_id=1, eos_id=2, unk_id=3,
            pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]", unk_piece="[UNK]", **options)
    proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    proto.normalizer_spec.normalization_rule_tsv = ""  # the temporary file's name
    return proto.SerializeToString(deterministic=True)


def convert(spm, lower_case=False, split_by_punct=False):
    names = {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3}
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = Path(folder, "spm.model")
        vocabulary.write_bytes(spm)
        slow = SimpleNamespace(vocab_file=str(vocabulary), do_lower_case=lower_case, split_by_punct=split_by_punct,
                               convert_tokens_to_ids=names.__getitem__)
        tokenizer = DebertaV2Converter(slow).converted()
    tokenizer.add_special_tokens([AddedToken("[UNK]", normalized=True, special=True),
                                  AddedToken("[MASK]", normalized=False, special=True)])
    return tokenizer


def write_tokenizer(tokenizer, folder, max_length=512, lower_case=False, split_by_punct=False):
    folder = Path(folder)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    added = {str(i): {"content": t.content, "lstrip": t.lstrip, "normalized": t.normalized, "rstrip": t.rstrip,
                      "single_word": t.single_word, "special": t.special}
             for i, t in sorted(tokenizer.get_added_tokens_decoder().items())}
    config = {"added_tokens_decoder": added, "clean_up_tokenization_spaces": False, "do_lower_case": lower_case,
              "model_max_length": max_length, "sp_model_kwargs": {}, "split_by_punct": split_by_punct,
              "tokenizer_class": "DebertaV2Tokenizer", "vocab_type": "spm", **SPECIALS}
    write_json(folder / "tokenizer_config.json", config)
    write_json(folder / "special_tokens_map.json", SPECIALS)
