"""Ids of what was published elsewhere: by its own time, so that what arrives late stands where it belongs in lists.

Apps sort by id, not by time, and ask for what is above the newest that they have. What is young when it arrives gets
the next id, or those apps would never see it; the order in which it arrives is good enough.
"""

import random

from sqlalchemy import Connection, bindparam, select, union_all

from node.clock import MINUTE
from node.ids import Ids, first_id_at
from node.store.database.prepared import Prepared
from node.store.tables import objects, reactions

#: What arrives within that time after it was published counts as new: its sender may have been busy, or tried again.
YOUNG = 10 * MINUTE
_OLDEST = 946_684_800_000  # the year 2000
_LOW_BITS = 16
_TAKEN = Prepared(
    union_all(
        select(objects.c.id).where(objects.c.id == bindparam("wanted")),
        select(reactions.c.id).where(reactions.c.id == bindparam("wanted")),
    )
)


def new_object_id(conn: Connection, ids: Ids, published_at: int, arrived_at: int) -> int:
    """An id that nothing has, of the instant at which the object was published.

    ``arrived_at``: when this node took it in. How long it has waited here since makes nothing old.
    """
    if arrived_at - published_at < YOUNG:
        return ids.new()
    while True:
        wanted = first_id_at(max(published_at, _OLDEST)) | random.getrandbits(_LOW_BITS)
        if not _TAKEN.run(conn, {"wanted": wanted}):
            return wanted
