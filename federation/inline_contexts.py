"""What a document says of its own keys in the objects of its ``@context``: which word of ours each of them is.

The addresses of contexts stand for terms that we know anyway; none is ever loaded.
"""

import functools
from collections.abc import Iterator
from typing import Any

import orjson

from federation.terms import KNOWN_IRIS, KNOWN_TERMS, PREFIXES, known_iri, means
from node.errors import Malformed

_MAX_REMEMBERED = 8_192  # bytes of a context; those in the wild have up to 4 KB
_MAX_TERMS = 500  # of a document's contexts together: each part of it may have one of its own, and inherits the rest
_MAX_IRI = 256  # of an address that a word is mapped to: each of 50,000 keys may begin with a prefix
_MAX_HOPS = 4  # of prefixes that are written with prefixes
#: Keywords that hide objects from whoever reads plain JSON.
REFUSED = frozenset({"@graph", "@included", "@reverse", "@nest"})
ALIASES = {"@id": "id", "@type": "type", "id": "id", "type": "type"}


class Context:
    """What the inline contexts of one document say about its keys.

    ``is_settled``: by it our own words, and those that it has made of others, mean what they are, so that a copy of
    the document in our words can be read with it again.
    """

    __slots__ = ("definitions", "is_settled", "prefixes", "renames")

    def __init__(self, definitions: dict[str, Any], prefixes: dict[str, str], renames: dict[str, str]) -> None:
        self.definitions, self.prefixes, self.renames = definitions, prefixes, renames
        self.is_settled = not renames and all(_is_usual(word, iri) for word, iri in prefixes.items())

    def term(self, word: str) -> str:
        """The name that we read a key or type by: our own where we know it, else the word or its address."""
        if word in self.renames:
            return self.renames[word]
        if ":" not in word:
            return word
        iri = _expand(word, self.prefixes)
        return KNOWN_IRIS.get(iri, iri)


def _is_usual(prefix: str, iri: str) -> bool:
    """Whether no address that we read things by could begin with this prefix and mean something else."""
    return prefix not in _OURS or known_iri(iri) == known_iri(_OURS[prefix])


#: Prefixes of the names that ``KNOWN_IRIS`` and ``term`` spell with one.
_OURS = {**PREFIXES, "schema": "https://schema.org/", "http": "", "https": ""}
#: Of a document that says nothing about its keys.
PLAIN = Context({}, dict(PREFIXES), {})


def activated(context: Context, inline: Any) -> Context:
    """The context once an inline ``@context`` is taken in; the address of one stands for terms that we know anyway."""
    if type(inline) is str:
        return context
    definitions: dict[str, Any] = {}
    for part in inline if type(inline) is list else (inline,):
        if type(part) is dict:
            definitions |= part
    if not definitions:
        return context
    try:
        key = orjson.dumps(definitions)
    except orjson.JSONEncodeError:  # a number beyond 64 bits, which our own reader never lets through
        return _merged(context, definitions)
    return _remembered(context, key) if len(key) <= _MAX_REMEMBERED else _merged(context, definitions)


@functools.lru_cache(maxsize=128)  # peers send the same few contexts again and again
def _remembered(context: Context, definitions: bytes) -> Context:
    return _merged(context, orjson.loads(definitions))


def _merged(context: Context, definitions: dict[str, Any]) -> Context:
    """Raises Malformed for contexts that are longer than any honest one."""
    if len(together := context.definitions | definitions) > _MAX_TERMS:
        raise Malformed("The context of this document is too long.")
    prefixes, renames = dict(context.prefixes), dict(context.renames)
    declared = {word: iri for word, iri in _addresses(definitions) if ":" in iri and iri.endswith(("#", "/", ":"))}
    prefixes |= {word: _resolved(iri, prefixes | declared) for word, iri in declared.items()}
    for word, iri in _addresses(definitions):
        if (term := _meaning(word, _expand(iri, prefixes))) != word:
            renames[word] = term
        else:
            renames.pop(word, None)
    return Context(together, prefixes, renames)


def _resolved(iri: str, prefixes: dict[str, str]) -> str:
    """The address of a prefix that may be written with other prefixes; empty where that leads nowhere."""
    for _ in range(_MAX_HOPS):
        prefix, _, name = iri.partition(":")
        if name.startswith("//") or prefix not in prefixes:
            return iri if len(iri) <= _MAX_IRI else ""
        iri = prefixes[prefix] + name
    return ""


def _addresses(definitions: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each term of a context with the address that it is mapped to; empty for one that is taken away."""
    for word, definition in definitions.items():
        iri = definition.get("@id", word) if type(definition) is dict else definition
        if type(definition) is dict and (REFUSED & definition.keys() or "@graph" in str(definition.get("@container"))):
            raise Malformed("The context of this document hides properties in a graph.")
        if word.startswith("@") or word in ALIASES:
            if word in ALIASES and iri != _keyword(word):
                raise Malformed(f"The context of this document gives {word} another meaning.")
            continue
        if iri is None or type(iri) is str:
            yield word, iri if iri and len(iri) <= _MAX_IRI else ""


def _keyword(word: str) -> str:
    return word if word.startswith("@") else f"@{word}"


def _meaning(word: str, iri: str) -> str:
    """The name that a word is read by when its context maps it to this address."""
    if iri.startswith("@"):
        return ALIASES.get(iri, iri)
    if word in KNOWN_TERMS and (iri == word or means(word, iri)):
        return word
    return KNOWN_IRIS.get(iri) or (iri or "@none" if word in KNOWN_TERMS else word)


def _expand(word: str, prefixes: dict[str, str]) -> str:
    """The full address of ``prefix:name``."""
    prefix, colon, name = word.partition(":")
    if colon and not name.startswith("//") and prefixes.get(prefix):
        word = prefixes[prefix] + name
    return known_iri(word)
