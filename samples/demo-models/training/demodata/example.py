"""What the families of examples make."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A query, one relevant text and hard negatives; line is that of the hand-written question, names the words that must not be reworded."""
    query: str
    positive: str
    negatives: list
    line: int | None = None
    names: frozenset = frozenset()
