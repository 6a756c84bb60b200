"""What the configuration schema says about sections and keys: defaults, types, comments, and whether values fit it.

A start should not pay for jsonschema when nothing is wrong (37 ms and 3 MiB beside aiohttp, 0.1 s and 10 MiB alone; the
start-up budget). So ``fits`` decides in plain Python about the few keywords that this schema uses, and jsonschema is
asked for sentences only when it says no. A property test holds the two together.
"""

import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import schemas

Values = Mapping[str, Mapping[str, Any]]

WIDTH = 100


class Key(NamedTuple):
    """One key of the configuration."""

    section: str
    name: str
    schema: Mapping[str, Any]

    @property
    def path(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable that replaces it."""
        return f"RHIZOME_{self.section}__{self.name}".upper()

    @property
    def shown(self) -> Any:
        """What the example shows: the default, or an example where there can be no default."""
        return self.schema["default"] if "default" in self.schema else self.schema["examples"][0]


@cache
def _document() -> Mapping[str, Any]:
    return MappingProxyType(schemas.load("config"))


@cache
def keys() -> Mapping[str, Key]:
    """All keys in the order of the schema, by path: ``node.host``."""
    found = [
        Key(section, name, schema)
        for section, part in _document()["properties"].items()
        for name, schema in part["properties"].items()
    ]
    return MappingProxyType({key.path: key for key in found})


def complete(values: Values) -> dict[str, dict[str, Any]]:
    """``values`` with the defaults of the schema where they say nothing."""
    result: dict[str, dict[str, Any]] = {}
    for key in keys().values():
        given = values.get(key.section, {})
        if key.name in given or "default" in key.schema:
            result.setdefault(key.section, {})[key.name] = given.get(key.name, key.schema.get("default"))
    return result


# -- whether values fit ---------------------------------------------------------------------------------------------


def fits(values: Any) -> bool:
    """Whether ``values`` are valid by the schema; agrees with ``schemas.check("config", values) == ()``."""
    return _fits(_document(), values)


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    return all(rule(schema[word], value, schema) for word, rule in _RULES.items() if word in schema)


def _has_type(wanted: str, value: Any, _: Any) -> bool:
    if wanted == "integer":
        return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value % 1 == 0))
    return isinstance(value, _TYPES[wanted])


def _follows_reference(reference: str, value: Any, _: Any) -> bool:
    return _fits(_document()["$defs"][reference.rpartition("/")[2]], value)


def _has_known_keys(known: Mapping[str, Any], value: Any, _: Any) -> bool:
    return not isinstance(value, dict) or all(key in known and _fits(known[key], value[key]) for key in value)


_TYPES: Mapping[str, type] = {"string": str, "boolean": bool, "array": list, "object": dict}
#: Every keyword that the schema may use; a test reads the schema for others. ``type`` stands first and may be missing
#: where the other keywords pass over values of the wrong type, as JSON Schema wants it.
_RULES: Mapping[str, Callable[[Any, Any, Any], bool]] = {
    "$ref": _follows_reference,
    "type": _has_type,
    "enum": lambda allowed, value, _: isinstance(value, str) and value in allowed,
    "required": lambda names, value, _: not isinstance(value, dict) or all(name in value for name in names),
    "properties": _has_known_keys,
    "items": lambda schema, value, _: not isinstance(value, list) or all(_fits(schema, entry) for entry in value),
    "minItems": lambda least, value, _: not isinstance(value, list) or len(value) >= least,
    "maxItems": lambda most, value, _: not isinstance(value, list) or len(value) <= most,
    "uniqueItems": lambda _, value, __: (
        not isinstance(value, list) or all(e not in value[:i] for i, e in enumerate(value))
    ),
    "minLength": lambda least, value, _: not isinstance(value, str) or len(value) >= least,
    "maxLength": lambda most, value, _: not isinstance(value, str) or len(value) <= most,
    "pattern": lambda pattern, value, _: not isinstance(value, str) or re.search(pattern, value) is not None,
    "minimum": lambda least, value, _: not isinstance(value, int | float) or value >= least,
    "maximum": lambda most, value, _: not isinstance(value, int | float) or value <= most,
}

# -- the file as text -----------------------------------------------------------------------------------------------


def render(values: Values) -> str:
    """A complete configuration file: every key with its comment, the given value or what the example shows."""
    lines = [*_comment(_document()["description"])]
    for section, part in _document()["properties"].items():
        lines += ["", "", *_comment(part["description"]), f"[{section}]"]
        for key in keys().values():
            if key.section == section:
                value = values.get(section, {}).get(key.name, key.shown)
                lines += ["", *_comment(key.schema["description"]), f"{key.name} = {toml(value)}"]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def toml(value: Any) -> str:
    """A text, number, truth value or list of them as TOML 1.0 writes it.

    >>> print(toml(["de", "Musée"]), toml(True), toml(64))
    ["de", "Musée"] true 64
    """
    # JSON writes these as TOML does, but for one control character that TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
