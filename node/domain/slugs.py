"""Readable ends of addresses. A slug is never digits alone: some clients take ``/digits`` for a post (decisions 14)."""

import functools
import re
import unicodedata
from collections.abc import Collection

MAX_SLUG = 80
_SPELLED = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "æ": "ae",
        "ø": "o",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "þ": "th",
        "ð": "d",
    }
)
_OTHER = re.compile(r"[^a-z0-9]+")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@functools.lru_cache(2_048)  # addresses of copies are made of their titles wherever one is listed
def slug_of(title: str, *, otherwise: str) -> str:
    """The title in small Latin letters, digits and hyphens; ``otherwise`` (a word) leads where that is not enough.

    >>> slug_of("Gießen für Anfänger: Teil 1", otherwise="video"), slug_of("2026", otherwise="video")
    ('giessen-fuer-anfaenger-teil-1', 'video-2026')
    >>> slug_of("相図の読み方", otherwise="video")
    'video'
    """
    spelled = unicodedata.normalize("NFC", title).lower().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    slug = _shortened(_OTHER.sub("-", plain).strip("-"))
    if any(letter.isalpha() for letter in slug):
        return slug
    return f"{otherwise}-{slug}" if slug else otherwise


def _shortened(slug: str) -> str:
    """Cut between words where that leaves enough."""
    if len(slug) <= MAX_SLUG:
        return slug
    head, _, _ = slug[: MAX_SLUG + 1].rpartition("-")
    return head if len(head) > MAX_SLUG // 2 else slug[:MAX_SLUG]


def candidates(slug: str) -> tuple[str, ...]:
    """What to try where a slug is taken, in this order.

    >>> candidates("casting")[:3]
    ('casting', 'casting-2', 'casting-3')
    """
    return (slug, *(f"{slug}-{number}" for number in range(2, 10)))


def free_slug(slug: str, taken: Collection[str], identifier: int) -> str:
    """The first candidate that is free, else one that ends in the whole identifier and so is always free."""
    free = (each for each in candidates(slug) if each not in taken)
    return next(free, f"{slug}-{_base36(identifier)}")


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
