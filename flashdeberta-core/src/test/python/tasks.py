"""tasks.json of the checkpoints with a head: what users of transformers get for whole texts, in float64."""

import warnings

import torch
import transformers as t
from tokenizers import Tokenizer

import reference
from question_answering import answers
from tiny_tokenizer import SPECIALS
from tokenizer_cases import trimmed, trimmed_utf16
from windows import encode, longest_first, pair, single, token_windows

ENTITY_TEXTS = [
    "Anna Keller moved to Lisbon in March 2019 to work for Acme Tools.",
    "🚢🎉 Zoë Martin told Café Lumière about José Nuñez (São Paulo), didn't she?",
    "Li Wei\tand\nKarl Weiß   paid €250 in 東京; Northwind Shipping wrote ½ a letter.",
    "  👩‍👩‍👧‍👦 Amara Diallo, unpaidharbourinvoice, 龘龘 Reykjavík-Marseille ",
    "",
    "Lisbon",
]
LONG_TEXT = " ".join([
    "Ingrid Østby sent a parcel to Reykjavík and told Blue Harbour Bank about seventeen letters last winter.",
    "🙂 Renée Dubois complained about Marseille; Orchard & Sons repaired the broken engine in 2021.",
    "Cafe\u0301 Lumie\u0300re worked in Nairobi without telling anybody, or so José Nuñez said on Monday!",
    "The new bridge at München held, and Anna Keller wrote about it for Northwind Shipping in 東京."])
WINDOWS = [(32, 0), (32, 8), (24, 12)]

QUERY = "Who repaired the bridge?"
DOCUMENTS = [
    "Engineers from Zürich repaired the old bridge during the night.",
    "Rye bread keeps for a week, white bread for two days at best.",
    "",
    "橋 🌉 [SEP] the bridge\n\n",
    LONG_TEXT,
]
LONG_QUERY = " ".join([QUERY] * 6)
MASKED = [
    "The [MASK] rose by two metres during the night.",
    "Zoë Martin moved to [MASK] and told [MASK] about the new bridge 🙂",
    "[MASK]",
]
QUESTIONS = [
    ("Where did Anna move?", ENTITY_TEXTS[0]),
    ("Who wrote?", ENTITY_TEXTS[1]),
    ("What was paid in 東京?", ENTITY_TEXTS[2]),
    ("Who complained?", LONG_TEXT),
]
QUESTION_OPTIONS = ({}, {"max_length": 40, "stride": 12, "max_answer_tokens": 4})
CHOICES = [
    ("The river rose during the night, so", ["the bridge was closed.", "the bread stayed soft inside.", "東京 🎉"]),
    ("How long does bread keep?", ["For a week.", "In Lisbon, without telling anybody."]),
]


def fast_tokenizer(folder):
    """The tokenizer exactly as tokenizer.json has it; DebertaV2Tokenizer would replace its normalizer."""
    plain = Tokenizer.from_file(str(folder / "tokenizer.json"))
    fast = t.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), model_max_length=512,
                                     model_input_names=["input_ids", "attention_mask", "token_type_ids"], **SPECIALS)
    for text in (*ENTITY_TEXTS, LONG_TEXT, *MASKED):
        assert fast(text)["input_ids"] == plain.encode(text).ids, text
    return fast


class WindowedPipeline(t.TokenClassificationPipeline):
    """The pipeline with complete windows in place of the tokenizer's."""

    def preprocess(self, sentence, size=510, stride=0, **_):
        encoded = encode(self.tokenizer, sentence)
        windows = token_windows(len(encoded), size, stride)
        for first, last in windows:
            inputs = single(self.tokenizer, encoded.ids[first:last])
            special = [1, *[0] * (last - first), 1]
            yield {**{key: torch.tensor([value]) for key, value in inputs.items()},
                   "special_tokens_mask": torch.tensor([special]),
                   "offset_mapping": torch.tensor([[(0, 0), *encoded.offsets[first:last], (0, 0)]]),
                   "sentence": sentence if first == 0 else None, "is_last": last == len(encoded)}

    def _sanitize_parameters(self, size=None, stride=None, **others):
        _, forward, post = super()._sanitize_parameters(**others)
        return {k: v for k, v in (("size", size), ("stride", stride)) if v is not None}, forward, post


def encode_pair(tokenizer, first, second):
    return pair(tokenizer, encode(tokenizer, first).ids, encode(tokenizer, second).ids)


def run(model, encoded):
    return reference.forward(model, [encoded["input_ids"]], [encoded["token_type_ids"]])


def described(encoded):
    return {"ids": encoded["input_ids"], "typeIds": encoded["token_type_ids"]}


def reranking(model, tokenizer):
    def ranking(query, max_length):
        rows = []
        for document in DOCUMENTS:
            query_ids, document_ids = encode(tokenizer, query).ids, encode(tokenizer, document).ids
            kept = longest_first(len(query_ids), len(document_ids), max_length - 3)
            cut = pair(tokenizer, query_ids[:kept[0]], document_ids[:kept[1]])
            logit = run(model, cut)["logits"][0, 0]
            rows.append({"document": document, **described(cut),
                         "truncated": kept != (len(query_ids), len(document_ids)),
                         "logit": float(logit), "score": float(logit.sigmoid())})
        order = sorted(range(len(rows)), key=lambda i: -rows[i]["logit"])
        return {"query": query, "maxLength": max_length, "order": order, "documents": rows}

    return {"rerank": [ranking(QUERY, 512), ranking(QUERY, 24), ranking(LONG_QUERY, 24), ranking(LONG_QUERY, 25),
                       ranking(LONG_QUERY, 48)]}


def classification(model, tokenizer):
    pipeline = t.TextClassificationPipeline(model=model, tokenizer=tokenizer)

    def result(text, pair=None):
        encoded = encode_pair(tokenizer, text, pair) if pair else tokenizer(text)
        logits = run(model, encoded)["logits"][0]
        if model.config.problem_type == "regression":
            scores = logits
        elif model.config.problem_type == "multi_label_classification" or len(logits) == 1:
            scores = logits.sigmoid()
        else:
            scores = logits.softmax(-1)
        ranked = sorted(({"label": model.config.id2label[i], "score": float(scores[i]), "logit": float(logits[i])}
                         for i in range(len(logits))), key=lambda x: -x["score"])
        theirs = pipeline({"text": text, "text_pair": pair} if pair else text, top_k=None)
        for own, other in zip(ranked, theirs, strict=True):
            assert own["label"] == other["label"] and abs(own["score"] - other["score"]) < 1e-6, (text, own, other)
        return {"text": text, **({"pair": pair} if pair else {}), **described(encoded), "labels": ranked}

    texts = [ENTITY_TEXTS[0], ENTITY_TEXTS[1], DOCUMENTS[1], "", LONG_TEXT]
    return {"classify": [*map(result, texts), result(DOCUMENTS[0], QUERY), result("🎉", LONG_TEXT)]}


def entities(model, tokenizer):
    def entity(text, e):
        start, end = trimmed(text, e["start"], e["end"])
        utf16_start, utf16_end = trimmed_utf16(text, e["start"], e["end"])
        return {**({"index": e["index"]} if "index" in e else {}), "label": e.get("entity_group", e.get("entity")),
                "text": text[start:end], "start": utf16_start, "end": utf16_end, "score": float(e["score"]),
                "word": e["word"]}

    def result(text, aggregation, max_length=512, stride=None):
        pipeline = WindowedPipeline(model=model, tokenizer=tokenizer, aggregation_strategy=aggregation)
        found = pipeline(text, size=max_length - 2, stride=stride or 0)
        if stride is None:
            theirs = t.TokenClassificationPipeline(model=model, tokenizer=tokenizer, aggregation_strategy=aggregation)
            assert found == theirs(text), (text, aggregation)
        return {"text": text, "aggregation": aggregation, "maxLength": max_length,
                **({} if stride is None else {"stride": stride}), "entities": [entity(text, e) for e in found]}

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        strategies = ("none", "simple", "first", "average", "max")
        return {"entities": [result(text, s) for text in (*ENTITY_TEXTS, LONG_TEXT) for s in strategies],
                "windows": [result(LONG_TEXT, s, *w) for w in WINDOWS for s in strategies[1:]]}


def fill_mask(model, tokenizer):
    pipeline = t.FillMaskPipeline(model=model, tokenizer=tokenizer)

    def result(text):
        encoded = tokenizer(text)
        logits = run(model, encoded)["logits"][0]
        positions = [i for i, token in enumerate(encoded["input_ids"]) if token == tokenizer.mask_token_id]
        theirs = pipeline(text, top_k=5)
        masks = []
        for position, candidates in zip(positions, theirs if len(positions) > 1 else [theirs], strict=True):
            masks.append({"position": position, "top": [
                {"id": c["token"], "piece": tokenizer.convert_ids_to_tokens(c["token"]), "token": c["token_str"],
                 "score": c["score"], "logit": float(logits[position, c["token"]]), "sequence": c["sequence"]}
                for c in candidates]})
        return {"text": text, "ids": encoded["input_ids"], "masks": masks}

    return {"fillMask": [result(text) for text in MASKED]}


def question_answering(model, tokenizer):
    return {"questions": [
        {"question": question, "context": context, **answers(model, tokenizer, question, context, **options)}
        for question, context in QUESTIONS for options in QUESTION_OPTIONS]}


def multiple_choice(model, tokenizer):
    def result(prompt, choices):
        encoded = [encode_pair(tokenizer, prompt, choice) for choice in choices]
        logits = torch.cat([run(model, e)["logits"][0] for e in encoded])
        together = tokenizer([prompt] * len(choices), choices, padding=True, return_tensors="pt")
        with torch.no_grad():
            padded = model(**{k: v.unsqueeze(0) for k, v in together.items()}).logits[0]
        assert (padded - logits).abs().max() < 1e-9
        return {"prompt": prompt, "choices": choices, "inputs": [described(e) for e in encoded],
                "logits": logits.tolist(), "scores": logits.softmax(-1).tolist()}

    return {"multipleChoice": [result(*c) for c in CHOICES]}


MAKERS = {
    "reranker": reranking,
    "sequence-classification": classification,
    "multi-label": classification,
    "regression": classification,
    "token-classification": entities,
    "masked-lm-legacy": fill_mask,
    "masked-lm": fill_mask,
    "question-answering": question_answering,
    "multiple-choice": multiple_choice,
}
