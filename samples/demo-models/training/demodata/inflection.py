"""English inflection for the word lists: plural, third person, past and -ing forms."""

PAST = {
    line.split()[0]: line.split()[1]
    for line in """
    be was|have had|do did|make made|get got|give gave|take took|find found|think thought|say said|tell told|ask asked
    know knew|see saw|hear heard|feel felt|keep kept|let let|put put|set set|bring brought|hold held|begin began
    lead led|hide hid|leave left|come came|go went|become became|lose lost|win won|spend spent|forbid forbade|choose chose
    forget forgot|understand understood|prove proved|break broke|build built|send sent|meet met|throw threw|catch caught
    cut cut|shine shone|eat ate|drink drank|fly flew|drive drove|ride rode|lend lent|pay paid|rise rose|fall fell
    grow grew|shrink shrank|sell sold|buy bought|write wrote|run ran|shoot shot|swim swam|sing sang|steal stole|fight fought
    dig dug|freeze froze|teach taught|learn learned|feed fed|breed bred|breastfeed breastfed|sting stung|bite bit|beat beat
    bleed bled|draw drew|read read|wear wore|sew sewed|sit sat|sleep slept|wake woke|dream dreamed|grind ground|speak spoke
    spell spelled|lie lay|steer steered|sue sued|hit hit|lift lifted|ring rang|mow mowed|sow sowed|saw sawed|shut shut
    withdraw withdrew|overtake overtook|swallow swallowed|undergo underwent|log logged|sign signed|stand stood|seek sought
    """.replace("\n", "|").split("|")
    if line.strip()
}
DOUBLING = set("stop chop log plan drop rub run cut put set let get shut swim dig hit sit chat shop ship trap drip rob "
               "stir fit beg ban cancel_ fry_ spin win jog nap hug scrub begin forget refer transfer commit admit submit permit "
               "format crop mop shred plug grab step tap zip pin".split())
IRREGULAR_PLURALS = {
    "child": "children", "man": "men", "woman": "women", "person": "people", "foot": "feet", "tooth": "teeth", "teeth": "teeth",
    "mouse": "mice", "fish": "fish", "sheep": "sheep", "series": "series", "species": "species", "knife": "knives",
    "leaf": "leaves", "wolf": "wolves", "shelf": "shelves", "thief": "thieves", "wife": "wives", "life": "lives", "loaf": "loaves",
    "aircraft": "aircraft", "news": "news", "police": "police", "trousers": "trousers", "stairs": "stairs", "minutes": "minutes",
}
SILENT_PAST = {"be": "is", "have": "has", "do": "does", "go": "goes"}


def _tail(phrase, change):
    """Inflects the first word of a verb phrase such as log_in."""
    head, *rest = phrase.replace("_", " ").split(" ")
    return " ".join([change(head), *rest])


def plural(noun):
    noun = noun.replace("_", " ")
    if noun in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[noun]
    if noun.endswith(("s", "x", "ch", "sh", "z")):
        return noun + "es" if not noun.endswith("ics") else noun
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def third_person(verb):
    return _tail(verb, lambda v: SILENT_PAST.get(v) or plural(v))


def past(verb):
    def change(v):
        if v in PAST:
            return PAST[v]
        if v.endswith("e"):
            return v + "d"
        if v.endswith("y") and v[-2] not in "aeiou":
            return v[:-1] + "ied"
        return v + (v[-1] if v in DOUBLING else "") + "ed"
    return _tail(verb, change)


def ing(verb):
    def change(v):
        if v in ("be", "see", "dye", "free", "agree", "disagree"):
            return v + "ing"
        if v in ("die", "lie", "tie"):
            return v[:-2] + "ying"
        if v.endswith("e"):
            return v[:-1] + "ing"
        return v + (v[-1] if v in DOUBLING else "") + "ing"
    return _tail(verb, change)


def forms(word, kind):
    """All inflected forms of a listed word, the plain one first."""
    plain = word.replace("_", " ")
    if kind == "n":
        return [plain, plural(word)]
    if kind == "v":
        return [plain, third_person(word), past(word), ing(word)]
    return [plain]
