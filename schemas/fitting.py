"""Whether a value fits a schema, as one plain function per schema: fast, and without jsonschema.

Nearly everything that is checked is valid, and then nobody needs to know why it might not be. A record takes about
0.3 ms here and 9 ms there; a process that never meets an invalid value never imports jsonschema (10 MiB, 0.1 s).
Only the keywords that our schemas use are known; any other is an error when the schema is compiled, never a silence.
A property test holds this and jsonschema together.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from schemas.formats import Format

Fits = Callable[[Any], bool]
Resolve = Callable[[str], Mapping[str, Any]]

_ANNOTATIONS = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples", "readOnly", "writeOnly"}
)


class Compiler:
    """Turns schemas into functions. ``resolve`` finds the schema behind a ``$ref`` to another document."""

    def __init__(self, root: Mapping[str, Any], formats: Mapping[str, Format], resolve: Resolve) -> None:
        self._root, self.formats, self._resolve = root, formats, resolve
        self._referred: dict[str, Fits] = {}

    def compile(self, schema: Mapping[str, Any] | bool) -> Fits:
        """The function that says whether a value fits; KeyError names a keyword or format that is not known here."""
        if isinstance(schema, bool):
            return lambda _: schema
        if "$ref" in schema:
            return self._reference(schema["$ref"])
        rules = [
            _RULES[keyword](self, value, schema) for keyword, value in schema.items() if keyword not in _ANNOTATIONS
        ]
        return _every(rules)

    def _reference(self, target: str) -> Fits:
        """A reference is followed when it is first needed, so that schemas may refer to themselves."""

        def fits(value: Any) -> bool:
            if target not in self._referred:
                self._referred[target] = self._follow(target)
            return self._referred[target](value)

        return fits

    def _follow(self, target: str) -> Fits:
        if not target.startswith("#/"):
            other = self._resolve(target)
            return Compiler(other, self.formats, self._resolve).compile(other)
        schema: Any = self._root
        for key in target[2:].split("/"):
            schema = schema[key]
        return self.compile(schema)


def _every(rules: Sequence[Fits]) -> Fits:
    if len(rules) == 1:
        return rules[0]
    return lambda value: all(rule(value) for rule in rules)


# -- keywords that hold other schemas --------------------------------------------------------------------------------


def _all(compiler: Compiler, schemas: Sequence[Any], _: Any) -> Fits:
    return _every([compiler.compile(each) for each in schemas])


def _any(compiler: Compiler, schemas: Sequence[Any], _: Any) -> Fits:
    parts = [compiler.compile(each) for each in schemas]
    return lambda value: any(part(value) for part in parts)


def _one(compiler: Compiler, schemas: Sequence[Any], _: Any) -> Fits:
    parts = [compiler.compile(each) for each in schemas]
    return lambda value: sum(part(value) for part in parts) == 1


def _not(compiler: Compiler, schema: Any, _: Any) -> Fits:
    part = compiler.compile(schema)
    return lambda value: not part(value)


def _properties(compiler: Compiler, schemas: Mapping[str, Any], _: Any) -> Fits:
    parts = {key: compiler.compile(each) for key, each in schemas.items()}

    def fits(value: Any) -> bool:
        if type(value) is not dict:
            return True
        return all(parts[key](each) for key, each in value.items() if key in parts)

    return fits


def _additional(compiler: Compiler, schema: Any, parent: Mapping[str, Any]) -> Fits:
    known, part = frozenset(parent.get("properties", ())), compiler.compile(schema)

    def fits(value: Any) -> bool:
        return type(value) is not dict or all(part(each) for key, each in value.items() if key not in known)

    return fits


def _names(compiler: Compiler, schema: Any, _: Any) -> Fits:
    part = compiler.compile(schema)
    return lambda value: type(value) is not dict or all(map(part, value))


def _items(compiler: Compiler, schema: Any, _: Any) -> Fits:
    part = compiler.compile(schema)
    return lambda value: type(value) is not list or all(map(part, value))


def _contains(compiler: Compiler, schema: Any, _: Any) -> Fits:
    part = compiler.compile(schema)
    return lambda value: type(value) is not list or any(map(part, value))


def _format(compiler: Compiler, name: str, _: Any) -> Fits:
    holds = compiler.formats[name].holds
    return lambda value: type(value) is not str or holds(value)


# -- keywords that need nothing else --------------------------------------------------------------------------------


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Mapping[str, Fits] = {
    "string": lambda value: type(value) is str,
    "array": lambda value: type(value) is list,
    "object": lambda value: type(value) is dict,
    "boolean": lambda value: type(value) is bool,
    "integer": lambda value: type(value) is int or (type(value) is float and value.is_integer()),
    "number": _is_number,
    "null": lambda value: value is None,
}


def _type(names: str | Sequence[str], _: Any) -> Fits:
    if isinstance(names, str):
        return _TYPES[names]
    parts = [_TYPES[name] for name in names]
    return lambda value: any(part(value) for part in parts)


def _told_apart(value: Any) -> Any:
    """A form in which true is not 1 (JSON tells them apart, Python does not)."""
    if isinstance(value, list):
        return [_told_apart(each) for each in value]
    if isinstance(value, dict):
        return {key: _told_apart(each) for key, each in value.items()}
    return ("boolean", value) if isinstance(value, bool) else value


def _enum(values: Sequence[Any], _: Any) -> Fits:
    if all(isinstance(each, str) for each in values):
        words = frozenset(values)
        return lambda value: type(value) is str and value in words
    known = [_told_apart(each) for each in values]
    return lambda value: _told_apart(value) in known


def _unique(wanted: bool, _: Any) -> Fits:
    def fits(value: Any) -> bool:
        if not wanted or type(value) is not list:
            return True
        apart = [_told_apart(each) for each in value]
        return all(each not in apart[:place] for place, each in enumerate(apart))

    return fits


def _required(keys: Sequence[str], _: Any) -> Fits:
    return lambda value: type(value) is not dict or all(key in value for key in keys)


def _pattern(pattern: str, _: Any) -> Fits:
    search = re.compile(pattern).search
    return lambda value: type(value) is not str or search(value) is not None


def _size(kind: type[str] | type[list[Any]] | type[dict[str, Any]], *, least: bool) -> Callable[[int, Any], Fits]:
    def rule(limit: int, _: Any) -> Fits:
        if least:
            return lambda value: type(value) is not kind or len(value) >= limit
        return lambda value: type(value) is not kind or len(value) <= limit

    return rule


def _bound(*, least: bool) -> Callable[[float, Any], Fits]:
    def rule(limit: float, _: Any) -> Fits:
        if least:
            return lambda value: not _is_number(value) or value >= limit
        return lambda value: not _is_number(value) or value <= limit

    return rule


def _alone(rule: Callable[[Any, Any], Fits]) -> Callable[[Compiler, Any, Any], Fits]:
    return lambda _, value, parent: rule(value, parent)


_RULES: Mapping[str, Callable[[Compiler, Any, Any], Fits]] = {
    "allOf": _all,
    "anyOf": _any,
    "oneOf": _one,
    "not": _not,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "contains": _contains,
    "format": _format,
    "type": _alone(_type),
    "enum": _alone(_enum),
    "const": _alone(lambda value, parent: _enum([value], parent)),
    "uniqueItems": _alone(_unique),
    "required": _alone(_required),
    "pattern": _alone(_pattern),
    "minLength": _alone(_size(str, least=True)),
    "maxLength": _alone(_size(str, least=False)),
    "minItems": _alone(_size(list, least=True)),
    "maxItems": _alone(_size(list, least=False)),
    "minProperties": _alone(_size(dict, least=True)),
    "maxProperties": _alone(_size(dict, least=False)),
    "minimum": _alone(_bound(least=True)),
    "maximum": _alone(_bound(least=False)),
}
