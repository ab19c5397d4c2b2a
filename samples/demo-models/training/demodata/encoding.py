"""Fast encoding: the tokenizer splits at blanks, so each blank-separated word can be encoded once and remembered."""
from .vocabulary import RELATED, STEMS

CLS, SEP = 1, 2
STOP = set("a an the of in on at to for and or is are was were be by with from it its do does did how what when where who which why can "
           "i my me you your we our they their he she his her this that there if as not no so than then has have had will would should".split())


class WordEncoder:
    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.cache = {}

    def word(self, word):
        """Ids of a blank-separated word and, for each id, the plain form it belongs to (or None)."""
        found = self.cache.get(word)
        if found is None:
            encoded = self.tokenizer.encode(word, add_special_tokens=False)
            bare = word.strip(".,;:?!\"'()[]").lower()
            stem = None if bare in STOP or not bare else STEMS.get(bare, bare)
            found = encoded.ids, [stem] * len(encoded.ids)
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
        related = [0] + [s in reach for s in query_stems] + [0] + [s in query_reach for s in stems] + [0]
        return [CLS, *query_ids, SEP, *ids, SEP], len(query_ids) + 2, related


def _reach(stems):
    reach = {stem for stem in stems if stem}
    for stem in list(reach):
        reach.update(RELATED.get(stem, ()))
    return reach
