"""Fast encoding: the tokenizer splits at blanks, so each blank-separated word can be encoded once and remembered."""
from .stems import STOP, related, stem

CLS, SEP = 1, 2


class WordEncoder:
    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.cache = {}

    def word(self, word):
        """Ids of a blank-separated word and, for each id, the plain form it belongs to (or None)."""
        found = self.cache.get(word)
        if found is None:
            ids = self.tokenizer.encode(word, add_special_tokens=False).ids
            bare = word.strip(".,;:?!\"'()[]").lower()
            plain = None if bare in STOP or not bare else stem(bare)
            found = ids, [plain] * len(ids)
            if len(self.cache) > 300_000:
                self.cache.clear()
            self.cache[word] = found
        return found

    def text(self, text):
        ids, stems = [], []
        for word in text.split():
            word_ids, word_stems = self.word(word)
            ids += word_ids
            stems += word_stems
        return ids, stems

    def query(self, text):
        ids, stems = self.text(text)
        return ids, stems, _reach(stems)

    def pair(self, query, document, limit):
        """Ids of [CLS] q [SEP] d [SEP], the length of the first segment, and per token whether its meaning occurs on the other side."""
        query_ids, query_stems, query_reach = query
        ids, stems = self.text(document)
        room = max(8, limit - len(query_ids) - 3)
        ids, stems = ids[:room], stems[:room]
        reach = _reach(stems)
        flags = [0] + [s in reach for s in query_stems] + [0] + [s in query_reach for s in stems] + [0]
        return [CLS, *query_ids, SEP, *ids, SEP], len(query_ids) + 2, flags


def _reach(stems):
    reach = {plain for plain in stems if plain}
    for plain in list(reach):
        reach.update(related(plain))
    return reach
