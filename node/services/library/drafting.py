"""Drafts of resources: kept as their authors left them, with the uploads that they show; nobody else reads them."""

import orjson
from sqlalchemy import Connection

from node.domain.numbers import number_in, numbers_in
from node.errors import Invalid, NotFound
from node.services.context import Unit
from node.store.library import drafts
from node.store.library.drafts import MAX_DRAFTS, Draft
from node.store.posts import media as media_store

MAX_BYTES = 512 * 1024  # of one draft


def load(conn: Connection, actor_id: int, draft_id: str) -> Draft:
    """The draft with this id, as an address says it. Raises NotFound for one of anybody else."""
    number = number_in(draft_id)
    if number is None:
        raise NotFound
    return drafts.load_draft(conn, number, actor_id)


def keep(
    conn: Connection,
    unit: Unit,
    actor_id: int,
    fields: dict[str, str],
    *,
    draft_id: int | None = None,
    object_id: int | None = None,
) -> Draft:
    """Store a form, in the place of what the draft held. Raises Invalid for one that is too large, or one too many."""
    if len(orjson.dumps(fields)) > MAX_BYTES:
        raise Invalid("This draft is larger than the node keeps.")
    if draft_id is None:
        if drafts.count_drafts(conn, actor_id) >= MAX_DRAFTS:
            raise Invalid(f"You have {MAX_DRAFTS} drafts; delete one first.")
        draft_id = unit.ids.new()
        drafts.insert_draft(conn, Draft(draft_id, actor_id, object_id, fields, 1, unit.now, unit.now))
    else:
        before = drafts.load_draft(conn, draft_id, actor_id)
        media_store.untie(conn, set(_loose(conn, before)) - set(_media(fields)), unit.now)
        drafts.update_draft(conn, draft_id, fields, unit.now)
    stored = drafts.load_draft(conn, draft_id, actor_id)
    media_store.keep(conn, _loose(conn, stored))
    return stored


def discard(conn: Connection, unit: Unit, actor_id: int, draft_id: int) -> None:
    """Forget a draft; its uploads that nothing else shows may be used again for a day."""
    found = drafts.load_draft(conn, draft_id, actor_id)
    media_store.untie(conn, _loose(conn, found), unit.now)
    drafts.delete_draft(conn, draft_id)


def _media(fields: dict[str, str]) -> list[int]:
    return numbers_in(fields.get("media", ""))


def _loose(conn: Connection, draft: Draft) -> list[int]:
    """The uploads of its author that a draft names and no resource shows."""
    found = media_store.load_media(conn, _media(draft.fields))
    return [i for i, each in found.items() if each.owner_id == draft.actor_id and each.object_id is None]
