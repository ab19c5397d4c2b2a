"""A tiny template language: [one|other] picks a branch, {slot} is filled by a function."""
import re

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


def choose(template, rng):
    """Resolves every [a|b|c], innermost first."""
    while True:
        match = _CHOICE.search(template)
        if match is None:
            return template
        template = template[:match.start()] + rng.choice(match.group(1).split("|")) + template[match.end():]


def pieces(template, rng):
    """Yields (literal, None) and (None, slot name) in order."""
    template = choose(template, rng)
    position = 0
    for match in _SLOT.finditer(template):
        if match.start() > position:
            yield template[position:match.start()], None
        yield None, match.group(1)
        position = match.end()
    if position < len(template):
        yield template[position:], None


def held_out(index, every=8):
    """Whether the template with this index is kept out of training."""
    return index % every == every - 1
