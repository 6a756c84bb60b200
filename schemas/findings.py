"""What is wrong with a value, in our own words: where, what was expected, what was found.

Reads the error objects of jsonschema, which this module does not import. One sentence for each place; of several
alternatives (``oneOf``, ``anyOf``) the branch that came closest is explained.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.formats import FORMATS

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

MAX_SHOWN = 60
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_TYPES = {
    "string": "a text",
    "array": "a list",
    "object": "an object",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "null",
}
# Patterns of other people's schemas, by how they begin.
_PATTERNS = {
    r"^\d+$": "digits only",
    r"^[A-Fa-f0-9]{64}$": "64 hexadecimal digits (SHA-256)",
    r"^(-?)P(": FORMATS["duration"].expected,
    r"^(application|audio": FORMATS["media-type"].expected,
    r"(^https://w3id.org/kim/educationalLevel/": "a level of https://w3id.org/kim/educationalLevel/",
}
MAX_FINDINGS = 100


class Finding(NamedTuple):
    """One thing that is wrong: where, and two phrases. ``keyword`` and ``limit`` name the rule of the schema."""

    keys: tuple[str | int, ...]
    expected: str
    found: str
    keyword: str = ""
    limit: Any = None

    @property
    def path(self) -> str:
        """The place as JSON path, such as ``$.creator[0].name``."""
        return json_path(self.keys)

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


def explain(errors: "Iterable[ValidationError]") -> tuple[Finding, ...]:
    """The findings behind the errors of a validator, one for each place, sorted by place, at most 100 or so.

    A ``description`` in a schema that begins with a small letter continues the words "expected ..."; where there is
    one, it is used instead of a phrase about the keyword.
    """
    findings: dict[tuple[str | int, ...], Finding] = {}
    for error in sorted(islice(errors, MAX_FINDINGS), key=_place):
        for finding in _findings(error):
            findings.setdefault(finding.keys, finding)
    return tuple(findings.values())


def json_path(keys: Iterable[str | int]) -> str:
    """``$.creator[0].name`` for ``("creator", 0, "name")``; keys that are no words are quoted."""
    return "$" + "".join(_step(key) for key in keys)


def shown(value: Any) -> str:
    """A value in a few words, never longer than a line."""
    if isinstance(value, dict):
        return f"an object with {_listed(value)}" if value else "an empty object"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…" + ('"' if text.endswith('"') else "")


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]"


def _listed(keys: Iterable[str], limit: int = 4) -> str:
    names = [json.dumps(str(key)[:MAX_SHOWN], ensure_ascii=False) for key in keys]
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")


def _place(error: "ValidationError") -> tuple[tuple[str, int | str], ...]:
    return tuple(("", key) if isinstance(key, int) else (key, 0) for key in error.absolute_path)


def _findings(error: "ValidationError") -> Iterator[Finding]:
    keyword = str(error.validator)
    if keyword in {"oneOf", "anyOf"} and error.context:
        yield from _best_branch(error)
    elif keyword in _WHOLE:
        yield from _WHOLE[keyword](error)
    else:
        yield Finding(_keys(error), _expected(error), shown(error.instance), keyword, error.validator_value)


def _keys(error: "ValidationError", *more: str) -> tuple[str | int, ...]:
    in_name = "propertyNames" in error.absolute_schema_path
    return (*error.absolute_path, *([str(error.instance)] if in_name else []), *more)


def _expected(error: "ValidationError") -> str:
    phrase = _PHRASES.get(str(error.validator))
    return phrase(error) if phrase else "a value that the schema allows"


# -- alternatives ---------------------------------------------------------------------------------------------------


def _best_branch(error: "ValidationError") -> Iterator[Finding]:
    branches: dict[Any, list[ValidationError]] = {}
    for each in error.context or ():
        branches.setdefault(each.relative_schema_path[0], []).append(each)
    if all(_is_at_root(errors) for errors in branches.values()):
        yield Finding(_keys(error), _either(branches.values()), shown(error.instance))
        return
    for each in min(branches.values(), key=_distance):
        yield from _findings(each)


def _is_at_root(errors: "Sequence[ValidationError]") -> bool:
    return all(not each.relative_path and not each.context for each in errors)


def _either(branches: "Iterable[Sequence[ValidationError]]") -> str:
    wanted = [" and ".join(dict.fromkeys(_wanted(each) for each in errors)) for errors in branches]
    return " or ".join(dict.fromkeys(wanted))


def _wanted(error: "ValidationError") -> str:
    if error.validator == "required":
        return f"the key {_listed(_missing(error))}"
    return _expected(error)


def _distance(errors: "Sequence[ValidationError]") -> tuple[bool, int, int]:
    """How far a branch is from fitting: the wrong type first, then shallow errors, then many of them."""
    wrong_kind = any(not each.relative_path and each.validator in {"type", "const"} for each in errors)
    return wrong_kind, -max(len(each.relative_path) for each in errors), len(errors)


# -- keywords whose finding is not at the value itself --------------------------------------------------------------


def _rule(error: "ValidationError") -> Any:
    """The value of the keyword that failed (typed loosely: what it holds depends on the keyword)."""
    return error.validator_value


def _instance(error: "ValidationError") -> Any:
    return error.instance


def _missing(error: "ValidationError") -> list[str]:
    return [key for key in _as_list(_rule(error)) if key not in _instance(error)]


def _required(error: "ValidationError") -> Iterator[Finding]:
    for key in _missing(error):
        yield Finding(_keys(error, key), _wish(error.schema, key), "nothing")


def _wish(schema: Any, key: str) -> str:
    """What a missing key should hold, where its schema says it in one word."""
    wanted = schema.get("properties", {}).get(key, {}) if isinstance(schema, Mapping) else {}
    return _TYPES.get(str(wanted.get("type")), "a value") if isinstance(wanted, Mapping) else "a value"


def _unknown_keys(error: "ValidationError") -> Iterator[Finding]:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    known, patterns = list(schema.get("properties", {})), list(schema.get("patternProperties", {}))
    for key in _instance(error):
        if key not in known and not any(re.search(pattern, key) for pattern in patterns):
            yield Finding(_keys(error, key), _known_key(key, known), f"the unknown key {shown(key)}")


def _known_key(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    if close:
        return f"a known key, perhaps {json.dumps(close[0])}"
    return f"one of the keys {_listed(known)}" if known else "no keys at all"


_WHOLE: Mapping[str, Callable[["ValidationError"], Iterator[Finding]]] = {
    "required": _required,
    "additionalProperties": _unknown_keys,
    "unevaluatedProperties": _unknown_keys,
}


# -- phrases --------------------------------------------------------------------------------------------------------


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _described(error: "ValidationError") -> str:
    described = error.schema.get("description") if isinstance(error.schema, Mapping) else None
    return described if isinstance(described, str) else ""


def _type(error: "ValidationError") -> str:
    described = _described(error)
    if described[:1].islower():
        return described
    return " or ".join(_TYPES.get(each, each) for each in _as_list(_rule(error)))


def _enum(error: "ValidationError") -> str:
    allowed = [str(each) for each in _rule(error)]
    if len(allowed) == 1:
        return f"the value {_listed(allowed)}"
    close = difflib.get_close_matches(str(error.instance), allowed, n=1)
    if close and len(allowed) > 6:
        return f"one of {len(allowed)} values, perhaps {json.dumps(close[0], ensure_ascii=False)}"
    return f"one of {_listed(allowed, limit=8)}"


def _format(error: "ValidationError") -> str:
    known = FORMATS.get(str(_rule(error)))
    return known.expected if known else f"the format {_rule(error)}"


def _pattern(error: "ValidationError") -> str:
    pattern = str(_rule(error))
    known = (phrase for start, phrase in _PATTERNS.items() if pattern.startswith(start))
    return next(known, _described(error) or f"text like {pattern}")


def _contains(error: "ValidationError") -> str:
    wanted = _rule(error)
    if "const" in wanted or len(wanted.get("enum", ())) == 1:
        return f"an entry {shown(wanted.get('const') or wanted['enum'][0])}"
    if wanted.get("required") and "id" not in wanted["required"]:
        return f"an entry with the key {_listed(wanted['required'])}"
    return "at least one entry from the lists that the profile names"


def _count(least: str, one: str, many: str) -> Callable[["ValidationError"], str]:
    return lambda error: f"{least} {_rule(error)} {one if _rule(error) == 1 else many}"


def _bound(word: str) -> Callable[["ValidationError"], str]:
    return lambda error: f"a number {word} {_rule(error)}"


_PHRASES: Mapping[str, Callable[["ValidationError"], str]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda error: f"the value {shown(_rule(error))}",
    "format": _format,
    "pattern": _pattern,
    "contains": _contains,
    "not": lambda error: str(_rule(error).get("description", "something else")),
    "uniqueItems": lambda _: "no entry twice",
    "minLength": _count("at least", "character", "characters"),
    "maxLength": _count("at most", "character", "characters"),
    "minItems": _count("at least", "entry", "entries"),
    "maxItems": _count("at most", "entry", "entries"),
    "minProperties": _count("at least", "key", "keys"),
    "maxProperties": _count("at most", "key", "keys"),
    "minimum": _bound("of at least"),
    "maximum": _bound("of at most"),
    "exclusiveMinimum": _bound("above"),
    "exclusiveMaximum": _bound("below"),
    "multipleOf": lambda error: f"a multiple of {_rule(error)}",
}
