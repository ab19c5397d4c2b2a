"""The English word lists, by topic and by part of speech."""
from pathlib import Path

from .inflection import forms

LISTS = Path(__file__).resolve().parent.parent / "lists"
KINDS = "nvar"


def lines(name):
    return [line.strip() for line in (LISTS / name).read_text(encoding="utf-8").splitlines() if line.strip()]


def words(name):
    return " ".join(lines(name)).split()


def items(name):
    return [item.strip() for line in lines(name) for item in line.split(",") if item.strip()]


def _topics():
    topics = {}
    for line in lines("topics.txt"):
        name, *parts = [part.strip() for part in line.split("|")]
        topics[name] = {part[0]: part[2:].split() for part in parts}
    return topics


TOPICS = _topics()
GENERAL = {line[0]: line[2:].split() for line in lines("general.txt")}
SYNONYMS = [line.split() for file in sorted(LISTS.glob("synonyms*.txt")) for line in lines(file.name)]


def _all(kind):
    found = dict.fromkeys(GENERAL.get(kind, []))
    for topic in TOPICS.values():
        found.update(dict.fromkeys(topic.get(kind, [])))
    return list(found)


ALL = {kind: _all(kind) for kind in KINDS}


def _stems():
    """Maps every inflected form to its plain form."""
    stems = {}
    for kind in KINDS:
        for word in ALL[kind]:
            for form in forms(word, kind):
                stems.setdefault(form.lower(), word.replace("_", " "))
    return stems


def _synonym_map():
    """Maps a plain word to the other members of its synonym groups."""
    related = {}
    for group in SYNONYMS:
        for word in group:
            related.setdefault(word, set()).update(other for other in group if other != word)
    return {word: sorted(others) for word, others in related.items()}


STEMS = _stems()
RELATED = _synonym_map()
