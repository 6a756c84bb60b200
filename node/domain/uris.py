"""Addresses as identity: which texts are one, and whose they are.

Two addresses belong to the same owner when scheme, host and port are equal (their origin). A host is written in
lower case, without a trailing dot and without the port that its scheme implies. A host outside ASCII is no identity:
peers write the A-label (``xn--``), and a second spelling would be a second name for the same thing.
"""

import re
from functools import lru_cache

MAX_URI = 2048

_WEB = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])\.?(?::(?P<port>[0-9]{1,5}))?"
    r"(?:[/?#][^\x00-\x20\x7f]*)?\Z",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,253}\Z")
_IMPLIED_PORT = {"https": 443, "http": 80}


def is_web_uri(text: object) -> bool:
    """Whether this is an absolute http(s) address without user name, space or control character, short enough to keep.

    >>> is_web_uri("https://learn.uni.example/ap/o/1"), is_web_uri("https://a@b.example/"), is_web_uri("javascript:1")
    (True, False, False)
    """
    return isinstance(text, str) and 0 < len(text) <= MAX_URI and _parts(text) is not None


def is_email(text: str) -> bool:
    """Whether mail could go there; only a mail that was answered proves more.

    >>> is_email("ada@learn.uni.example"), is_email("ada"), is_email("a, b@c.example")
    (True, False, False)
    """
    return _EMAIL.match(text) is not None


def origin_of(uri: str) -> str:
    """Scheme, host and port in their one spelling; empty where the text is no web address.

    >>> origin_of("https://Learn.Uni.Example.:443/ap/o/1"), origin_of("http://127.0.0.1:8081"), origin_of("tag:x")
    ('https://learn.uni.example', 'http://127.0.0.1:8081', '')
    """
    found = _parts(uri) if len(uri) <= MAX_URI else None
    return found[0] if found else ""


def host_of(uri: str) -> str:
    """The host, with its port where that is not the implied one; empty where the text is no web address.

    >>> host_of("https://Learn.Uni.Example/ap/o/1"), host_of("http://127.0.0.1:8081/")
    ('learn.uni.example', '127.0.0.1:8081')
    """
    found = _parts(uri) if len(uri) <= MAX_URI else None
    return found[1] if found else ""


def same_origin(one: str, other: str) -> bool:
    """Whether both are web addresses of one origin."""
    if len(one) > MAX_URI or len(other) > MAX_URI:
        return False
    mine, theirs = _parts(one), _parts(other)
    return mine is not None and theirs is not None and mine[0] == theirs[0]


@lru_cache(maxsize=1024)  # an activity's few addresses are looked at some thirty times on their way in
def _parts(uri: str) -> tuple[str, str] | None:
    """Origin and host of a web address that is not too long; None for any other text."""
    found = _WEB.match(uri)
    if found is None:
        return None
    scheme, host, port = found["scheme"].lower(), found["host"].lower(), found["port"]
    authority = host if port is None or int(port) == _IMPLIED_PORT[scheme] else f"{host}:{int(port)}"
    return f"{scheme}://{authority}", authority


_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?\Z", re.ASCII)


def normalise_domain(text: str) -> str:
    """A domain as somebody typed or pasted it, in its one spelling; empty where it is none.

    >>> normalise_domain(" https://Social.Example./about"), normalise_domain("bücher.example"), normalise_domain("a b")
    ('social.example', 'xn--bcher-kva.example', '')
    """
    name = text.strip().lower().partition("://")[2] or text.strip().lower()
    name = name.partition("/")[0].lstrip("@").rstrip(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            return ""
    return name if _DOMAIN.match(name) else ""
