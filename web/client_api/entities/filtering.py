"""``filtered`` of statuses: which of the viewer's filters apply, whatever the context."""

from collections.abc import Collection
from functools import partial

import orjson
from sqlalchemy import Connection

from node.store import filters
from node.store.statuses import Own
from web.client_api.entities.filters import result_of

NOTHING: dict[int, bytes] = {}


def load_results(
    conn: Connection, viewer_id: int | None, own: Own | None, object_ids: Collection[int], now: int
) -> dict[int, bytes]:
    """FilterResults as JSON by object, of those that a filter applies to; no statement for who has none, else two."""
    if viewer_id is None or own is None or not own.filters:
        return NOTHING
    found = filters.filters_for(conn, viewer_id)
    words = filters.load_words(conn, object_ids)
    matches = {each: found.match(None, each, partial(str, words.get(each, "")), now) for each in object_ids}
    return {each: orjson.dumps([result_of(match) for match in matched]) for each, matched in matches.items() if matched}


def with_results(ending: bytes, results: bytes | None) -> bytes:
    """The end of a status, with these results where it says that there are none.

    >>> with_results(b',"filtered":[]}', b'[{"filter":{}}]')
    b',"filtered":[{"filter":{}}]}'
    """
    return ending if results is None else ending.removesuffix(b"[]}") + results + b"}"
