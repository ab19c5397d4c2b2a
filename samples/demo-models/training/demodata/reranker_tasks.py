"""The families of reranking examples. Each returns a query, one relevant text and a list of hard negatives."""
from .inflection import forms, ing, past
from .sentences import SHAPES, TOPIC_NAMES, Writer, swap_synonyms
from .template import pieces
from .vocabulary import RELATED, TOPICS, lines


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


def _written():
    blocks = []
    for line in lines("written_questions.txt"):
        if line.startswith("#"):
            blocks.append([])
        else:
            questions, answer = line.split(" => ")
            blocks[-1].append((questions.split(" / "), answer))
    return blocks


def _actions():
    parts = dict(line.split(" ", 1) for line in lines("actions.txt"))
    verbs = [tuple(pair.split("=")) for pair in parts["verbs"].split()]
    return verbs, list(dict.fromkeys(parts["objects"].split())), parts["questions"].split(";"), parts["answers"].split(";")


FACTS, WRITTEN, ACTIONS = _facts(), _written(), _actions()
CARRIERS, QUERIES = lines("carriers.txt"), lines("queries.txt")
INTROS = ["{E} is a {kind} in {place}.", "{E} is a {adj} {kind}.", "Let us look at {E}, a {kind} from {place}.", "This page is about {E}.", "{E} is one of the best known {kind}s."]
OPENINGS = ["", "", "", "", "", "", "", "please tell me ", "hi, ", "question: ", "I would like to know ", "do you know ", "tell me "]


def _covers(text, keys):
    """Whether a passage happens to hold every key word: then it is no counterexample."""
    return bool(keys) and all(any(form in text for word in (key, *RELATED.get(key, ())) for form in forms(word, kind)) for kind, key in keys)


class Tasks:
    """Draws examples; with heldout=True the phrasings are those that training never uses."""

    def __init__(self, rng, heldout=False, reserve=True):
        self.rng = rng
        self.heldout = heldout
        self.reserve = reserve
        self.writer = Writer(rng, heldout)

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
        return query, positive, same_entity + same_attribute

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
        return query, answer(verb, thing), negatives

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
        return query, passage(keys), [text for text in negatives if not _covers(text.lower(), keys)] or negatives

    def topic(self):
        """Relatedness without shared words: the relevant text is about the topic of the query."""
        rng, writer = self.rng, self.writer
        topic, *others = rng.sample(TOPIC_NAMES, 12)
        query = writer.fill(rng.choice(QUERIES), topic=topic)
        nouns = rng.sample(TOPICS[topic]["n"], 2)
        about = lambda name: writer.fill(rng.choice(CARRIERS), topic=name, keys=[("n", n) for n in rng.sample(TOPICS[name]["n"], 2)])
        query = writer.fill(rng.choice(QUERIES), topic=topic, keys=[("n", nouns[0])] + [("v", rng.choice(TOPICS[topic]["v"]))]).lower()
        return query, about(topic) + (" " + about(topic) if rng.random() < 0.5 else ""), [about(name) for name in others]

    def written(self):
        rng, fill = self.rng, self.writer.fill
        block = rng.choice(WRITTEN)
        chosen = rng.sample(block, min(len(block), 6))
        place = {"place": self.writer.value("place")}
        questions, answer = chosen[0]
        usable = questions if len(questions) < 3 or not self.reserve else self.part(questions)
        query = fill(rng.choice(usable), place)
        far = [rng.choice(rng.choice(WRITTEN))[1] for _ in range(4)]
        negatives = [fill(text, place if rng.random() < 0.5 else None) for _, text in chosen[1:]] + [fill(text) for text in far if text != answer]
        return query, fill(answer, place), negatives

    FAMILIES = (("facts", 34), ("actions", 10), ("overlap", 26), ("topic", 6), ("written", 24))

    def example(self, family=None):
        rng = self.rng
        names, weights = zip(*self.FAMILIES)
        family = family or rng.choices(names, weights)[0]
        query, positive, negatives = getattr(self, family)()
        query = query[0].lower() + query[1:]
        if rng.random() < 0.3:
            query = rng.choice(OPENINGS) + query
        if rng.random() < 0.5:
            query += "?"
        rate = 0.0 if self.heldout else 0.12
        return family, swap_synonyms(query, rng, rate), swap_synonyms(positive, rng, rate), [swap_synonyms(text, rng, rate) for text in negatives]
