"""Words that were meant: of words in titles, those that differ from what was typed in one letter.

Two words differ in one letter (one is left out, added, another one, or changed places with its neighbour) only if they
become equal when each loses at most one. So whoever knows all words by what is left of them when one letter goes finds
the near ones by equality, at a cost that does not depend on how many words there are.
"""

import re
import unicodedata
from collections.abc import Iterator

from node.domain.text import folded

MIN_LENGTH, MAX_LENGTH = 4, 24
_WORD = re.compile(r"[^\W\d_]+")


def variants(word: str) -> set[str]:
    """What is left of a word when at most one letter goes.

    >>> sorted(variants("sand"))
    ['and', 'sad', 'san', 'sand', 'snd']
    """
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def spelled_words(text: str) -> Iterator[tuple[str, str]]:
    """The words of a text that can be misspelled, without marks on letters and as they are written.

    >>> list(spelled_words("Gießen 2026, an introduction"))
    [('giessen', 'gießen'), ('introduction', 'introduction')]
    """
    for found in _WORD.finditer(unicodedata.normalize("NFC", text.lower())):
        bare = folded(found[0])
        if MIN_LENGTH <= len(bare) <= MAX_LENGTH:
            yield bare, found[0][:40]


def is_near(one: str, other: str) -> bool:
    """Whether two words differ in one letter at most, neighbours that changed places included.

    >>> is_near("diagram", "diagarm"), is_near("diagram", "diagrem"), is_near("diagram", "digrm")
    (True, True, False)
    """
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    is_swapped = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or is_swapped
