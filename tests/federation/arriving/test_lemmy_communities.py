"""What Lemmy's moderators send, as recorded: its effect when the community passes it on, and none in any other case."""

import itertools
import json
from typing import Any

import pytest
from sqlalchemy import Connection

from federation.applying.batch import Inbound
from federation.handlers import apply
from federation.mapping.activity import Activity, read_activity
from node.domain.actors import ActorKind, RemoteActor
from node.domain.communities import RemoteCommunity, Role, TopicKind
from node.domain.uris import host_of
from node.store.communities import community_roles
from node.store.communities.community_roles import RoleOf
from node.store.people import actors, remote_actors
from node.store.people.actors import Actor
from node.store.posts import objects, topics
from tests.network import Peer, network
from tests.rows import each_row
from tests.shared import shared_data

#: File -> what it does; what is undone was done before.
DEEDS = {
    "community/add_featured_post.json": "pin",
    "community/remove_featured_post.json": "unpin",
    "community/add_mod.json": "appoint",
    "community/remove_mod.json": "dismiss",
    "community/lock_page.json": "lock",
    "community/undo_lock_page.json": "unlock",
    "block/block_user.json": "ban",
    "block/undo_block_user.json": "unban",
    "deletion/remove_note.json": "remove",
    "deletion/undo_remove_note.json": "restore",
}
_FIRST = {"unpin": "pin", "dismiss": "appoint", "unlock": "lock", "unban": "ban", "restore": "remove"}


@pytest.fixture
async def node(tmp_path):
    async with network(tmp_path, "hospital") as net:
        yield net.peers[0]


@each_row("file, act", DEEDS.items())
async def test_a_deed_holds_when_its_community_passes_it_on(node: Peer, file: str, act: str) -> None:
    document = _load(file)
    first = next((_load(name) for name, each in DEEDS.items() if each == _FIRST.get(act)), None)
    told = await _told(node, document, first, "announced")
    assert told == f"community-{act}"


@each_row("file, way", itertools.product(DEEDS, ["straight", "by another community", "by a member"]))
async def test_it_has_no_effect_otherwise(node: Peer, file: str, way: str) -> None:
    told = await _told(node, _load(file), None, way)
    assert told == "not-a-moderator"


def _load(file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared_data(f"payloads/lemmy/activities/{file}").read_bytes())
    return found


class _PlayedError(Exception):
    """Ends a unit of work, so that nothing of it stays."""


async def _told(node: Peer, document: dict[str, Any], first: dict[str, Any] | None, way: str) -> str:
    """The outcome of ``_play``, of which nothing stays for the next row."""
    told: list[str] = []

    def play(conn: Connection) -> None:
        told.append(_play(conn, node, document, first, way))
        raise _PlayedError

    with pytest.raises(_PlayedError):
        await node.store.write(play)
    return told[0]


def _play(conn: Connection, node: Peer, document: dict[str, Any], first: dict[str, Any] | None, way: str) -> str:
    """The outcome of an activity in a world that knows its community, its actor and what it is about."""
    activity = _moved(document)
    group_uri = document["cc"][0]
    by = activity.actor
    group = _person(conn, node, group_uri, ActorKind.GROUP, _collections(document, group_uri))
    _person(conn, node, by)
    about = (activity.inner or activity).object_uri or ""
    if "/post/" in about or "/comment/" in about:
        _post(conn, node, about, group)
    else:
        _person(conn, node, about)
    if way == "announced":
        community_roles.save_roles(conn, group.id, [RoleOf(by, Role.MODERATOR, 1)])
    if first is not None:
        said = {**first, "actor": by, "object": about, "id": f"{by}/first", "cc": [group_uri]}
        if "target" in first:
            said["target"] = document.get("target") or document["object"]["target"]
        again = read_activity(said)
        assert _apply(conn, node, again, group_uri).startswith("community-")
    announcer = {"announced": group_uri, "by a member": group_uri, "by another community": "https://x.example/c/y"}
    return _apply(conn, node, activity, announcer.get(way, ""))


def _moved(document: dict[str, Any]) -> Activity:
    """By a moderator of another host than the community's, so that its host alone does not speak for it."""
    by = "https://moderators.example/u/picard"
    moved = {**document, "actor": by, "id": "https://moderators.example/activities/1"}
    if isinstance(document["object"], dict):
        moved["object"] = {**document["object"], "actor": by}
    return read_activity(moved)


def _collections(document: dict[str, Any], group_uri: str) -> dict[str, str]:
    target = document.get("target", "")
    return {
        "moderators": target if target.endswith("/moderators") else f"{group_uri}/moderators",
        "featured": target if target.endswith("/featured") else f"{group_uri}/featured",
    }


def _person(
    conn: Connection,
    node: Peer,
    uri: str,
    kind: ActorKind = ActorKind.PERSON,
    collections: dict[str, str] | None = None,
) -> Actor:
    unit = node.unit()
    remote = RemoteActor(
        uri=uri,
        kind=kind,
        username="main" if kind is ActorKind.GROUP else f"u{abs(hash(uri)) % 10_000}",
        host=host_of(uri),
        inbox=f"{uri}/inbox",
        community=RemoteCommunity() if kind is ActorKind.GROUP else None,
        **(collections or {}),
    )
    return remote_actors.save_remote_actor(conn, unit.ids, unit.now, remote)


def _post(conn: Connection, node: Peer, uri: str, group: Actor) -> None:
    author = _person(conn, node, f"https://{host_of(uri)}/u/author")
    unit = node.unit()
    row = {
        "id": unit.ids.new(),
        "uri": uri,
        "kind": "page",
        "type": "Page",
        "actor_id": author.id,
        "local": False,
        "visibility": "public",
        "name": "Twice",
        "context": uri,
        "audience": group.uri,
        "published_at": unit.now,
        "received_at": unit.now,
    }
    objects.insert_objects(conn, [row])
    topic = {"object_id": row["id"], "community_id": group.id, "kind": TopicKind.DISCUSSION.value}
    topics.save_topics(conn, [{**topic, "last_activity_at": unit.now}])


def _apply(conn: Connection, node: Peer, activity: Activity, announced_by: str) -> str:
    batch = node.system.federation.fetcher.batch(conn)
    outcome = apply(batch, Inbound(0, activity, node.unit().now, announced_by=announced_by))
    batch.flush()
    assert actors.find_actor(conn, activity.actor) is not None
    return outcome
