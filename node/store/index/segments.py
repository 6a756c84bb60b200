"""The pieces that an index of SQLite's FTS5 consists of. PostgreSQL's needs no such care.

Each transaction adds a segment, which FTS5 merges with others of its size as they come; so their number grows with the
logarithm of what was ever written, and each word of a search is looked for in every segment.
"""

from sqlalchemy import Connection, bindparam, text

#: Up to so many are let be: what a merge saves is then less than what it writes.
FEW = 4
#: Pages of the database that one transaction of a merge writes: some hundredths of a second of the processor.
PAGES = 200


def count(conn: Connection, index: str) -> int:
    """How many segments an index of SQLite has."""
    known = f"FROM {index}_idx"
    following = f"SELECT (SELECT min(segid) {known} WHERE segid > found.id) FROM found WHERE found.id IS NOT NULL"  # noqa: S608 (a constant)
    found = f"WITH RECURSIVE found (id) AS (SELECT min(segid) {known} UNION ALL {following})"
    return int(conn.scalar(text(f"{found} SELECT count(id) FROM found")) or 0)  # noqa: S608 (constants)


def merge(conn: Connection, index: str, *, is_first: bool, pages: int = PAGES) -> bool:
    """Go on with making one segment of all, which the ``is_first`` call begins; whether there was anything to do."""
    # FTS5: a negative number begins to merge all, a positive one goes on; one row changes where nothing is left.
    command = text(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', :pages)").bindparams(bindparam("pages"))  # noqa: S608 (a constant)
    before = _changes(conn)
    conn.execute(command, {"pages": -pages if is_first else pages})
    return _changes(conn) - before > 1


def _changes(conn: Connection) -> int:
    return int(conn.scalar(text("SELECT total_changes()")) or 0)
