"""Whom somebody might want to follow, and the directory: only people who want to be found."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from node.domain.moderation import LIMITING, DomainPolicy, Sanction
from node.store.database.upsert import insert_missing
from node.store.people.domains import is_at
from node.store.people.follows import ACCEPTED
from node.store.people.sanctions import is_under
from node.store.reading.visible import not_secret_to
from node.store.tables import (
    actors,
    blocks,
    dismissed_suggestions,
    domain_policies,
    followed_tags,
    follows,
    mutes,
    object_tags,
    objects,
)

_DISMISS = insert_missing(dismissed_suggestions)
_MOST = 80
#: What is weighed of somebody's own posts, and of each hashtag that is hers.
_OWN_POSTS, _USES = 200, 100
#: Of ``actors``: who is there, and may stand in public lists as far as moderators are concerned.
_IN_PUBLIC = (
    actors.c.state == "active",
    actors.c.moved_to == "",
    ~is_under(actors.c.id, Sanction.SILENCED),
    ~exists().where(
        domain_policies.c.policy.in_([policy.value for policy in (*LIMITING, DomainPolicy.BLOCK)]),
        is_at(domain_policies.c.domain),
    ),
)


def suggest(conn: Connection, me: int) -> list[tuple[int, str]]:
    """``(actor id, why)``, the nearest first: followed by whom one follows, shared topics, well known here."""
    found: dict[int, str] = {}
    for why, query in (
        ("similar_to_recently_followed", _friends_of_friends(me)),
        ("similar_to_recently_followed", _shared_topics(me)),
        ("most_followed", _well_known(me)),
    ):
        for actor_id in conn.scalars(query.limit(_MOST)):
            found.setdefault(actor_id, why)
    return list(found.items())[:_MOST]


def _friends_of_friends(me: int) -> Select[int]:
    mine, theirs = follows.alias("mine"), follows.alias("theirs")
    return (
        select(actors.c.id)
        .join(theirs, theirs.c.followed_id == actors.c.id)
        .join(mine, mine.c.followed_id == theirs.c.follower_id)
        .where(mine.c.follower_id == me, mine.c.state == ACCEPTED, theirs.c.state == ACCEPTED, *_suits(me))
        .group_by(actors.c.id)
        .order_by(func.count().desc(), actors.c.id)
    )


def _shared_topics(me: int) -> Select[int]:
    """Who wrote lately, with hashtags that one follows or has used: of each, as many uses are looked at."""
    used = select(object_tags.c.tag).where(object_tags.c.object_id.in_(_newest_posts(me)))
    own = used.union(select(followed_tags.c.tag).where(followed_tags.c.actor_id == me)).limit(100).subquery()
    return (
        select(actors.c.id)
        .join(objects, objects.c.actor_id == actors.c.id)
        .join(object_tags, object_tags.c.object_id == objects.c.id)
        .join(own, own.c.tag == object_tags.c.tag)
        .where(object_tags.c.object_id >= _first_looked_at(own.c.tag), objects.c.visibility == "public", *_suits(me))
        .group_by(actors.c.id)
        .order_by(func.count(object_tags.c.tag.distinct()).desc(), actors.c.id)
    )


def _newest_posts(me: int) -> Select[int]:
    return select(objects.c.id).where(objects.c.actor_id == me).order_by(objects.c.id.desc()).limit(_OWN_POSTS)


def _first_looked_at(tag: ColumnElement[str]) -> ColumnElement[int]:
    """The oldest object with a hashtag that counts: there may be hundreds of thousands."""
    uses = object_tags.alias()
    nth = select(uses.c.object_id).where(uses.c.tag == tag).order_by(uses.c.object_id.desc()).offset(_USES - 1).limit(1)
    return func.coalesce(nth.scalar_subquery(), 0)


def _well_known(me: int) -> Select[int]:
    return (
        select(actors.c.id)
        .where(actors.c.local, actors.c.kind != "application", *_suits(me))
        .order_by(actors.c.followers_count.desc(), actors.c.id)
    )


def _suits(me: int) -> list[ColumnElement[bool]]:
    """Wants to be found, is there, and is nobody whom one knows or has turned down."""
    other = actors.c.id
    return [
        actors.c.discoverable,
        *_IN_PUBLIC,
        not_secret_to(me),
        other != me,
        ~exists().where(follows.c.follower_id == me, follows.c.followed_id == other),
        ~exists().where(blocks.c.blocker_id == me, blocks.c.blocked_id == other),
        ~exists().where(blocks.c.blocker_id == other, blocks.c.blocked_id == me),
        ~exists().where(mutes.c.muter_id == me, mutes.c.muted_id == other),
        ~exists().where(dismissed_suggestions.c.actor_id == me, dismissed_suggestions.c.target_id == other),
    ]


def dismiss(conn: Connection, me: int, target_id: int) -> None:
    """Suggest this one no more."""
    conn.execute(_DISMISS[conn.dialect.name], {"actor_id": me, "target_id": target_id})


def list_directory(
    conn: Connection, viewer_id: int | None, *, local: bool, newest: bool, limit: int, offset: int
) -> Sequence[int]:
    """People, groups and organisations who want to be found: who wrote last first, or who came last."""
    # Said so that SQLite takes the index of last posts for that order alone, and goes by id or place for the others.
    is_found = actors.c.discoverable.is_not(False) if newest or local else actors.c.discoverable
    query = select(actors.c.id).where(
        is_found,
        *_IN_PUBLIC,
        actors.c.kind != "application",
        not_secret_to(viewer_id),
    )
    if local:
        query = query.where(actors.c.local)
    if viewer_id is not None:
        query = query.where(
            ~exists().where(blocks.c.blocker_id == viewer_id, blocks.c.blocked_id == actors.c.id),
            ~exists().where(blocks.c.blocker_id == actors.c.id, blocks.c.blocked_id == viewer_id),
        )
    order = [actors.c.id.desc()] if newest else [actors.c.last_status_at.desc().nulls_last(), actors.c.id.desc()]
    return list(conn.scalars(query.order_by(*order).limit(limit).offset(offset)))
