"""Sentences that code says to people: English where they stand, another language where they are shown.

A :class:`Sentence` is a string, so that it passes through everything that takes one: into errors, into the fields of
views, into JSON for programs. What shows it to a person (``web.language``, ``node.translations``) asks it for its
``message`` and ``values`` and says both in the language of that person. Text of people is never a Sentence.
"""

from collections.abc import Mapping
from typing import Self, TypeVar

_Key = TypeVar("_Key")


class Sentence(str):
    """``Sentence("A post has at most {n} characters.", n=500)``: a constant of ours with its values in place.

    ``plural`` is the form for every ``n`` but one, as in gettext. Integers get separators between thousands.

    >>> Sentence("{n} line", "{n} lines", n=1200)
    '1,200 lines'
    """

    __slots__ = ("message", "plural", "values")

    message: str
    plural: str
    values: Mapping[str, object]

    def __new__(cls, message: str, plural: str = "", /, **values: object) -> Self:
        chosen = plural if plural and values.get("n") != 1 else message
        shown = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
        made = super().__new__(cls, chosen.format(**shown) if values else chosen)
        made.message, made.plural, made.values = str(message), plural, values
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.message, self.plural, dict(self.values))


def _again(message: str, plural: str, values: Mapping[str, object]) -> Sentence:
    return Sentence(message, plural, **values)


def sentences(table: Mapping[_Key, str]) -> Mapping[_Key, Sentence]:
    """A table whose values are said to people."""
    return {key: Sentence(value) for key, value in table.items()}
