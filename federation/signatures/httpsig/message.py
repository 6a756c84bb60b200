"""An HTTP request as a signature sees it: method, target, fields, body."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from email.utils import formatdate
from functools import lru_cache
from typing import NamedTuple, Self

_URL = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_MONTHS = ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE = re.compile(
    r"(?:[a-z]{3,9}, )?([0-9]{1,2}) ([a-z]{3}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) (?:GMT|UTC|\+0000)",
    re.IGNORECASE,
)


class Target(NamedTuple):
    """The parts of a request's URL as RFC 9421 section 2.2 names them."""

    scheme: str
    authority: str
    path: str
    query: str  # with its question mark, empty where the URL has none


class Message(NamedTuple):
    """One request.

    ``url`` is the full URL as sent: for a received request the configured public origin followed by the raw
    target of the request line, so that nothing a proxy or a sender wrote decides which host was meant.
    ``headers`` has lower-case names; the values of a repeated field are joined by ``", "``. Header text stands
    for bytes read as UTF-8 with ``surrogateescape``, as aiohttp reads them.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def of(cls, method: str, url: str, fields: Iterable[tuple[str, str]], body: bytes = b"") -> Self:
        """A message from header fields in the order and spelling of the wire."""
        given = list(fields)
        headers = {name.lower(): value.strip() for name, value in given}
        if len(headers) < len(given):
            headers = _joined(given)
        return cls(method.upper(), url, headers, body)

    def target(self) -> Target:
        """The parts of ``url``; ValueError where it is not an absolute URL."""
        return _split(self.url)

    def has_body(self) -> bool:
        """Whether the method promises one; such requests sign a digest of it."""
        return self.method not in {"GET", "HEAD"}


def _joined(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Some field stands more than once."""
    headers: dict[str, str] = {}
    for name, value in fields:
        key, text = name.lower(), value.strip()
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


@lru_cache(maxsize=64)
def _split(url: str) -> Target:
    # Most requests go to one address: the shared inbox.
    found = _URL.match(url)
    if found is None:
        raise ValueError("not an absolute URL")
    scheme, authority, path, query = found.groups("")
    scheme = scheme.lower()
    return Target(scheme, authority.lower().removesuffix(_DEFAULT_PORTS.get(scheme, "")), path or "/", query)


def format_date(at: int) -> str:
    """The instant (milliseconds) as an HTTP date, RFC 9110 section 5.6.7; rounded down to the second.

    >>> format_date(784_111_777_000)
    'Sun, 06 Nov 1994 08:49:37 GMT'
    """
    return _format_second(at // 1000)


@lru_cache(maxsize=4)
def _format_second(second: int) -> str:
    # A fan-out asks for the same second a thousand times.
    return formatdate(second, usegmt=True)


def parse_date(text: str) -> int | None:
    """The instant (milliseconds) that an HTTP date names; None where it names none.

    The name of the day is not read; ``UTC`` and ``+0000`` are taken for ``GMT``, and a day of one digit is.
    """
    return _parse_date(text) if len(text) < 64 else None


@lru_cache(maxsize=64)
def _parse_date(text: str) -> int | None:
    # Requests of the same second carry the same text.
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute, second = found.groups()
    try:
        moment = dt.datetime(
            int(year), _MONTHS.index(month.lower()), int(day), int(hour), int(minute), int(second), tzinfo=dt.UTC
        )
    except ValueError:
        return None
    return int(moment.timestamp()) * 1000
