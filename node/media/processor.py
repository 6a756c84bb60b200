"""Hands pictures and recordings to worker processes, one at a time each, and survives whatever happens to them.

A process is started when it is needed and ends after a minute without work, so that an idle node holds no decoder in
memory. Pillow and FFmpeg never run in the process that serves.
"""

import asyncio
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from node import log
from node.domain.media import Form
from node.errors import Invalid, Unavailable
from node.media.facts import Facts, Shape, read_facts

_UNUSED_SECONDS = 60.0
_ANSWER_BYTES = 65_536
_FAILED = "This file cannot be processed."


def has_ffmpeg() -> bool:
    """Whether both programs of FFmpeg are installed."""
    return None not in _programs()


def _programs() -> tuple[str | None, str | None]:
    return shutil.which("ffmpeg"), shutil.which("ffprobe")


class Process:
    """One worker process at most, with its limits: MiB of address space, seconds for one order."""

    def __init__(self, *, memory_mib: int, seconds: int, path: str) -> None:
        self._memory_mib, self._seconds, self._path = memory_mib, seconds, path
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._unused: asyncio.TimerHandle | None = None

    async def order(self, order: dict[str, Any]) -> Facts:
        """What became of it. Raises Invalid, with a sentence for the person who uploaded it."""
        async with self._turn:
            self._hold()
            try:
                answer = await asyncio.wait_for(self._exchange(order), self._seconds * 2)
            except BaseException as error:  # cancelled too: the next order must not read this one's answer
                code = await self._end()
                if isinstance(error, TimeoutError | OSError | EOFError):
                    log.event("media.worker_lost", level=log.WARNING, code=code, task=order["task"])
                    raise Invalid(_FAILED, detail=f"the worker process ended with {code}") from None
                raise
            self._unused = asyncio.get_running_loop().call_later(_UNUSED_SECONDS, self._hang_up)
        if "facts" not in answer:
            raise Invalid(answer["invalid"], detail=answer["detail"])
        return read_facts(answer["facts"])

    async def close(self) -> None:
        async with self._turn:
            self._hold()
            await self._end()

    async def _exchange(self, order: dict[str, Any]) -> dict[str, Any]:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(orjson.dumps(order) + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        answer: dict[str, Any] = orjson.loads(line)
        return answer

    async def _start(self) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                *("-m", "node.media.work", str(self._memory_mib), str(self._seconds)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_ANSWER_BYTES,
                # Nothing of our environment: it may hold secrets. Each thread's own heap would count as memory.
                env={"PATH": self._path, "MALLOC_ARENA_MAX": "2", "LC_ALL": "C.UTF-8"},
            )
        except OSError as error:
            raise Unavailable("Media cannot be processed right now.", detail=str(error)) from error

    async def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(ProcessLookupError):
            process.kill()
        _close_pipe(process)
        return await process.wait()

    def _hold(self) -> None:
        if self._unused is not None:
            self._unused.cancel()
            self._unused = None

    def _hang_up(self) -> None:
        """Without more orders it ends by itself; the next order finds it ended."""
        if self._process is not None and self._process.returncode is None:
            _close_pipe(self._process)


def _close_pipe(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()


class Processor:
    """The worker processes of one node process. ``has_ffmpeg``: whether recordings can be looked into."""

    def __init__(self, *, memory_mib: int = 512, seconds: int = 20) -> None:
        self.has_ffmpeg = has_ffmpeg()
        path = os.pathsep.join([*(str(Path(each).parent) for each in _programs() if each), os.defpath])
        self._pictures = Process(memory_mib=memory_mib, seconds=seconds, path=path)
        self._recordings = Process(memory_mib=2 * memory_mib, seconds=6 * seconds, path=path)

    async def picture(self, source: Path, into: Path, form: Form, shape: Shape) -> Facts:
        """``original`` and ``small`` of a picture, in the folder ``into``. Raises Invalid."""
        return await self._pictures.order(_order("picture", source, into, form, shape))

    async def attached_picture(self, source: Path, into: Path, form: Form, shape: Shape) -> Facts:
        """The same; an animated GIF becomes a silent video where FFmpeg is there. Raises Invalid."""
        if form.name == "GIF" and self.has_ffmpeg:
            return await self._recordings.order(_order("gifv", source, into, form, shape))
        return await self.picture(source, into, form, shape)

    async def recording(self, source: Path, into: Path, form: Form) -> Facts:
        """``original`` of a recording and ``small`` of a video; FFmpeg must be there. Raises Invalid."""
        return await self._recordings.order(_order("recording", source, into, form, Shape()))

    async def close(self) -> None:
        await self._pictures.close()
        await self._recordings.close()


def _order(task: str, source: Path, into: Path, form: Form, shape: Shape) -> dict[str, Any]:
    return {"task": task, "source": str(source), "into": str(into), "form": form.name, "shape": shape.asdict()}
