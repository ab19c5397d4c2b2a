"""Streams of annotated passages: (text, [(start, end, label)])."""
import random
import re

from .inflection import ing, past, plural, third_person
from .names import Names
from .questions import LINES
from .template import held_out, pieces
from .values import date, email, money, phone, time
from .vocabulary import ALL, GENERAL, LISTS, items, lines

LABELS = ["PERSON", "ORGANIZATION", "LOCATION", "DATE", "EMAIL", "PHONE", "MONEY"]
TAGS = ["O"] + [f"{prefix}-{label}" for label in LABELS for prefix in "BI"]
WRITTEN = [line for file in sorted((LISTS / "ner").glob("*.txt")) if file.stem != "plain" for line in lines(f"ner/{file.name}")]
COMBINED, PLAIN, ROLES = lines("ner_sentences.txt"), lines("ner/plain.txt") + lines("plain_sentences.txt"), items("roles.txt")
STARTS = ["However, ", "Meanwhile, ", "In the end, ", "As expected, ", "Sadly, ", "Later, ", "Note: ", "- ", "* ", "1. ", "2) ", "> ", "Re: ", "For the record, ",
          "Yes, ", "No, ", "Well, ", "By the way, ", "At first ", "So ", "But ", "And ", "Because ", "When ", "Still, ", "Also, ", "FYI: "]
STRUCTURED = ("DATE", "EMAIL", "PHONE", "MONEY")
BRACKETS = (("(", ")"), ("(", ")"), ("[", "]"), ('"', '"'), ("– ", " –"), ("(approx. ", ")"), ("(i.e. ", ")"), ("*", "*"), ("<", ">"), (": ", ""), ("/", ""), ("=", ""))
JOINTS = (" ", " ", " ", ", ", "; ", ": ", " (", ") ", " - ", " / ", " = ", ". ", " – ")
NUMBERS = ("num", "number", "days", "big")
_TIMELESS = re.compile(r"\d{3}|\d(st|nd|rd|th)\b|\b(today|yesterday|tomorrow|tonight|dollars?|euros?|francs?|pounds?|cents?|pence|week|month|year|century|decade)\b|[$€£¥@]")
_CAPITAL = re.compile(r"[A-Z]")
ENDS = [".", ".", ".", ".", "!", "?", ";", "", " ...", ", however.", ", officials said.", " (see below)."]


def nameless():
    """Hand-written answers in which nothing is an entity: no capital letter but the first one of a sentence, no date, no amount of money."""
    texts = [text for line in LINES for text in line.answers]
    common = {word for text in texts for word in re.findall(r"\b[a-z]+\b", text)}
    return [text for text in texts if not _TIMELESS.search(text) and set(re.findall(r"\{(\w+)\}", text)) <= {*NUMBERS, "time", "percent"}
            and all(starts_sentence(text, match.start()) and re.match(r"\w+", text[match.start():]).group().lower() in common for match in _CAPITAL.finditer(text))]


def starts_sentence(text, position):
    return position == 0 or text[:position].endswith((". ", "? ", "! "))


class Passages:
    def __init__(self, seed, heldout=False, reserve=True):
        self.rng = random.Random(seed)
        self.heldout = heldout
        self.names = Names(self.rng, heldout)
        keep = lambda templates: [t for i, t in enumerate(templates) if not reserve or held_out(i) == heldout]
        self.written, self.combined, self.plain = keep(WRITTEN), keep(COMBINED), keep(PLAIN)
        self.written += 2 * [template for template in self.written if "{EMAIL}" in template or "{PHONE}" in template]
        self.plain += [] if heldout else nameless()

    def _entity(self, slot):
        rng, names = self.rng, self.names
        if slot == "PER":
            return "PERSON", names.person()
        if slot == "PERF":
            return "PERSON", names.first_name() if rng.random() < 0.8 else names.full_name()
        if slot == "SUR":
            return "PERSON", names.surname() if rng.random() < 0.8 else names.full_name()
        if slot == "ORG":
            return "ORGANIZATION", names.organization()
        if slot == "LOC":
            return "LOCATION", names.place()
        if slot == "FAC":
            return "LOCATION", names.facility()
        if slot == "DATE":
            return "DATE", date(rng)
        if slot == "EMAIL":
            return "EMAIL", email(rng, names)
        if slot == "PHONE":
            return "PHONE", phone(rng)
        if slot == "MONEY":
            return "MONEY", money(rng)
        return None, None

    def _word(self, slot):
        rng = self.rng
        if slot in NUMBERS:
            return f"{rng.randint(2, rng.choice((9, 99, 999, 99999))):{',' if slot == 'big' else ''}}"
        if slot in ("time", "role"):
            return time(rng) if slot == "time" else rng.choice(ROLES)
        if slot == "percent":
            return f"{rng.randint(1, 99)}{rng.choice(('%', ' percent', ' per cent'))}"
        kind = {"ns": "n", "vs": "v", "ved": "v", "N": "n", "A": "a"}.get(slot, slot)
        word = rng.choice(GENERAL[kind] if rng.random() < 0.3 else ALL[kind])
        word = {"ns": plural, "vs": third_person, "ved": past}.get(slot, lambda w: w.replace("_", " "))(word)
        return word.capitalize() if slot in ("N", "A") else word

    def _blurred(self, literal, rate):
        """Replaces lower-case words by other words, so that no single context word decides."""
        if not rate:
            return literal
        rng = self.rng
        return " ".join(self._any_word() if word.isalpha() and word.islower() and rng.random() < rate else word for word in literal.split(" "))

    def _any_word(self):
        rng = self.rng
        kind = rng.choice("nnvvar")
        word = rng.choice(ALL[kind])
        shape = {"n": rng.choice((str, plural)), "v": rng.choice((str, third_person, past, ing))}.get(kind, str)
        return shape(word).replace("_", " ")

    def sentence(self):
        rng = self.rng
        roll = rng.random()
        template = rng.choice(self.plain if roll < 0.16 else self.combined if roll < 0.34 else self.written)
        if roll > 0.93 and not self.heldout:
            template = self._random_words() if roll > 0.965 else self._inserted(rng.choice(self.plain))
        rate = 0.0 if self.heldout or rng.random() < 0.6 else rng.choice((0.15, 0.3, 0.6))
        parts, spans, length = [], [], 0
        for literal, slot in pieces(template, rng):
            label = None
            if slot is None:
                text = self._blurred(literal, rate)
            else:
                label, text = self._entity(slot)
                if label is None:
                    text = self._word(slot)
                elif text.startswith("the ") and label != "PERSON":
                    if label in ("LOCATION", "ORGANIZATION"):
                        if not (parts and parts[-1].endswith((" the ", "The "))):
                            parts.append("the ")
                            length += 4
                        text = text[4:]
            left, right = rng.choice(BRACKETS) if label in STRUCTURED and not self.heldout and rng.random() < 0.1 else ("", "")
            if label:
                spans.append((length + len(left), length + len(left) + len(text), label))
            parts.append(left + text + right)
            length += len(parts[-1])
        text = "".join(parts)
        if text and spans and spans[0][0] == 0:
            pass
        elif text[:1].islower() and rng.random() < 0.9:
            text = text[0].upper() + text[1:]
        return text, spans

    def _random_words(self):
        """Entities between arbitrary words: only their own shape gives them away."""
        rng = self.rng
        slots = rng.choices(("DATE", "EMAIL", "PHONE", "MONEY", "PER", "LOC", "ORG"), (3, 2, 3, 3, 1, 1, 1), k=rng.randint(1, 3))
        text = ""
        for slot in slots:
            text += " ".join(self._any_word() for _ in range(rng.randint(1, 6))) + rng.choice(JOINTS) + "{" + slot + "}" + rng.choice(JOINTS)
        return text + " ".join(self._any_word() for _ in range(rng.randint(0, 4)))

    def _inserted(self, template):
        """A date, an amount or an address anywhere in a sentence."""
        rng = self.rng
        words = template.split(" ")
        for _ in range(rng.randint(1, 2)):
            words.insert(rng.randint(1, len(words)), "{" + rng.choice(STRUCTURED) + "}")
        return " ".join(words)

    def _dressed(self, text, spans):
        """Adds a lead-in, quotes, brackets or another ending."""
        rng = self.rng
        if not self.heldout and rng.random() < 0.12:
            start = rng.choice(STARTS)
            if not spans or spans[0][0] > 0:
                text = text[0].lower() + text[1:] if start[-2] not in ".:" else text
            text, spans = start + text, [(a + len(start), b + len(start), c) for a, b, c in spans]
        if rng.random() < 0.08 and text.endswith("."):
            inside = not spans or spans[-1][1] < len(text)
            text = text[:-1] + rng.choice(ENDS) if inside else text
        if rng.random() < 0.04:
            left, right = rng.choice((('"', '"'), ("(", ")"), ("“", "”"), ("'", "'")))
            text, spans = left + text + right, [(a + 1, b + 1, c) for a, b, c in spans]
        return text, spans

    def next(self):
        rng = self.rng
        roll = rng.random()
        count = 1 if roll < 0.5 else 2 if roll < 0.68 else 3 if roll < 0.8 else rng.randint(4, 7) if roll < 0.96 else rng.randint(8, 22)
        text, spans = "", []
        for _ in range(count):
            more, found = self._dressed(*self.sentence())
            if text:
                text += rng.choice((" ", " ", " ", " ", "\n", "\n\n", "  "))
            spans += [(a + len(text), b + len(text), c) for a, b, c in found]
            text += more
        return self._recased(text), spans

    def _recased(self, text):
        if self.heldout:
            return text
        roll = self.rng.random()
        changed = text.lower() if roll < 0.07 else text.upper() if roll < 0.09 else text.title() if roll < 0.11 else text
        return changed if len(changed) == len(text) else text


def tag_ids(offsets, text, spans):
    """The tag of each token: B- on the first token of an entity, I- on the others, also on the blank before a punctuation mark inside it."""
    tags, position, begun = [], 0, -1
    for start, end in offsets:
        while start < end - 1 and text[start].isspace():
            start += 1
        while position < len(spans) and spans[position][1] <= start:
            position += 1
        if position < len(spans) and spans[position][0] <= start:
            tags.append(TAGS.index(("I-" if begun == position else "B-") + spans[position][2]))
            begun = position
        else:
            tags.append(0)
    return tags
