"""Fills templates with words of a topic, with chosen key words first, and swaps words for synonyms."""
import re

from .inflection import forms, ing, past, plural, third_person
from .names import Names
from .template import pieces
from .values import DAYS, MONTHS, date, email, money, phone, time
from .vocabulary import ALL, GENERAL, RELATED, TOPICS

SHAPES = {"n": ("n", lambda w: w.replace("_", " ")), "ns": ("n", plural), "v": ("v", lambda w: w.replace("_", " ")), "vs": ("v", third_person),
          "ved": ("v", past), "ving": ("v", ing), "a": ("a", lambda w: w), "r": ("r", lambda w: w)}
SHAPES |= {"N": SHAPES["n"], "A": SHAPES["a"]}
TOPIC_NAMES = list(TOPICS)


def _swaps():
    """Maps each form of a word to the same form of its synonyms."""
    table = {}
    for word, others in RELATED.items():
        for kind in ("n", "v"):
            if word in ALL[kind]:
                for index, form in enumerate(forms(word, kind)):
                    same = [forms(other, kind)[index] for other in others]
                    table.setdefault(form, []).extend(same)
                break
        else:
            table[word.replace("_", " ")] = [other.replace("_", " ") for other in others]
    return table


SWAPS = _swaps()
_WORD = re.compile(r"[A-Za-z]+")


def swap_synonyms(text, rng, rate, kept=frozenset()):
    """Replaces some words by synonyms, but none of the kept ones."""
    def replace(match):
        word = match.group()
        choices = SWAPS.get(word.lower())
        if choices and word.lower() not in kept and rng.random() < rate:
            other = rng.choice(choices)
            return other[0].upper() + other[1:] if word[0].isupper() else other
        return word
    return _WORD.sub(replace, text)


class Writer:
    def __init__(self, rng, heldout=False):
        self.rng = rng
        self.names = Names(rng, heldout, invented=0.6)

    def value(self, slot):
        """A random value for a slot that is not a word of the lists."""
        rng, names = self.rng, self.names
        if slot in ("n", "ns", "v", "vs", "ved", "ving", "a", "r", "N", "A"):
            return self.word(slot, None)
        return {
            "big": lambda: f"{rng.randint(100, 999_999):,}", "small": lambda: str(rng.randint(2, 60)), "num": lambda: str(rng.randint(2, 9999)),
            "year": lambda: str(rng.randint(1100, 2030)), "date": lambda: date(rng), "person": names.full_name,
            "place": lambda: names._pick(names.cities), "place2": lambda: names.syllables(1, 3), "org": names.organization,
            "money": lambda: money(rng), "time": lambda: time(rng), "day": lambda: rng.choice(DAYS), "month": lambda: rng.choice(MONTHS),
            "email": lambda: email(rng, names), "phone": lambda: phone(rng),
            "number": lambda: str(rng.choice((rng.randint(2, 20), rng.randint(2, 99), rng.randint(100, 999)))), "days": lambda: str(rng.choice((2, 3, 5, 7, 10, 14, 21, 28, 30, 45, 60, 90))),
            "percent": lambda: f"{rng.randint(1, 99)}{rng.choice(('%', ' percent', ' %'))}", "weekday": lambda: rng.choice(DAYS), "company": names.organization,
            "name": names.first_name, "product": lambda: self.product(),
            "noun": lambda: rng.choice(ALL["n"]).replace("_", " "), "adj": lambda: rng.choice(ALL["a"]),
        }[slot]()

    def product(self):
        rng, names = self.rng, self.names
        base = names.syllables(1, 3) if rng.random() < 0.6 else f"{rng.choice(names.nouns).capitalize()}{rng.choice(('ly', 'Pro', 'Hub', 'Cloud', 'Max', 'Box', ' One'))}"
        return f"{base} {rng.randint(2, 900)}" if rng.random() < 0.2 else base

    def word(self, slot, topic):
        kind, shape = SHAPES[slot]
        source = TOPICS[topic].get(kind) if topic and self.rng.random() < 0.75 else None
        return shape(self.rng.choice(source or (GENERAL[kind] if self.rng.random() < 0.5 else ALL[kind])))

    def fill(self, template, values=None, topic=None, keys=None):
        """Fills a template; keys is a list of (kind, word) that are used up first."""
        out = []
        for literal, slot in pieces(template, self.rng):
            if slot is None:
                out.append(literal)
            elif values and slot in values:
                out.append(values[slot])
            elif slot in SHAPES:
                kind, shape = SHAPES[slot]
                index = next((i for i, key in enumerate(keys) if key[0] == kind), None) if keys else None
                out.append(self.word(slot, topic) if index is None else shape(keys.pop(index)[1]))
            else:
                out.append(self.value(slot))
        text = "".join(out)
        return text[:1].upper() + text[1:]
