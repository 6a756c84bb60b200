"""Copies of actors of other servers, with the keys that they publish."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, func, insert, select, type_coerce, update

from node.domain.actors import RemoteActor
from node.domain.moderation import Sanction
from node.errors import Conflict
from node.ids import Ids
from node.store.communities import communities
from node.store.database.bulk import Bulk, portions
from node.store.database.planning import looked_at
from node.store.database.prepared import Prepared
from node.store.people import sanctions
from node.store.people.actors import Actor, find_actor, load_actors
from node.store.tables import actors, remote_keys

_INSERT = Bulk(insert(actors))
_REFRESH = Bulk(update(actors).where(actors.c.id == bindparam("actor_id")))
_FORGET_KEYS_OF = Bulk(delete(remote_keys).where(remote_keys.c.owner_uri == bindparam("actor_uri")))
_FORGET_KEYS = Bulk(delete(remote_keys).where(remote_keys.c.uri == bindparam("key_uri")))
_INSERT_KEYS = Bulk(insert(remote_keys))
_KNOWN_KEYS = Prepared(
    select(remote_keys.c.owner_uri, remote_keys.c.uri, remote_keys.c.public).where(
        remote_keys.c.owner_uri.in_(bindparam("uris", expanding=True))
    ),
    many="uris",
)


def save_remote_actor(conn: Connection, ids: Ids, now: int, remote: RemoteActor) -> Actor:
    """As ``save_remote_actors``; the copy."""
    save_remote_actors(conn, ids, now, [remote])
    saved = find_actor(conn, remote.uri)
    assert saved is not None
    return saved


def save_remote_actors(conn: Connection, ids: Ids, now: int, remotes: Collection[RemoteActor]) -> None:
    """Insert or refresh the copies, and replace the keys that they publish. Raises Conflict for one of ours."""
    if not remotes:
        return
    # In one order, or two processes block each other.
    read = {remote.uri: remote for remote in sorted(remotes, key=attrgetter("uri"))}
    known = load_actors(conn, read.keys())
    if own := next((uri for uri, actor in known.items() if actor.local), None):
        raise Conflict("This actor is at home here.", detail=own)
    columns = {uri: _columns(remote, known.get(uri), now) for uri, remote in read.items()}
    for uri in _suspended(conn, known.values()):
        columns[uri]["state"] = "suspended"  # what its own host says does not lift what was decided here
    new = {uri: ids.new() for uri in columns if uri not in known}
    _INSERT.run(
        conn,
        [{"id": new[uri], "created_at": now, "local": False, **each} for uri, each in columns.items() if uri in new],
    )
    _REFRESH.run(conn, [{"actor_id": known[uri].id, **each} for uri, each in columns.items() if uri in known])
    _replace_keys(conn, read.values(), now)
    for uri, remote in read.items():
        if remote.community is not None:
            communities.save_remote(conn, new[uri] if uri in new else known[uri].id, remote.community, now)


def load_renewed(conn: Connection, remotes: Collection[RemoteActor]) -> list[str]:
    """URIs of those whose keys are known here, while they publish none of them any more."""
    before: defaultdict[str, set[str]] = defaultdict(set)
    for owner_uri, uri, public in _KNOWN_KEYS.run(conn, {"uris": [each.uri for each in remotes]}) if remotes else ():
        before[owner_uri] |= {uri, _spelled(public)}
    now = {remote.uri: {*remote.keys_elsewhere, *(_spelled(key.public) for key in remote.keys)} for remote in remotes}
    return [uri for uri, known in before.items() if now[uri] and known.isdisjoint(now[uri])]


def _spelled(public: str) -> str:
    """PEM of one key, whatever its lines are ended by."""
    return "".join(public.split())


def _suspended(conn: Connection, known: Collection[Actor]) -> list[str]:
    """URIs of those who were suspended here."""
    decided = sanctions.load_many(conn, [actor.id for actor in known])
    return [actor.uri for actor in known if any(row.kind == Sanction.SUSPENDED for row in decided.get(actor.id, ()))]


def _columns(remote: RemoteActor, known: Actor | None, now: int) -> dict[str, Any]:
    return {
        "uri": remote.uri,
        "kind": remote.kind.value,
        "username": remote.username,
        "host": remote.host,
        "acct": _still_proven(known, remote),
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


def _still_proven(known: Actor | None, remote: RemoteActor) -> str:
    """Its proven handle, as long as it claims that one; or no other, under the same name."""
    if known is None or not known.acct:
        return ""
    is_same = remote.webfinger.lower() == known.acct if remote.webfinger else remote.username == known.username
    return known.acct if is_same else ""


def _replace_keys(conn: Connection, remotes: Collection[RemoteActor], now: int) -> None:
    rows = {
        key.id: {
            "uri": key.id,
            "owner_uri": remote.uri,
            "host": remote.host,
            "algorithm": key.algorithm.value,
            "public": key.public,
            "fetched_at": now,
        }
        for remote in remotes
        for key in remote.keys
    }
    elsewhere = {uri: remote.uri for remote in remotes for uri in remote.keys_elsewhere if uri not in rows}
    if elsewhere:  # what was read at their own addresses is not replaced by their mere ids
        kept = conn.execute(select(remote_keys).where(remote_keys.c.uri.in_(elsewhere)))
        rows |= {each.uri: each._asdict() for each in kept if each.owner_uri == elsewhere[each.uri]}
    _FORGET_KEYS_OF.run(conn, [{"actor_uri": remote.uri} for remote in remotes])
    _FORGET_KEYS.run(conn, [{"key_uri": uri} for uri in rows])
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
