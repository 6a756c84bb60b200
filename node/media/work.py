"""The worker process: ``python -I -m node.media.work MEMORY_MIB SECONDS``.

It takes orders as lines of JSON on standard input and answers each with a line. It has no part of the node, no
database, no network use and an empty environment; memory, time and file sizes are bounded by the operating system, and
when a limit or a fault of a decoder ends it, the node sees an answer missing and starts another (MED3).
"""

import os
import resource
import sys
from pathlib import Path
from typing import Any

import orjson

from node.errors import Invalid
from node.media import pictures, recordings
from node.media.facts import Facts, Shape

_MIB = 1_048_576
_LARGEST_FILE = 128 * _MIB


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


def _allow_seconds(seconds: int) -> None:
    """From now on so much processor time, and no more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _carry_out(order: dict[str, Any]) -> Facts:
    source, into, form = Path(order["source"]), Path(order["into"]), order["form"]
    if order["task"] == "recording":
        return recordings.make_recording(source, into, form)
    box = order["shape"]["box"]
    facts = pictures.make_picture(source, into, form, Shape(order["shape"]["pixels"], tuple(box) if box else None))
    if order["task"] == "gifv" and facts.original.form == "GIF":
        return recordings.make_video_of_gif(source, into) or facts
    return facts


def main() -> None:
    """Work until standard input ends."""
    memory_mib, seconds = map(int, sys.argv[1:3])
    pictures.prepare()
    _bound(memory_mib)
    for line in sys.stdin.buffer:
        _allow_seconds(seconds)
        try:
            answer: dict[str, Any] = {"facts": _carry_out(orjson.loads(line)).asdict()}
        except Invalid as error:
            answer = {"invalid": error.public, "detail": error.detail}
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
