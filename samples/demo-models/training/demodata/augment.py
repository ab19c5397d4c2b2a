"""Changes of wording that leave open which text answers a query."""
import re

from .stems import STOP, content, stem

_WORD = re.compile(r"[A-Za-z]+")


def keywords(query):
    """The words a hurried user would type."""
    words = [word for word in re.findall(r"[\w'.,%-]+", query) if word.lower() not in STOP]
    return " ".join(words) if len(words) > 1 else query


def typing_error(text, rng):
    """Swaps, drops or doubles one letter of a longer word."""
    words = text.split(" ")
    long = [index for index, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if not long:
        return text
    index = rng.choice(long)
    word = words[index]
    at = rng.randint(1, len(word) - 2)
    words[index] = rng.choice((word[:at] + word[at + 1] + word[at] + word[at + 2:], word[:at] + word[at + 1:], word[:at] + word[at] + word[at:]))
    return " ".join(words)


def shared_words(query, text):
    """Plain forms of the longer words that both texts hold."""
    there = set(content(text))
    return [word for word in content(query) if word in there and len(word) > 3 and word.isalpha()]


def replace_words(text, table):
    """Replaces words by what the table holds for their plain forms."""
    def put(match):
        word = match.group()
        other = table.get(stem(word.lower()))
        return word if other is None else other.capitalize() if word[0].isupper() else other
    return _WORD.sub(put, text)


def without(text, words):
    """The text with some plain forms left out."""
    return " ".join(word for word in text.split(" ") if stem(word.strip(".,;:?!").lower()) not in words)
