"""The families of reranking examples."""
import re
from dataclasses import replace

from .augment import keywords, replace_words, shared_words, typing_error, without
from .cloze import Cloze
from .example import Example
from .facts import Facts
from .inflection import forms, ing, past
from .questions import ENTITY_SLOTS, GROUPS, LINES, unseen
from .sentences import SHAPES, TOPIC_NAMES, Writer, swap_synonyms
from .template import pieces
from .vocabulary import RELATED, TOPICS, lines


def _actions():
    parts = dict(line.split(" ", 1) for line in lines("actions.txt"))
    verbs = [tuple(pair.split("=")) for pair in parts["verbs"].split()]
    return verbs, list(dict.fromkeys(parts["objects"].split())), parts["questions"].split(";"), parts["answers"].split(";")


ACTIONS = _actions()
_SLOT = re.compile(r"\{(\w+)\}")
CARRIERS, QUERIES = lines("carriers.txt"), lines("queries.txt")
OPENINGS = ["please tell me ", "hi, ", "question: ", "I would like to know ", "do you know ", "tell me "]


def _covers(text, keys):
    """Whether a passage happens to hold every key word: then it is no counterexample."""
    return bool(keys) and all(any(form in text for word in (key, *RELATED.get(key, ())) for form in forms(word, kind)) for kind, key in keys)


class Tasks:
    """Draws examples; with heldout=True the phrasings are those that training never uses."""

    def __init__(self, rng, heldout=False, reserve=True, plain=False, groups=None):
        """With plain=True nothing is reworded; groups restricts the hand-written questions to some groups."""
        self.rng = rng
        self.heldout = heldout
        self.reserve = reserve
        self.plain = plain
        self.writer = Writer(rng, heldout)
        self.about = Facts(rng, self.writer, heldout, reserve)
        self.cloze_of = Cloze(rng, self.writer)
        known = [index for index, line in enumerate(LINES) if unseen(line.group) == (groups == "unseen") and line.answers]
        self.lines = [index for index in known if LINES[index].held_queries] if heldout else known + 6 * [index for index in known if LINES[index].full]

    def part(self, phrases, count=1):
        """The phrasings open to this set: the last ones are reserved for evaluation."""
        if not self.reserve:
            return phrases
        return phrases[-count:] if self.heldout else phrases[:-count]

    def facts(self):
        return self.about.example()

    def cloze(self):
        example = self.cloze_of.example()
        return replace(example, negatives=[text for text in example.negatives if text != example.positive])

    def any_word(self):
        return self.about.any_word()

    def actions(self):
        rng, fill = self.rng, self.writer.fill
        verbs, objects, questions, answers = ACTIONS
        verb = rng.choice(verbs)
        thing = rng.choice(objects)

        def spell(template, pair, noun):
            v = pair[1] if rng.random() < 0.35 else pair[0]
            return fill(template, {"v": v.replace("_", " "), "ving": ing(v), "Ving": ing(v).capitalize(), "ved": past(v), "o": noun.replace("_", " ")})

        query = spell(rng.choice(self.part(questions, 2)), verb, thing)
        answer = lambda pair, noun: spell(rng.choice(self.part(answers, 2)), pair, noun)
        meanings = set(verb) | {other for word in verb for other in RELATED.get(word, ())}
        other_verbs = [v for v in verbs if not meanings & set(v)]
        other_things = [t for t in objects if t != thing and t not in RELATED.get(thing, ())]
        negatives = [answer(rng.choice(other_verbs), thing) for _ in range(4)] + [answer(verb, rng.choice(other_things)) for _ in range(4)]
        return Example(query, answer(verb, thing), negatives)

    def overlap(self):
        """General English: the relevant text holds every key word, or a form or synonym of it; the others lack one."""
        rng, writer = self.rng, self.writer
        topic = rng.choice(TOPIC_NAMES)
        keys, shown = [], []
        for literal, slot in pieces(rng.choice(self.part(QUERIES, 4)), rng):
            if slot is None:
                shown.append(literal)
                continue
            kind, shape = SHAPES[slot]
            pool = TOPICS[topic].get(kind) if rng.random() < 0.8 else None
            word = rng.choice(pool or TOPICS[rng.choice(TOPIC_NAMES)].get(kind) or ["well"])
            if kind != "r":
                keys.append((kind, word))
            shown.append(shape(word))
        query = "".join(shown)

        def reworded(key):
            kind, word = key
            return (kind, rng.choice(RELATED[word])) if word in RELATED and rng.random() < 0.4 else key

        def passage(wanted):
            wanted, sentences = [reworded(key) for key in wanted], []
            rng.shuffle(wanted)
            while (wanted or not sentences) and len(sentences) < 5:
                sentences.append(writer.fill(rng.choice(CARRIERS), topic=topic, keys=wanted))
            if rng.random() < 0.2:
                sentences.insert(rng.randint(0, len(sentences)), writer.fill(rng.choice(CARRIERS), topic=topic))
            return " ".join(sentences)

        negatives = []
        for _ in range(6):
            kept = list(keys)
            if kept:
                kept.pop(rng.randrange(len(kept)))
            negatives.append(passage(kept))
        negatives += [passage([]) for _ in range(3)]
        return Example(query, passage(keys), [text for text in negatives if not _covers(text.lower(), keys)])

    def topic(self):
        """Relatedness without shared words: the relevant text is about the topic of the query."""
        rng, writer = self.rng, self.writer
        topic, *others = rng.sample(TOPIC_NAMES, 12)
        nouns = rng.sample(TOPICS[topic]["n"], 2)
        about = lambda name: writer.fill(rng.choice(CARRIERS), topic=name, keys=[("n", n) for n in rng.sample(TOPICS[name]["n"], 2)])
        query = writer.fill(rng.choice(QUERIES), topic=topic, keys=[("n", nouns[0])] + [("v", rng.choice(TOPICS[topic]["v"]))]).lower()
        return Example(query, about(topic) + (" " + about(topic) if rng.random() < 0.5 else ""), [about(name) for name in others])

    def questions(self):
        """A question written by hand. Others of its group and of other groups, and the same answer about another entity, are wrong."""
        rng, fill = self.rng, self.writer.fill
        index = rng.choice(self.lines)
        line, group = LINES[index], GROUPS[LINES[index].group]
        asked = rng.choice(self.asked(line))
        render = self.renderer()
        positive = render(line, self.answered(line), asked)
        values = self.values(asked, positive)
        siblings = [other for other in group.lines if other != index]
        others = [fill(render(LINES[other], LINES[other].answers), values) for other in rng.sample(siblings, min(7, len(siblings)))]
        remarks = [fill(text, values) for text in rng.sample(group.remarks, min(3, len(group.remarks)))]
        swapped = [fill(positive, self.values(positive)) for _ in range(2)] if self.names_entity(positive) else []
        far = [fill(render(LINES[other], LINES[other].answers), values if rng.random() < 0.5 else None)
               for other in rng.sample(line.tempting, min(2, len(line.tempting)))]
        query, right, wrong = fill(asked, values), fill(positive, values), swapped + others + remarks + far
        if not self.heldout and not self.plain:
            query, right, wrong = self.reworded(query, right, wrong)
        names = frozenset(word.lower() for value in values.values() for word in value.split())
        return Example(query, right, wrong, index, names)

    def renderer(self):
        """How the candidates of an example look: answers under their question or its key words, the questions alone, or the answers alone."""
        rng = self.rng
        roll = 1.0 if self.heldout or self.plain else rng.random()

        def render(line, answers, asked=None):
            others = [query for query in line.queries if query != asked]
            if roll >= 0.75 or not others:
                return rng.choice(answers)
            question = rng.choice(others)
            shape = rng.random()
            if shape < 0.35:
                heading = keywords(question).rstrip("?") + rng.choice((":", ".", " -"))
            elif shape < 0.5:
                words = question.rstrip("?").split(" ")
                del words[rng.randrange(len(words))]
                heading = " ".join(words) + rng.choice((":", "?", "."))
            else:
                heading = question.rstrip("?") + "?"
            heading = heading[:1].upper() + heading[1:]
            return heading if roll < 0.12 else f"{heading} {rng.choice(answers)}" if rng.random() < 0.8 else f"{rng.choice(answers)} {heading}"
        return render

    def asked(self, line):
        return line.held_queries if self.heldout else line.queries

    def answered(self, line):
        return line.held_answers if self.heldout and line.held_answers else line.answers

    def values(self, *templates):
        """The entity slots of an example, and the other slots that its query and its answer share."""
        slots = [set(_SLOT.findall(template)) for template in templates]
        shared = set.union(*slots) & set(ENTITY_SLOTS) | (set.intersection(*slots) if len(slots) > 1 else set())
        return {slot: self.writer.value(slot) for slot in sorted(shared)}

    @staticmethod
    def names_entity(template):
        return bool(set(_SLOT.findall(template)) & set(ENTITY_SLOTS))

    def reworded(self, query, positive, negatives):
        """Unknown words in place of shared ones, everywhere; or an answer without some of the words it shares with the query."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.25:
            shared = shared_words(query, positive)
            if roll < 0.17:
                table = {word: self.writer.names.syllables(1, 3).lower() for word in rng.sample(shared, min(len(shared), rng.randint(1, 2)))}
                if table:
                    return replace_words(query, table), replace_words(positive, table), [replace_words(text, table) for text in negatives]
            elif len(shared) > 1:
                positive = without(positive, set(rng.sample(shared, rng.randint(1, len(shared) - 1))))
        return query, positive, negatives

    # Family, weight at first, weight at last: matching of words comes before the questions, whose answers often share no word with them.
    FAMILIES = (("facts", 30, 24), ("any_word", 20, 8), ("actions", 6, 4), ("overlap", 12, 6), ("cloze", 20, 30), ("topic", 2, 2), ("questions", 10, 26))

    def example(self, family=None, progress=1.0):
        """Draws an example; progress, 0 at the start of training and 1 at its end, shifts the weights of the families."""
        rng = self.rng
        late = min(1.0, max(0.0, (progress - 0.15) / 0.35))
        family = family or rng.choices([name for name, *_ in self.FAMILIES], [first + (last - first) * late for _, first, last in self.FAMILIES])[0]
        example = getattr(self, family)()
        query = example.query[0].lower() + example.query[1:]
        if self.heldout or self.plain:
            return replace(example, query=query)
        roll = rng.random()
        if roll < 0.15:
            query = keywords(query)
        elif roll < 0.3:
            query = rng.choice(OPENINGS) + query
        if rng.random() < 0.03:
            query = typing_error(query, rng)
        if rng.random() < 0.4 and not query.endswith("?"):
            query += "?"
        rates = rng.choice(((0.0, 0.0), (0.0, 0.0), (0.15, 0.0), (0.0, 0.15)))
        reword = lambda text, rate: swap_synonyms(text, rng, rate, example.names)
        return replace(example, query=reword(query, rates[0]), positive=reword(example.positive, rates[1]),
                       negatives=[reword(text, rates[1]) for text in example.negatives])
