"""Queries made of words of a natural passage: the passage holds all of them in some form, the others some or none."""
import re

from .example import Example
from .inflection import ing, past, plural
from .questions import GROUPS, LINES, unseen
from .stems import STOP, content, related, stem
from .vocabulary import ALL

_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_SLOT = re.compile(r"\{(\w+)\}")
FRAMES = ("{}", "{}", "{}", "how to {}", "what is {}", "about {}", "how does {} work", "where can I find {}", "why {}", "when {}", "which {}", "can I {}", "is {}",
          "I need {}", "what about {}", "how much {}", "who {}", "how do I {}", "are there {}")
NOUNS, VERBS = set(ALL["n"]), set(ALL["v"])


def _passages():
    """Answers and remarks that hold enough words, with the group they come from."""
    found = []
    for line in LINES:
        if not unseen(line.group):
            found += [(line.group, text) for text in line.answers + line.queries if len(content(_SLOT.sub(" ", text))) > 3]
    for index, group in enumerate(GROUPS):
        if not unseen(index):
            found += [(index, text) for text in group.remarks]
    return found


PASSAGES = _passages()
HOLDERS = {}
for _index, (_, _text) in enumerate(PASSAGES):
    for _word in content(_SLOT.sub(" ", _text)):
        HOLDERS.setdefault(_word, []).append(_index)


def other_form(word, rng):
    """Another form, or a synonym, of a plain word."""
    alike = [other for other in related(word) if "_" not in other]
    if alike and rng.random() < 0.4:
        word = rng.choice(alike)
    if word in NOUNS and rng.random() < 0.3:
        return plural(word)
    if word in VERBS and rng.random() < 0.3:
        return rng.choice((ing, past))(word)
    return word


class Cloze:
    def __init__(self, rng, writer):
        self.rng = rng
        self.writer = writer

    def example(self):
        rng, fill = self.rng, self.writer.fill
        count = rng.choice((1, 1, 1, 2, 2, 3))
        index = rng.randrange(len(PASSAGES))
        chosen = [index] + [rng.choice(self.near(index)) for _ in range(count - 1)]
        texts = [fill(PASSAGES[i][1]) for i in chosen]
        positive = _joined(texts)
        words = [word for word in _WORD.findall(texts[0]) if word.lower() not in STOP and len(word) > 2]
        if len(words) < 2:
            return self.example()
        size = min(len(words), rng.choice((2, 2, 3, 3, 4)))
        weights = [1.0 / len(HOLDERS.get(stem(word.lower()), ())) if HOLDERS.get(stem(word.lower())) else 1.0 for word in words]
        picked = set()
        while len(picked) < size:
            picked.add(rng.choices(range(len(words)), [weight ** 0.5 for weight in weights])[0])
        asked = [words[i] for i in (sorted(picked) if rng.random() < 0.6 else rng.sample(sorted(picked), size))]
        shown = [other_form(stem(word.lower()), rng) if rng.random() < 0.35 else word for word in asked]
        query = rng.choice(FRAMES).format(" ".join(shown))
        plain = [stem(word.lower()) for word in asked]
        negatives = [self.without(positive, word) for word in rng.sample(asked, min(2, len(asked)))]
        sharing = list({other for word in plain for other in rng.sample(HOLDERS.get(word, []), min(4, len(HOLDERS.get(word, []))))} - set(chosen))
        rng.shuffle(sharing)
        for other in sharing[:6] + [rng.choice(self.near(index)) for _ in range(2)]:
            text = _joined([fill(PASSAGES[i][1]) for i in [other] + [rng.choice(self.near(other)) for _ in range(count - 1)]])
            there = set(content(text))
            if not all(word in there or any(alike in there for alike in related(word)) for word in plain):
                negatives.append(text)
        return Example(query, positive, negatives)

    def near(self, index):
        """Passages beside this one in the lists: mostly of the same group."""
        low = max(0, min(index - 6, len(PASSAGES) - 13))
        return range(low, low + 13)

    def without(self, text, word):
        """The passage with other words in the place of one."""
        rng, plain = self.rng, stem(word.lower())
        other = rng.choice(_WORD.findall(PASSAGES[rng.randrange(len(PASSAGES))][1])) if rng.random() < 0.7 else self.writer.names.syllables(1, 3)
        return _WORD.sub(lambda match: other if stem(match.group().lower()) == plain else match.group(), text)


def _joined(texts):
    return " ".join(text if text[-1] in ".!?:;" else text + "." for text in texts)
