"""The worker process: ``python -I -m node.media.work MEMORY_MIB SECONDS``.

It takes orders as lines of JSON on standard input and answers each with a line. It has no part of the node, no
database, no network use and an empty environment; memory, time and file sizes are bounded by the operating system, and
when a limit or a fault of a decoder ends it, the node sees an answer missing and starts another (MED3). Each order is
carried out by a copy of it (fork), which gives up every right but those that the order needs.
"""

import os
import resource
import sys
from pathlib import Path
from typing import Any

import orjson

from node.errors import Invalid
from node.media import pictures, recordings
from node.media.confine import confine, die_with_parent, places_of_system
from node.media.facts import Facts, Shape

_MIB = 1_048_576
_LARGEST_FILE = 128 * _MIB
_LONGEST_ANSWER = 60_000


def _bound(memory_mib: int) -> None:
    os.umask(0o077)
    os.nice(5)  # readers first
    memory = memory_mib * _MIB
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
    ):
        resource.setrlimit(what, (most, most))


def _carry_out(order: dict[str, Any]) -> Facts:
    source, into, form = Path(order["source"]), Path(order["into"]), order["form"]
    if order["task"] == "recording":
        return recordings.make_recording(source, into, form)
    box = order["shape"]["box"]
    facts = pictures.make_picture(source, into, form, Shape(order["shape"]["pixels"], tuple(box) if box else None))
    if order["task"] == "gifv" and facts.original.form == "GIF":
        return recordings.make_video_of_gif(source, into) or facts
    return facts


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"facts": _carry_out(order).asdict()}
    except Invalid as error:
        return {"invalid": error.public, "detail": error.detail}


def _work(line: bytes, seconds: int, pipe: int) -> None:
    """In the copy: answers through ``pipe``, never where the node listens."""
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    order = orjson.loads(line)
    confine(Path(order["source"]), Path(order["into"]))
    with open(pipe, "wb") as answers:
        answers.write(orjson.dumps(_answer(order)))


def _carried_out(line: bytes, seconds: int) -> dict[str, Any]:
    """Raises ValueError where the copy ended without an answer."""
    ours, its = os.pipe()
    copy = os.fork()
    if not copy:
        code = 1
        try:
            os.close(ours)
            _work(line, seconds, its)
            code = 0
        finally:
            os._exit(code)
    os.close(its)
    with open(ours, "rb") as answers:  # noqa: PTH123 (a descriptor)
        answer = answers.read(_LONGEST_ANSWER)
    os.waitpid(copy, 0)
    told: dict[str, Any] = orjson.loads(answer)
    return told


def main() -> None:
    """Work until standard input ends, or an order is not answered."""
    memory_mib, seconds = map(int, sys.argv[1:3])
    pictures.prepare()
    places_of_system()
    _bound(memory_mib)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(orjson.dumps(_carried_out(line, seconds)) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
