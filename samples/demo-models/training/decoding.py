"""From token scores to entities, as in transformers' token-classification pipeline."""


def _group(units):
    """Joins neighbouring (start, end, tag) units: equal labels join unless the later one says B-."""
    entities = []
    for start, end, tag in units:
        prefix, _, label = tag.partition("-")
        if tag == "O":
            entities.append(None)
        elif entities and entities[-1] and entities[-1][2] == label and prefix != "B":
            entities[-1][1] = end
        else:
            entities.append([start, end, label])
    return [tuple(entity) for entity in entities if entity]


def trimmed(start, end, text):
    while start < end and text[start].isspace():
        start += 1
    return start, end


def by_token(text, offsets, tags):
    """The strategy "simple"."""
    return _group([(*trimmed(start, end, text), tag) for (start, end), tag in zip(offsets, tags)])


def by_word(text, offsets, tags):
    """The strategy "first": a word reaches to the next blank and takes the tag of its first token."""
    words = []
    for (start, end), tag in zip(offsets, tags):
        if words and start > 0 and " " not in text[start - 1:start + 1]:
            words[-1][1] = end
        else:
            words.append([*trimmed(start, end, text), tag])
    return _group([tuple(word) for word in words])


def by_piece(text, offsets, tags):
    """Like "first", but punctuation marks are words of their own."""
    words = []
    for (start, end), tag in zip(offsets, tags):
        start, end = trimmed(start, end, text)
        joined = words and start == words[-1][1] and text[start:end].isalnum() and text[words[-1][0]:words[-1][1]].isalnum()
        if joined:
            words[-1][1] = end
        elif start < end:
            words.append([start, end, tag])
    return _group([tuple(word) for word in words])
