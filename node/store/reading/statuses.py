"""What apps show of objects and actors, many at once: the rows to render, and what is the viewer's own."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, literal, select, union_all

from node.store.database.prepared import Prepared
from node.store.posts.objects import DELETED
from node.store.posts.reactions import LIKE, QUOTE, SHARE, VOTE
from node.store.tables import (
    accounts,
    actor_stamps,
    actors,
    bookmarks,
    cards,
    conversation_mutes,
    filters,
    media,
    mentions,
    object_cards,
    objects,
    pins,
    reactions,
    resources,
    topics,
)

_IDS: Any = bindparam("ids", expanding=True)
_parents = objects.alias("parents")
_BOOKMARK, _PIN, _MUTE, _FILTER = "bookmark", "pin", "mute", "filter"

# -- rows ------------------------------------------------------------------------------------------------------------

_OF_QUOTES = (
    select(func.count())
    .where(reactions.c.object_id == objects.c.id, reactions.c.kind == QUOTE)
    .correlate(objects)
    .scalar_subquery()
)
_ROWS = Prepared(
    select(
        objects.c.id,
        objects.c.uri,
        objects.c.kind,
        objects.c.type,
        objects.c.actor_id,
        objects.c.local,
        objects.c.visibility,
        objects.c.name,
        objects.c.summary,
        objects.c.content,
        objects.c.language,
        objects.c.url,
        objects.c.in_reply_to_id,
        objects.c.context,
        objects.c.sensitive,
        objects.c.replies_count,
        objects.c.likes_count,
        objects.c.shares_count,
        objects.c.published_at,
        objects.c.updated_at,
        objects.c.version,
        objects.c.details,
        _parents.c.actor_id.label("parent_author_id"),
        resources.c.record,
        resources.c.slug,
        topics.c.accepted_id,
        cards.c.url.label("card_url"),
        cards.c.data.label("card"),
        actors.c.name.label("author_name"),
        actors.c.username.label("author_username"),
        actors.c.url.label("author_url"),
        actors.c.uri.label("author_uri"),
        _OF_QUOTES.label("quotes_count"),
        exists(mentions.c.object_id).where(mentions.c.object_id == objects.c.id, ~mentions.c.silent).label("mentions"),
        exists(media.c.id).where(media.c.object_id == objects.c.id).label("uploads"),
    )
    .join(actors, actors.c.id == objects.c.actor_id)
    .outerjoin(_parents, _parents.c.id == objects.c.in_reply_to_id)
    .outerjoin(resources, resources.c.object_id == objects.c.id)
    .outerjoin(topics, topics.c.object_id == objects.c.id)
    .outerjoin(object_cards, object_cards.c.object_id == objects.c.id)
    .outerjoin(cards, cards.c.url == object_cards.c.url)
    .where(objects.c.id.in_(_IDS)),
    many="ids",
    named=True,
)
_MENTIONED = Prepared(
    select(
        mentions.c.object_id,
        actors.c.id,
        actors.c.username,
        actors.c.host,
        actors.c.acct,
        actors.c.local,
        actors.c.url,
        actors.c.uri,
    )
    .join(actors, actors.c.uri == mentions.c.actor_uri)
    .where(mentions.c.object_id.in_(_IDS), ~mentions.c.silent)
    .order_by(actors.c.id),
    many="ids",
    named=True,
)
_BY_URI = Prepared(
    select(objects.c.uri, objects.c.id).where(objects.c.uri.in_(bindparam("uris", expanding=True))), many="uris"
)


def load_rows(conn: Connection, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Objects with the author of what they answer, the record of a resource, and the card of a link; how many quotes
    of them their authors have allowed, and whether they mention somebody and show ``uploads``.
    """
    return _ROWS.run(conn, {"ids": list(ids)})


def load_mentioned(conn: Connection, ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """The known actors that objects mention: by object id, rows of ``id, username, host, acct, local, url, uri``."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in _MENTIONED.run(conn, {"ids": list(ids)}) if ids else ():
        found[row.object_id].append(row)
    return found


def find_ids(conn: Connection, uris: Collection[str]) -> dict[str, int]:
    """The ids of the known ones among these objects."""
    return dict(_BY_URI.run(conn, {"uris": list(uris)})) if uris else {}


_DELETED = select(objects.c.id).where(objects.c.id.in_(_IDS), objects.c.state == DELETED)


def load_deleted(conn: Connection, ids: Collection[int]) -> frozenset[int]:
    """Those of these objects that their authors deleted."""
    return frozenset(conn.scalars(_DELETED, {"ids": list(ids)})) if ids else frozenset()


_ACTORS_BY_URI = select(actors.c.uri, actors.c.id).where(actors.c.uri.in_(bindparam("uris", expanding=True)))


def find_actor_ids(conn: Connection, uris: Collection[str]) -> dict[str, int]:
    """The ids of the known ones among these actors."""
    return {row.uri: row.id for row in conn.execute(_ACTORS_BY_URI, {"uris": list(uris)})} if uris else {}


_SHARES: Select[Any] = select(reactions.c.id, reactions.c.uri, reactions.c.created_at, reactions.c.visibility).where(
    reactions.c.id.in_(_IDS)
)


def load_shares(conn: Connection, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Boosts: rows of ``id, uri, created_at, visibility``."""
    return conn.execute(_SHARES, {"ids": list(ids)}).all()


# -- actors ----------------------------------------------------------------------------------------------------------


class Version(NamedTuple):
    """Which state of an actor is shown: its stamp, and beside it what changes with every post."""

    stamp: int
    statuses_count: int
    last_status_at: int | None


_VERSION = tuple(actor_stamps.c[name] for name in Version._fields)
_moved = actors.alias("moved")
_ACTORS = Prepared(
    select(
        actors.c.id,
        actors.c.uri,
        actors.c.kind,
        actors.c.local,
        actors.c.username,
        actors.c.host,
        actors.c.acct,
        actors.c.name,
        actors.c.summary,
        actors.c.url,
        actors.c.icon,
        actors.c.image,
        actors.c.fields,
        actors.c.locked,
        actors.c.discoverable,
        actors.c.indexable,
        actors.c.published_at,
        actors.c.created_at,
        actors.c.state,
        accounts.c.role,
        _moved.c.id.label("moved_id"),
        *_VERSION,
        actors.c.followers_count,
        actors.c.following_count,
        actors.c.hides_follows,
        actors.c.emojis,
    )
    .join(actor_stamps, actor_stamps.c.actor_id == actors.c.id)
    .outerjoin(accounts, accounts.c.actor_id == actors.c.id)
    .outerjoin(_moved, (_moved.c.uri == actors.c.moved_to) & (actors.c.moved_to != ""))
    .where(actors.c.id.in_(_IDS)),
    many="ids",
    named=True,
)
_VERSIONS = Prepared(select(actor_stamps.c.actor_id, *_VERSION).where(actor_stamps.c.actor_id.in_(_IDS)), many="ids")


def load_actor_rows(conn: Connection, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Actors with their counters, roles and where they moved to."""
    return _ACTORS.run(conn, {"ids": list(ids)})


def load_versions(conn: Connection, ids: Collection[int]) -> dict[int, Version]:
    """The present versions of these actors, by id."""
    return {actor_id: Version(*version) for actor_id, *version in _VERSIONS.run(conn, {"ids": list(ids)})}


# -- what is the viewer's own ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Own:
    """What one person did with some objects: ids of objects; votes by object id, names of options."""

    favourited: set[int] = field(default_factory=set)
    shared: set[int] = field(default_factory=set)
    bookmarked: set[int] = field(default_factory=set)
    pinned: set[int] = field(default_factory=set)
    muted: set[int] = field(default_factory=set)
    filters: set[int] = field(default_factory=set)  # all that this person has
    votes: dict[int, list[str]] = field(default_factory=dict)


@cache
def _own() -> Prepared:
    viewer: Any = bindparam("viewer")
    nothing = literal("")
    mine = union_all(
        select(reactions.c.object_id, reactions.c.kind, reactions.c.content).where(
            reactions.c.actor_id == viewer, reactions.c.object_id.in_(_IDS)
        ),
        select(bookmarks.c.object_id, literal(_BOOKMARK), nothing).where(
            bookmarks.c.actor_id == viewer, bookmarks.c.object_id.in_(_IDS)
        ),
        select(pins.c.object_id, literal(_PIN), nothing).where(pins.c.actor_id == viewer, pins.c.object_id.in_(_IDS)),
        select(objects.c.id, literal(_MUTE), nothing)
        .join(conversation_mutes, conversation_mutes.c.context == objects.c.context)
        .where(conversation_mutes.c.actor_id == viewer, objects.c.id.in_(_IDS)),
        select(filters.c.id, literal(_FILTER), nothing).where(filters.c.owner_id == viewer),
    )
    return Prepared(mine, many="ids")


def load_own(conn: Connection, viewer_id: int, object_ids: Collection[int]) -> Own:
    """What the viewer did with these objects; one statement."""
    own = Own()
    if not object_ids:
        return own
    places = {
        LIKE: own.favourited,
        SHARE: own.shared,
        _BOOKMARK: own.bookmarked,
        _PIN: own.pinned,
        _MUTE: own.muted,
        _FILTER: own.filters,
    }
    for object_id, kind, content in _own().run(conn, {"viewer": viewer_id, "ids": list(object_ids)}):
        if kind in places:
            places[kind].add(object_id)
        elif kind == VOTE:
            own.votes.setdefault(object_id, []).append(content)
    return own
