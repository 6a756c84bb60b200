"""A value of the wrong kind at any place of any message: refused or applied, and nothing of others changes by it."""

import copy
import itertools
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from federation.arriving.batch import Inbound, Needs
from federation.arriving.inbox import require_at_home
from federation.handlers import apply
from federation.mapping.activity import read_activity
from federation.strictjson import read_object
from federation.vocab import with_context
from node.clock import FixedClock
from node.errors import NodeError
from node.store.tables import actors, objects
from tests.depth import DEPTH
from tests.federation.arriving import messages
from tests.federation.arriving.messages import FAR, Message, World, make_world
from tests.network import network

NOW = 1_795_780_000_000  # 2026-11-27
#: Every day one of so many places gets an odd value; ``make test-deep`` tries several at each.
STRIDE = 6
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
    """As ``make_world`` says, with everything of the other host known here."""
    async with network(tmp_path, "hospital", clock=FixedClock(NOW)) as net:
        made = await make_world(net.peers[0])
        known = messages.known_objects(made)
        outcomes = await made.node.store.write(lambda conn: [arrives(conn, made, each) for each in known])
        assert outcomes == [each.outcome for each in known]
        yield made


def arrives(conn: Connection, world: World, message: Message) -> str:
    """What becomes of it: what the inbox would answer, or the outcome of its handler."""
    text = json.dumps(with_context(world.signed(message.document)))
    try:
        activity = read_activity(read_object(text.encode()))
        require_at_home(activity, world.node.origin)
    except NodeError as error:
        return f"refused: {type(error).__name__}"
    batch = world.node.system.federation.fetcher.batch(conn)
    try:
        outcome = apply(batch, Inbound(0, activity, NOW, announced_by=message.by))
    except Needs:
        return "needs something"
    batch.finish()
    return outcome


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


@pytest.mark.dear("some 500 messages")
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
