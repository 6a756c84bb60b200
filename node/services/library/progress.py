"""What learners note of their own way along a pathway, ours or another's. Units of work.

It stays here: it is in no document, no feed and no answer but those to herself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from node.domain.pathways import Progress, State, is_pathway, progress_of, steps_of
from node.errors import NotFound
from node.services.context import Unit
from node.store.library import progress, resources
from node.store.library.resources import Resource, Viewer


@dataclass(frozen=True, slots=True)
class Begun:
    """A pathway that somebody is on."""

    pathway: Resource
    progress: Progress


def load_pathway(conn: Connection, slug: str, viewer: Viewer) -> Resource:
    """Raises NotFound for what is no pathway, or not for this viewer."""
    found = resources.load_by_slug(conn, slug, viewer)
    if not is_pathway(found.record):
        raise NotFound
    return found


def load_states(conn: Connection, found: Resource, viewer: Viewer) -> Mapping[str, State]:
    """Nothing for those who have no account here."""
    return progress.load_states(conn, found.id, viewer.actor_id) if viewer.actor_id is not None else {}


def mark(conn: Connection, unit: Unit, actor_id: int, found: Resource, key: str, state: State) -> None:
    """Raises NotFound for a step that there is not."""
    if all(step.key != key for step in steps_of(found.record)):
        raise NotFound
    progress.save_state(conn, found.id, actor_id, key, state, unit.now)


def list_begun(conn: Connection, actor_id: int, *, limit: int = 20) -> list[Begun]:
    """The pathways that somebody is on and may still read, the one of the last step first."""
    states = progress.load_all(conn, actor_id)
    ids = list(states)[:limit]
    held = resources.load_readable(conn, ids, Viewer(actor_id))
    return [Begun(held[i], progress_of(steps_of(held[i].record), states[i])) for i in ids if i in held]
