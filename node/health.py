"""Whether the node is well: small checks over plain values, shared by ``/readyz`` and ``rhizome check``.

Each answers a named ``Check`` with a sentence. ``failed`` means that the node should get no work (503, exit code 1);
``warning`` is for an administrator and keeps nobody waiting.
"""

import asyncio
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from node.clock import DAY, HOUR, MINUTE, SECOND
from node.errors import NodeError
from node.guard import DISTRIBUTION
from node.ids import minted_at
from node.sentences import Sentence

#: A worker beats every 5 s; after three times its lease nobody believes that it lives.
WORKER_SILENCE = 45 * SECOND
#: Due work that is older than this makes an administrator look.
INBOX_WAIT = 5 * MINUTE
DELIVERY_WAIT = HOUR
BACKUP_AGE = 48 * HOUR
#: A clock may be this far behind what it said before (REL6 bears jumps; this is for people).
CLOCK_SLACK = MINUTE
#: The event loop runs what is due this late at most, or the process had better be started again (REL14).
MAX_LAG_SECONDS = 5.0

#: ``aiohttp>=3.14.5`` and the like, as our own distribution states what it needs.
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?>=([0-9.]+)")


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and a sentence about it; ``value`` is the figure behind it, if there is one."""

    name: str
    state: State
    told: str
    value: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "state": self.state.value, "message": self.told, "value": self.value}


def is_ready(checks: Iterable[Check]) -> bool:
    """Whether none of the checks failed."""
    return all(check.state is not State.FAILED for check in checks)


def check_database(error: BaseException | None) -> Check:
    """``error``: why a trial write failed; None where it did not. No internals are told."""
    if error is None:
        return Check("database", State.OK, Sentence("The database can be written."))
    told = error.public if isinstance(error, NodeError) else Sentence("The database cannot be written.")
    return Check("database", State.FAILED, told)


def check_schema(found: str | None, wanted: str) -> Check:
    """``found``: the version of the schema in the database, None for an empty one."""
    if found == wanted:
        return Check(
            "schema", State.OK, Sentence("The schema of the database is {wanted}, as it should be.", wanted=wanted)
        )
    if found is None:
        return Check("schema", State.WARNING, Sentence("The database is empty; `rhizome serve` makes what it needs."))
    if found > wanted:
        told = Sentence(
            "The schema of the database is {found}, of a newer version of this program, which knows {wanted}.",
            found=found,
            wanted=wanted,
        )
        return Check("schema", State.FAILED, told)
    return Check(
        "schema",
        State.FAILED,
        Sentence(
            "The schema of the database is {found}; `rhizome migrate` makes it {wanted}.",
            found=found,
            wanted=wanted,
        ),
    )


def is_disk_low(folder: Path, least_mib: int) -> bool:
    """Whether so little space is free where ``folder`` lies that nothing more is taken in; True where none can tell."""
    try:
        return shutil.disk_usage(folder).free < least_mib * 2**20
    except OSError:
        return True


def check_disk(folder: Path, least_mib: int) -> Check:
    """Free space where ``folder`` lies."""
    try:
        free = shutil.disk_usage(folder).free // 2**20
    except OSError:
        return Check("disk", State.FAILED, Sentence("The data folder {folder} cannot be read.", folder=folder))
    told = Sentence("{free} MiB are free where the data lies; the node needs {least}.", free=free, least=least_mib)
    return Check("disk", State.OK if free >= least_mib else State.FAILED, told, free)


def check_media(problem: str, *, has_ffmpeg: bool) -> Check:
    """``problem``: why a trial file could not be stored; empty where it could."""
    if problem:
        return Check("media", State.FAILED, Sentence("Media cannot be stored: {problem}", problem=problem))
    if not has_ffmpeg:
        told = Sentence(
            "FFmpeg is not installed: recordings keep what their makers' devices noted in them, such as the place."
        )
        return Check("media", State.WARNING, told)
    return Check("media", State.OK, Sentence("Media can be stored, and FFmpeg is there."))


def check_inbox(oldest_due_at: int | None, now: int) -> Check:
    """``oldest_due_at``: since when the oldest activity waits to be taken in; None where none does."""
    if oldest_due_at is None:
        return Check("inbox", State.OK, Sentence("No incoming activity is waiting."), 0)
    waited = max(0, now - oldest_due_at)
    told = Sentence("The oldest incoming activity has been due for {span}.", span=_duration(waited))
    return Check("inbox", _lateness(waited, INBOX_WAIT), told, waited / SECOND)


def check_deliveries(oldest_due_at: int | None, now: int) -> Check:
    """``oldest_due_at``: since when the oldest delivery is due; None where none is."""
    if oldest_due_at is None:
        return Check("deliveries", State.OK, Sentence("No delivery is waiting."), 0)
    waited = max(0, now - oldest_due_at)
    told = Sentence("The oldest delivery has been due for {span}.", span=_duration(waited))
    return Check("deliveries", _lateness(waited, DELIVERY_WAIT), told, waited / SECOND)


def _lateness(waited: int, limit: int) -> State:
    return State.OK if waited <= limit else State.WARNING


def check_workers(seen_at: Sequence[int], now: int) -> Check:
    """``seen_at``: the last heartbeat of each worker."""
    living = sum(now - at <= WORKER_SILENCE for at in seen_at)
    if living:
        return Check(
            "workers",
            State.OK,
            Sentence("{n} of {all} workers is alive.", "{n} of {all} workers are alive.", n=living, all=len(seen_at)),
            living,
        )
    return Check("workers", State.FAILED, Sentence("No worker is alive: nothing is taken in or delivered."), 0)


def check_backup(verified_at: int | None, now: int) -> Check:
    """``verified_at``: when the last backup was made and found whole (BAK4)."""
    if verified_at is None:
        return Check("backup", State.WARNING, Sentence("There is no verified backup yet."))
    age = max(0, now - verified_at)
    state = State.OK if age <= BACKUP_AGE else State.WARNING
    return Check(
        "backup", state, Sentence("The last verified backup is {span} old.", span=_duration(age)), age / SECOND
    )


def check_clock(now: int, newest_id: int) -> Check:
    """``newest_id``: the highest id that is stored; 0 where there is none."""
    behind = minted_at(newest_id) - now
    if behind > CLOCK_SLACK:
        return Check(
            "clock",
            State.FAILED,
            Sentence("The clock is {span} behind the newest stored record.", span=_duration(behind)),
            behind / SECOND,
        )
    return Check(
        "clock", State.OK, Sentence("The clock is not behind the newest stored record."), max(0, behind) / SECOND
    )


def check_packages(installed: Callable[[str], str] = version, needed: Sequence[str] | None = None) -> Check:
    """Whether what is installed is as new as our own distribution asks for (DEP2).

    ``installed`` answers the version of a distribution or raises PackageNotFoundError; ``needed`` are requirements
    such as ``aiohttp>=3.14.5``, those of our own distribution unless given.
    """
    try:
        wanted = requires(DISTRIBUTION) or () if needed is None else needed
    except PackageNotFoundError:
        return Check(
            "packages", State.WARNING, Sentence("{name} runs without having been installed.", name=DISTRIBUTION)
        )
    old = [told for text in wanted if (told := _too_old(text, installed))]
    if old:
        return Check("packages", State.FAILED, Sentence("Packages are too old: {names}.", names=", ".join(old)))
    return Check("packages", State.OK, Sentence("All {n} packages are new enough.", n=len(wanted)))


def _too_old(requirement: str, installed: Callable[[str], str]) -> str:
    """What is wrong with one package; empty where nothing is."""
    parts = _REQUIREMENT.match(requirement)
    if parts is None or "extra ==" in requirement or "sys_platform" in requirement:
        return ""
    try:
        found = installed(parts[1])
    except PackageNotFoundError:
        found = "is missing"
    return "" if _numbers(found) >= _numbers(parts[2]) else f"{parts[1]} {found} (at least {parts[2]})"


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers that a version begins with: (3, 14, 5) of 3.14.5rc1."""
    return tuple(int(part) for part in re.findall(r"\d+", text[: len(text) - len(text.lstrip("0123456789."))]))


def _duration(milliseconds: int) -> Sentence:
    """A span in the largest fitting unit, rounded down: ``3 hours``."""
    if milliseconds >= DAY:
        return Sentence("{n} day", "{n} days", n=milliseconds // DAY)
    if milliseconds >= HOUR:
        return Sentence("{n} hour", "{n} hours", n=milliseconds // HOUR)
    if milliseconds >= MINUTE:
        return Sentence("{n} minute", "{n} minutes", n=milliseconds // MINUTE)
    return Sentence("{n} s", n=milliseconds // SECOND)


class LoopWatch:
    """Measures how late the event loop runs what is due (REL14)."""

    INTERVAL_SECONDS = 0.5

    def __init__(self, on_lag: Callable[[float], None] = lambda _: None) -> None:
        """``on_lag`` is told each measured lag, in seconds."""
        self.lag_seconds, self._on_lag = 0.0, on_lag

    @property
    def is_alive(self) -> bool:
        """Whether the process does its work in time; if not, it had better be started again."""
        return self.lag_seconds <= MAX_LAG_SECONDS

    async def run(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due_at = loop.time() + self.INTERVAL_SECONDS
            await asyncio.sleep(self.INTERVAL_SECONDS)
            self.lag_seconds = max(0.0, loop.time() - due_at)
            self._on_lag(self.lag_seconds)
