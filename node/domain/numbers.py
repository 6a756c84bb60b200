"""Whole numbers in texts of strangers: addresses, forms, headers, documents."""

from collections.abc import Mapping

from node.errors import NotFound

MAX_ID = 2**63 - 1  # the largest that both databases can hold


def number_in(text: str, digits: int = 19) -> int | None:
    """The number that is written in at most ``digits`` digits; None for a text that is none, or too large for an id.

    ``int`` alone takes signs, spaces and digits of every script, ``str.isdigit`` superscripts besides, and either may
    be given more digits than ``int`` agrees to read.

    >>> number_in("42"), number_in("-1"), number_in(""), number_in("²"), number_in("100", digits=2)
    (42, None, None, None, None)
    >>> number_in("9223372036854775807") == MAX_ID, number_in("9223372036854775808")
    (True, None)
    """
    if not (text.isascii() and text.isdigit() and len(text) <= digits):
        return None
    number = int(text)
    return number if number <= MAX_ID else None


def numbers_in(text: str) -> list[int]:
    """Those of a list with commas, such as ids in a hidden field; whatever is none is passed over.

    >>> numbers_in("3,x,,4")
    [3, 4]
    """
    return [number for part in text.split(",") if (number := number_in(part)) is not None]


def id_in(found: Mapping[str, str], name: str) -> int:
    """The id that an address says (``request.match_info``). Raises NotFound for what can be none.

    >>> id_in({"event": "42"}, "event")
    42
    """
    number = number_in(found[name])
    if number is None:
        raise NotFound
    return number
