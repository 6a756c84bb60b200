"""Copies of actors of other servers, with the keys that they publish."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, func, insert, select, type_coerce, update

from node.domain.actors import RemoteActor
from node.domain.moderation import Sanction
from node.errors import Conflict
from node.ids import Ids
from node.store.communities import communities
from node.store.database.bulk import Bulk
from node.store.database.planning import looked_at
from node.store.database.prepared import Prepared
from node.store.jobs import portions
from node.store.people import sanctions
from node.store.people.actors import Actor, find_actor
from node.store.tables import actors, remote_keys

_INSERT = Bulk(insert(actors))
_REFRESH = Bulk(update(actors).where(actors.c.id == bindparam("actor_id")))
_FORGET_KEYS_OF = Bulk(delete(remote_keys).where(remote_keys.c.owner_uri == bindparam("actor_uri")))
_FORGET_KEYS = Bulk(delete(remote_keys).where(remote_keys.c.uri == bindparam("key_uri")))
_INSERT_KEYS = Bulk(insert(remote_keys))


def save_remote_actor(conn: Connection, ids: Ids, now: int, remote: RemoteActor) -> Actor:
    """Insert or refresh the copy, and replace the keys that it publishes. Raises Conflict for one of ours."""
    known = find_actor(conn, remote.uri)
    if known is None:
        _INSERT.run(conn, [{"id": ids.new(), "created_at": now, "local": False, **_columns(remote, now)}])
    elif known.local:
        raise Conflict("This actor is at home here.", detail=remote.uri)
    else:
        columns = _columns(remote, now)
        if any(row.kind == Sanction.SUSPENDED for row in sanctions.load_many(conn, [known.id]).get(known.id, ())):
            columns["state"] = "suspended"  # what its own host says does not lift what was decided here
        _REFRESH.run(conn, [{"actor_id": known.id, **columns}])
    _replace_keys(conn, remote, now)
    saved = find_actor(conn, remote.uri)
    assert saved is not None
    if remote.community is not None:
        communities.save_remote(conn, saved.id, remote.community, now)
    return saved


def _columns(remote: RemoteActor, now: int) -> dict[str, Any]:
    return {
        "uri": remote.uri,
        "kind": remote.kind.value,
        "username": remote.username,
        "host": remote.host,
        "name": remote.name,
        "summary": remote.summary_html,
        "url": remote.url,
        "inbox": remote.inbox,
        "outbox": remote.outbox,
        "shared_inbox": remote.shared_inbox,
        "followers": remote.followers,
        "following": remote.following,
        "featured": remote.featured,
        "catalogue": remote.catalogue,
        "moderators": remote.moderators,
        "icon": remote.icon,
        "image": remote.image,
        "fields": [{"name": field.name, "value": field.value_html} for field in remote.fields],
        "emojis": [asdict(each) for each in remote.emojis],
        "also_known_as": list(remote.also_known_as),
        "moved_to": remote.moved_to,
        "capabilities": list(remote.capabilities),
        "locked": remote.locked,
        "discoverable": remote.discoverable,
        "indexable": remote.indexable,
        "state": "suspended" if remote.suspended else "active",
        "published_at": remote.published_at,
        "fetched_at": now,
        "gone_seen_at": None,
        "updated_at": now,
        "raw": remote.document,
    }


def _replace_keys(conn: Connection, remote: RemoteActor, now: int) -> None:
    _FORGET_KEYS_OF.run(conn, [{"actor_uri": remote.uri}])
    _FORGET_KEYS.run(conn, [{"key_uri": key.id} for key in remote.keys])
    rows = {
        key.id: {
            "uri": key.id,
            "owner_uri": remote.uri,
            "host": remote.host,
            "algorithm": key.algorithm.value,
            "public": key.public,
            "fetched_at": now,
        }
        for key in remote.keys
    }
    _INSERT_KEYS.run(conn, list(rows.values()))


_NEWEST = (
    select(func.max(actors.c.id))
    .where(actors.c.host.in_(bindparam("hosts", expanding=True)), looked_at(actors.c.local, wanted=False))
    .group_by(actors.c.host)
)
_CAPABLE = Prepared(
    select(actors.c.host).where(
        actors.c.id.in_(_NEWEST), type_coerce(actors.c.capabilities, Text).like(bindparam("announced"))
    ),
    many="hosts",
)


def load_capable(conn: Connection, hosts: Collection[str], capability: str) -> frozenset[str]:
    """Those of these hosts whose newest actor announces that its server can do this (FEP-844e)."""
    announced = f'%"{capability}"%'
    found = (_CAPABLE.run(conn, {"hosts": some, "announced": announced}) for some in portions(hosts))
    return frozenset(host for rows in found for (host,) in rows)


def note_gone(conn: Connection, uri: str, now: int) -> int | None:
    """The actor's host answered 410; answers when it did so first (OUT15 wants a second look an hour later)."""
    first: int | None = conn.scalar(select(actors.c.gone_seen_at).where(actors.c.uri == uri))
    if first is None:
        conn.execute(update(actors).where(actors.c.uri == uri).values(gone_seen_at=now))
    return first
