"""Links on profiles that are proven: the page that they lead to leads back with ``rel="me"``.

The pages are fetched by a job (``federation.fetching.link_check``); here is what is asked for and what comes of it.
"""

from collections.abc import Collection

from sqlalchemy import Connection

from node.jobs.kinds import LINKS
from node.services.context import Unit
from node.store import jobs
from node.store.jobs import NewJob
from node.store.people import actors


def check_later(conn: Connection, unit: Unit, actor_id: int) -> None:
    """Have the links of a profile looked at, once however often it changes meanwhile."""
    if any(_is_open(field) for field in actors.load_profile(conn, actor_id).fields):
        job = NewJob(LINKS, unit.ids.new(), unit.now, ref=actor_id, lock_key=f"links|{actor_id}")
        jobs.enqueue_many(conn, [job])


def load_open(conn: Connection, actor_id: int) -> tuple[frozenset[str], list[str]]:
    """``(addresses of the profile, links that are not proven)``; only https, which nobody on the way can change."""
    row = actors.load_profile(conn, actor_id)
    return frozenset({row.uri, row.url}), [field["text"] for field in row.fields if _is_open(field)]


def _is_open(field: dict[str, object]) -> bool:
    return str(field.get("text", "")).startswith(("https://", "http://")) and not field.get("verified_at")


def note_proven(conn: Connection, actor_id: int, proven: Collection[str], now: int) -> None:
    """These links lead back."""
    fields = actors.load_profile(conn, actor_id).fields
    changed = [
        {**field, "verified_at": now} if field.get("text") in proven and not field.get("verified_at") else field
        for field in fields
    ]
    if changed != fields:
        actors.update_actor(conn, actor_id, fields=changed, updated_at=now)
