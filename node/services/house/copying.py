"""A node's database in another kind of database: from SQLite to PostgreSQL once one machine is outgrown, and back.

Nobody works on the node meanwhile. Files of media, the secrets and the database that was copied stay as they are.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from node.config import Config
from node.errors import Conflict, Unavailable
from node.health import WORKER_SILENCE
from node.store.database import ends
from node.store.database.copying import Advance, Copying, count_rows
from node.store.database.ends import Occupied
from node.store.house import workers
from node.store.library import catalogues
from node.store.library.catalogues import Catalogue
from node.store.people import actors

#: Called with the number of steps that there will be, when that is known.
Begin = Callable[[int], AbstractContextManager[Advance]]


@dataclass(frozen=True, slots=True)
class Copied:
    """What is in the new database, compared row by row with the old one; ``mended`` as in ``Copying``.

    ``is_found``: an earlier copy had written it, of which nobody was told.
    """

    rows: int
    tables: int
    mended: Mapping[str, int]
    catalogue: Catalogue | None  # the organisation's, as the new database has it
    is_found: bool = False


def copy_database(source: Config, target: Config, now: int, begin: Begin) -> Copied:
    """Copy the database of one configuration into the empty one of the other.

    All or nothing: where it raises, the target is as it was. So whoever was broken off starts again, and finds nothing,
    or all of it, which is compared then. Raises Conflict while a node is at work on the source, for a target that holds
    anything else and for rows that it does not take; Unavailable where a database cannot be used.
    """
    if source.is_sqlite and not source.database_path.exists():
        raise Unavailable("There is no database yet.")
    if source.is_sqlite and target.is_sqlite:
        raise Conflict("The node is on SQLite already.")
    if source.database.url == target.database.url:
        raise Conflict("The node is on this database already.")
    with _held(source) as old:
        _refuse_at_work(old, now)
        try:
            with _new(target) as new:
                return _copied(old, new, Copying.run, begin)
        except Occupied as occupied:
            try:
                with _held(target) as new:
                    return replace(_copied(old, new, Copying.compare, begin), is_found=True)
            except (Conflict, Unavailable):
                raise occupied from None


def _copied(old: Connection, new: Connection, work: Callable[[Copying], None], begin: Begin) -> Copied:
    total = count_rows(old)
    with begin(2 * total) as advance:
        copying = Copying(old, new, advance)
        work(copying)
        catalogue = _main_catalogue(new)
        if catalogue != _main_catalogue(old):
            raise Conflict("The catalogue is not the same in both databases; nothing was copied.")
    return Copied(total, len(copying.sums), copying.mended, catalogue)


def _held(config: Config) -> AbstractContextManager[Connection]:
    return ends.held_sqlite(config.database_path) if config.is_sqlite else ends.held_postgresql(config.database.url)


def _new(config: Config) -> AbstractContextManager[Connection]:
    return ends.new_sqlite(config.database_path) if config.is_sqlite else ends.new_postgresql(config.database.url)


def _refuse_at_work(conn: Connection, now: int) -> None:
    """What no lock on the data folder shows: processes on other machines (PostgreSQL)."""
    if conn.dialect.name == "sqlite":
        return
    if any(now - seen_at <= WORKER_SILENCE for seen_at in workers.load_worker_heartbeats(conn)):
        raise Conflict(
            "Somebody is at work on the database. Stop every `rhizome serve` and `rhizome worker` first; after one "
            "that was killed, wait a minute."
        )


def _main_catalogue(conn: Connection) -> Catalogue | None:
    organisations = actors.load_local_actors(conn, ["organization"])
    return catalogues.find(conn, organisations[0].id) if organisations else None
