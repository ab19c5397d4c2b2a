"""The families of reranking examples."""
import re
from dataclasses import dataclass, replace

from .augment import keywords, replace_words, shared_words, typing_error, without
from .inflection import forms, ing, past
from .questions import ENTITY_SLOTS, GROUPS, LINES, unseen
from .sentences import SHAPES, TOPIC_NAMES, Writer, swap_synonyms
from .template import pieces
from .vocabulary import RELATED, TOPICS, lines


@dataclass(frozen=True)
class Example:
    """A query, one relevant text and hard negatives; line is that of the hand-written question."""
    query: str
    positive: str
    negatives: list
    line: int | None = None


def _facts():
    """Entity kinds: names of the kind and attributes, each with its questions and its statements."""
    kinds = []
    for line in lines("facts.txt"):
        if line.startswith("@"):
            kinds.append((line[1:].split(), []))
        else:
            questions, answers = line.split(" => ")
            kinds[-1][1].append((questions.split(";"), answers.split(";")))
    return kinds


def _actions():
    parts = dict(line.split(" ", 1) for line in lines("actions.txt"))
    verbs = [tuple(pair.split("=")) for pair in parts["verbs"].split()]
    return verbs, list(dict.fromkeys(parts["objects"].split())), parts["questions"].split(";"), parts["answers"].split(";")


FACTS, ACTIONS = _facts(), _actions()
_SLOT = re.compile(r"\{(\w+)\}")
CARRIERS, QUERIES = lines("carriers.txt"), lines("queries.txt")
INTROS = ["{E} is a {kind} in {place}.", "{E} is a {adj} {kind}.", "Let us look at {E}, a {kind} from {place}.", "This page is about {E}.", "{E} is one of the best known {kind}s."]
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
        known = [index for index, line in enumerate(LINES) if unseen(line.group) == (groups == "unseen") and line.answers]
        self.lines = [index for index in known if LINES[index].held_queries] if heldout else known

    def part(self, phrases, count=1):
        """The phrasings open to this set: the last ones are reserved for evaluation."""
        if not self.reserve:
            return phrases
        return phrases[-count:] if self.heldout else phrases[:-count]

    def entity(self, kind):
        rng, names = self.rng, self.writer.names
        roll = rng.random()
        if kind in ("person",):
            return names.full_name()
        if kind in ("company", "firm"):
            return names.organization()
        if kind in ("city", "town", "country", "nation", "place"):
            return names.syllables(1, 3) if roll < 0.5 else names._pick(names.cities)
        noun = rng.choice(names.nouns).capitalize()
        if kind in ("drug", "medicine", "software", "program", "animal", "bird", "fish"):
            return names.syllables(2, 3) if roll < 0.7 else f"{names.syllables(1, 2)} {noun.lower()}"
        if kind in ("museum", "shop", "library", "restaurant", "pool", "park", "hotel", "event", "festival", "conference", "concert", "mountain", "river", "lake", "bridge", "tower"):
            base = names.syllables(1, 3) if roll < 0.6 else rng.choice([names.surname(), noun, names._pick(names.cities)])
            return f"{base} {kind.capitalize()}"
        return f"{names.syllables(1, 3)} {rng.choice([kind, noun.lower(), str(rng.randint(2, 900)), ''])}".strip()

    def facts(self):
        rng, fill = self.rng, self.writer.fill
        words, attributes = rng.choice(FACTS)
        kind = rng.choice(words)
        entity = self.entity(kind)
        others = [self.entity(kind) for _ in range(5)]
        chosen = rng.sample(range(len(attributes)), min(len(attributes), 6))
        target = attributes[chosen[0]]

        def statement(attribute, name):
            text = fill(rng.choice(self.part(attribute[1])), {"E": name})
            if rng.random() < 0.2:
                intro = fill(rng.choice(INTROS), {"E": name, "kind": kind})
                text = f"{intro} {text if rng.random() < 0.4 else text.replace('The ' + name, 'It').replace(name, 'the ' + kind)}"
            return text

        query = fill(rng.choice(self.part(target[0])), {"E": entity})
        positive = statement(target, entity)
        same_entity = [statement(attributes[i], entity) for i in chosen[1:]]
        same_attribute = [statement(target, other) for other in others]
        if rng.random() < 0.25 and same_entity:
            extra = rng.choice(same_entity)
            positive = f"{extra} {positive}" if rng.random() < 0.5 else f"{positive} {extra}"
        if rng.random() < 0.15:
            same_attribute[0] = f"{statement(attributes[chosen[-1]], entity)} {same_attribute[0]}"
        return Example(query, positive, same_entity + same_attribute)

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
               for other in rng.sample(line.tempting, min(5, len(line.tempting)))]
        query, right, wrong = fill(asked, values), fill(positive, values), swapped + others + remarks + far
        if not self.heldout and not self.plain:
            query, right, wrong = self.reworded(query, right, wrong)
        return Example(query, right, wrong, index)

    def renderer(self):
        """How the candidates of an example look: answers, or now and then answers under their question, or the questions alone."""
        rng = self.rng
        roll = 1.0 if self.heldout or self.plain else rng.random()

        def render(line, answers, asked=None):
            others = [query for query in line.queries if query != asked]
            if roll >= 0.16 or not others:
                return rng.choice(answers)
            question = rng.choice(others)
            question = question[0].upper() + question[1:] + ("" if question.endswith("?") else "?")
            return question if roll < 0.06 else f"{question} {rng.choice(answers)}"
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

    FAMILIES = (("facts", 16), ("actions", 5), ("overlap", 14), ("topic", 3), ("questions", 62))

    def example(self, family=None):
        rng = self.rng
        names, weights = zip(*self.FAMILIES)
        family = family or rng.choices(names, weights)[0]
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
        rates = rng.choice(((0.0, 0.0), (0.2, 0.0), (0.0, 0.2), (0.1, 0.1)))
        return Example(swap_synonyms(query, rng, rates[0]), swap_synonyms(example.positive, rng, rates[1]),
                       [swap_synonyms(text, rng, rates[1]) for text in example.negatives], example.line)
