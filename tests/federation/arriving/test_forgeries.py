"""Everything that pretends to be what it is not: refused with the right status, and nothing changes (IN1 to IN24)."""

import dataclasses
import io
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, select

from federation.signatures.httpsig import Scheme
from federation.signatures.keypairs import Algorithm, SigningKey
from node import metrics
from node.domain.moderation import DomainPolicy
from node.store.federation import policies
from node.store.tables import (
    blocks,
    follows,
    home_entries,
    jobs,
    mentions,
    objects,
    reactions,
    received,
    reports,
)
from tests.network import network
from tests.remote import remote, signed

#: What a reader, an administrator or another rule could see change.
_VISIBLE = (objects, reactions, follows, home_entries, mentions, blocks, reports, received)


def dump(conn: Connection) -> dict[str, list[Any]]:
    found = {table.name: [tuple(row) for row in conn.execute(select(table))] for table in _VISIBLE}
    waiting = select(jobs.c.kind, jobs.c.target).where(jobs.c.kind != "periodic")
    return {**found, "jobs": [tuple(row) for row in conn.execute(waiting)]}


@dataclasses.dataclass
class World:
    """Our node, its member Ann, and an honest stranger at another server, whom Ann follows."""

    net: Any
    node: Any
    ann: Any
    there: Any
    bob: Any
    mallory: Any

    @property
    def inbox(self) -> str:
        return f"{self.node.origin}/ap/inbox"

    def create(self, number: int = 7, **parts: Any) -> dict[str, Any]:
        return self.there.activity("Create", self.bob, self.there.note(self.bob, number, **parts), number)


@pytest.fixture
async def world(tmp_path):
    async with network(tmp_path, "hospital") as net, remote() as there:
        node = net.peers[0]
        ann = await node.add_actor("ann")
        bob, mallory = there.actor("bob"), there.actor("mallory")
        await node.follow(ann, bob.uri)
        await net.settle()
        accept = there.activity("Accept", bob, there.posted[-1])
        assert await there.send(f"{node.origin}/ap/inbox", accept, bob.key) == 202
        await net.settle()
        assert ("Accept", "follow-accepted") in await node.outcomes()
        yield World(net, node, ann, there, bob, mallory)


async def test_an_honest_note_arrives(world):
    assert await world.there.send(world.inbox, world.create(), world.bob.key) == 202
    await world.net.settle()
    assert ("Create", "stored") in await world.node.outcomes()


async def test_rfc_9421_is_taken_too(world):
    assert await world.there.send(world.inbox, world.create(), world.bob.key, scheme=Scheme.RFC9421) == 202
    assert await world.there.send(world.inbox, world.create(8), world.bob.ed25519, scheme=Scheme.RFC9421) == 202


def _forged(change: Any, **options: Any) -> Any:
    """A request whose body or headers were changed after signing; ``options`` are those of ``signed``."""

    def build(world: World) -> tuple[bytes, dict[str, str]]:
        key = world.bob.ed25519 if options else world.bob.key
        body, headers = signed(world.inbox, world.create(), key, **options)
        return change(body, headers)

    return build


def _foreign_note(world: World) -> dict[str, Any]:
    return {**world.there.note(world.bob, 51), "id": "http://127.9.9.9:1/notes/1"}


def _without(name: str) -> Any:
    return _forged(lambda body, headers: (body, {k: v for k, v in headers.items() if k.lower() != name}))


def _uncovered(covered: str) -> Any:
    """Signed, but not over this component."""

    def change(body: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        shorter = headers["Signature"].replace(f" {covered}", "").replace(f"{covered} ", "")
        return body, {**headers, "Signature": shorter}

    return _forged(change)


def _signed_by(pick: Any, make: Any = World.create, **options: Any) -> Any:
    return lambda world: signed(world.inbox, make(world), pick(world), **options)


def _raw(body: bytes) -> Any:
    return lambda world: signed(world.inbox, body, world.bob.key)


def _bob(world: World) -> SigningKey:
    return world.bob.key


def _stranger(world: World) -> SigningKey:
    return SigningKey.generate(world.bob.key.key_id, Algorithm.RSA)


def _ed25519(change: Any) -> Any:
    return _forged(change, scheme=Scheme.RFC9421)


def _in_field(field: str, old: str, new: str) -> Any:
    return _ed25519(lambda body, headers: (body, {**headers, field: headers[field].replace(old, new)}))


def _under_id_of(pick: Any, algorithm: Algorithm) -> Any:
    """Signed with a stranger's key of this kind under the id of a key that the actor publishes."""
    return _signed_by(lambda world: SigningKey.generate(pick(world).key_id, algorithm), scheme=Scheme.RFC9421)


def _of_other_host(world: World) -> dict[str, Any]:
    return {**world.create(), "id": "http://127.9.9.9:1/activities/1"}


REFUSED: dict[str, tuple[Any, int]] = {
    "unsigned": (_without("signature"), 401),
    "no digest": (_without("digest"), 401),
    "no date": (_without("date"), 401),
    "swapped body": (_forged(lambda body, headers: (body.replace(b"Note 7", b"Note 8"), headers)), 401),
    "digest not covered": (_uncovered("digest"), 401),
    "date not covered": (_uncovered("date"), 401),
    "target not covered": (_uncovered("(request-target)"), 401),
    "host not covered": (_uncovered("host"), 401),
    "unknown algorithm": (
        _forged(lambda b, h: (b, {**h, "Signature": h["Signature"].replace("rsa-sha256", "hmac-sha256")})),
        401,
    ),
    "stale date": (_signed_by(_bob, age=2 * 3_600_000), 401),
    "date in the future": (_signed_by(_bob, age=-2 * 3_600_000), 401),
    "wrong key": (_signed_by(_stranger), 401),
    "unknown key": (
        _signed_by(lambda w: SigningKey.generate(f"{w.there.origin}/users/nobody#main-key", Algorithm.RSA)),
        401,
    ),
    "ed25519, swapped body": (_ed25519(lambda body, headers: (body.replace(b"Note 7", b"Note 8"), headers)), 401),
    "ed25519, digest not covered": (_in_field("Signature-Input", ' "content-digest"', ""), 401),
    "ed25519, other method covered": (_in_field("Signature-Input", '"@method"', '"@path"'), 401),
    "ed25519, key of another kind named": (_in_field("Signature-Input", "#ed25519-key", "#main-key"), 401),
    "ed25519, other time": (_in_field("Signature-Input", "created=1", "created=2"), 401),
    "ed25519, stale": (_signed_by(lambda w: w.bob.ed25519, scheme=Scheme.RFC9421, age=2 * 3_600_000), 401),
    "ed25519, wrong key": (_under_id_of(lambda w: w.bob.ed25519, Algorithm.ED25519), 401),
    "ed25519 under the id of an RSA key": (_under_id_of(lambda w: w.bob.key, Algorithm.ED25519), 401),
    "RSA under the id of an Ed25519 key": (_under_id_of(lambda w: w.bob.ed25519, Algorithm.RSA), 401),
    "activity id on another host": (_signed_by(_bob, _of_other_host), 400),
    "note id on another host": (_signed_by(_bob, lambda w: {**w.create(), "object": _foreign_note(w)}), 400),
    "update of a note on another host": (
        _signed_by(_bob, lambda w: {**w.create(), "type": "Update", "object": _foreign_note(w)}),
        400,
    ),
    "no actor": (_raw(orjson.dumps({"id": "https://a.example/1", "type": "Create"})), 400),
    "not an object": (_raw(b"[]"), 400),
    "not JSON": (_raw(b"{"), 400),
    "invalid UTF-8": (_raw(b'{"id":"\xff"}'), 400),
    "the same key twice": (_raw(b'{"id":"https://a.example/1","id":"https://a.example/2"}'), 400),
    "NaN": (_raw(b'{"id":"https://a.example/1","type":"Create","actor":NaN}'), 400),
    "too deep": (_raw(b'{"a":' * 70 + b"1" + b"}" * 70), 400),
    "too many values": (_raw(b'{"a":[' + b"1," * 60_000 + b"1]}"), 400),
    "wrong content type": (_signed_by(_bob, content_type="application/json"), 415),
    "compressed": (_forged(lambda body, headers: (body, {**headers, "Content-Encoding": "gzip"})), 415),
    "too large": (_raw(b'{"a":"' + b"x" * 1_100_000 + b'"}'), 413),
}


async def test_forged_requests_are_refused_and_change_nothing(world):
    before = await world.node.store.read(dump)
    answers = {}
    for name, (build, _) in REFUSED.items():
        body, headers = build(world)
        async with world.there.http.post(world.inbox, data=io.BytesIO(body), headers=headers) as answer:
            answers[name] = answer.status
    assert answers == {name: expected for name, (_, expected) in REFUSED.items()}
    shown = metrics.render().decode()
    assert {rule for rule in ("IN1", "IN3", "IN4", "IN7") if f'outcome="refused",rule="{rule}"' not in shown} == set()
    await world.net.settle()
    assert await world.node.store.read(dump) == before
    status, _ = await world.node.get("/healthz")
    assert status == 200


def _about(type_: str, object_: Any, **parts: Any) -> Any:
    """Mallory says something of Bob's things."""
    return lambda w: w.there.activity(type_, w.mallory, object_(w), 99, **parts)


def _stolen_note(world: World) -> dict[str, Any]:
    return {**world.there.note(world.mallory, 50), "attributedTo": world.bob.uri}


def _seized(world: World) -> dict[str, Any]:
    return {**world.there.note(world.bob, 1), "attributedTo": world.mallory.uri}


#: Well signed by Mallory, answered 202, and without any effect but the row that says what arrived.
POWERLESS: dict[str, Any] = {
    "note attributed to somebody else": _about("Create", _stolen_note),
    "ownership change by update": _about("Update", _seized),
    "deletion of another's note": _about("Delete", lambda w: f"{w.there.origin}/notes/1"),
    "undo of another's follow": _about("Undo", lambda w: {"type": "Follow", "actor": w.bob.uri, "object": w.ann.uri}),
    "undo of another's deletion": _about(
        "Undo", lambda w: {"type": "Delete", "actor": w.mallory.uri, "object": f"{w.there.origin}/notes/1"}
    ),
    "accept of a follow that nobody sent": _about("Accept", lambda w: f"{w.node.origin}/ap/x/1"),
    "reject of another's follow": _about(
        "Reject", lambda w: {"type": "Follow", "actor": w.ann.uri, "object": w.bob.uri, "id": "http://127.2.0.1/x"}
    ),
    "pin on another's profile": _about("Add", lambda w: f"{w.there.origin}/notes/1", target="http://127.2.0.1/f"),
    "hashtag on another's profile": _about(
        "Add", lambda _: {"type": "Hashtag", "name": "#mine"}, target="http://127.2.0.1/f"
    ),
    "move of another's account": _about("Move", lambda w: w.bob.uri, target="http://127.9.9.9:1/users/m"),
    "update of another's profile": _about("Update", lambda w: {**w.bob.document, "name": "Mallory was here"}),
    "unknown type": _about("Explode", lambda w: w.ann.uri),
    "vote in no poll": _about("View", lambda w: w.ann.uri),
}


async def test_powerless_activities_change_nothing(world):
    await world.there.send(world.inbox, world.create(1), world.bob.key)
    await world.net.settle()
    before = await world.node.store.read(dump)
    for number, (name, build) in enumerate(POWERLESS.items()):
        activity = {**build(world), "id": f"{world.there.origin}/activities/powerless-{number}"}
        assert await world.there.send(world.inbox, activity, world.mallory.key) == 202, name
        await world.net.settle()
        after = await world.node.store.read(dump)
        assert {**after, "received": before["received"]} == before, name


async def test_the_same_activity_twice_has_one_effect(world):
    activity = world.create()
    for _ in range(3):
        assert await world.there.send(world.inbox, activity, world.bob.key) == 202
    await world.net.settle()
    assert [outcome for outcome in await world.node.outcomes() if outcome[0] == "Create"] == [("Create", "stored")]


async def test_a_delete_before_its_create_wins(world):
    activity = world.create(3)
    gone = world.there.activity("Delete", world.bob, activity["object"]["id"], 4)
    assert await world.there.send(world.inbox, gone, world.bob.key) == 202
    await world.net.settle()
    assert await world.there.send(world.inbox, activity, world.bob.key) == 202
    await world.net.settle()
    assert await world.node.object(activity["object"]["id"]) is None


async def test_a_blocked_host_gets_202_and_nothing_happens(world):
    host = world.there.origin.removeprefix("http://")
    unit = world.node.unit()
    await world.node.store.write(policies.set_policy, host, DomainPolicy.BLOCK, "", unit.now)
    await world.node.system.federation.policies.load()
    before, asked = await world.node.store.read(dump), len(world.there.asked)
    assert await world.there.send(world.inbox, world.create(), world.bob.key) == 202
    await world.net.settle()
    assert await world.node.store.read(dump) == before
    assert len(world.there.asked) == asked


async def test_an_unknown_account_that_deletes_itself_costs_no_fetch(world):
    stranger = world.there.actor("stranger")
    asked = len(world.there.asked)
    gone = world.there.activity("Delete", stranger, stranger.uri)
    assert await world.there.send(world.inbox, gone, stranger.key) == 202
    assert len(world.there.asked) == asked


async def test_a_forwarded_note_is_believed_only_as_its_own_host_shows_it(world):
    carried = world.there.activity("Create", world.bob, {**world.there.note(world.bob, 9), "content": "<p>forged</p>"})
    assert await world.there.send(world.inbox, carried, world.mallory.key) == 202
    await world.net.settle()
    stored = await world.node.object(f"{world.there.origin}/notes/9")
    assert stored is not None

    def content(conn: Connection) -> str:
        return conn.scalar(select(objects.c.content).where(objects.c.id == stored.id))

    assert await world.node.store.read(content) == "<p>Note 9</p>"


async def test_another_inbox_is_not_found(world):
    url = f"{world.node.origin}/ap/a/1/inbox"
    assert await world.there.send(url, world.create(), world.bob.key) == 404
