"""The worker processes that decode pictures and recordings, of all nodes of a test process: one of each kind.

The start of one takes 0.2 s of processor time, a picture some milliseconds. The program is the real one, with its real
limits; only who starts it differs. ``tests/node/media`` means the process of a node, which comes and goes with it.
"""

import asyncio
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

import orjson

from node.media.processor import Process, Processor


@dataclass(slots=True)
class _Shared:
    """One process at most, whichever node asks; nodes have loops of their own, so that a thread waits for it."""

    command: tuple[str, ...]
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        with self.turn:
            process = self.process
            if process is None or process.poll() is not None:
                pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
                process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, stderr=nowhere, env=self.env)
                self.process = process
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(orjson.dumps(order) + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        answer: dict[str, Any] = orjson.loads(line)
        return answer

    def end(self) -> int | None:
        """The code with which it ended; what waits for its answer hears that there is none."""
        process = self.process
        if process is None:
            return None
        process.kill()
        with self.turn:
            self.process = None
            code = process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                pipe.close()
        return code


_shared: dict[tuple[str, ...], _Shared] = {}


class SharedProcess(Process):
    """The process of a node that is there already."""

    def __init__(self, process: Process) -> None:
        super().__init__(memory_mib=process._memory_mib, seconds=process._seconds, path=process._path)
        command = (sys.executable, "-I", "-m", "node.media.work", str(self._memory_mib), str(self._seconds))
        env = {"PATH": self._path, "MALLOC_ARENA_MAX": "2", "LC_ALL": "C.UTF-8"}
        self._worker = _shared.setdefault((*command, self._path), _Shared(command, env))

    async def _exchange(self, order: dict[str, Any]) -> dict[str, Any]:
        return await asyncio.to_thread(self._worker.ask, order)

    async def _end(self) -> int | None:
        """After an order that failed only: the process outlives the node."""
        return await asyncio.to_thread(self._worker.end)

    async def close(self) -> None:
        async with self._turn:
            self._hold()


class SharedProcessor(Processor):
    """The processor of a node in tests."""

    def __init__(self) -> None:
        super().__init__()
        self._pictures, self._recordings = SharedProcess(self._pictures), SharedProcess(self._recordings)


def end_workers() -> None:
    """End those of this process."""
    for each in _shared.values():
        each.end()
