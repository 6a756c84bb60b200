"""Processes at one SQLite database, of which no two mint ids in one lane."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from node.ids import LANES
from node.store.database.lanes import LaneLock
from tests import stores

ROOT = Path(__file__).parents[3]
_HOLDS = """
import sys
from pathlib import Path
from node.store.database.lanes import LaneLock
lock = LaneLock(Path(sys.argv[1]))
lock.take()
print(lock.lane, flush=True)
sys.stdin.read()
"""


def other(stack: ExitStack, database: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Another process, and its lane."""
    words = (sys.executable, "-c", _HOLDS, str(database))
    process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    stack.callback(process.communicate)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


async def test_a_store_has_a_lane_of_its_own_and_gives_it_back() -> None:
    with stores.new_database("sqlite") as database, ExitStack() as stack:
        _, taken = other(stack, Path(database))
        async with stores.open_store(database) as store:
            lanes = {taken, store.lane(), other(stack, Path(database))[1]}
            assert len(lanes) == 3
            assert lanes <= {*range(1, LANES)}, "0 is that of the node that serves"
        _, again = other(stack, Path(database))
        assert again == 2


def test_who_is_killed_holds_nothing_and_who_finds_nothing_free_has_none(tmp_path: Path) -> None:
    with ExitStack() as stack:
        process, lane = other(stack, tmp_path / "node.db")
        process.kill()
        process.wait()
        mine = LaneLock(tmp_path / "node.db")
        mine.take()
        assert mine.lane == lane == 1
        mine.release()
        every = [LaneLock(tmp_path / "node.db") for _ in range(LANES)]
        for each in every:
            each.take()
        assert [each.lane for each in every] == [*range(1, LANES), None]
        for each in every:
            each.release()
        nowhere = LaneLock(tmp_path / "missing" / "node.db")
        nowhere.take()
        assert nowhere.lane is None
