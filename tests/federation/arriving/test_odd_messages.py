"""A value of the wrong kind at any place of any message: refused or applied, and nothing of others changes by it."""

import copy
import itertools
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from node.store.tables import actors, objects
from tests.depth import DEPTH
from tests.federation.arriving import messages
from tests.federation.arriving.messages import FAR, Message, World, arrives, open_world

#: Every day one of so many places gets an odd value; ``make test-deep`` tries several at each.
STRIDE = 10
#: What no reader asks for; a place gets one after the other.
ODD: tuple[Any, ...] = (
    None,
    "",
    0,
    -1,
    10**30,
    1.5,
    1e300,
    True,
    [],
    [[[]]],
    [None, "", {}, 1],
    {},
    {"a": {"b": [1]}},
    {"@value": []},
    {"id": {}, "type": [{}]},
    "x" * 70_000,
    "\x00\x1b\u202e",
    "\ud800",
    messages.OTHERS,
    f"{FAR}:99999/[",
    "2026-13-45T99:99:99Z",
    "P99999999999Y",
)
#: These change what is here, as they may.
_FOR_US = frozenset({"collect", "order", "order at the end", "take out", "lock", "settings", "change of an event"})
_COLUMNS = ("actor_id", "state", "name", "summary", "content", "audience", "visibility", "in_reply_to", "context")
_OF_OTHERS = (
    select(objects.c.uri, *(objects.c[name] for name in _COLUMNS)).where(~objects.c.uri.startswith(FAR)),
    select(*(actors.c[name] for name in ("uri", "state", "name", "summary", "inbox", "moved_to", "locked"))).where(
        ~actors.c.uri.startswith(FAR)
    ),
)


def of_others(conn: Connection) -> set[Any]:
    """What nobody at far.example has made."""
    return {tuple(row) for query in _OF_OTHERS for row in conn.execute(query)}


@pytest.fixture
async def world(tmp_path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as made:
        yield made


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, the whole of its parts included."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*path, name)
        if name != "@context":
            yield from places(part, (*path, name))


def with_odd(message: Message, path: tuple[Any, ...], odd: Any) -> Message:
    changed = copy.deepcopy(message.document)
    part: Any = changed
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = odd
    return replace(message, name=f"{message.name} {path} {str(odd)[:40]!r}", document=changed)


def odd_messages(found: Iterable[Message]) -> Iterator[tuple[Message, Message]]:
    """Each with what it is made of."""
    at, odd = itertools.count(), itertools.cycle(ODD)
    for message in found:
        for path in places(message.document):
            if DEPTH > 1 or next(at) % STRIDE == 0:
                yield from ((message, with_odd(message, path, next(odd))) for _ in range(DEPTH))


def harmed(before: set[Any], after: set[Any], message: Message, here: str) -> set[Any]:
    """What was there and is no more as it was; what is new is ours, such as a word to somebody who is invited."""
    gone = set() if message.name in _FOR_US else before - after
    return gone | {row for row in after - before if message.name not in _FOR_US and not row[0].startswith(here)}


@pytest.mark.dear("some 300 messages")
async def test_what_is_odd_is_refused_or_applied_and_breaks_nothing(world: World) -> None:
    here = world.node.origin
    whole = [*messages.new_objects(world), *messages.changes(world), *messages.acts(world)]

    def run(conn: Connection) -> list[str]:
        before, wrong = of_others(conn), []
        for message in whole:  # else the rest would try nothing
            with conn.begin_nested() as attempt:
                if (outcome := arrives(conn, world, message)) != message.outcome:
                    wrong.append(f"{message.name}: {outcome}")
                attempt.rollback()
        for message, odd in odd_messages(whole):
            with conn.begin_nested() as attempt:
                try:
                    arrives(conn, world, odd)
                    wrong += [f"{odd.name}: {row}" for row in harmed(before, of_others(conn), message, here)]
                except Exception as error:  # noqa: BLE001 (what is looked for)
                    wrong.append(f"{odd.name}: {error!r}")
                attempt.rollback()
        return wrong

    assert await world.node.store.write(run) == []
    async with world.node.http.get(world.node.origin) as page:
        assert page.status == 200
