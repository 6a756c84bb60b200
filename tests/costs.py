"""What is dear to make, and the same to nearly every test, is made once in a process or made cheaper.

A pair of RSA keys takes some 70 ms of processor time and a password 60: a node with three people would spend most of
its test on them; all migrations take a second; a process that decodes pictures starts in 0.2 s; all templates take
three. ``generate_rsa``, ``PASSWORD_COST``, ``migrate`` and ``Processor`` are the ones of the product, for the tests
that mean them. Processes that a test starts know nothing of this.
"""

import itertools
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

import jinja2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jinja2.bccache import Bucket

from federation.signatures import keypairs
from node.services.access import passwords
from node.services.posts import uploads
from node.store.database import migrate as migrations
from tests.media_worker import SharedProcessor
from web import rendering, templating

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


class KeptTemplates(rendering.Compiled):
    """Code of templates for the other workers and the next run, too: beside that of the modules of tests."""

    def __init__(self) -> None:
        super().__init__()
        compiler = Path(templating.__file__).read_bytes() + jinja2.__version__.encode()
        self._folder = Path(__file__).parent / "__pycache__" / f"templates-{sha256(compiler).hexdigest()[:16]}"
        self._folder.mkdir(parents=True, exist_ok=True)

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}-{bucket.checksum}"

    def load_bytecode(self, bucket: Bucket) -> None:
        super().load_bytecode(bucket)
        if bucket.code is None:
            with suppress(FileNotFoundError):
                bucket.bytecode_from_string(self._file(bucket).read_bytes())
        if bucket.code is not None:
            super().dump_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        super().dump_bytecode(bucket)
        new = self._file(bucket).with_suffix(f".{os.getpid()}")
        new.write_bytes(bucket.bytecode_to_string())
        new.replace(self._file(bucket))


def lower() -> None:
    """Lower the costs of this process, for all tests."""
    keypairs.generate_rsa = take_rsa
    migrations.migrate = copy_or_migrate
    uploads.Processor = SharedProcessor
    passwords.TODAY = passwords.Cost(rounds=1, memory_kib=64, lanes=1)
    rendering.COMPILED = KeptTemplates()
