"""Start and memory of a node that nobody speaks to, over a database that is there."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.node_process import DATABASE, running

_SETTLED = 5.0  # seconds
#: What a node leaves behind that has told hosts of something which are away: it asks them again for days.
_WAITING = "kind = 'deliver'"
_TURNS = "kind = 'periodic'"


async def measure(host: str, folder: Path, starts: int) -> dict[str, float]:
    """Each time the least of so many starts: with the deliveries due that the traffic has left, to hosts that are away;
    then with nothing to do but to wait; then with each turn of its clock behind it, as after a day.
    """
    retrying = []
    for _ in range(starts):
        _change(folder, f"UPDATE jobs SET due_at = 0 WHERE {_WAITING}")
        retrying.append(await _start(host, folder))
    away = _change(folder, f"DELETE FROM jobs WHERE {_WAITING}")
    quiet = [await _start(host, folder) for _ in range(starts)]
    _change(folder, f"UPDATE jobs SET due_at = 0 WHERE {_TURNS}")
    _, day = await _start(host, folder, turns=True)
    return {
        "start_s": min(seconds for seconds, _ in (*retrying, *quiet)),
        "idle_mib": min(mib for _, mib in quiet),
        "retrying_mib": min(mib for _, mib in retrying),
        "day_mib": day,
        "hosts_away": away,
    }


async def _start(host: str, folder: Path, *, turns: bool = False) -> tuple[float, float]:
    async with running(host, folder=folder) as node:
        if turns:
            await node.until_empty("jobs", f"{_TURNS} AND due_at = 0")
        await asyncio.sleep(_SETTLED)
        return node.start_seconds, node.memory_mib()


def _change(folder: Path, statement: str) -> int:
    """Write into the database of a node that is not running; answers how many rows."""
    with closing(sqlite3.connect(folder / DATABASE)) as raw, raw:
        return raw.execute(statement).rowcount
