"""The words of an entry, as each database keeps them in its index: text for FTS5, a tsvector for PostgreSQL.

All words are letters and digits, so nothing needs escaping.
"""

import re
from collections.abc import Sequence

#: Between two texts, so that no phrase reaches from one into the next.
BREAK = "z"
_LEXEME = re.compile(r"'(\w+)':([\d,]+)")


def as_vector(words: Sequence[str]) -> str:
    """A tsvector as text.

    >>> as_vector(["tnodes", "z", "bnodes"])
    "'tnodes':1 'bnodes':3"
    """
    return " ".join(f"'{word}':{position}" for position, word in enumerate(words, 1) if word != BREAK)


def from_vector(vector: str) -> list[str]:
    """The words of a tsvector in their order. PostgreSQL keeps 256 places of a word, and none beyond 16,383.

    >>> from_vector("'bgood':5 'bnodes':4 'tnodes':1")
    ['tnodes', 'z', 'z', 'bnodes', 'bgood']
    """
    words: list[str] = []
    before = 0
    for place, word in sorted((int(n), word) for word, places in _LEXEME.findall(vector) for n in places.split(",")):
        words += [*[BREAK] * (place - before - 1), word]
        before = place
    return words
