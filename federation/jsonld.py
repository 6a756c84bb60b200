"""Compact JSON-LD as peers really send it: read with its context in mind, never with a context from the network.

``read`` looks at the keys of a document once and hands out a ``Doc``, whose accessors cast on demand: a property that
is not what it should be is left out with a warning, the rest stays. Values may come as one or as many, as an address
or as an object, in a language map, wrapped in ``@value``, under a full address or a prefix of the document's own
context. Parts of a document are ``Doc`` too, read when they are asked for.

A typical note costs 3 us here, and about 35 us with every property that a reader asks for.
"""

import functools
import math
from collections.abc import Set as AbstractSet
from typing import Any

from federation.inline_contexts import ALIASES, PLAIN, REFUSED, Context, activated
from federation.terms import KNOWN_TERMS
from node.clock import from_rfc3339
from node.domain.text import clean
from node.domain.uris import MAX_URI
from node.errors import Malformed

MAX_ITEMS = 500  # of a list that is read: recipients, tags, attachments
_MAX_WARNINGS = 50
_PLAIN = KNOWN_TERMS | {"id", "type", "@context"}
_IDENTITY = frozenset({"id", "type", "actor", "attributedTo", "object", "publicKey", "owner", "controller"})
_BARE = frozenset({str, int, float, bool})  # of values that are what they are
_WRAPPERS = {"@value": None, "@list": None, "@set": None}.keys()  # in the order in which they count
_MIN_TIME = 631_152_000_000  # 1990; rule IN23
_MAX_TIME = 7_258_118_400_000  # 2200


class Doc:
    """One object of a document, its keys in our words. ``raw`` is the object as it came."""

    __slots__ = ("_context", "_terms", "raw", "warnings")

    def __init__(self, raw: dict[str, Any], context: Context, warnings: list[str]) -> None:
        self.raw, self.warnings = raw, warnings
        inline = raw.get("@context")
        self._context = context if inline is None else activated(context, inline)
        plain = raw.keys() <= _PLAIN and raw.keys().isdisjoint(self._context.renames)
        self._terms = raw if plain else self._named(raw)

    def _named(self, raw: dict[str, Any]) -> dict[str, Any]:
        terms: dict[str, Any] = {}
        for key, value in raw.items():
            if key.startswith("@") and key not in ALIASES:
                if key in REFUSED:
                    raise Malformed(f"{key} has no place in an ActivityPub document.")
                continue
            term = ALIASES.get(key) or self._context.term(key)
            if term in REFUSED:
                raise Malformed(f"{term} has no place in an ActivityPub document.")
            if terms.get(term) is None:
                terms[term] = value
            elif terms[term] != value and value is not None:
                self._clash(term, terms, key, value)
        return terms

    def _clash(self, term: str, terms: dict[str, Any], key: str, value: Any) -> None:
        """Two spellings of one property that disagree: never about who and what; else the plain spelling counts."""
        if term in _IDENTITY:
            raise Malformed(f"{term} is given twice, with different values.")
        self.warn(term, "given twice")
        if key == term:
            terms[term] = value

    def warn(self, term: str, why: str) -> None:
        """Remember that a property was left out."""
        if len(self.warnings) < _MAX_WARNINGS:
            self.warnings.append(f"{term[:100]}: {why}")

    # -- what it is -------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Its address; empty where it has none that could be one."""
        return self.ref("id")

    @property
    def types(self) -> tuple[str, ...]:
        """Its types in our words, in the order that they came."""
        value = self._terms.get("type")
        if type(value) is str:
            return (self._context.term(value),)
        return tuple(self._context.term(word) for word in self._values("type") if type(word) is str)

    @property
    def type(self) -> str:
        """The first of its types; empty where there is none."""
        value = self._terms.get("type")
        return self._context.term(value) if type(value) is str else next(iter(self.types), "")

    def has(self, term: str) -> bool:
        """Whether the property is there with any value but null."""
        return self._terms.get(term) is not None

    def among(self, terms: AbstractSet[str]) -> AbstractSet[str]:
        """Those of the terms that stand in it: of a hundred that it could have, most documents have ten."""
        return terms & self._terms.keys()

    @property
    def document(self) -> dict[str, Any]:
        """The object for readers of plain JSON: its keys in our words, one type that we know if it has one.

        That is ``raw`` itself for nearly everything that peers send. A copy takes the context along for its parts,
        which are in our words instead where that would give these another meaning when the copy is read.
        """
        if self._terms is self.raw and (type(self.raw.get("type")) is str or "type" not in self.raw):
            return self.raw
        kind = next((name for name in self.types if name in KNOWN_TERMS), self.type)
        if not self._context.is_settled:
            return {**self.in_our_words(), "type": kind}
        context = {"@context": self._context.definitions} if self._context.definitions else {}
        return {**context, **self._terms, "type": kind}

    def in_our_words(self) -> dict[str, Any]:
        """The object and its parts, none of which needs a context any more."""
        found = {
            term: value if term.endswith("Map") else self._translated(value)
            for term, value in self._terms.items()
            if not term.startswith("@")
        }
        return {**found, "type": list(self.types)} if "type" in found else found

    def _translated(self, value: Any) -> Any:
        if type(value) is list:
            return [self._translated(item) for item in value]
        if type(value) is not dict:
            return value
        if not _WRAPPERS.isdisjoint(value):
            return {key: self._translated(part) for key, part in value.items()}
        part = self._object("part", value)
        if part is None:  # what cannot be read now cannot be later, but its address may be
            return {"id": self._inner_id(value), "@graph": []}
        return part.in_our_words()

    # -- values -----------------------------------------------------------------------------------------------------

    def value(self, term: str) -> Any:
        """The property as it came, uncast; None where it is absent."""
        return self._terms.get(term)

    def _values(self, term: str) -> list[Any]:
        """Its values one by one, without nulls, out of lists and ``@value``."""
        value = self._terms.get(term)
        if type(value) is dict:
            value = _unwrap(value)
        if value is None:
            return []
        if type(value) is not list:
            return [value]
        if len(value) > MAX_ITEMS:
            self.warn(term, f"cut to {MAX_ITEMS} of {len(value)}")
            value = value[:MAX_ITEMS]
        if _BARE.issuperset(map(type, value)):
            return value
        inner = [_unwrap(item) if type(item) is dict else item for item in value]
        return [item for item in inner if item is not None] if None in inner else inner

    def _first(self, term: str) -> Any:
        """The first of its values; None where it has none."""
        value = self._terms.get(term)
        return next(iter(self._values(term)), None) if type(value) is list or type(value) is dict else value

    def ref(self, term: str) -> str:
        """The address that it points to: the first one, of an object its ``id``; empty where there is none."""
        value = self._terms.get(term)
        if value is None:
            return ""
        if type(value) is str:
            return self._address(term, value)
        return next((address for item in self._values(term) if (address := self._ref(term, item))), "")

    def refs(self, term: str) -> tuple[str, ...]:
        """All addresses that it points to, each once."""
        value = self._terms.get(term)
        if value is None:
            return ()
        if type(value) is str:
            return (value,) if self._address(term, value) else ()
        found = [
            address
            for item in self._values(term)
            if (address := self._address(term, item) if type(item) is str else self._ref(term, item))
        ]
        return tuple(dict.fromkeys(found))

    def _ref(self, term: str, value: Any) -> str:
        text = self._inner_id(value) if type(value) is dict else value
        if type(text) is str:
            return self._address(term, text)
        self.warn(term, "not an address")
        return ""

    def _inner_id(self, value: dict[str, Any]) -> Any:
        """The id of an object; of a ``Link`` where it leads."""
        found = value.get("id", value.get("@id"))
        if found is None and (self._context.renames or "@context" in value) and (part := self._object("id", value)):
            found = part.value("id")  # under a name of its own
        return value.get("href") if found is None else found

    def _address(self, term: str, text: str) -> str:
        """The text where it can be an address: of any scheme, without spaces and controls; else empty."""
        if 0 < len(text) <= MAX_URI and text.isprintable() and " " not in text:
            return text
        if text:
            self.warn(term, "not an address")
        return ""

    def child(self, term: str) -> "Doc | None":
        """The first object of the property; None where it holds none."""
        if self._terms.get(term) is None:
            return None
        return next(filter(None, map(functools.partial(self._object, term), self._values(term))), None)

    def objects(self, term: str) -> tuple["Doc", ...]:
        """All objects of the property; addresses are left to ``refs``."""
        if self._terms.get(term) is None:
            return ()
        return tuple([doc for item in self._values(term) if (doc := self._object(term, item))])

    def _object(self, term: str, value: Any) -> "Doc | None":
        if type(value) is dict:
            try:
                return Doc(value, self._context, self.warnings)
            except Malformed as error:
                self.warn(term, error.public)
        return None

    def text(self, term: str, max_chars: int | None = None) -> str:
        """Its text without control characters, cut; from its language map where it has only that; else empty."""
        value = self._terms.get(term)
        if type(value) is not str:
            if value is None and f"{term}Map" not in self._terms:
                return ""
            value = self._loose_text(term)
        if max_chars is not None and len(value) > max_chars:
            self.warn(term, f"cut to {max_chars} characters")
            value = value[:max_chars]
        return clean(value)

    def _loose_text(self, term: str) -> str:
        for value in self._values(term):
            if type(value) is str:
                return value
            self.warn(term, "not a text")
        return next(iter(self.lang_map(term).values()), "")

    def lang_map(self, term: str) -> dict[str, str]:
        """Language tag -> text, from ``contentMap`` and from values that carry ``@language``."""
        found: dict[str, str] = {}
        given = self._terms.get(f"{term}Map")
        for tag, value in given.items() if type(given) is dict else ():
            if type(value) is str and 0 < len(tag) <= 35 and len(found) < MAX_ITEMS:
                found[clean(tag)] = clean(value)
        value = self._terms.get(term)
        for item in value if type(value) is list else (value,):
            if type(item) is dict and type(item.get("@value")) is str and type(item.get("@language")) is str:
                found.setdefault(clean(item["@language"][:35]), clean(item["@value"]))
        return found

    def time(self, term: str) -> int | None:
        """Its instant in milliseconds; None where it is absent, no time, or before 1990 or after 2200."""
        value = self._first(term)
        if value is None:
            return None
        at = from_rfc3339(value) if type(value) is str and len(value) <= 64 else None
        if at is None or not _MIN_TIME <= at < _MAX_TIME:
            self.warn(term, "not a time")
            return None
        return at

    def flag(self, term: str) -> bool | None:
        """Its truth value; None where it is absent or no boolean."""
        value = self._first(term)
        if value is None or type(value) is bool:
            return value
        self.warn(term, "not a boolean")
        return None

    def number(self, term: str) -> int | None:
        """Its whole number from 0 to 2^53; None where it is absent or none."""
        value = self.real(term)
        return int(value) if value is not None and 0 <= value <= 2**53 and value == int(value) else None

    def real(self, term: str) -> float | None:
        """Its number; None where it is absent or none."""
        value = self._first(term)
        if (type(value) is int or type(value) is float) and math.isfinite(value):
            return value
        if value is not None:
            self.warn(term, "not a number")
        return None


def read(document: object) -> Doc:
    """The document, ready to be asked. Raises ``Malformed`` for what is no JSON object or hides objects in a graph."""
    if type(document) is not dict:
        raise Malformed("A JSON object was expected.")
    return Doc(document, PLAIN, [])


def _unwrap(value: dict[str, Any]) -> Any:
    """The value inside ``@value``, ``@list`` and ``@set``."""
    for keyword in _WRAPPERS:
        if keyword in value:
            return value[keyword]
    return value
