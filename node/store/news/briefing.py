"""What is new for one member: in her communities, from colleagues, soon, and open. Few statements, each of few rows.

All of it is what she may read and wants to read (``visible_to``, ``not_hidden_from``).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Table, bindparam, exists, or_, select, union_all

from node.domain.actors import ActorKind
from node.domain.communities import TopicKind
from node.domain.events import AnswerState
from node.domain.opinions import Outcome
from node.ids import first_id_at
from node.store.database.prepared import Prepared
from node.store.events.event_lists import is_coming
from node.store.people.follows import ACCEPTED
from node.store.posts import topics as store
from node.store.posts.reactions import SHARE
from node.store.reading.visible import SOMEONE, is_shared_with, not_hidden_from, visible_to
from node.store.tables import (
    accounts,
    actors,
    adoption_notes,
    communities,
    event_answers,
    event_organisers,
    events,
    followed_tags,
    follows,
    object_tags,
    objects,
    reactions,
    reviews,
    topics,
)

#: Of more communities only those that she joined last are looked at.
MOST_COMMUNITIES = 50
#: So many of the newest boosts by colleagues are counted.
MOST_SHARES = 120
_GOOD = 4  # of five
_LEAVE_ROOM = 3  # times as many as are shown, because some may not be for her
_ME: Any = bindparam("viewer", type_=BigInteger)
_LIMIT: Any = bindparam("limit", type_=BigInteger)
_LOOKED_AT: Any = bindparam("looked_at", type_=BigInteger)
_SHOWN: list[Any] = [column for column in objects.c if column.name not in {"raw", "details"}]

_JOINED = Prepared(
    select(communities.c.actor_id)
    .join(follows, follows.c.followed_id == communities.c.actor_id)
    .where(follows.c.follower_id == _ME, follows.c.state == ACCEPTED)
    .order_by(follows.c.id.desc())
    .limit(_LIMIT)
)


def load_joined(conn: Connection, person_id: int) -> list[int]:
    """Ids of the communities that somebody belongs to, those that she joined last first."""
    return [row[0] for row in _JOINED.run(conn, {"viewer": person_id, "limit": MOST_COMMUNITIES})]


# -- topics ---------------------------------------------------------------------------------------------------------


def list_new_topics(
    conn: Connection, person_id: int, joined: Sequence[int], now: int, *, limit: int
) -> Sequence[Row[Any]]:
    """The newest topics of these communities, not her own: columns of ``objects``, ``topic_kind``, ``community_id``."""
    return (
        _topics(len(joined), open_questions=False).run(conn, _values(person_id, joined, now, limit)) if joined else []
    )


def list_open_questions(
    conn: Connection, person_id: int, joined: Sequence[int], now: int, *, limit: int
) -> Sequence[Row[Any]]:
    """Questions of others without an accepted answer, in these communities or under hashtags that she follows."""
    return _topics(len(joined), open_questions=True).run(conn, _values(person_id, joined, now, limit))


def _values(person_id: int, joined: Sequence[int], now: int, limit: int) -> dict[str, int]:
    values = {"viewer": person_id, "now": now, "limit": limit, "looked_at": limit * _LEAVE_ROOM}
    return values | {f"community_{number}": each for number, each in enumerate(joined)}


@cache
def _topics(communities_number: int, *, open_questions: bool) -> Prepared:
    """Of the newest of each part, those that she may read; each part is read by its index and no further."""
    is_open = (topics.c.kind == TopicKind.QUESTION.value, topics.c.accepted_id.is_(None)) if open_questions else ()
    newest = select(topics.c.object_id).where(topics.c.state == store.LIVE, *is_open)
    newest = newest.order_by(topics.c.object_id.desc()).limit(_LOOKED_AT)
    parts = [
        newest.where(topics.c.community_id == bindparam(f"community_{number}", type_=BigInteger))
        for number in range(communities_number)
    ]
    if open_questions:  # found by the hashtags: most people follow few, and there may be any number of questions
        followed = select(followed_tags.c.tag).where(followed_tags.c.actor_id == _ME)
        is_question = exists().where(
            topics.c.object_id == object_tags.c.object_id, topics.c.state == store.LIVE, *is_open
        )
        tagged = select(object_tags.c.object_id).where(object_tags.c.tag.in_(followed), is_question)
        parts.append(tagged.order_by(object_tags.c.object_id.desc()).limit(_LOOKED_AT))
    query = (
        select(*_SHOWN, topics.c.kind.label("topic_kind"), topics.c.community_id)
        .join(topics, topics.c.object_id == objects.c.id)
        .where(objects.c.id.in_(union_all(*(select(part.subquery()) for part in parts))), *_for_her())
    )
    return Prepared(query.order_by(objects.c.id.desc()).limit(_LIMIT), named=True)


def _for_her() -> list[ColumnElement[bool]]:
    """What she may read and wants to read, and did not write herself."""
    return [objects.c.actor_id != _ME, visible_to(SOMEONE), *not_hidden_from(SOMEONE, objects.c.actor_id)]


# -- events ---------------------------------------------------------------------------------------------------------

_AWAY = [AnswerState.DECLINED.value, AnswerState.REFUSED.value]


def list_coming(conn: Connection, person_id: int, now: int, *, limit: int) -> list[int]:
    """Ids of events that are not over, that she answered or looks after, or of communities that she belongs to."""
    return [row[0] for row in _coming().run(conn, {"viewer": person_id, "now": now, "limit": limit})]


@cache
def _coming() -> Prepared:
    answered = exists().where(
        event_answers.c.event_id == objects.c.id,
        event_answers.c.actor_id == _ME,
        event_answers.c.state.not_in(_AWAY),
    )
    organised = exists().where(event_organisers.c.event_id == objects.c.id, event_organisers.c.actor_id == _ME)
    hers = (
        select(actors.c.uri)
        .join(follows, follows.c.followed_id == actors.c.id)
        .where(follows.c.follower_id == _ME, follows.c.state == ACCEPTED, actors.c.kind == "group")
    )
    query = (
        select(objects.c.id)
        .join(events, events.c.object_id == objects.c.id)
        .where(
            *is_coming(),
            events.c.cancelled_at.is_(None),
            or_(answered, organised, objects.c.actor_id == _ME, objects.c.audience.in_(hers)),
            or_(events.c.series_id.is_(None), answered),  # a series stands for its dates
            visible_to(SOMEONE),
            *not_hidden_from(SOMEONE, objects.c.actor_id),
        )
    )
    return Prepared(query.order_by(events.c.next_at, objects.c.id).limit(_LIMIT))


# -- what colleagues recommend --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tip:
    """Somebody recommended an object: a member of this node (``is_here``), or one whom the reader follows."""

    object_id: int
    actor_id: int
    is_here: bool


def list_shares(conn: Connection, person_id: int, now: int, *, since: int) -> list[Tip]:
    """Boosts since an instant by people of this house and those whom she follows, the newest first."""
    values = {"viewer": person_id, "now": now, "first": first_id_at(since), "limit": MOST_SHARES}
    return [Tip(row[0], row[1], bool(row[2])) for row in _shares().run(conn, values)]


@cache
def _shares() -> Prepared:
    is_here = exists().where(accounts.c.actor_id == reactions.c.actor_id)
    is_followed = exists().where(
        follows.c.follower_id == _ME,
        follows.c.followed_id == reactions.c.actor_id,
        follows.c.state == ACCEPTED,
    )
    sharer = actors.alias("sharers")
    query = select(reactions.c.object_id, reactions.c.actor_id, is_here).join(
        sharer, sharer.c.id == reactions.c.actor_id
    )
    query = query.where(
        reactions.c.kind == SHARE,
        sharer.c.kind == ActorKind.PERSON.value,  # communities share whatever is written in them
        reactions.c.id >= bindparam("first", type_=BigInteger),
        reactions.c.actor_id != _ME,
        or_(is_here, is_followed),
        is_shared_with(SOMEONE),
        *not_hidden_from(SOMEONE, reactions.c.actor_id),
    )
    return Prepared(query.order_by(reactions.c.id.desc()).limit(_LIMIT))


def list_opinions(conn: Connection, person_id: int, now: int, *, since: int) -> list[Tip]:
    """Good reviews since an instant by the same people, and how this house and those she follows used a resource."""
    values = {"viewer": person_id, "now": now, "first": first_id_at(since), "limit": MOST_SHARES}
    rows = [row for query in (_reviews(), _adoptions()) for row in query.run(conn, values)]
    return [Tip(row[0], row[1], bool(row[2])) for row in rows]


@cache
def _reviews() -> Prepared:
    return _opinions(reviews, reviews.c.actor_id, reviews.c.rating >= _GOOD)


@cache
def _adoptions() -> Prepared:
    return _opinions(adoption_notes, adoption_notes.c.organisation_id, adoption_notes.c.outcome != Outcome.UNFIT.value)


def _opinions(opinions: Table, author: ColumnElement[Any], is_good: ColumnElement[bool]) -> Prepared:
    """``objects`` is the post that carries an opinion: she must be able to read it.

    Opinions are few, so they are walked by their own ids, and not all that was posted since then.
    """
    what, who = objects.alias("what"), actors.alias("who")
    is_followed = exists().where(
        follows.c.follower_id == _ME, follows.c.followed_id == author, follows.c.state == ACCEPTED
    )
    query = (
        select(what.c.id, author, who.c.local)
        .select_from(opinions)
        .join(objects, objects.c.id == opinions.c.object_id)
        .join(what, what.c.uri == opinions.c.about)
        .join(who, who.c.id == author)
        .where(
            opinions.c.object_id >= bindparam("first", type_=BigInteger),
            is_good,
            or_(who.c.local, is_followed),
            *_for_her(),
        )
    )
    return Prepared(query.order_by(opinions.c.object_id.desc()).limit(_LIMIT))


def load_recommended(conn: Connection, person_id: int, ids: Collection[int], now: int) -> dict[int, Row[Any]]:
    """Those of these objects that are for her and not her own, by id."""
    if not ids:
        return {}
    rows = _recommended().run(conn, {"viewer": person_id, "now": now, "ids": list(ids)})
    return {row.id: row for row in rows}


@cache
def _recommended() -> Prepared:
    ids: Any = bindparam("ids", expanding=True)
    return Prepared(select(*_SHOWN).where(objects.c.id.in_(ids), *_for_her()), many="ids", named=True)
