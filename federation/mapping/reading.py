"""What came of reading a record that somebody else wrote: the record, how good it is, and what was wrong.

Foreign records get one of three grades (``node.domain.resources.Grade``). A part that breaks a rule is taken out or
cut to size with a warning; a record without identity, name or safe address is rejected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import schemas
from federation.mapping.mending import mend
from node.domain.courses import with_ids
from node.domain.licences import NOT_STATED
from node.domain.records import ResourceRecord
from node.domain.resources import Grade, broken_rules
from node.domain.text import UNKNOWN_LANGUAGE, clean_json
from node.errors import Malformed, Problem
from schemas import Finding

_ESSENTIAL = frozenset({"id", "name", "type"})


@dataclass(frozen=True, slots=True)
class Reading:
    """``record`` is None exactly where ``grade`` says rejected; ``problems`` are then the reasons, else warnings.

    ``position`` counts records of a file from 1; ``identifier`` is what the record calls itself, where it says so.
    """

    record: ResourceRecord | None
    grade: Grade
    problems: tuple[Problem, ...] = ()
    position: int = 1
    identifier: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was taken out or had to be understood, in sentences; empty where there is no record."""
        return tuple(map(str, self.problems)) if self.record is not None else ()

    def at(self, position: int) -> "Reading":
        """The same reading at this place of a file."""
        return replace(self, position=position)


def rejected(*problems: Problem, identifier: str | None = None) -> Reading:
    """A reading without a record."""
    return Reading(None, Grade.REJECTED, problems, identifier=identifier)


def as_problem(finding: Finding) -> Problem:
    """A finding of a schema as the errors of the node carry it."""
    return Problem(finding.path, finding.expected, finding.found)


def graded(candidate: Mapping[str, Any], warnings: Sequence[Problem] = ()) -> Reading:
    """The candidate as a valid record, with what had to go as warnings; rejected where nothing useful would remain."""
    identifier = candidate.get("id") if isinstance(candidate.get("id"), str) else None
    try:
        value = completed(clean_json(dict(candidate)))
    except Malformed as error:
        return rejected(Problem("$", "a record of limited depth", error.public), identifier=identifier)
    findings = mend("resource", value, keep=_ESSENTIAL, complete=completed)
    problems = [*warnings, *map(as_problem, findings)]
    if findings and schemas.check("resource", value):
        return rejected(*problems, identifier=identifier)
    return _within_rules(value, problems, identifier)


def completed(value: dict[str, Any]) -> dict[str, Any]:
    """Fills in place what a record must say and its source did not: nothing is guessed, "not stated" has its values."""
    names = value.get("name")
    if isinstance(names, dict) and names and str(value.get("defaultLanguage")) not in names:
        value["defaultLanguage"] = next(iter(names))
    value.setdefault("license", NOT_STATED)
    value.setdefault("inLanguage", [UNKNOWN_LANGUAGE])
    return value


def strictly(candidate: Mapping[str, Any]) -> Reading:
    """A record of our own form: taken as it is or rejected with every reason.

    Left to us may be ``type`` of a plain resource, ``defaultLanguage`` where the name has one language only, and ``id``
    of the instances of a course.
    """
    identifier = candidate.get("id") if isinstance(candidate.get("id"), str) else None
    try:
        value = {"type": ["LearningResource"], **clean_json(dict(candidate))}
    except Malformed as error:
        return rejected(Problem("$", "a record of limited depth", error.public), identifier=identifier)
    if isinstance(value.get("name"), dict) and len(value["name"]) == 1:
        value.setdefault("defaultLanguage", next(iter(value["name"])))
    if identifier and isinstance(value.get("hasCourseInstance"), list):
        value["hasCourseInstance"] = with_ids(identifier, value["hasCourseInstance"])
    record = cast(ResourceRecord, value)
    problems = tuple(map(as_problem, schemas.check("resource", value))) or broken_rules(record)
    return rejected(*problems, identifier=identifier) if problems else Reading(record, Grade.CLEAN, (), 1, identifier)


def _within_rules(value: dict[str, Any], problems: list[Problem], identifier: str | None) -> Reading:
    record = cast(ResourceRecord, value)
    broken = broken_rules(record)
    if any(problem.path == "$.extensions" for problem in broken):
        record = cast(ResourceRecord, _without_extensions(value))
    problems += broken
    grade = Grade.WARNINGS if problems else Grade.CLEAN
    return Reading(record, grade, tuple(dict.fromkeys(problems)), 1, identifier)


def _without_extensions(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_extensions(each) for key, each in value.items() if key != "extensions"}
    if isinstance(value, list):
        return [_without_extensions(each) for each in value]
    return value
