"""Drafts of resources: a form as its author left it. Nobody else ever reads them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from node.errors import NotFound
from node.store.tables import drafts

MAX_DRAFTS = 200  # of one person


@dataclass(frozen=True, slots=True)
class Draft:
    """``fields`` by their names; ``object_id`` of what is published already and being changed."""

    id: int
    actor_id: int
    object_id: int | None
    fields: dict[str, str]
    version: int
    created_at: int
    updated_at: int


_COLUMNS = tuple(drafts.c[name] for name in Draft.__dataclass_fields__)


def load_draft(conn: Connection, draft_id: int, actor_id: int) -> Draft:
    """Raises NotFound for the draft of anybody else."""
    row = conn.execute(select(*_COLUMNS).where(drafts.c.id == draft_id, drafts.c.actor_id == actor_id)).first()
    if row is None:
        raise NotFound
    return Draft(*row)


def list_drafts(conn: Connection, actor_id: int) -> list[Draft]:
    """All of a person, the one that was changed last first."""
    query = select(*_COLUMNS).where(drafts.c.actor_id == actor_id)
    return [Draft(*row) for row in conn.execute(query.order_by(drafts.c.updated_at.desc(), drafts.c.id.desc()))]


def count_drafts(conn: Connection, actor_id: int) -> int:
    return conn.scalar(select(func.count()).where(drafts.c.actor_id == actor_id)) or 0


def insert_draft(conn: Connection, draft: Draft) -> None:
    conn.execute(insert(drafts).values(**{name: getattr(draft, name) for name in Draft.__dataclass_fields__}))


def update_draft(conn: Connection, draft_id: int, fields: dict[str, Any], now: int) -> None:
    conn.execute(
        update(drafts)
        .where(drafts.c.id == draft_id)
        .values(fields=fields, version=drafts.c.version + 1, updated_at=now)
    )


def delete_draft(conn: Connection, draft_id: int) -> None:
    conn.execute(delete(drafts).where(drafts.c.id == draft_id))
