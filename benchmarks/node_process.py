"""A node in a process of its own, as an administrator runs it."""

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

#: As an installed node runs, its modules compiled; its log is quiet, or the table drowns in warnings of development.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
    "RHIZOME_LOG__LEVEL": "error"
}
#: Beside the configuration.
DATABASE = Path("data/rhizome.sqlite3")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class NodeProcess:
    origin: str
    config: Path
    process: asyncio.subprocess.Process
    start_seconds: float

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def handles(self) -> int:
        """Files and connections that are open."""
        return len([*Path(f"/proc/{self.process.pid}/fd").iterdir()])

    @property
    def database(self) -> Path:
        return self.config.parent / DATABASE

    def count(self, table: str, where: str = "true") -> int:
        """Rows of a table."""
        return int(self.ask(f"SELECT count(*) FROM {table} WHERE {where}"))

    def ask(self, query: str) -> Any:
        """The first value that the database answers, read beside the node."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as raw:
            return raw.execute(query).fetchone()[0]

    async def until_count(self, table: str, wanted: int, seconds: float = 120) -> None:
        """Wait until the table has so many rows."""
        started = time.perf_counter()
        while (found := self.count(table)) < wanted:
            if time.perf_counter() - started > seconds:
                raise TimeoutError(f"{table}: {found} of {wanted}")
            await asyncio.sleep(0.02)

    async def until_empty(self, table: str, where: str = "true", seconds: float = 1_800) -> None:
        """Wait until no such row is left in the table: the node has worked it off."""
        started = time.perf_counter()
        while left := self.count(table, where):
            if time.perf_counter() - started > seconds:
                raise TimeoutError(f"{table}: {left} are left")
            await asyncio.sleep(0.2)

    def command(self, *words: str, stdin: str = "") -> str:
        """Run ``rhizome`` beside the node."""
        done = subprocess.run(
            [sys.executable, "-m", "node", *words, "--config", str(self.config)],
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
            env=ENVIRONMENT,
        )
        return done.stdout


def free_host(address: str = "127.3.0.1") -> str:
    """An address with a port that nobody listens on: two runs on one machine must not meet."""
    with socket.create_server((address, 0)) as probe:
        return f"{address}:{probe.getsockname()[1]}"


@asynccontextmanager
async def running(host: str, *, folder: Path | None = None) -> AsyncIterator[NodeProcess]:
    """A node at ``host``; with ``folder``, the data of an earlier run."""
    with tempfile.TemporaryDirectory(prefix="rhizome-bench-") as temporary:
        place = folder or Path(temporary)
        config = place / "rhizome.toml"
        base = [sys.executable, "-m", "node"]
        if not config.exists():
            made = ["init", "--config", str(config), "--host", host, "--name", "Bench", "--development"]
            await asyncio.to_thread(subprocess.run, [*base, *made], check=True, capture_output=True)
        started = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *base, "serve", "--config", str(config), stdout=subprocess.DEVNULL, env=ENVIRONMENT
        )
        try:
            await _ready(f"http://{host}/healthz")
            yield NodeProcess(f"http://{host}", config, process, time.perf_counter() - started)
        finally:
            process.terminate()
            await process.wait()


async def _ready(url: str) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(120):
        while True:
            try:
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.01)
