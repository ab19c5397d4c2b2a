"""Examples about one entity: its attributes from the lists, or any word at all in the place of an attribute."""
import re
from dataclasses import dataclass, field

from .example import Example
from .inflection import ing, past, plural, third_person
from .vocabulary import ALL, LISTS, RELATED, lines

INTROS = ["{E} is a {kind} in {place}.", "{E} is a {adj} {kind}.", "Let us look at {E}, a {kind} from {place}.", "This page is about {E}.",
          "{E} is one of the best known {kind}s.", "{E}: questions and answers.", "Here is what you should know about {E}."]
HELD = 1


@dataclass
class Phrases:
    """Phrasings of one thing; the held ones are never trained on."""
    used: list
    held: list = field(default_factory=list)


def _phrases(text, held):
    parts = text.split(";")
    return Phrases(parts[:len(parts) - held], parts[len(parts) - held:])


def _kinds(names, held=HELD):
    """(words for the kind, [(questions, answers) of each attribute])."""
    kinds = []
    for name in names:
        for line in lines(name):
            if line.startswith("@"):
                kinds.append((line[1:].split(), []))
            else:
                questions, answers = line.split(" => ")
                kinds[-1][1].append((_phrases(questions, held), _phrases(answers, held)))
    return kinds


FACTS = _kinds(sorted(f"facts/{file.name}" for file in (LISTS / "facts").glob("*.txt")))
FRAMES = {words[0]: attributes[0] for words, attributes in _kinds(["frames.txt"], held=0)}
KINDS = [kind for words, _ in FACTS for kind in words]
_SHAPE = {"n": plural, "m": plural, "v": None, "a": None}


class Facts:
    def __init__(self, rng, writer, heldout, reserve):
        self.rng = rng
        self.writer = writer
        self.heldout = heldout
        self.reserve = reserve

    def part(self, phrases):
        """The phrasings open to this set."""
        if self.heldout and phrases.held:
            return phrases.held
        return phrases.used if self.reserve else phrases.used + phrases.held

    def entity(self, kind):
        rng, names = self.rng, self.writer.names
        roll = rng.random()
        if kind == "person":
            return names.full_name()
        if kind in ("company", "firm", "bank", "insurer", "insurance", "airline"):
            return names.organization() if roll < 0.6 else f"{names.syllables(1, 3)} {kind.capitalize()}"
        if kind in ("city", "town", "country", "nation", "place"):
            return names.syllables(1, 3) if roll < 0.5 else names._pick(names.cities)
        noun = rng.choice(names.nouns).capitalize()
        if kind in ("drug", "medicine", "software", "program", "animal", "bird", "fish", "app"):
            return names.syllables(2, 3) if roll < 0.7 else f"{names.syllables(1, 2)} {noun.lower()}"
        base = names.syllables(1, 3) if roll < 0.5 else rng.choice([names.surname(), noun, names._pick(names.cities)])
        if kind in ("product", "device", "gadget", "book", "novel", "film", "song", "dish", "cake", "soup", "recipe", "phone", "laptop", "tablet"):
            return f"{base} {rng.choice([kind, noun.lower(), str(rng.randint(2, 900)), ''])}".strip()
        return f"{base} {kind.capitalize()}" if roll < 0.85 else base

    def near(self, entity, kind):
        """Another entity, now and then with a word of this one."""
        rng = self.rng
        words = entity.split(" ")
        if len(words) > 1 and rng.random() < 0.3:
            at = rng.randrange(len(words))
            words[at] = self.writer.names.syllables(1, 3)
            return " ".join(words)
        return self.entity(kind)

    def statement(self, answers, entity, kind, values=None):
        rng, fill = self.rng, self.writer.fill
        text = fill(rng.choice(self.part(answers)), {"E": entity, **(values or {})})
        if rng.random() < 0.15:
            intro = fill(rng.choice(INTROS), {"E": entity, "kind": kind})
            if rng.random() < 0.5:
                text = re.sub(r"(?:\bthe )?" + re.escape(entity), f"the {kind}", text, flags=re.IGNORECASE)
            text = f"{intro} {text[0].upper()}{text[1:]}"
        return text

    def example(self):
        """An attribute of an entity. Wrong: its other attributes, and the same attribute of other entities."""
        rng = self.rng
        words, attributes = rng.choice(FACTS)
        kind = rng.choice(words)
        entity = self.entity(kind)
        target, *rest = rng.sample(attributes, min(len(attributes), 8))
        query = self.writer.fill(rng.choice(self.part(target[0])), {"E": entity})
        positive = self.statement(target[1], entity, kind)
        same_entity = [self.statement(other[1], entity, kind) for other in rest]
        same_attribute = [self.statement(target[1], self.near(entity, kind), kind) for _ in range(5)]
        if rng.random() < 0.2 and same_entity:
            extra = rng.choice(same_entity)
            positive = f"{extra} {positive}" if rng.random() < 0.5 else f"{positive} {extra}"
        if rng.random() < 0.15 and rest:
            same_attribute[0] = f"{self.statement(rng.choice(rest)[1], entity, kind)} {same_attribute[0]}"
        return Example(query, positive, same_entity + same_attribute, names=frozenset(entity.lower().split()))

    def word(self, slot):
        kind = "n" if slot in "nm" else slot
        return self.writer.names.syllables(1, 3).lower() if self.rng.random() < 0.25 else self.rng.choice(ALL[kind])

    def _values(self, words):
        """All forms of the words, by slot."""
        values = {}
        for slot, word in words.items():
            if slot == "v":
                values |= {"v": word.replace("_", " "), "vs": third_person(word), "ved": past(word), "ving": ing(word), "Ving": ing(word).capitalize()}
            else:
                values[slot] = word.replace("_", " ")
        return values

    def any_word(self):
        """Any word as an attribute: both the entity and every word asked for must be there, in whatever form."""
        rng = self.rng
        frame = rng.choices(("n", "v", "a", "nn"), (5, 4, 2, 3))[0]
        questions, answers = FRAMES[frame]
        slots = ("n", "m") if frame == "nn" else (frame,)
        kind = rng.choice(KINDS)
        entity = self.entity(kind)
        words = {slot: self.word(slot) for slot in slots}

        def other():
            changed = dict(words)
            for slot in ([rng.choice(slots)] if rng.random() < 0.7 else slots):
                while changed[slot] == words[slot] or changed[slot] in RELATED.get(words[slot], ()):
                    changed[slot] = self.word(slot)
            return changed

        def reworded(chosen):
            return {slot: rng.choice(RELATED[word]) if word in RELATED and rng.random() < 0.35 else word for slot, word in chosen.items()}

        tell = lambda chosen, name: self.statement(answers, name, kind, self._values(reworded(chosen)))
        query = self.writer.fill(rng.choice(questions.used), {"E": entity, **self._values(words)})
        negatives = [tell(other(), entity) for _ in range(7)] + [tell(words, self.near(entity, kind)) for _ in range(5)]
        return Example(query, tell(words, entity), negatives, names=frozenset(entity.lower().split()))
