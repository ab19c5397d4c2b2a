"""Trains a Unigram tokenizer on generated text and writes the tokenizer files of a DeBERTa-v3 checkpoint."""
import argparse
import io
import json
import math
import random
import re
from collections import Counter
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from demodata.inflection import forms
from demodata.ner_data import Passages
from demodata.reranker_data import Groups
from demodata.vocabulary import ALL, KINDS, LISTS, SYNONYMS

SPECIALS = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
_MARK = re.compile(r"=>|/|\{\w+\}|[\[\]|]")
ALPHABET = "".join(chr(c) for c in range(33, 127)) + "äöüÄÖÜßéèêëÉàâáãåÅíìîïóòôõøØúùûçñłčćšžýřěůığşęąńśźżæœ€£¥₹–—’‘“”…•·°§½©®™«»¿¡"


def corpus(kind, seed, size):
    """Generated text, plus every listed word in all its forms so that English stays whole."""
    rng = random.Random(seed)
    english = [form for k in KINDS for word in ALL[k] for form in forms(word, k)]
    english += [word.replace("_", " ") for group in SYNONYMS for word in group]
    for _ in range(8):
        rng.shuffle(english)
        yield from (" ".join(english[i:i + 12]) for i in range(0, len(english), 12))
    for file in sorted(LISTS.glob("qa/*.txt")):
        sentences = _MARK.sub(" ", file.read_text(encoding="utf-8")).splitlines()
        for _ in range(40):
            yield from sentences
    if kind == "ner":
        for file in sorted(LISTS.glob("ner/names/*.txt")):
            for _ in range(3):
                yield from file.read_text(encoding="utf-8").replace(",", " ").splitlines()
        passages = Passages(seed)
        for _ in range(size):
            yield passages.next()[0]
    else:
        groups = Groups(seed)
        for _ in range(size // 8):
            example, texts = groups.next()
            yield example.query
            yield from texts[:6]


def fields(message):
    """The (number, value) pairs of a protocol buffer that holds only varints, floats and byte strings."""
    position = 0

    def varint():
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(message):
        key = varint()
        if key & 7 == 2:
            length = varint()
            yield key >> 3, message[position:position + length]
            position += length
        elif key & 7 == 5:
            yield key >> 3, message[position:position + 4]
            position += 4
        else:
            yield key >> 3, varint()


def character_map():
    """SentencePiece's nmt_nfkc character map, the one of the published DeBERTa-v3 tokenizers."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(["a b c d e"] * 9), model_writer=written, vocab_size=9, hard_vocab_limit=False,
                                             normalization_rule_name="nmt_nfkc", minloglevel=2)
    spec = dict(fields(written.getvalue()))[3]
    return dict(fields(spec))[2]


def train(tokenizer, texts, size, share=0.72):
    """Unigram pieces with log probabilities: every character, the most frequent words whole, and frequent parts of the other words."""
    counts = Counter()
    for text in texts:
        counts.update(piece for piece, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text)))
    characters = ["▁", *ALPHABET, *("▁" + character for character in ALPHABET)]
    ranked = [word for word, _ in counts.most_common() if 2 < len(word) <= 16 and set(word.removeprefix("▁")) <= set(ALPHABET)]
    whole = ranked[:int((size - len(SPECIALS)) * share) - len(characters)]
    parts = Counter()
    for word in ranked[len(whole):]:
        weight = counts[word] ** 0.5
        for start in range(len(word)):
            for end in range(start + 2, min(start + 6, len(word) + 1)):
                parts[word[start:end]] += weight * (end - start - 1)
    taken = set(whole) | set(characters)
    chosen = [part for part, _ in parts.most_common() if part not in taken][:size - len(SPECIALS) - len(characters) - len(whole)]
    total = sum(counts.values())
    score = lambda count: round(math.log(max(count, 1) / total), 4)
    pieces = [(token, 0.0) for token in SPECIALS]
    pieces += [(character, score(counts[character]) - 4 * (len(character) == 1)) for character in dict.fromkeys(characters)]
    pieces += [(word, score(counts[word])) for word in whole]
    return pieces + [(part, score(parts[part] / len(part)) - 1) for part in chosen]


def build(kind, vocabulary, seed, size):
    tokenizer = Tokenizer(Unigram())
    steps = ([normalizers.Lowercase()] if kind == "reranker" else []) + [
        normalizers.Strip(), normalizers.Precompiled(character_map()), normalizers.Replace(Regex(" {2,}"), " ")]
    tokenizer.normalizer = normalizers.Sequence(steps)
    punctuation, blanks = pre_tokenizers.Punctuation("isolated"), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    # In this order the tagger sees whether a blank follows a full stop ("com. Anna", "com.au"), and for the reranker a word is the same after any mark.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([blanks, punctuation] if kind == "ner" else [punctuation, blanks])
    pieces = train(tokenizer, corpus(kind, seed, size), vocabulary - 1)
    tokenizer.model = Unigram(pieces, unk_id=3)
    tokenizer.add_special_tokens([AddedToken("[MASK]", special=True, normalized=False)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    return tokenizer


def write(tokenizer, folder, lower):
    folder.mkdir(parents=True, exist_ok=True)
    parsed = json.loads(tokenizer.to_str())
    (folder / "tokenizer.json").write_text(json.dumps(parsed, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    names = {"bos_token": "[CLS]", "eos_token": "[SEP]", "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
    decoder = {str(tokenizer.token_to_id(token)): {"content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
               for token in SPECIALS + ["[MASK]"]}
    config = {"added_tokens_decoder": decoder, **names, "clean_up_tokenization_spaces": False, "do_lower_case": lower, "model_max_length": 512,
              "split_by_punct": True, "tokenizer_class": "PreTrainedTokenizerFast", "model_input_names": ["input_ids", "attention_mask"]}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "special_tokens_map.json").write_text(json.dumps(names, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["reranker", "ner"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--vocabulary", type=int, default=6144)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--size", type=int, default=40_000)
    args = parser.parse_args()
    tokenizer = build(args.kind, args.vocabulary, args.seed, args.size)
    assert tokenizer.token_to_id("[MASK]") == tokenizer.get_vocab_size() - 1, tokenizer.get_vocab_size()
    assert [tokenizer.token_to_id(token) for token in SPECIALS] == [0, 1, 2, 3]
    write(tokenizer, args.folder, args.kind == "reranker")
    print(tokenizer.get_vocab_size(), tokenizer.encode("When does the Kunsthaus open? Write to anna.keller@example.com.").tokens)


if __name__ == "__main__":
    main()
