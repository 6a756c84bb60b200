"""The lists of statuses that client apps read besides home: public ones, of hashtags, lists, links, of one actor, and
what a person keeps. All answer entries, newest first; a viewer that is None is anybody.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Select,
    and_,
    bindparam,
    exists,
    or_,
    select,
    union_all,
)

from node.domain.visibility import Visibility
from node.store.database.prepared import Prepared
from node.store.database.windows import Window
from node.store.people.follows import ACCEPTED
from node.store.posts.reactions import LIKE, QUOTE
from node.store.reading.entries import (
    Entry,
    cursors_of,
    over,
    plain_entries,
    read_entries,
    shared_entries,
    window_parameters,
)
from node.store.reading.visible import SOMEONE, is_shared_with, not_hidden_from, seen_by, someone
from node.store.tables import (
    actors,
    bookmarks,
    follows,
    list_members,
    mentions,
    object_cards,
    object_tags,
    objects,
    pins,
    reactions,
)

_PUBLIC = objects.c.visibility == Visibility.PUBLIC.value
_parent = objects.alias("parent_objects")
_IS_REPLY = objects.c.in_reply_to.is_not(None)
#: A thread of one's own counts as posts, not as replies.
_IS_REPLY_TO_OTHERS = and_(
    _IS_REPLY,
    ~exists().where(_parent.c.id == objects.c.in_reply_to_id, _parent.c.actor_id == objects.c.actor_id),
)


def _values(viewer_id: int | None, now: int, window: Window) -> dict[str, Any]:
    viewer = {} if viewer_id is None else {"viewer": viewer_id, "now": now}
    return {**viewer, **window_parameters(window)}


def _listed(viewer: int | None, *conditions: ColumnElement[bool]) -> Select[Any]:
    return plain_entries(viewer).where(*conditions, *not_hidden_from(viewer, objects.c.actor_id))


def _read(conn: Connection, query: Prepared | Executable, values: dict[str, Any], window: Window) -> list[Entry]:
    return window.newest_first(read_entries(conn, query, values))


# -- public ----------------------------------------------------------------------------------------------------------


@cache
def _public(viewer: int | None, local: bool, remote: bool, only_media: bool, cursors: tuple[str, ...]) -> Prepared:
    query = _listed(viewer, _PUBLIC, objects.c.in_reply_to.is_(None))
    if local or remote:
        query = query.where(objects.c.local.is_(local))
    if only_media:
        query = query.where(objects.c.has_media)
    return Prepared(over(query, objects.c.id, cursors))


def list_public(
    conn: Connection,
    viewer_id: int | None,
    window: Window,
    now: int,
    *,
    local: bool = False,
    remote: bool = False,
    only_media: bool = False,
) -> list[Entry]:
    """Public posts and resources, no replies and no boosts; of this node or of others, where that is asked for."""
    query = _public(someone(viewer_id), local, remote and not local, only_media, cursors_of(window))
    return _read(conn, query, _values(viewer_id, now, window), window)


# -- hashtags --------------------------------------------------------------------------------------------------------


def list_tag(
    conn: Connection,
    viewer_id: int | None,
    window: Window,
    now: int,
    *,
    any_of: Collection[str],
    all_of: Collection[str] = (),
    none_of: Collection[str] = (),
    local: bool = False,
    remote: bool = False,
    only_media: bool = False,
) -> list[Entry]:
    """Public posts with one of these hashtags (keys), and all and none of those."""
    query = _listed(someone(viewer_id), _PUBLIC, _has_tag(any_of))
    query = query.where(*(_has_tag([tag]) for tag in all_of))
    if none_of:
        query = query.where(~_has_tag(none_of))
    if local or remote:
        query = query.where(objects.c.local.is_(local))
    if only_media:
        query = query.where(objects.c.has_media)
    query = over(query, objects.c.id, cursors_of(window))
    return _read(conn, query, _values(viewer_id, now, window), window)


def _has_tag(tags: Collection[str]) -> ColumnElement[bool]:
    return objects.c.id.in_(select(object_tags.c.object_id).where(object_tags.c.tag.in_(list(tags))))


# -- lists of people, links, direct messages -------------------------------------------------------------------------


@cache
def _list(replies_policy: str, cursors: tuple[str, ...]) -> Prepared:
    """Posts and boosts of the members; each part by itself goes down its own index."""
    members = select(list_members.c.member_id).where(list_members.c.list_id == bindparam("list_id"))
    posts = _listed(SOMEONE, objects.c.actor_id.in_(members), objects.c.visibility != Visibility.DIRECT.value)
    if replies_policy == "none":
        posts = posts.where(~_IS_REPLY_TO_OTHERS)
    else:
        shown = members
        if replies_policy == "followed":
            shown = select(follows.c.followed_id).where(
                follows.c.follower_id == bindparam("viewer"), follows.c.state == ACCEPTED
            )
        of_shown = exists().where(_parent.c.id == objects.c.in_reply_to_id, _parent.c.actor_id.in_(shown))
        posts = posts.where(or_(~_IS_REPLY_TO_OTHERS, of_shown))
    sharer = reactions.c.actor_id
    wants_no_shares = exists().where(
        follows.c.follower_id == bindparam("viewer"), follows.c.followed_id == sharer, ~follows.c.shows_reblogs
    )
    shares = shared_entries(SOMEONE).where(
        sharer.in_(members), ~wants_no_shares, *not_hidden_from(SOMEONE, objects.c.actor_id, sharer)
    )
    return Prepared(_merged(posts, shares, cursors))


def _merged(posts: Select[Any], shares: Select[Any], cursors: tuple[str, ...]) -> Select[Any]:
    """Both kinds of entries as one list; each part reads no more rows than the list can show."""
    parts = [over(posts, objects.c.id, cursors).subquery(), over(shares, reactions.c.id, cursors).subquery()]
    both = union_all(*(select(part) for part in parts)).subquery()
    order = next(iter(both.c))
    return select(both).order_by(order.asc() if "min_id" in cursors else order.desc()).limit(bindparam("limit"))


def list_of_list(
    conn: Connection, owner_id: int, list_id: int, replies_policy: str, window: Window, now: int
) -> list[Entry]:
    """What the members of a list post and boost. Whose list it is the caller knows."""
    values = {**_values(owner_id, now, window), "list_id": list_id}
    return _read(conn, _list(replies_policy, cursors_of(window)), values, window)


@cache
def _link(viewer: int | None, cursors: tuple[str, ...]) -> Prepared:
    url: Any = bindparam("url")
    about = or_(
        exists().where(object_cards.c.object_id == objects.c.id, object_cards.c.url == url),
        and_(_parent_is(url), _IS_REPLY),
    )
    return Prepared(over(_listed(viewer, _PUBLIC, about), objects.c.id, cursors))


def _parent_is(url: Any) -> ColumnElement[bool]:
    return exists().where(_parent.c.id == objects.c.in_reply_to_id, or_(_parent.c.url == url, _parent.c.uri == url))


def list_link(conn: Connection, viewer_id: int | None, url: str, window: Window, now: int) -> list[Entry]:
    """Public posts whose card is of this page, and answers to the object whose page it is."""
    query = _link(someone(viewer_id), cursors_of(window))
    return _read(conn, query, {**_values(viewer_id, now, window), "url": url}, window)


@cache
def _direct(cursors: tuple[str, ...]) -> Prepared:
    uri = select(actors.c.uri).where(actors.c.id == bindparam("viewer")).scalar_subquery()
    names_me = exists().where(mentions.c.object_id == objects.c.id, mentions.c.actor_uri == uri)
    mine = or_(objects.c.actor_id == bindparam("viewer"), names_me)
    return Prepared(
        over(_listed(SOMEONE, objects.c.visibility == Visibility.DIRECT.value, mine), objects.c.id, cursors)
    )


def list_direct(conn: Connection, viewer_id: int, window: Window, now: int) -> list[Entry]:
    """Direct messages of a person, sent and received."""
    return _read(conn, _direct(cursors_of(window)), _values(viewer_id, now, window), window)


# -- of one actor ----------------------------------------------------------------------------------------------------


@cache
def _of_actor(
    viewer: int | None,
    exclude_replies: bool,
    exclude_reblogs: bool,
    only_media: bool,
    is_tagged: bool,
    cursors: tuple[str, ...],
) -> Prepared:
    actor: Any = bindparam("actor_id")
    posts = plain_entries(viewer).where(objects.c.actor_id == actor)
    if exclude_replies:
        posts = posts.where(~_IS_REPLY_TO_OTHERS)
    if only_media:
        posts = posts.where(objects.c.has_media)
    if is_tagged:
        posts = posts.where(
            objects.c.id.in_(select(object_tags.c.object_id).where(object_tags.c.tag == bindparam("tag")))
        )
    if exclude_reblogs or only_media or is_tagged:
        return Prepared(over(posts, objects.c.id, cursors))
    shares = shared_entries(viewer).where(reactions.c.actor_id == actor, *not_hidden_from(viewer, objects.c.actor_id))
    return Prepared(_merged(posts, shares, cursors))


def list_of_actor(
    conn: Connection,
    viewer_id: int | None,
    actor_id: int,
    window: Window,
    now: int,
    *,
    exclude_replies: bool = False,
    exclude_reblogs: bool = False,
    only_media: bool = False,
    tag: str | None = None,
) -> list[Entry]:
    """What an actor published and boosted, as far as the viewer may read it; a thread of one's own are no replies."""
    query = _of_actor(
        someone(viewer_id), exclude_replies, exclude_reblogs, only_media, tag is not None, cursors_of(window)
    )
    values = {**_values(viewer_id, now, window), "actor_id": actor_id, **({"tag": tag} if tag is not None else {})}
    return _read(conn, query, values, window)


@cache
def _pinned(viewer: int | None) -> Prepared:
    query = plain_entries(viewer).join(pins, pins.c.object_id == objects.c.id)
    return Prepared(query.where(pins.c.actor_id == bindparam("actor_id")).order_by(pins.c.created_at.desc()).limit(40))


def list_pinned(conn: Connection, viewer_id: int | None, actor_id: int) -> list[Entry]:
    """What an actor shows first; one page."""
    return read_entries(conn, _pinned(someone(viewer_id)), {"actor_id": actor_id, **seen_by(viewer_id)})


# -- what a person keeps; paged by when she did ----------------------------------------------------------------------

Kept = Sequence[tuple[int, Entry]]


def _kept(conn: Connection, query: Select[Any], column: Any, viewer_id: int, window: Window) -> Kept:
    """``(id that the list pages by, entry)``."""
    built = over(query.add_columns(column), column, cursors_of(window))
    rows = conn.execute(built, {"viewer": viewer_id, **window_parameters(window)}).all()
    return window.newest_first([(row[-1], Entry(*row[:-1])) for row in rows])


def list_bookmarks(conn: Connection, viewer_id: int, window: Window) -> Kept:
    query = plain_entries(SOMEONE).join(bookmarks, bookmarks.c.object_id == objects.c.id)
    return _kept(conn, query.where(bookmarks.c.actor_id == bindparam("viewer")), bookmarks.c.id, viewer_id, window)


def list_favourites(conn: Connection, viewer_id: int, window: Window) -> Kept:
    query = plain_entries(SOMEONE).join(reactions, reactions.c.object_id == objects.c.id)
    mine = (reactions.c.actor_id == bindparam("viewer"), reactions.c.kind == LIKE)
    return _kept(conn, query.where(*mine), reactions.c.id, viewer_id, window)


# -- around one object -----------------------------------------------------------------------------------------------


def list_quotes(conn: Connection, viewer_id: int | None, object_id: int, window: Window, now: int) -> list[Entry]:
    """Posts that quote an object with its author's permission."""
    quoting = select(reactions.c.content).where(reactions.c.object_id == object_id, reactions.c.kind == QUOTE)
    query = over(_listed(someone(viewer_id), objects.c.uri.in_(quoting)), objects.c.id, cursors_of(window))
    return _read(conn, query, _values(viewer_id, now, window), window)


def list_reactors(
    conn: Connection, viewer_id: int | None, object_id: int, kind: str, window: Window, now: int
) -> list[tuple[int, int]]:
    """``(reaction id, actor id)`` of those who reacted in this way."""
    query = select(reactions.c.id, reactions.c.actor_id).where(
        reactions.c.object_id == object_id,
        reactions.c.kind == kind,
        is_shared_with(someone(viewer_id)),
        *not_hidden_from(someone(viewer_id), reactions.c.actor_id),
        exists().where(actors.c.id == reactions.c.actor_id, actors.c.state == "active"),
    )
    rows = conn.execute(over(query, reactions.c.id, cursors_of(window)), _values(viewer_id, now, window)).all()
    return window.newest_first([(row[0], row[1]) for row in rows])
