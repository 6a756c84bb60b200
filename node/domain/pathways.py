"""Pathways: steps in their order, each something to use or something to do, on any node.

A pathway is a resource of kind ``pathway``, so that it is found, federated and exported as resources are. Its steps are
its ``hasPart``; what one does in a step stands in ``step``. Name, licence and provider stay with the step, so that it
can still be told when the host of its target is lost.
"""

import enum
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from node.domain.records import Reference, ResourceRecord
from node.errors import Problem

KIND = "pathway"
LIST = "ItemList"  # its schema.org type beside LearningResource
MAX_STEPS = 200


class Action(enum.StrEnum):
    """What one does in a step; the first four lead to something."""

    USE = "use"
    ATTEND = "attend"
    TAKE = "take"
    FOLLOW = "follow"  # another pathway
    ASK = "ask"
    MEET = "meet"
    PRACTISE = "practise"
    MENTOR = "mentor"
    REFLECT = "reflect"
    PRODUCE = "produce"


class State(enum.StrEnum):
    """How far a learner is with a step; one that is open leaves no trace."""

    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    SKIPPED = "skipped"


_BY_KIND: Mapping[str, Action] = {"event": Action.ATTEND, "course": Action.TAKE, KIND: Action.FOLLOW}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``iri`` is empty for one that is told in words alone; ``key`` stays the same while it is edited."""

    key: str
    iri: str
    name: str
    action: Action
    note: Mapping[str, str]
    optional: bool = False
    time: str = ""  # ISO 8601
    alternatives: tuple[str, ...] = ()
    license: str = ""
    provider: str = ""  # its name


def is_pathway(record: Mapping[str, Any]) -> bool:
    return record.get("kind") == KIND


def action_for(kind: str) -> Action:
    """What one does with a thing of this kind."""
    return _BY_KIND.get(kind, Action.USE)


def steps_of(record: ResourceRecord) -> tuple[Step, ...]:
    """The steps in their order; a key that others left out, or gave twice, is made."""
    taken: set[str] = set()
    return tuple(_step(each, taken) for each in record.get("hasPart", ())[:MAX_STEPS])


def _step(reference: Reference, taken: set[str]) -> Step:
    words = reference.get("step", {})
    key = words.get("key") or _made_key(reference.get("id") or reference.get("name", ""))
    while key in taken:
        key = _made_key(key)
    taken.add(key)
    iri = reference.get("id", "")
    return Step(
        key=key,
        iri=iri,
        name=reference.get("name", ""),
        action=Action(words["action"]) if "action" in words else Action.USE if iri else Action.PRACTISE,
        note=reference.get("note", {}),
        optional=words.get("optional", False),
        time=words.get("timeRequired", ""),
        alternatives=tuple(words.get("alternatives", ())),
        license=reference.get("license", ""),
        provider=reference.get("provider", {}).get("name", ""),
    )


def _made_key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Progress:
    """``total``: steps that count, which are all that were not skipped."""

    done: int
    total: int


def progress_of(steps: Sequence[Step], states: Mapping[str, State]) -> Progress:
    """How far somebody is, of steps that there are; what she did in a step that was taken out counts no more."""
    now = [states.get(each.key, State.OPEN) for each in steps]
    return Progress(now.count(State.DONE), len(now) - now.count(State.SKIPPED))


def completed(record: ResourceRecord) -> ResourceRecord:
    """One of our own as it is published: its type, and a key for each step. Other records as they are."""
    if not is_pathway(record):
        return record
    types = record["type"] if LIST in record["type"] else [*record["type"], LIST]
    made = cast(ResourceRecord, {**record, "type": types})
    if isinstance(parts := record.get("hasPart"), list):
        made["hasPart"] = _with_keys(parts)
    return made


def _with_keys(parts: Sequence[Any]) -> list[Any]:
    """Those without a key get the next number that is free.

    >>> [each["step"]["key"] for each in _with_keys([{"name": "Ask", "step": {"key": "2"}}, {"name": "Meet"}])]
    ['2', '1']
    """
    taken = {each["step"]["key"] for each in parts if isinstance(each, dict) and _has_key(each)}
    numbers = (str(number) for number in range(1, 2 * len(parts) + 2))
    return [
        each
        if not isinstance(each, dict) or _has_key(each) or not isinstance(each.get("step", {}), dict)
        else {**each, "step": {**each.get("step", {}), "key": next(key for key in numbers if key not in taken)}}
        for each in parts
    ]


def _has_key(reference: Mapping[str, Any]) -> bool:
    step = reference.get("step")
    return isinstance(step, dict) and isinstance(step.get("key"), str)


def broken_pathway_rules(record: ResourceRecord) -> Iterator[Problem]:
    """What no pathway may be beyond its schema; and other records say nothing that only pathways can."""
    parts = record.get("hasPart", ())
    if not is_pathway(record):
        for place, each in enumerate(parts):
            if "step" in each:
                yield Problem(f"$.hasPart[{place}].step", "only in pathways", "a record of another kind")
        return
    if len(parts) > MAX_STEPS:
        yield Problem("$.hasPart", f"at most {MAX_STEPS} steps", f"{len(parts)}")
    seen: set[str] = set()
    for place, each in enumerate(parts):
        key = each.get("step", {}).get("key", "")
        if key and key in seen:
            yield Problem(f"$.hasPart[{place}].step.key", "a key that no other step has", f'"{key}"')
        seen.add(key)
        if each.get("id") == record["id"]:
            yield Problem(f"$.hasPart[{place}].id", "something else than the pathway itself", f'"{each["id"]}"')
