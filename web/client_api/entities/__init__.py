"""From rows to what client apps read (https://docs.joinmastodon.org/entities/), many at once.

Each module renders one kind of entity, all synchronous inside one unit of reading: ``render(conn, look, ids) ->
dict[id, JSON as bytes]`` with a number of statements that does not depend on how many there are. What is rendered is
kept under the stamps of its rows (``store.triggers.stamps``), so that a change shows at once.
"""
