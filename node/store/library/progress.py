"""How far people here are in pathways: hers alone, read by nobody else."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select

from node.domain.pathways import State
from node.store.database.prepared import Prepared
from node.store.tables import pathway_progress

_OF_ONE = Prepared(
    select(pathway_progress.c.step_key, pathway_progress.c.state).where(
        pathway_progress.c.actor_id == bindparam("actor_id"), pathway_progress.c.object_id == bindparam("object_id")
    ),
    named=True,
)
_BEGUN = Prepared(
    select(pathway_progress.c.object_id, pathway_progress.c.step_key, pathway_progress.c.state)
    .where(pathway_progress.c.actor_id == bindparam("actor_id"))
    .order_by(pathway_progress.c.changed_at.desc()),
    named=True,
)


def load_states(conn: Connection, object_id: int, actor_id: int) -> dict[str, State]:
    """Of the steps that somebody has begun, finished or skipped, by their keys."""
    rows = _OF_ONE.run(conn, {"object_id": object_id, "actor_id": actor_id})
    return {row.step_key: State(row.state) for row in rows}


def load_all(conn: Connection, actor_id: int) -> Mapping[int, Mapping[str, State]]:
    """Of every pathway that somebody has begun, the one that she was busy with last first."""
    found: dict[int, dict[str, State]] = {}
    for row in _BEGUN.run(conn, {"actor_id": actor_id}):
        found.setdefault(row.object_id, {})[row.step_key] = State(row.state)
    return found


def save_state(conn: Connection, object_id: int, actor_id: int, step_key: str, state: State, now: int) -> None:
    """A step that is open again leaves nothing."""
    key = {"object_id": object_id, "actor_id": actor_id, "step_key": step_key}
    conn.execute(delete(pathway_progress).where(*(pathway_progress.c[name] == value for name, value in key.items())))
    if state is not State.OPEN:
        conn.execute(insert(pathway_progress).values(**key, state=state.value, changed_at=now))
