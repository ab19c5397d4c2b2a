"""Extractive question answering by the rule of the pipeline that transformers 4 had and 5 dropped.

Per window: softmax of the start and the end logits over the context tokens and [CLS]; the score of a span is the
product of its two probabilities; [CLS] can't be part of a span; the best spans of all windows compete by score.
"""

import torch

import reference
from tokenizer_cases import trimmed, trimmed_utf16
from windows import encode, pair, token_windows

SPECIALS = 3


def answers(model, tokenizer, question, context, max_length=384, stride=128, top=5, max_answer_tokens=15):
    question_ids, encoded = encode(tokenizer, question).ids, encode(tokenizer, context)
    head = len(question_ids) + 2
    found, windows, no_answer = [], [], 1e6
    for w, (first, last) in enumerate(token_windows(len(encoded), max_length - len(question_ids) - SPECIALS, stride)):
        inputs = pair(tokenizer, question_ids, encoded.ids[first:last])
        out = reference.forward(model, [inputs["input_ids"]], [inputs["token_type_ids"]])
        logits = out["start"][0], out["end"][0]
        windows.append({"ids": inputs["input_ids"], "typeIds": inputs["token_type_ids"],
                        "start": logits[0].tolist(), "end": logits[1].tolist()})
        candidates = [torch.cat([x[:1], x[head:-1]]).softmax(-1) for x in logits]
        no_answer = min(no_answer, float(candidates[0][0] * candidates[1][0]))
        spans = torch.outer(candidates[0][1:], candidates[1][1:]).triu().tril(max_answer_tokens - 1)
        for flat in spans.flatten().argsort(descending=True)[:top].tolist():
            start, end = divmod(flat, last - first)
            if start <= end < start + max_answer_tokens:
                found.append((float(spans[start, end]), w, first + start, first + end))
    best = []
    for score, w, start, end in sorted(found, key=lambda a: -a[0])[:top]:
        best.append({**described(context, encoded.offsets[start][0], encoded.offsets[end][1]), "window": w,
                     "firstToken": start, "lastToken": end, "score": score,
                     "wholeWords": described(context, encoded.word_to_chars(encoded.token_to_word(start))[0],
                                             encoded.word_to_chars(encoded.token_to_word(end))[1])})
    return {"maxLength": max_length, "stride": stride, "maxAnswerTokens": max_answer_tokens, "top": top,
            "windows": windows, "answers": best, "noAnswerScore": no_answer}


def described(context, start, end):
    from_index, to_index = trimmed(context, start, end)
    utf16_start, utf16_end = trimmed_utf16(context, start, end)
    return {"text": context[from_index:to_index], "start": utf16_start, "end": utf16_end}
