"""JSON Schemas and vocabularies as data, and one small loader.

``check`` is the one way to hold a value against a schema. Whether a value is valid our own functions say
(``schemas.fitting``); only where it is not, jsonschema is imported and asked what is wrong: it costs 10 MiB and 0.1 s,
and most processes never need it (start-up budget, docs/adr). Nothing is ever fetched: every ``$ref`` leads to a file
beside us.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.findings import Finding, explain, json_path, shown
from schemas.fitting import Compiler, Fits
from schemas.formats import FORMATS, TOLERANT_FORMATS, Format

if TYPE_CHECKING:
    from jsonschema.protocols import Validator
    from referencing import Registry

__all__ = ["Finding", "Schema", "check", "json_path", "load", "shown", "vocabularies"]

AMB_VERSION = "20231019"


class Schema(NamedTuple):
    """Where a schema lies below ``schemas/data`` and which format checkers hold for it."""

    file: str
    formats: Mapping[str, Format] = FORMATS


# What is not listed here lies in data/NAME.schema.json.
_SPECIAL: Mapping[str, Schema] = {
    "amb": Schema(f"amb/{AMB_VERSION}/schema.json"),
    "amb-language": Schema(f"amb/{AMB_VERSION}/language.json"),
    # A published example has a date-time without offset: importing takes it, exporting never writes it.
    "amb-import": Schema(f"amb/{AMB_VERSION}/schema.json", TOLERANT_FORMATS),
}


def load(name: str) -> dict[str, Any]:
    """The schema called ``name`` as a new dict; KeyError where there is none."""
    document: dict[str, Any] = json.loads(_text(name))
    return document


def check(name: str, value: Any) -> tuple[Finding, ...]:
    """What is wrong with ``value`` by the schema called ``name``; empty where it is valid."""
    return () if _fits(name)(value) else explain(_validator(name).iter_errors(value))


def vocabularies() -> tuple[dict[str, Any], ...]:
    """The concept schemes that ship with the node, as ``vocabularies_build`` wrote them, in order of file names.

    Where a scheme says a concept in too few languages, labels of our own stand beside its own (``translations``).
    """
    folder = files(__name__).joinpath("data", "vocabularies")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    schemes = tuple(json.loads(folder.joinpath(name).read_bytes()) for name in names)
    for entry in folder.joinpath("translations").iterdir():
        labels = json.loads(entry.read_bytes())
        for concept in (each for scheme in schemes for each in scheme["concepts"]):
            if label := labels.get(concept["id"]):
                concept["prefLabel"].setdefault(entry.name.removesuffix(".json"), label)
    return schemes


def _text(name: str) -> bytes:
    file = _SPECIAL.get(name, Schema(f"{name}.schema.json")).file
    try:
        return files(__name__).joinpath("data", *file.split("/")).read_bytes()
    except FileNotFoundError:
        raise KeyError(name) from None


@cache
def _fits(name: str) -> Fits:
    schema = load(name)
    return Compiler(schema, _formats(name), _referable().__getitem__).compile(schema)


def _formats(name: str) -> Mapping[str, Format]:
    return _SPECIAL.get(name, Schema("")).formats


@cache
def _validator(name: str) -> "Validator":
    from jsonschema import FormatChecker
    from jsonschema.validators import validator_for

    schema = load(name)
    checker = FormatChecker(formats=())
    for each, rule in _formats(name).items():
        checker.checks(each)(_applied(rule))
    return validator_for(schema)(schema, registry=_registry(), format_checker=checker)


def _applied(rule: Format) -> Any:
    return lambda value: not isinstance(value, str) or rule.holds(value)


@cache
def _registry() -> "Registry[Any]":
    from referencing import Registry, Resource

    return Registry().with_resources((key, Resource.from_contents(each)) for key, each in _referable().items())


@cache
def _referable() -> Mapping[str, Any]:
    """The schemas that refer to each other across files, by ``$id``: those of AMB, and the client API's entities."""
    folders = (files(__name__).joinpath("data", *path) for path in (("amb", AMB_VERSION), ("client",)))
    entries = (entry for folder in folders for entry in folder.iterdir() if entry.name.endswith(".json"))
    return MappingProxyType({each["$id"]: each for each in (json.loads(entry.read_bytes()) for entry in entries)})
