"""Windows and truncation computed from whole encodings.

tokenizers 0.23 stops reading a text once it has max_length tokens: it loses windows, and it cuts pairs in the wrong place.
"""


def token_windows(count, size, stride):
    """Ranges of at most `size` tokens, each of which begins with the last `stride` tokens of the one before."""
    ranges = []
    for first in range(0, max(count, 1), size - stride):
        ranges.append((first, min(first + size, count)))
        if ranges[-1][1] == count:
            break
    return ranges


def longest_first(first, second, most):
    """How many tokens of either text stay. The shorter text keeps all it can; two long ones share evenly."""
    if first + second <= most:
        return first, second
    shorter, longer = sorted((first, second))
    longer = shorter if shorter > most else max(shorter, most - shorter)
    if shorter + longer > most:
        shorter = most // 2
        longer = shorter + most % 2
    return (longer, shorter) if first > second else (shorter, longer)


def encode(tokenizer, text):
    return tokenizer._tokenizer.encode(text, add_special_tokens=False)


def single(tokenizer, ids):
    ids = [tokenizer.cls_token_id, *ids, tokenizer.sep_token_id]
    return {"input_ids": ids, "token_type_ids": [0] * len(ids)}


def pair(tokenizer, first, second):
    return {"input_ids": [tokenizer.cls_token_id, *first, tokenizer.sep_token_id, *second, tokenizer.sep_token_id],
            "token_type_ids": [0] * (len(first) + 2) + [1] * (len(second) + 1)}
