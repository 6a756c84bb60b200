"""Ids of what was published elsewhere: by its own time, so that what arrives late stands where it belongs in lists.

Apps sort by id, not by time (shelf: mastodon-api 6.7). What is young gets the next id; the order in which it arrives is
good enough.
"""

import secrets

from sqlalchemy import Connection, bindparam, select, union_all

from node.clock import MINUTE
from node.ids import Ids, first_id_at
from node.store.database.prepared import Prepared
from node.store.tables import objects, reactions

#: What arrives within that time after it was published counts as new.
YOUNG = MINUTE
_OLDEST = 946_684_800_000  # the year 2000
_LOW_BITS = 16
_TAKEN = Prepared(
    union_all(
        select(objects.c.id).where(objects.c.id == bindparam("wanted")),
        select(reactions.c.id).where(reactions.c.id == bindparam("wanted")),
    )
)


def new_object_id(conn: Connection, ids: Ids, published_at: int, now: int) -> int:
    """An id that nothing has, of the instant at which the object was published."""
    if now - published_at < YOUNG:
        return ids.new()
    while True:
        wanted = first_id_at(max(published_at, _OLDEST)) | secrets.randbits(_LOW_BITS)
        if not _TAKEN.run(conn, {"wanted": wanted}):
            return wanted
