"""Canonical JSON (RFC 8785): the same value is the same bytes everywhere, which is what digests are made of."""

import hashlib
import math
from collections.abc import Mapping
from json.encoder import JSONEncoder, encode_basestring
from typing import Any

from node.errors import Malformed

_EXACT = 2**53
_WORDS = {None: "null", True: "true", False: "false"}
_PLAIN = JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))


def canonical_json(value: Any, *, exact: bool = False) -> bytes:
    r"""The canonical form of a JSON value as RFC 8785 defines it.

    Raises :class:`Malformed` for what JSON cannot say (NaN, infinities, lone surrogates, other types), and where it has
    to be ``exact`` for integers that a double does not hold with all their neighbours (RFC 7493 section 2.2).

    >>> canonical_json({"b": 1.0, "a": [1e21, "\u20ac"]}).decode()
    '{"a":[1e+21,"€"],"b":1}'
    """
    try:
        if _is_plain(value):
            return _PLAIN.encode(value).encode()
        if exact and _has_inexact_integer(value):
            raise Malformed("This cannot be written as canonical JSON.", detail="an integer beyond 2^53")
        return _text(value).encode()
    except (UnicodeEncodeError, RecursionError) as error:
        raise Malformed("This cannot be written as canonical JSON.", detail=str(error)) from error


def sha256_of(value: Any) -> str:
    """Lower-case hexadecimal SHA-256 of the canonical form."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _is_plain(value: Any) -> bool:
    """Whether the encoder of the standard library, which is written in C, says the same: nearly always.

    It writes fractions in another way, and sorts keys by code points.
    """
    kind = type(value)
    if kind is dict:
        return all(type(key) is str and key.isascii() for key in value) and all(map(_is_plain, value.values()))
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    if kind is int:
        return bool(-_EXACT < value < _EXACT)
    return kind is str or kind is bool or value is None


def _has_inexact_integer(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_inexact_integer, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_inexact_integer, value))
    return isinstance(value, int) and not -_EXACT < value < _EXACT


def _text(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, Mapping):
        return (
            "{" + ",".join(f"{encode_basestring(key)}:{_text(value[key])}" for key in sorted(value, key=_order)) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    raise Malformed("This cannot be written as canonical JSON.", detail=type(value).__name__)


def _order(key: str) -> bytes:
    """Keys are sorted by UTF-16 code units (RFC 8785 section 3.2.3), not by code points."""
    return key.encode("utf-16-be")


def _number(value: float) -> str:
    """As ECMAScript prints numbers (RFC 8785 section 3.2.2.3); whole ones beyond 2^53 are rounded like all others."""
    if isinstance(value, int):
        if abs(value) < _EXACT:
            return str(value)
        value = _float(value)
    if not math.isfinite(value):
        raise Malformed("This cannot be written as canonical JSON.", detail="a number that is not finite")
    return f"-{_positive(-value)}" if value < 0 else _positive(value)


def _float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _positive(value: float) -> str:
    if value == 0:
        return "0"
    digits, point = _digits(value)
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    fraction = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"


def _digits(value: float) -> tuple[str, int]:
    """The shortest digits that name this number, and where their decimal point stands."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    return digits.rstrip("0"), len(whole) - leading + int(exponent or 0)
