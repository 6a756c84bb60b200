"""Events, topics, communities and people in the index of resources, so that one search finds everything.

What an entry may be found by is decided here as marks, by the visibility of its row; whether a viewer may see what was
found is asked again of the rows themselves when it is shown (``store.search.everything``), so that what has changed
since is never shown by mistake.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, or_, select

from node.domain.communities import JoinPolicy, TopicKind, is_listed
from node.domain.text import plain, primary
from node.domain.visibility import Visibility
from node.store.database.prepared import Prepared
from node.store.index import entries
from node.store.index.entries import Entry
from node.store.index.marks import LISTED, OTHER, doors_of, mark, origin_mark
from node.store.library.places import free_keys
from node.store.library.saving import keyword_value
from node.store.posts.objects import LIVE
from node.store.tables import actors, communities, events, objects, search_entries, topics

#: Kinds of what is found, beside those of resources.
EVENT, QUESTION, DISCUSSION, COMMUNITY, PERSON, ORGANISATION = (
    "event",
    "question",
    "discussion",
    "community",
    "person",
    "organization",
)
KINDS = (EVENT, QUESTION, DISCUSSION, COMMUNITY, PERSON, ORGANISATION)
_KIND_OF_TOPIC = {TopicKind.QUESTION.value: QUESTION, TopicKind.EVENT.value: EVENT}
_KIND_OF_ACTOR = {"group": COMMUNITY, "person": PERSON, "organization": ORGANISATION}
_MAX_VALUE = 255


@dataclass(frozen=True, slots=True)
class _New:
    """An entry before it has its place; ``column`` names what ``ref`` is the id of."""

    column: str
    ref: int
    at: int
    uri: str
    title: str
    keywords: Sequence[str]
    body: str
    facets: Sequence[tuple[str, str]]
    doors: Collection[str]  # the marks that decide who finds it
    local: bool


# -- objects --------------------------------------------------------------------------------------------------------

_group, _author = actors.alias("group"), actors.alias("author")
_OBJECTS = Prepared(
    select(
        objects.c.id,
        objects.c.uri,
        objects.c.name,
        objects.c.summary,
        objects.c.content,
        objects.c.language,
        objects.c.visibility,
        objects.c.audience,
        objects.c.published_at,
        objects.c.local,
        objects.c.details,
        topics.c.kind.label("topic_kind"),
        topics.c.state.label("topic_state"),
        events.c.start_at,
        events.c.series_id,
        _group.c.uri.label("group_uri"),
        _author.c.uri.label("author_uri"),
        _author.c.host,
    )
    .join(_author, _author.c.id == objects.c.actor_id)
    .outerjoin(topics, topics.c.object_id == objects.c.id)
    .outerjoin(events, events.c.object_id == objects.c.id)
    .outerjoin(_group, _group.c.id == topics.c.community_id)
    .where(
        objects.c.id.in_(bindparam("ids", expanding=True)),
        objects.c.state == LIVE,
        objects.c.kind != "resource",
        or_(topics.c.object_id.is_not(None), events.c.object_id.is_not(None)),
        _author.c.state == "active",
    ),
    many="ids",
    named=True,
)


def index_objects(conn: Connection, ids: Sequence[int]) -> None:
    """Put these objects into the index, or take them out: those that are no events and topics, or not to be found."""
    rows = _OBJECTS.run(conn, {"ids": list(ids)})
    _save(conn, "object_id", ids, [new for row in rows if (new := _of_object(row)) is not None])


def _of_object(row: Any) -> _New | None:
    if row.topic_kind is not None and row.topic_state != LIVE:
        return None
    if row.series_id is not None:  # found by its series
        return None
    community = row.group_uri or row.audience
    doors = doors_of(Visibility(row.visibility), community, row.author_uri)
    if not doors:
        return None
    details = row.details or {}
    kind = EVENT if row.start_at is not None else _KIND_OF_TOPIC.get(row.topic_kind, DISCUSSION)
    facets = [("kind", kind), ("origin", row.host)]
    facets += [("language", primary(row.language))] if row.language else []
    facets += [("community", community)] if community else []
    facets += [("starts", f"{dt.datetime.fromtimestamp(row.start_at / 1000, dt.UTC):%Y-%m}")] if row.start_at else []
    return _New(
        column="object_id",
        ref=row.id,
        at=row.published_at,
        uri=row.uri,
        title=row.name,
        keywords=[*details.get("hashtags", ()), str((details.get("event") or {}).get("place") or "")],
        body=f"{plain(row.summary)} {plain(row.content)}",
        facets=facets,
        doors=doors,
        local=row.local,
    )


# -- actors ---------------------------------------------------------------------------------------------------------

_ACTORS: Select[Any] = (
    select(
        actors.c.id,
        actors.c.uri,
        actors.c.kind,
        actors.c.name,
        actors.c.username,
        actors.c.summary,
        actors.c.host,
        actors.c.local,
        actors.c.discoverable,
        actors.c.created_at,
        communities.c.visibility,
        communities.c.join_policy,
        communities.c.purpose,
        communities.c.topics,
        communities.c.languages,
        communities.c.archived_at,
    )
    .outerjoin(communities, communities.c.actor_id == actors.c.id)
    .where(
        actors.c.id.in_(bindparam("ids", expanding=True)),
        actors.c.state == "active",
        actors.c.kind.in_(list(_KIND_OF_ACTOR)),
    )
)


def index_actors(conn: Connection, ids: Sequence[int]) -> None:
    """Put these actors into the index, or take them out: people only where they want to be found."""
    rows = conn.execute(_ACTORS, {"ids": list(ids)}).all()
    _save(conn, "actor_id", ids, [new for row in rows if (new := _of_actor(row)) is not None])


def _of_actor(row: Row[Any]) -> _New | None:
    doors = _doors_of_actor(row)
    if not doors:
        return None
    facets = [("kind", _KIND_OF_ACTOR[row.kind]), ("origin", row.host)]
    facets += [("language", primary(each)) for each in row.languages or ()]
    return _New(
        column="actor_id",
        ref=row.id,
        at=row.created_at,
        uri=row.uri,
        title=f"{row.name} {row.username}",
        keywords=list(row.topics or ()),
        body=plain(row.summary) or row.purpose or "",  # of a closed one its profile is silent
        facets=facets,
        doors=doors,
        local=row.local,
    )


def _doors_of_actor(row: Row[Any]) -> Collection[str]:
    if row.kind != "group":
        return (LISTED,) if row.discoverable or row.kind == "organization" else ()
    if row.visibility is None:
        return (LISTED,) if row.discoverable else ()
    visibility = Visibility(row.visibility)
    if visibility is Visibility.ORGANISATION and not row.local:
        visibility = Visibility.COMMUNITY  # of another house: for its members alone
    if is_listed(visibility, JoinPolicy(row.join_policy), archived=row.archived_at is not None):
        return (LISTED,)
    return doors_of(visibility, row.uri, "") if visibility is not Visibility.PUBLIC else ()


# -- writing --------------------------------------------------------------------------------------------------------

_KNOWN = {
    name: Prepared(
        select(search_entries.c.sort_key, search_entries.c[name]).where(
            search_entries.c[name].in_(bindparam("refs", expanding=True))
        ),
        many="refs",
    )
    for name in ("object_id", "actor_id")
}
_INSERT = insert(search_entries)
_DELETE = delete(search_entries).where(search_entries.c.sort_key.in_(bindparam("sort_keys", expanding=True)))


def _save(conn: Connection, column: str, refs: Sequence[int], new: Sequence[_New]) -> None:
    known = {ref: key for key, ref in _KNOWN[column].run(conn, {"refs": list(refs)})}
    wanted = {each.ref for each in new}
    if gone := [key for ref, key in known.items() if ref not in wanted]:
        conn.execute(_DELETE, {"sort_keys": gone})
    fresh = {each.ref: (each.at, each.uri) for each in new if each.ref not in known}
    if fresh:
        known |= free_keys(conn, fresh)
        conn.execute(
            _INSERT, [{"sort_key": known[ref], "object_id": None, "actor_id": None, column: ref} for ref in fresh]
        )
    entries.put(conn, [_entry(each, known[each.ref]) for each in new])


def _entry(new: _New, sort_key: int) -> Entry:
    facets = sorted({pair for pair in new.facets if pair[1] and len(pair[1]) <= _MAX_VALUE})
    marks = {mark(facet, value) for facet, value in facets} | set(new.doors)
    marks |= {mark("keyword", keyword_value(each)) for each in new.keywords if each}
    return Entry(
        sort_key=sort_key,
        title=new.title,
        keywords=" ".join(new.keywords),
        body=new.body,
        marks=sorted(marks | {OTHER, origin_mark("local" if new.local else "remote")}),
        facets=facets,
        is_open=tuple(new.doors) == (LISTED,),
    )
