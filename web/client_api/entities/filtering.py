"""``filtered`` of statuses: which of the viewer's filters apply, whatever the context."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from node.domain.filters import FilterContext
from node.store.reading import filters
from node.store.reading.statuses import Own
from web.client_api.entities.filters import result_of


class Filtered(NamedTuple):
    """FilterResults as JSON by object, and the objects that are not shown here at all."""

    results: Mapping[int, bytes]
    hidden: Collection[int]


NOTHING = Filtered({}, ())


def load_results(
    conn: Connection,
    viewer_id: int | None,
    own: Own | None,
    object_ids: Collection[int],
    now: int,
    context: FilterContext | None,
) -> Filtered:
    """Which filters apply to these objects, and which objects they hide in a context; no statement for who has no
    filter, else two.
    """
    if viewer_id is None or own is None or not own.filters:
        return NOTHING
    found = filters.filters_for(conn, viewer_id)
    words = filters.load_words(conn, object_ids)
    matches = {each: found.match(None, each, partial(str, words.get(each, "")), now) for each in object_ids}
    return Filtered(
        {each: orjson.dumps([result_of(match) for match in matched]) for each, matched in matches.items() if matched},
        {
            each
            for each, matched in matches.items()
            if any(match.hides and context in match.filter.contexts for match in matched)
        },
    )


def with_results(ending: bytes, results: bytes | None) -> bytes:
    """The end of a status, with these results where it says that there are none.

    >>> with_results(b',"filtered":[]}', b'[{"filter":{}}]')
    b',"filtered":[{"filter":{}}]}'
    """
    return ending if results is None else ending.removesuffix(b"[]}") + results + b"}"
