"""What a person takes along, as rows of files; files that she brought, and how far they are worked off."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from node.domain.actors import address_of
from node.store.people.follows import ACCEPTED
from node.store.tables import (
    actors,
    blocks,
    bookmarks,
    domain_blocks,
    follows,
    import_lines,
    imports,
    list_members,
    lists,
    mutes,
    objects,
)

WAITING, DONE, FAILED = "waiting", "done", "failed"


_NAMED = (actors.c.username, actors.c.host, actors.c.acct)


def load_follows(conn: Connection, me: int) -> list[list[str]]:
    query = (
        select(*_NAMED, follows.c.shows_reblogs, follows.c.notifies, follows.c.languages)
        .join(follows, follows.c.followed_id == actors.c.id)
        .where(follows.c.follower_id == me, follows.c.state == ACCEPTED)
        .order_by(follows.c.id)
    )
    return [
        [address_of(row), _word(row.shows_reblogs), _word(row.notifies), ", ".join(row.languages)]
        for row in conn.execute(query)
    ]


def _word(value: bool) -> str:
    return "true" if value else "false"


def load_blocks(conn: Connection, me: int) -> list[list[str]]:
    query = select(*_NAMED).join(blocks, blocks.c.blocked_id == actors.c.id)
    return [[address_of(row)] for row in conn.execute(query.where(blocks.c.blocker_id == me).order_by(blocks.c.id))]


def load_mutes(conn: Connection, me: int) -> list[list[str]]:
    query = (
        select(*_NAMED, mutes.c.hides_notifications)
        .join(mutes, mutes.c.muted_id == actors.c.id)
        .where(mutes.c.muter_id == me)
        .order_by(mutes.c.id)
    )
    return [[address_of(row), _word(row.hides_notifications)] for row in conn.execute(query)]


def load_domains(conn: Connection, me: int) -> list[list[str]]:
    query = select(domain_blocks.c.domain).where(domain_blocks.c.actor_id == me).order_by(domain_blocks.c.id)
    return [[domain] for domain in conn.scalars(query)]


def load_bookmarks(conn: Connection, me: int) -> list[list[str]]:
    query = select(objects.c.uri).join(bookmarks, bookmarks.c.object_id == objects.c.id)
    return [[uri] for uri in conn.scalars(query.where(bookmarks.c.actor_id == me).order_by(bookmarks.c.id))]


def load_lists(conn: Connection, me: int) -> list[list[str]]:
    query = (
        select(lists.c.title, *_NAMED)
        .join(list_members, list_members.c.list_id == lists.c.id)
        .join(actors, actors.c.id == list_members.c.member_id)
        .where(lists.c.owner_id == me)
        .order_by(lists.c.id, list_members.c.id)
    )
    return [[row.title, address_of(row)] for row in conn.execute(query)]


# -- imports --------------------------------------------------------------------------------------------------------


def insert_import(
    conn: Connection, import_id: int, actor_id: int, kind: str, file_name: str, lines: Sequence[Sequence[str]], now: int
) -> None:
    conn.execute(
        insert(imports).values(
            id=import_id, actor_id=actor_id, kind=kind, file_name=file_name, total=len(lines), created_at=now
        )
    )
    rows = [
        {"import_id": import_id, "number": number, "line": list(line), "state": WAITING}
        for number, line in enumerate(lines, 1)
    ]
    conn.execute(insert(import_lines), rows)


def find_import(conn: Connection, import_id: int) -> Row[Any] | None:
    """The whole row."""
    return conn.execute(select(imports).where(imports.c.id == import_id)).first()


def list_imports(conn: Connection, actor_id: int, limit: int) -> Sequence[Any]:
    """Whole rows, newest first."""
    query = select(imports).where(imports.c.actor_id == actor_id).order_by(imports.c.id.desc())
    return conn.execute(query.limit(limit)).all()


def count_waiting(conn: Connection, actor_id: int) -> int:
    """How many of a person's imports are not finished."""
    return conn.scalar(select(func.count()).where(imports.c.actor_id == actor_id, imports.c.finished_at.is_(None))) or 0


def load_waiting(conn: Connection, import_id: int, limit: int) -> Sequence[Any]:
    """``number`` and ``line`` of the next lines."""
    query = select(import_lines.c.number, import_lines.c.line).where(
        import_lines.c.import_id == import_id, import_lines.c.state == WAITING
    )
    return conn.execute(query.order_by(import_lines.c.number).limit(limit)).all()


def settle_line(conn: Connection, import_id: int, number: int, problem: str) -> None:
    """A line is done; or it failed, where there is a problem."""
    state = FAILED if problem else DONE
    conn.execute(
        update(import_lines)
        .where(import_lines.c.import_id == import_id, import_lines.c.number == number)
        .values(state=state, problem=problem)
    )
    counter = imports.c.failed if problem else imports.c.done
    conn.execute(update(imports).where(imports.c.id == import_id).values({counter: counter + 1}))


def finish_import(conn: Connection, import_id: int, now: int) -> None:
    """All lines are settled; of those that worked nothing needs to stay."""
    conn.execute(update(imports).where(imports.c.id == import_id).values(finished_at=now))
    conn.execute(delete(import_lines).where(import_lines.c.import_id == import_id, import_lines.c.state == DONE))


def load_failed(conn: Connection, import_id: int, limit: int) -> Sequence[Any]:
    """``number``, ``line`` and ``problem`` of the lines that failed."""
    query = select(import_lines.c.number, import_lines.c.line, import_lines.c.problem).where(
        import_lines.c.import_id == import_id, import_lines.c.state == FAILED
    )
    return conn.execute(query.order_by(import_lines.c.number).limit(limit)).all()
