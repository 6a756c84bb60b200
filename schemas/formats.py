"""Formats that our schemas assert, as plain functions over text.

The ``format-nongpl`` extra of jsonschema would bring checkers too, and with them 10 MiB and most of a second of
start-up (docs/adr); these are the few that records need. The published AMB examples decide whether they are right.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

MAX_IRI = 2048
ACTIVE_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "filesystem"})

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,31}):(.+)", re.DOTALL)
_URI_REST = re.compile(
    r"(?:[A-Za-z0-9._~:/?@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})*(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?"
)
_IRI_FORBIDDEN = re.compile(r"""[\x00-\x20\x7f-\x9f<>"{}|\\^`\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]""")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}):(\d{2})(?:\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII)
_DURATION = re.compile(
    r"P(?=\d|T\d)(?:\d{1,9}Y)?(?:\d{1,9}M)?(?:\d{1,9}[DW])?"
    r"(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}(?:\.\d{1,9})?S)?)?",
    re.ASCII,
)
_LANGUAGE = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*(?:-[A-WY-Za-wy-z0-9](?:-[A-Za-z0-9]{2,8})+)*"
    r"(?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?|[Xx](?:-[A-Za-z0-9]{1,8})+",
    re.ASCII,
)
_MEDIA_TYPE = re.compile(
    r"(?:application|audio|example|font|haptics|image|message|model|multipart|text|video)"
    r"/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}",
    re.ASCII,
)


def is_uri(text: str) -> bool:
    """An absolute URI in ASCII (RFC 3986), at most 2,048 characters long, that no browser would run.

    >>> is_uri("https://example.org/a?b=c#d"), is_uri("/a"), is_uri("javascript:alert(1)")
    (True, False, False)
    """
    return is_iri(text) and _URI_REST.fullmatch(text, text.index(":") + 1) is not None


def is_iri(text: str) -> bool:
    """An absolute IRI (RFC 3987): as :func:`is_uri`, with letters of any script.

    >>> is_iri("https://example.org/übung"), is_iri("urn:isbn:9780"), is_iri("https://example.org/a b")
    (True, True, False)
    """
    if len(text) > MAX_IRI or _IRI_FORBIDDEN.search(text):
        return False
    parts = _SCHEME.fullmatch(text)
    if parts is None or parts[1].lower() in ACTIVE_SCHEMES:
        return False
    return parts[1].lower() not in {"http", "https"} or _has_host(text)


def is_web_url(text: str) -> bool:
    """An IRI that a reader can open: http or https with a host and without credentials."""
    return text[:8].lower().startswith(("http://", "https://")) and is_iri(text) and "@" not in urlsplit(text).netloc


def _has_host(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_date(text: str) -> bool:
    """A calendar date, ``2026-03-01`` (RFC 3339 full-date)."""
    return _DATE.fullmatch(text) is not None and _exists(text)


def is_date_time(text: str) -> bool:
    """An instant with its offset, ``2026-03-01T09:00:00Z`` (RFC 3339 date-time, leap seconds included)."""
    parts = _DATE_TIME.fullmatch(text)
    return parts is not None and parts[4] is not None and _instant_exists(parts)


def is_date_time_or_local(text: str) -> bool:
    """As :func:`is_date_time`, but the offset may be missing, as some catalogues leave it out."""
    parts = _DATE_TIME.fullmatch(text)
    return parts is not None and _instant_exists(parts)


def _instant_exists(parts: re.Match[str]) -> bool:
    seconds = "59" if parts[3] == "60" else parts[3]
    offset = "" if parts[4] is None or parts[4] in "Zz" else parts[4]
    return _exists(f"{parts[1]}T{parts[2]}:{seconds}{offset}")


def _exists(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_duration(text: str) -> bool:
    """An ISO 8601 duration as AMB writes them: ``PT25M``, ``P6W``, ``P1DT12H``."""
    return _DURATION.fullmatch(text) is not None


def is_language_tag(text: str) -> bool:
    """A well-formed language tag (RFC 5646 section 2.1), at most 35 characters.

    >>> is_language_tag("de-AT"), is_language_tag("zh-Hant-TW"), is_language_tag("en_US")
    (True, True, False)
    """
    return len(text) <= 35 and _LANGUAGE.fullmatch(text) is not None


def is_media_type(text: str) -> bool:
    """A media type without parameters (RFC 6838 section 4.2): ``video/mp4``."""
    return _MEDIA_TYPE.fullmatch(text) is not None


class Format(NamedTuple):
    """How a format is checked and how a reader is told what was expected."""

    holds: Callable[[str], bool]
    expected: str


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "uri": Format(is_uri, "an absolute URI such as https://example.org/a"),
        "iri": Format(is_iri, "an absolute IRI such as https://example.org/a"),
        "web-url": Format(is_web_url, "a web address that begins with https:// or http://"),
        "date": Format(is_date, "a date such as 2026-03-01"),
        "date-time": Format(is_date_time, "an instant with its offset such as 2026-03-01T09:00:00Z"),
        "duration": Format(is_duration, "an ISO 8601 duration such as PT25M"),
        "language-tag": Format(is_language_tag, "a language tag such as en or de-AT"),
        "media-type": Format(is_media_type, "a media type such as video/mp4"),
    }
)
TOLERANT_FORMATS: Mapping[str, Format] = MappingProxyType(
    {**FORMATS, "date-time": Format(is_date_time_or_local, FORMATS["date-time"].expected)}
)
