"""What a database needs beyond tables: triggers, and the indexes of words that they keep true.

Like ``store.tables`` this is how things are now: migrations hold their own text of each change, and a test compares the
two. Whoever writes rows, a cascade included, need not know of any of it.
"""

from sqlalchemy import Connection, text

from node.store.triggers import counters, post_search, resource_search, stamps

_INDEXES = (resource_search.INDEX, post_search.INDEX)


def create(conn: Connection) -> None:
    """Make them all, as the migrations do; the tables of ``store.tables`` must be there."""
    for noun in (resource_search, counters, post_search, stamps):
        for statement in noun.CREATE[conn.dialect.name]:
            conn.execute(text(statement))


def is_part_of_index(table: str) -> bool:
    """Whether a table belongs to an index of words (SQLite keeps shadow tables); who counts rows leaves these out."""
    return any(table == index or table.startswith(f"{index}_") for index in _INDEXES)
