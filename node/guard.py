"""What must hold before a node starts: an environment of its own, the host that it was born with, a folder for itself.

``node``, ``federation``, ``schemas`` and ``web`` are all in use on PyPI. Installed beside this one, such a
distribution overwrites our files without a word, and its removal deletes them (docs/adr). The node is an application
with an environment of its own; this notices when that was not heeded.

``importlib.metadata.packages_distributions`` knows the answer too, but splits every line of every distribution: 55 ms
for 80 distributions on each start, where this takes 8, and half of one for an editable installation.
"""

import fcntl
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import Distribution, distributions
from pathlib import Path

from node.errors import ConfigurationRefused, Conflict

DISTRIBUTION = "rhizome-node"
_LOCK = "serve.lock"
#: The folders that this process serves. Its number says nothing: in a container of its own each has the first.
_served: set[Path] = set()
PACKAGES = ("node", "federation", "schemas", "web")


def refuse_foreign_owners(path: Sequence[str] | None = None) -> None:
    """ConfigurationRefused where another distribution installed on ``path`` (sys.path) owns a package of ours."""
    foreign = sorted(set(_find_foreign_owners(sys.path if path is None else path)))
    if foreign:
        told = [f'the package "{package}" belongs to "{name}" as well' for name, package in foreign]
        raise ConfigurationRefused(
            f"{DISTRIBUTION} shares its environment with another distribution: {', '.join(told)}. One has overwritten "
            "files of the other. Install the node into a fresh environment of its own."
        )


def refuse_other_host(known: str | None, host: str) -> None:
    """ConfigurationRefused where the database belongs to another host than the configuration (CFG5).

    ``known``: the host that the database remembers, None at the first start.
    """
    if known is not None and known != host:
        raise ConfigurationRefused(
            f'node.host is "{host}", but this database belongs to "{known}", and the ids that other nodes remember '
            f'contain that name. Write host = "{known}" again, or give the new node a data folder of its own.'
        )


def refuse_upgrade_while_served(folder: Path) -> None:
    """Conflict where another process serves this data folder: it is of the version that the database still has."""
    if folder.resolve() in _served or not (folder / _LOCK).exists():
        return
    with (folder / _LOCK).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(
                f"The node that serves {folder} is of an earlier version than this program; start it anew before "
                "anything else."
            ) from error


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Meanwhile nobody else serves this data folder; Conflict where somebody does. Who dies holds nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(f"Another node already serves {folder}; stop it first.") from error
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        served = folder.resolve()
        _served.add(served)
        try:
            yield
        finally:
            _served.discard(served)


def _find_foreign_owners(path: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a distribution and the package of ours that it owns too."""
    shared = [folder for folder in path if any(Path(folder, package).is_dir() for package in PACKAGES)]
    for distribution in distributions(path=shared):
        for package in _packages_of_ours(distribution):
            if _normalised(distribution.name) != DISTRIBUTION:
                yield distribution.name, package


def _packages_of_ours(distribution: Distribution) -> list[str]:
    files = distribution.read_text("RECORD") or distribution.read_text("installed-files.txt") or ""
    return [package for package in PACKAGES if files.startswith(f"{package}/") or f"\n{package}/" in files]


def _normalised(name: str) -> str:
    """The form in which names of distributions are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
