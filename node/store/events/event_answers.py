"""Answers to events: one per person and event. Who they are is known to the person and the organisers only."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from node.domain.events import AnswerState
from node.store.database.prepared import Prepared
from node.store.posts.joins import by_join
from node.store.tables import event_answers


@dataclass(frozen=True, slots=True)
class Answer:
    """See ``tables.event_answers``."""

    id: int
    event_id: int
    actor_id: int
    state: str
    uri: str
    invite_uri: str
    invited_by: int | None
    note: str
    companions: int
    way: str
    queued_at: int | None
    created_at: int
    updated_at: int

    @property
    def places(self) -> int:
        return self.companions + 1


_COLUMNS = tuple(event_answers.c[name] for name in Answer.__dataclass_fields__)
_BY_PAIR = Prepared(
    select(*_COLUMNS).where(
        event_answers.c.event_id == bindparam("event"), event_answers.c.actor_id == bindparam("actor")
    )
)
_BY_JOIN = by_join(_COLUMNS, about=event_answers.c.event_id, of=event_answers.c.actor_id, uri=event_answers.c.uri)
_OWN = Prepared(
    select(*_COLUMNS).where(
        event_answers.c.actor_id == bindparam("actor"),
        event_answers.c.event_id.in_(bindparam("ids", expanding=True)),
    ),
    many="ids",
)


def find_answer(conn: Connection, event_id: int, actor_id: int) -> Answer | None:
    row = _BY_PAIR.first(conn, {"event": event_id, "actor": actor_id})
    return Answer(*row) if row else None


def find_by_id(conn: Connection, answer_id: int) -> Answer | None:
    row = conn.execute(select(*_COLUMNS).where(event_answers.c.id == answer_id)).first()
    return Answer(*row) if row else None


def find_here(conn: Connection, uri: str) -> Answer | None:
    """The answer that a Join of this id made to an event of this node.

    Publishers elsewhere may offer us a Join of the same id.
    """
    row = conn.execute(_BY_JOIN.here, {"uri": uri}).first() if uri else None
    return Answer(*row) if row else None


def find_elsewhere(conn: Connection, uri: str) -> Answer | None:
    """The answer of one of ours to an event of another node, by the id of her Join."""
    row = conn.execute(_BY_JOIN.elsewhere, {"uri": uri}).first() if uri else None
    return Answer(*row) if row else None


def find_by_invite(conn: Connection, uri: str) -> Answer | None:
    """The answer that an Invite of this id asks for."""
    row = conn.execute(select(*_COLUMNS).where(event_answers.c.invite_uri == uri)).first() if uri else None
    return Answer(*row) if row else None


def load_own(conn: Connection, actor_id: int, event_ids: Collection[int]) -> dict[int, Answer]:
    """This person's answers to these events, by event."""
    rows = _OWN.run(conn, {"actor": actor_id, "ids": list(event_ids)}) if event_ids else ()
    return {answer.event_id: answer for answer in starmap(Answer, rows)}


def list_of_person(conn: Connection, actor_id: int) -> list[Answer]:
    """Everything that somebody has answered."""
    query = select(*_COLUMNS).where(event_answers.c.actor_id == actor_id)
    return [Answer(*row) for row in conn.execute(query.order_by(event_answers.c.id))]


def delete_answer(conn: Connection, answer_id: int) -> None:
    conn.execute(delete(event_answers).where(event_answers.c.id == answer_id))


def insert_answer(conn: Connection, new: Answer) -> None:
    conn.execute(insert(event_answers).values(**{name: getattr(new, name) for name in Answer.__dataclass_fields__}))


def update_answer(conn: Connection, answer_id: int, now: int, **values: Any) -> None:
    conn.execute(update(event_answers).where(event_answers.c.id == answer_id).values(updated_at=now, **values))


_WAITING = (
    select(*_COLUMNS)
    .where(event_answers.c.event_id == bindparam("event"), event_answers.c.state == AnswerState.WAITLIST.value)
    .order_by(event_answers.c.queued_at, event_answers.c.id)
)


def list_waiting(conn: Connection, event_id: int) -> list[Answer]:
    """The waiting list in its order."""
    return [Answer(*row) for row in conn.execute(_WAITING, {"event": event_id})]


def count_invited(conn: Connection, event_id: int, by: int, since: int) -> int:
    """How many people an organiser has invited since then of whom nothing was known before."""
    mine = (event_answers.c.event_id == event_id, event_answers.c.invited_by == by, event_answers.c.created_at >= since)
    return conn.scalar(select(func.count()).where(*mine)) or 0


def place_in_line(conn: Connection, answer: Answer) -> int:
    """The place on the waiting list, from 1."""
    ahead = [each.id for each in list_waiting(conn, answer.event_id)]
    return ahead.index(answer.id) + 1 if answer.id in ahead else 0


def list_answers(
    conn: Connection,
    event_id: int,
    *,
    states: Collection[AnswerState] = (),
    after: int | None = None,
    limit: int = 200,
) -> list[Answer]:
    """Answers by id, the earliest first; only those in these states, where any are named."""
    query = select(*_COLUMNS).where(event_answers.c.event_id == event_id)
    if states:
        query = query.where(event_answers.c.state.in_([state.value for state in states]))
    if after is not None:
        query = query.where(event_answers.c.id > after)
    return [Answer(*row) for row in conn.execute(query.order_by(event_answers.c.id).limit(limit))]


def list_hearing(conn: Connection, event_id: int) -> list[Answer]:
    """Of everybody who hears of changes, the earliest first."""
    states = [state.value for state in AnswerState if state.hears_of_changes]
    query = select(*_COLUMNS).where(event_answers.c.event_id == event_id, event_answers.c.state.in_(states))
    return [Answer(*row) for row in conn.execute(query.order_by(event_answers.c.id))]


def count_states(conn: Connection, event_id: int) -> dict[AnswerState, int]:
    """How many answered in which way."""
    query = (
        select(event_answers.c.state, func.count())
        .where(event_answers.c.event_id == event_id)
        .group_by(event_answers.c.state)
    )
    return {AnswerState(row[0]): row[1] for row in conn.execute(query)}
