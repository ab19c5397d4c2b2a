"""Plain forms of words, to see which words two texts share."""
import re

from .vocabulary import RELATED, STEMS

STOP = set("a an the of in on at to for and or is are was were be been being by with from it its do does did how what when where who whom whose which why can could "
           "i my me mine you your we our us they their them he she his her him this that these those there here if as not no so than then has have had will would should "
           "may might must shall am any some about into out up off over only also just too very much many more most please s t m re ll d ve don doesn isn".split())
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_CACHE = {}


def stem(word):
    """The plain form of a lower-case word."""
    found = _CACHE.get(word)
    if found is None:
        found = _CACHE[word] = STEMS.get(word) or _stripped(word)
    return found


def _stripped(word):
    word = word.removesuffix("'s")
    for ending, least in (("ies", 5), ("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            base = word[:-len(ending)] + ("y" if ending == "ies" else "")
            return STEMS.get(base) or STEMS.get(base + "e") or base
    return word


def content(text):
    """The plain forms of the words that carry meaning, in order, without repeats."""
    return list(dict.fromkeys(stem(word) for word in _WORD.findall(text.lower()) if word not in STOP))


def related(word):
    return RELATED.get(word, ())
