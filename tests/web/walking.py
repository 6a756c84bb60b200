"""Requests that no app and no page would send: all parameters of a route, filled with what breaks parsers, in any form
of body.
"""

import functools
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import ModuleType
from typing import Any
from urllib.parse import quote

from aiohttp import web

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
_BOUNDARY = "walking0boundary"
_READ_BY = "text|flag|number|identifier|texts|identifiers|table|tables|file|has|get|getall"
_NAMES = re.compile(rf'\.(?:{_READ_BY})\(\s*"([^"]+)"')
_VARIABLE = re.compile(r"{(\w+)(?::((?:[^{}]|{[^{}]*})+))?}")

#: Texts at which parsers, databases and pages break; those that name something lead further into a handler.
TEXTS = [
    "", " ", "\0", "a\0b", "\x1b[31m", "\u202egnp", "\ud800", "\udfff\ud800", SCRIPT, "' OR 1=1 --", "%", "_", "\\",
    "0", "-1", "9" * 18, "9" * 19, "9" * 30, "9223372036854775807", "9223372036854775808", "1e400", "NaN", "Infinity",
    "\u0663", "0x10", "1.5", "null", "true", "on", "../../etc/passwd", "a" * 70_000, "\U0001f600" * 600,
    "2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0000-00-00", "2026-02-30T25:61:00Z", "2026-01-01T00:00:00+99:99",
    "http://127.0.0.1:1/x", "http://[::1", "https://", "javascript:alert(1)", "urn:ietf:wg:oauth:2.0:oob",
    "@x@127.0.0.1:1", "@", "#", "#x", "*", "home", "public", "direct", "private", "list", "none", "all", "image",
    "accounts", "statuses", "mention", "favourite", "hide", "warn", "0.0,0.0", "nan,nan", "9e999,1", "en", "de-x-y",
]  # fmt: skip
NUMBERS = [0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**40, 0.5, -0.0, 1e308]
CONTENT_TYPES = [
    "text/html", "application/xml", "multipart/form-data", "multipart/mixed; boundary=x", "image/png", "nonsense",
    "application/json; charset=utf-7", "application/json; charset=nonsense", "text/plain",
    "application/x-www-form-urlencoded; charset=nonsense", "application/x-www-form-urlencoded; charset=utf-16",
]  # fmt: skip
_BODIES = [
    b"", b"{", b"[]", b"null", b'"x"', b"{}{}", b"\xff\xfe", b"[" * 5_000, b'{"a":' * 3_000, b"--x\r\n", b"&&&=&=",
    b"a[=1&a[]]=2&[b]=3", b"a=1&a[b]=2&a[]=3", b"a[b][c][d][e][f]=1", b"%", b"%ZZ=%ff", b"x[]" * 3_000, b"0" * 70_000,
    b'{"status":"a","status":"b"}', b'{"__proto__":{"id":1},"limit":1e999}', b'{"status":"\\ud800"}',
]  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """One request, as it goes out."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    token: str


def names_of(route: web.RouteDef) -> list[str]:
    """The parameters that the module of a handler asks for, and those beside it that read forms."""
    module = inspect.getmodule(inspect.unwrap(route.handler))
    package = module.__package__ if module else None
    beside = [sys.modules.get(f"{package}.{name}") for name in ("form", "forms")]
    asked = frozenset[str]().union(*map(_asked_in, (module, *beside)))
    return sorted(asked | {"limit", "max_id", "min_id", "since_id", "offset", "id"})


@functools.cache
def _asked_in(module: ModuleType | None) -> frozenset[str]:
    return frozenset(_NAMES.findall(inspect.getsource(module)) if module else ())


#: Any characters, of which some are no text and most no letters.
_CHARACTERS = range(0x110000)


class Walk:
    """Requests to one route, with ids of own and foreign things, as one of these callers; the same for one seed."""

    def __init__(
        self,
        route: web.RouteDef,
        ids: Sequence[str],
        callers: Sequence[str],
        *,
        seed: int,
        known: Mapping[str, str] | None = None,
        csrf: str = "",
    ) -> None:
        """``known``: what variables of paths stand for mostly, by name; ``csrf``: the token of forms, for pages."""
        self._route, self._ids, self._callers, self._known = route, ids, callers, known or {}
        self._token = [("csrf", csrf)] if csrf else []
        self._names = names_of(route)
        self._random = Random(f"{seed} {route.method} {route.path}")  # no secret is made of it
        self._one, self._below = self._random.choice, self._random.randrange

    def requests(self, number: int) -> Iterator[Sent]:
        for _ in range(number):
            content_type, body = self._body()
            query, key = self._query(), self._one(["", "", "k1", "x" * 3_000])
            headers = (("Content-Type", content_type),) if content_type else ()
            keyed = (("Idempotency-Key", key),) if key else ()
            path = self._path() + (f"?{query[:6_000]}" if query else "")
            yield Sent(self._route.method, path, (*headers, *keyed), body, self._one(self._callers))

    def _path(self) -> str:
        return _VARIABLE.sub(lambda found: self._named(found[1], found[2]) or self._segment(found[2]), self._route.path)

    def _named(self, name: str, pattern: str | None) -> str:
        value = self._known.get(name, "") if self._below(4) else ""
        return value if re.fullmatch(pattern or ".*", value) else ""

    def _segment(self, pattern: str | None) -> str:
        """What stands for a variable of a path; mostly what the pattern lets in."""
        if pattern and re.fullmatch(r"[a-z_|]+", pattern):
            return self._one(pattern.split("|"))
        number = self._one([*self._ids, *self._ids, "0", "9" * 18, "9" * 19, "9" * 30, "00001"])
        if pattern and ("0-9" in pattern or r"\d" in pattern) and "a-z" not in pattern:
            return number
        grouped = [f"ungrouped-{self._one(self._ids)}", f"favourite-{self._one(self._ids)}-{'9' * 30}"]
        return self._one([number, _quoted(self._one(TEXTS)[:300]) or "x", *grouped])

    def _query(self) -> str:
        kind = self._below(3)
        return ("", self._one(["%", "%ff=%00", "[]=&="]), _encoded(self._fields()) if kind == 2 else "")[kind]

    def _body(self) -> tuple[str, bytes | None]:
        """``(content type, body)``"""
        if self._route.method == "GET" and self._below(3):
            return "", None
        match self._one((1, 1, 2, 3) if self._token else (0, 1, 2, 3)):
            case 0:
                tree = {self._one(self._names): self._value() for _ in range(self._below(7))}
                return "application/json", json.dumps(tree).encode()
            case 1:
                return "application/x-www-form-urlencoded", _encoded(self._token + self._fields()).encode()
            case 2:
                files = [self._one(self._names) for _ in range(self._below(3))]
                return f"multipart/form-data; boundary={_BOUNDARY}", _multipart(self._token + self._fields(), files)
        types = ["application/json", "application/x-www-form-urlencoded", *CONTENT_TYPES]
        return self._one(types), self._one(_BODIES)

    def _fields(self) -> list[tuple[str, str]]:
        """Names with and without brackets, values as text."""
        shapes = ["", "", "", "[]", "[{}]", "[0][{}]", "[][{}]", "[{}][]", "[", "[[]"]
        return [
            (self._one(self._names) + self._one(shapes).format(self._one(self._names)), self._text())
            for _ in range(self._below(7))
        ]

    def _text(self) -> str:
        kind = self._below(3)
        if kind == 2:
            return "".join(chr(self._one(_CHARACTERS)) for _ in range(self._below(21)))
        return self._one((self._ids, TEXTS)[kind])

    def _value(self, depth: int = 0) -> Any:
        """Of JSON: plain and wrong ones, nested a few levels."""
        match self._below(4 if depth < 3 else 2):
            case 0:
                return self._text()
            case 1:
                return self._one([*NUMBERS, True, False, None])
            case 2:
                return [self._value(depth + 1) for _ in range(self._below(4))]
        return {self._one(["0", "id", "name", "x"]): self._value(depth + 1) for _ in range(self._below(4))}


def _encoded(fields: list[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe='[]')}={_quoted(value)}" for name, value in fields)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _multipart(fields: list[tuple[str, str]], files: list[str]) -> bytes:
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + value.encode("utf-8", "surrogatepass")
        for name, value in fields
    ]
    parts += [
        (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="../../x.php\\0.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        ).encode()
        + b"\x89PNG\r\n\x1a\n<script>"
        for name in files
    ]
    return b"\r\n".join([*parts, f"--{_BOUNDARY}--\r\n".encode()])
