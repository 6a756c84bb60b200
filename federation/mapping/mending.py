"""Making a value valid by taking out what a schema refuses, or cutting it to size."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import schemas
from node.domain.text import shorten
from schemas import Finding

_MAX_ROUNDS = 40


def mend(
    schema: str,
    value: dict[str, Any],
    *,
    keep: Collection[str],
    complete: Callable[[dict[str, Any]], object] = lambda _: None,
) -> list[Finding]:
    """Changes ``value`` in place until the schema accepts it, and tells what was wrong with it as it came.

    Keys of ``keep`` at the top are never taken out: where one of them is wrong the value stays invalid. ``complete``
    runs after each round and may fill in what was taken out.
    """
    told: list[Finding] = []
    for _ in range(_MAX_ROUNDS):
        findings = schemas.check(schema, value)
        told = told or list(findings)  # what comes up later follows from what was taken out
        repaired = [_repair(value, each, keep) for each in sorted(findings, key=_depth, reverse=True)]
        if not any(repaired):
            break
        complete(value)
    return told


_REPAIRS: Mapping[str, Callable[[Any, Any], Any]] = {
    "maxItems": lambda value, limit: value[:limit],
    "maxLength": shorten,
    "uniqueItems": lambda value, _: [each for place, each in enumerate(value) if each not in value[:place]],
}


def _repair(root: dict[str, Any], finding: Finding, keep: Collection[str]) -> bool:
    """Takes out what the finding is about, or cuts it to size; False where it is essential or already gone."""
    place = _place(root, finding.keys)
    if place is None or (place[0] is root and place[1] in keep):
        return False
    container, key = place
    cut = _REPAIRS.get(finding.keyword)
    if cut is None:
        del container[key]
    else:
        container[key] = cut(container[key], finding.limit)
    return True


def _depth(finding: Finding) -> tuple[int, list[tuple[int, str]]]:
    """Sorts inner places behind outer ones and later entries of a list behind earlier ones."""
    return len(finding.keys), [(key, "") if isinstance(key, int) else (0, key) for key in finding.keys]


def _place(root: Any, keys: Sequence[str | int]) -> tuple[Any, Any] | None:
    """The innermost container and key on the way that exist. A key that is missing in a part points at the part."""
    place: tuple[Any, Any] | None = None
    value = root
    for key in keys:
        try:
            place, value = (value, key), value[key]
        except (KeyError, IndexError):
            break
    return place
