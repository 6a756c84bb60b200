"""What a request asks for, in whatever form it was sent.

Apps send JSON, urlencoded forms or multipart to every address, and nest by brackets: ``poll[options][]=a``,
``fields_attributes[0][name]=b``, ``media_attributes[][id]=1``. One reader takes them all, so that handlers never see
the difference.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import BodyPartReader, hdrs, web
from aiohttp.web_request import FileField

from node.domain.numbers import MAX_ID, number_in
from node.errors import Invalid, Malformed, Problem
from web.posted import read_posted

_TRUE = frozenset({"true", "1", "on", "yes", "t"})
_FALSE = frozenset({"false", "0", "off", "no", "f", ""})
_MAX_NAMES, _MAX_DEPTH, _MAX_DIGITS, _MAX_TAG = 1_000, 4, 19, 35
#: So many seconds are 300 years, which calendars can still write.
_MAX_NUMBER = 10**10
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Values by name. A value of the wrong shape raises ``Invalid`` with its path; absent ones are None or empty."""

    tree: Mapping[str, Any]
    path: str = "$"

    def has(self, name: str) -> bool:
        """Whether it was sent at all, be it empty."""
        return name in self.tree

    def text(self, name: str) -> str | None:
        """A text; of several the last. Numbers count as text, null as absent."""
        value = self.tree.get(name)
        if isinstance(value, list):
            value = value[-1] if value else None
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return _written(value)
        raise self._wrong(name, "a text", value)

    def flag(self, name: str) -> bool | None:
        """A yes or no, also written as ``"true"``, ``"1"``, ``1`` or ``"on"``."""
        text = self.text(name)
        if text is None:
            return None
        if text.lower() in _TRUE:
            return True
        if text.lower() in _FALSE:
            return False
        raise self._wrong(name, "true or false", text)

    def number(self, name: str) -> int | None:
        """A whole number; an absurd one counts as the largest that still makes a time or a place in a list."""
        text = self.text(name)
        if text is None or not text.strip():
            return None
        digits = text.strip().removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS):
            raise self._wrong(name, "a whole number", text)
        return max(-_MAX_NUMBER, min(int(text), _MAX_NUMBER))

    def language(self, name: str) -> str | None:
        """A language tag, ``pt-BR`` also as ``pt_BR``, as some systems name it; an empty one for none."""
        text = self.text(name)
        if text is None:
            return None
        tag = text.replace("_", "-")
        if len(tag) > _MAX_TAG or not all(part.isalnum() and part.isascii() for part in tag.split("-") if tag):
            raise self._wrong(name, "a language tag", text)
        return tag

    def identifier(self, name: str) -> int | None:
        """An id of ours; 0, which nothing has, for a text that is none. Unknown ids are no errors."""
        text = self.text(name)
        return None if text is None or not text else read_id(text)

    def texts(self, name: str) -> list[str]:
        """Texts from ``name[]=``, a repeated ``name=`` or a JSON list; also from a table with numbers as keys.

        Forms have no lists of nothing: they say ``name[]=``, so that empty texts are left out.
        """
        found = [value for value in _many(self.tree.get(name)) if value is not None and value != ""]
        texts = [_as_text(value) for value in found]
        if None in texts:
            raise self._wrong(name, "a list of texts", found[texts.index(None)])
        return [text for text in texts if text is not None]

    def identifiers(self, name: str) -> list[int]:
        """Ids in the order in which they were sent, each once."""
        return list(dict.fromkeys(read_id(text) for text in self.texts(name)))

    def table(self, name: str) -> "Parameters":
        """What stands in ``name[...]``; empty where nothing does."""
        value = self.tree.get(name)
        if value is None or value == "":
            return Parameters({}, f"{self.path}.{name}")
        if not isinstance(value, dict):
            raise self._wrong(name, "named values", value)
        return Parameters(value, f"{self.path}.{name}")

    def tables(self, name: str) -> list["Parameters"]:
        """Several of them: ``name[][x]``, ``name[0][x]`` or a JSON list of objects."""
        found = _many(self.tree.get(name))
        for value in found:
            if not isinstance(value, dict):
                raise self._wrong(name, "a list of named values", value)
        return [Parameters(value, f"{self.path}.{name}[{place}]") for place, value in enumerate(found)]

    def file(self, name: str) -> FileField | None:
        """An uploaded file; an empty text counts as none."""
        value = self.tree.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, FileField):
            raise self._wrong(name, "a file", value)
        return value

    def _wrong(self, name: str, expected: str, found: Any) -> Invalid:
        return Invalid(problems=[Problem(f"{self.path}.{name}", expected, f'"{str(found)[:60]}"')])


def read_id(text: str) -> int:
    """A decimal id; 0 for what is none, and the largest that a database can hold for what is above it.

    >>> read_id("42"), read_id("-1"), read_id("x"), read_id("9" * 19) == 2**63 - 1
    (42, 0, 0, True)
    """
    return min(int(text), MAX_ID) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else 0


def _as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return _written(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _written(value: float) -> str:
    """A number as a form would say it: some languages have no whole ones, and say ``3600.0`` in JSON."""
    return str(value).removesuffix(".0")


def _many(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        keys = sorted((key for key in value if number_in(key) is not None), key=int)
        return [value[key] for key in keys] if len(keys) == len(value) else [value]
    return [value]


async def read_parameters(request: web.Request) -> Parameters:
    """Query and body as one; what the body says goes before the query. Raises ``Malformed`` for what cannot be read."""
    tree = nest(request.query.items())
    if request.body_exists:
        tree.update(await _read_body(request))
    return Parameters(tree)


def query_parameters(request: web.Request) -> Parameters:
    """The query alone, for addresses that are only read."""
    return Parameters(nest(request.query.items()))


async def _read_body(request: web.Request) -> Tree:
    if request.content_type in _FORMS:
        return nest((await read_posted(request)).items())
    body = await request.read()
    if not body.strip():
        return {}
    if request.content_type not in {"application/json", "application/octet-stream", "text/plain"}:
        raise Malformed("A form or JSON is expected.", detail=request.headers.get(hdrs.CONTENT_TYPE, "")[:80])
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed("The JSON cannot be read.") from error
    if not isinstance(value, dict | None):
        raise Malformed("A JSON object is expected.")
    return value or {}


def nest(pairs: Iterable[tuple[str, Any]]) -> Tree:
    """Names with brackets as a tree, as Rack reads them.

    >>> nest([("id[]", "1"), ("id[]", "2"), ("poll[options][]", "a"), ("m[][id]", "1"), ("m[][id]", "2")])
    {'id': ['1', '2'], 'poll': {'options': ['a']}, 'm': [{'id': '1'}, {'id': '2'}]}
    >>> nest([("f[0][name]", "a"), ("f[1][name]", "b"), ("x", "1"), ("x", "2")])
    {'f': {'0': {'name': 'a'}, '1': {'name': 'b'}}, 'x': ['1', '2']}
    """
    tree: Tree = {}
    for count, (name, value) in enumerate(pairs):
        if count >= _MAX_NAMES:
            raise Malformed("This form has too many fields.")
        if isinstance(value, BodyPartReader):
            continue
        _put(tree, list(_steps(name)), value)
    return tree


def _steps(name: str) -> Iterator[str]:
    """``a[b][]`` as ``a``, ``b`` and an empty one."""
    head, bracket, rest = name.partition("[")
    yield head
    if bracket:
        yield from rest.removesuffix("]").split("][")


def _put(node: Tree, steps: list[str], value: Any) -> None:
    if len(steps) > _MAX_DEPTH:
        raise Malformed("This form nests too deeply.")
    name, rest = steps[0], steps[1:]
    if not rest:
        known = node.get(name)
        node[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    elif rest[0]:
        child = node.setdefault(name, {})
        if not isinstance(child, dict):
            raise Malformed(f'"{name[:60]}" is sent as a list and as named values.')
        _put(child, rest, value)
    else:
        _append(node, name, rest[1:], value)


def _append(node: Tree, name: str, rest: list[str], value: Any) -> None:
    """``name[]`` or ``name[][x]``: the next entry of a list begins where a name comes again."""
    entries = node.setdefault(name, [])
    if isinstance(entries, str):
        entries = node[name] = [entries]
    if not isinstance(entries, list):
        raise Malformed(f'"{name[:60]}" is sent as a list and as named values.')
    if not rest:
        entries.append(value)
        return
    is_list = rest[1:] == [""]
    if not entries or not isinstance(entries[-1], dict) or (rest[0] in entries[-1] and not is_list):
        entries.append({})
    _put(entries[-1], rest, value)
