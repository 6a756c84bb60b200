"""Requests that no app would send: all parameters of a route, filled with what breaks parsers, in any form of body."""

import inspect
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

from aiohttp import web
from hypothesis import strategies as st

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
_BOUNDARY = "walking0boundary"
_NAMES = re.compile(r'\.(?:text|flag|number|identifier|texts|identifiers|table|tables|file|has)\(\s*"([^"]+)"')
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
    """The parameters that the module of a handler asks for."""
    module = inspect.getmodule(inspect.unwrap(route.handler))
    found = set(_NAMES.findall(inspect.getsource(module))) if module else set()
    return sorted(found | {"limit", "max_id", "min_id", "since_id", "offset", "id"})


def _texts(ids: list[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(ids), st.sampled_from(TEXTS), st.text(st.characters(), max_size=20))


def _values(ids: list[str]) -> st.SearchStrategy[Any]:
    """Of JSON: plain and wrong ones, nested a few levels."""
    plain = st.one_of(_texts(ids), st.sampled_from([*NUMBERS, True, False, None]))
    return st.one_of(
        plain,
        st.recursive(
            plain,
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["0", "id", "name", "x"]), inner)
            ),
            max_leaves=5,
        ),
    )


def _fields(names: list[str], ids: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Names with and without brackets, values as text."""
    shaped = st.builds(
        lambda name, shape, inner: name + shape.format(inner),
        st.sampled_from(names),
        st.sampled_from(["", "", "", "[]", "[{}]", "[0][{}]", "[][{}]", "[{}][]", "[", "[[]"]),
        st.sampled_from(names),
    )
    return st.lists(st.tuples(shaped, _texts(ids)), max_size=6)


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


def _bodies(names: list[str], ids: list[str]) -> st.SearchStrategy[tuple[str, bytes]]:
    """``(content type, body)``"""
    return st.one_of(
        st.dictionaries(st.sampled_from(names), _values(ids), max_size=6).map(
            lambda tree: ("application/json", json.dumps(tree).encode())
        ),
        _fields(names, ids).map(lambda fields: ("application/x-www-form-urlencoded", _encoded(fields).encode())),
        st.builds(_multipart, _fields(names, ids), st.lists(st.sampled_from(names), max_size=2)).map(
            lambda body: (f"multipart/form-data; boundary={_BOUNDARY}", body)
        ),
        st.tuples(
            st.sampled_from(["application/json", "application/x-www-form-urlencoded", *CONTENT_TYPES]),
            st.sampled_from(_BODIES),
        ),
    )


def _segments(pattern: str | None, ids: list[str]) -> st.SearchStrategy[str]:
    """What stands for a variable of a path; mostly what the pattern lets in."""
    if pattern and re.fullmatch(r"[a-z_|]+", pattern):
        return st.sampled_from(pattern.split("|"))
    digits = st.sampled_from([*ids, *ids, "0", "9" * 18, "9" * 19, "9" * 30, "00001"])
    if pattern and ("0-9" in pattern or r"\d" in pattern) and "a-z" not in pattern:
        return digits
    return st.one_of(
        digits,
        st.sampled_from(TEXTS).map(lambda text: _quoted(text[:300]) or "x"),
        st.sampled_from(ids).map(lambda each: f"ungrouped-{each}"),
        st.sampled_from(ids).map(lambda each: f"favourite-{each}-{'9' * 30}"),
    )


def _paths(path: str, ids: list[str]) -> st.SearchStrategy[str]:
    segments = [_segments(found[2], ids) for found in _VARIABLE.finditer(path)]
    between = _VARIABLE.sub("\0", path).split("\0")
    return st.tuples(*segments).map(
        lambda chosen: "".join(part for pair in zip_longest(between, chosen, fillvalue="") for part in pair)
    )


def requests(route: web.RouteDef, ids: list[str], callers: Sequence[str]) -> st.SearchStrategy[Sent]:
    """To this route, with ids of own and foreign things, as one of these callers."""
    names = names_of(route)
    queries = st.one_of(st.just(""), _fields(names, ids).map(_encoded), st.sampled_from(["%", "%ff=%00", "[]=&="]))
    nothing = st.just(("", None))
    bodies = st.one_of(nothing, nothing, _bodies(names, ids)) if route.method == "GET" else _bodies(names, ids)
    keys = st.sampled_from(["", "", "k1", "x" * 3_000])
    return st.builds(
        _sent, st.just(route.method), _paths(route.path, ids), queries, bodies, keys, st.sampled_from(callers)
    )


def _sent(method: str, path: str, query: str, body: tuple[str, bytes | None], key: str, token: str) -> Sent:
    headers = (("Content-Type", body[0]),) if body[0] else ()
    keyed = (("Idempotency-Key", key),) if key else ()
    return Sent(method, path + (f"?{query[:6_000]}" if query else ""), (*headers, *keyed), body[1], token)
