"""The questions and answers written by hand: lists/qa."""
import math
import re
from collections import Counter
from dataclasses import dataclass, field

from .stems import content
from .template import held_out
from .vocabulary import LISTS

ENTITY_SLOTS = ("product", "company", "person", "place", "name", "weekday")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass
class Line:
    """What can be asked in several ways and answered in several ways; the held-out phrasings are never trained on. full: the answers are whole passages."""
    group: int
    queries: list
    answers: list
    held_queries: list = field(default_factory=list)
    held_answers: list = field(default_factory=list)
    similar: set = field(default_factory=set)
    tempting: list = field(default_factory=list)
    full: bool = False


@dataclass
class Group:
    """Lines about one subject ("#") or about one aspect of several subjects ("@"), and unrelated remarks."""
    name: str
    lines: list = field(default_factory=list)
    remarks: list = field(default_factory=list)


def read(folder=LISTS / "qa"):
    """Groups and lines in the order of the files."""
    groups, lines = [], []
    for file in sorted(folder.glob("*.txt")):
        for row in file.read_text(encoding="utf-8").splitlines():
            row = row.strip()
            if row[:2] in ("# ", "@ "):
                groups.append(Group(row))
            elif row.startswith("- "):
                groups[-1].remarks.append(row[2:].strip())
            elif " => " in row:
                asked, answered = row.split(" => ", 1)
                groups[-1].lines.append(len(lines))
                lines.append(Line(len(groups) - 1, _parts(asked, " / "), _parts(answered, " // "), full=file.stem.startswith("written")))
    return groups, lines


def _parts(text, separator):
    return [part.strip() for part in text.split(separator) if part.strip()]


def reserve(lines):
    """Keeps the last query of every fourth line, and the last of its answers where there are several, out of training."""
    for index, line in enumerate(lines):
        if index % 4 == 0 and len(line.queries) > 2:
            line.held_queries = [line.queries.pop()]
            if len(line.answers) > 1:
                line.held_answers = [line.answers.pop()]


def unseen(group):
    """Whether no line of the group is ever trained on."""
    return held_out(group, 25)


def _plain(text):
    return _SLOT.sub(" ", text).replace("[", " ").replace("]", " ").replace("|", " ")


def compare(lines, most=40):
    """Finds for every line the ones that ask much the same, and the others whose answers share most words with its queries."""
    asked = [set(content(_plain(" ".join(line.queries)))) for line in lines]
    answered = [set(content(_plain(" ".join(line.answers)))) for line in lines]
    single = [[set(content(_plain(query))) for query in line.queries + line.held_queries] for line in lines]
    counts = Counter(word for words in answered for word in words) + Counter(word for words in asked for word in words)
    weight = {word: math.log(2 * len(lines) / count) for word, count in counts.items()}
    holders = {}
    for index, words in enumerate(answered):
        for word in words:
            holders.setdefault(word, []).append(index)
    askers = {}
    for index, queries in enumerate(single):
        for word in set().union(*queries):
            askers.setdefault(word, []).append(index)
    size = lambda words: sum(weight.get(word, 9.0) for word in words)
    for index, line in enumerate(lines):
        near = {other for words in single[index] for word in words if weight.get(word, 0) > 3 for other in askers.get(word, ())}
        near.discard(index)
        for other in near:
            if any(_alike(a, b, size) for a in single[index] for b in single[other]):
                line.similar.add(other)
        scores = Counter()
        for word in asked[index]:
            for other in holders.get(word, ()):
                scores[other] += weight[word] / (3 + len(answered[other])) ** 0.5
        line.tempting = [other for other, _ in scores.most_common(most + len(line.similar) + 30)
                         if lines[other].group != line.group and other not in line.similar][:most]


def _alike(a, b, size):
    both = a & b
    return bool(both) and size(both) >= 0.6 * max(size(a), size(b))


def load():
    groups, lines = read()
    reserve(lines)
    compare(lines)
    return groups, lines


GROUPS, LINES = load()
