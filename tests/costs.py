"""What is dear to make, and the same to nearly every test, is made once in a process or made cheaper.

A pair of RSA keys takes some 70 ms of processor time and a password 60: a node with three people would spend most of
its test on them; all migrations take a second; a process that decodes pictures starts in 0.2 s. ``generate_rsa``,
``PASSWORD_COST``, ``migrate`` and ``Processor`` are the ones of the product, for the tests that mean them. Processes
that a test starts know nothing of this.
"""

import itertools
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from federation.signatures import keypairs
from node.services.access import passwords
from node.services.posts import uploads
from node.store.database import migrate as migrations
from tests.media_worker import SharedProcessor

generate_rsa = keypairs.generate_rsa
migrate = migrations.migrate
Processor = uploads.Processor
PASSWORD_COST = passwords.TODAY
_SQLITE = "sqlite:///"
#: So many keys in a row differ: more than a test has actors that must not be mistaken for each other.
_PAIRS = 24

_numbers = itertools.count()
_made: list[RSAPrivateKey] = []
_making = threading.Lock()


def take_rsa() -> RSAPrivateKey:
    """The next of the keys of this process."""
    with _making:  # keys are made in threads
        number = next(_numbers)
        if number < _PAIRS:
            _made.append(generate_rsa())
    return _made[number % _PAIRS]


@cache
def sqlite_template() -> bytes:
    """A database with all tables and no rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        migrate(f"{_SQLITE}{path}")
        return path.read_bytes()


def copy_or_migrate(url: str, *, before: Callable[[str], object] | None = None) -> bool:
    """Give a new SQLite file all tables as they are elsewhere; what is there already runs its migrations."""
    path = Path(url.removeprefix(_SQLITE))
    if not url.startswith(_SQLITE) or path.exists():
        return migrate(url, before=before)
    path.write_bytes(sqlite_template())
    return True


def lower() -> None:
    """Lower the costs of this process, for all tests."""
    keypairs.generate_rsa = take_rsa
    migrations.migrate = copy_or_migrate
    uploads.Processor = SharedProcessor
    passwords.TODAY = passwords.Cost(rounds=1, memory_kib=64, lanes=1)
