"""A throw-away PostgreSQL cluster for tests, one per test process, where ``RHIZOME_TEST_POSTGRESQL`` asks for it."""

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

if TYPE_CHECKING:
    import psycopg

#: ``1``: tests with a database run on PostgreSQL too; ``only``: on PostgreSQL instead.
_WISH = os.environ.get("RHIZOME_TEST_POSTGRESQL", "")
WANTED = _WISH in {"1", "only"}
#: The databases that tests with a database run on.
BACKENDS = (*(() if _WISH == "only" else ("sqlite",)), *(("postgresql",) if WANTED else ()))

#: Durability of the cluster is not what is tested; a test must not wait for a disk.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "lc_messages": "C",
}
_numbers = count(1)
_ends = ExitStack()

#: A table that has rows, or had some that were rolled back, takes room; one that is emptied takes none.
_EMPTY = """
DO $$
DECLARE used text;
BEGIN
  SET LOCAL client_min_messages = warning;
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SELECT string_agg(oid::regclass::text, ', ') INTO used FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
      AND pg_relation_size(oid) > 0;
  IF used IS NOT NULL THEN EXECUTE 'TRUNCATE ' || used || ' CASCADE'; END IF;
END $$
"""


def _binary(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        if not candidates:
            raise RuntimeError(f"RHIZOME_TEST_POSTGRESQL is set, but there is no {name} on this machine")
        found = str(candidates[-1])
    return found


def _run(*command: str) -> None:
    # PostgreSQL refuses to run as root, so root becomes the user that Debian's packages make.
    user = "postgres" if os.geteuid() == 0 else None
    subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)


class Cluster:
    """A running server that listens on a socket in its own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._data = folder, folder / "data"
        self._connections: dict[str, psycopg.Connection] = {}
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        _run(_binary("initdb"), "-D", str(self._data), "-U", "rhizome", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in self._settings())
        self.start()

    def _settings(self) -> Iterable[tuple[str, str]]:
        return {**_SETTINGS, "unix_socket_directories": str(self._folder)}.items()

    def start(self) -> None:
        _run(_binary("pg_ctl"), "start", "-w", "-D", str(self._data), "-l", str(self._data / "log"))

    def stop(self, *, mode: str = "immediate") -> None:
        while self._connections:
            self._connections.popitem()[1].close()
        _run(_binary("pg_ctl"), "stop", "-w", "-m", mode, "-D", str(self._data))

    def url(self, database: str) -> str:
        return f"postgresql://rhizome@/{database}?host={self._folder}"

    def create(self, *, template: str = "template1") -> str:
        """A new database like ``template``; answers its name."""
        name = f"test_{next(_numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def empty(self, database: str) -> None:
        """Make a database as good as new, in a twentieth of the time that a new one takes."""
        self._execute(_EMPTY, database)

    def _execute(self, statement: LiteralString, database: str = "postgres") -> None:
        """By a connection that stays: a new one would first read anew what the tables are."""
        import psycopg  # late: it loads only where it is tested

        if database not in self._connections:
            self._connections[database] = psycopg.connect(self.url(database), autocommit=True)
        self._connections[database].execute(statement)


@functools.cache
def cluster() -> Cluster:
    """The cluster of this process; it ends with the tests, or at the latest with the process."""
    folder = Path(tempfile.mkdtemp(prefix="rhizome-pg-"))
    made = Cluster(folder)

    def end() -> None:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)

    _ends.callback(end)
    atexit.register(_ends.close)
    return made


def end_cluster() -> None:
    """End the cluster of this process where there is one."""
    _ends.close()
