"""Hashtags: one topic, however it is spelled."""

import unicodedata

LONGEST = 255


def key_of(name: str) -> str:
    """What names of one topic have in common: without the number sign, small letters, one form of each letter.

    >>> key_of("#Öffentlich"), key_of("ÖFFENTLICH")
    ('öffentlich', 'öffentlich')
    """
    return unicodedata.normalize("NFKC", name.removeprefix("#")).casefold()[:LONGEST]
