"""Other hosts as this process sees them: a cache over their rows, and the one place that notes how they fare.

State is in the rows, so that several processes agree; what is in memory is a copy that may be a minute old. While all
is well nothing is written but one note a minute for each host, many hosts at a time: a fan-out to a thousand healthy
hosts costs four transactions, and ``seen`` costs a look into a dictionary.
"""

import asyncio
import contextlib
import functools
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from federation.transport import circuit
from federation.transport.circuit import NOTE_EVERY
from federation.transport.knock import Knock
from federation.vocab import ED25519_SIGNATURES
from node import log
from node.clock import DAY, Clock
from node.errors import NodeError, Unavailable
from node.jobs.kinds import DELIVER
from node.store.database.engine import Store
from node.store.federation import hosts as table
from node.store.federation.hosts import Change, Host
from node.store.people import follows, remote_actors

#: How many hosts are kept in memory; the one that was longest not asked for goes first.
MAX_KNOWN = 10_000
#: Notes wait so long for others to be written with.
_GATHER_SECONDS = 2.0
_NOTES_AT_ONCE = 256
_CHECK_EVERY = 7 * DAY
_CHECKED_AT_ONCE = 50
#: Rows of hosts are kept so long after the last that was heard of them (OUT13).
KEEP = 30 * DAY
#: Followers on a host that was given up are kept so long: it may come back.
KEEP_FOLLOWERS = 90 * DAY


@dataclass(frozen=True, slots=True)
class Software:
    """What a server says it runs; the name in lower case."""

    name: str
    version: str = ""


@dataclass(slots=True)
class _Known:
    """A host in memory: its row as last read, and what this process has since noted of it."""

    row: Host
    answered_at: int = 0
    seen_at: int = 0
    takes_ed25519: bool = False  # as its actors announce (FEP-844e)
    refused_ed25519_at: int | None = None


@dataclass(slots=True)
class _Note:
    """What is to be written about a host."""

    answered_at: int = 0
    seen_at: int = 0
    scheme: str = ""


class Hosts:
    """How other hosts fare. ``close`` writes what is still unwritten."""

    def __init__(
        self, store: Store, clock: Clock, *, returned: Callable[[Connection, str], None] | None = None
    ) -> None:
        """``returned`` is called in the transaction in which a host's circuit closes."""
        self._store, self._clock, self._returned = store, clock, returned
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._notes: dict[str, _Note] = {}
        self._writing: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    # What is known.

    async def get(self, host: str) -> Host:
        """What is known of a host; those that are asked for together are read together."""
        if (known := self._known.get(host)) is not None:
            self._known.move_to_end(host)
            return known.row
        row, announces = await self._store.collect(_load, host)
        if host not in self._known:  # nor found meanwhile by somebody else, who may have noted something
            self._remember(row or Host(host, created_at=self._clock.now()))
            self._known[host].takes_ed25519 = announces
        return self.peek(host)

    async def reread(self, host: str) -> Host:
        """What is known of a host now, whatever memory says."""
        found = await self._store.read(table.load_hosts, [host])
        self._remember(found.get(host) or Host(host, created_at=self._clock.now()))
        return self.peek(host)

    def peek(self, host: str) -> Host:
        """What memory holds of a host, without asking; one that it does not hold looks well. Thread-safe."""
        known = self._known.get(host)
        return Host(host) if known is None else known.row

    def hopeful(self, host: str) -> str:
        """The way to sign (``Knock``) that promises most at a host; empty where nothing is known.

        What it took before, but Ed25519 where it announces that; not for a day after it refused that all the same.
        """
        known, now = self._known.get(host), self._clock.now()
        if known is None:
            return ""
        remembered = circuit.remembered_scheme(known.row, now)
        is_refused = known.refused_ed25519_at is not None and now - known.refused_ed25519_at < DAY
        if is_refused:
            return "" if remembered == Knock.ED25519 else remembered
        return Knock.ED25519 if known.takes_ed25519 else remembered

    def announces(self, host: str, capabilities: Collection[str]) -> None:
        """An actor at this host was read, whose server says that it can do this."""
        if (known := self._known.get(host)) is not None:
            known.takes_ed25519 = ED25519_SIGNATURES in capabilities

    def refused(self, host: str, knock: Knock) -> None:
        """It did not believe a request that was signed so."""
        if knock is Knock.ED25519 and (known := self._known.get(host)) is not None:
            known.refused_ed25519_at = self._clock.now()

    def _remember(self, row: Host) -> None:
        known = self._known.get(row.host)
        if known is None:
            self._known[row.host] = _Known(row, row.last_success_at or 0, row.last_seen_at or 0)
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        else:
            known.row = row

    # What happens to them.

    async def answered(self, host: str, *, scheme: str = "") -> None:
        """It answered a delivery with less than 500. ``scheme``: how the request was signed that it took."""
        now = self._clock.now()
        known = self._known.get(host)
        is_well = known is not None and circuit.is_well(known.row)
        if known is not None:
            is_told = now - known.answered_at < NOTE_EVERY and scheme in {"", known.row.signature}
            if is_well and is_told:
                return
            known.answered_at = now
            if scheme:  # the next request, which may be under way before this is written, is to be signed the same
                known.row = circuit.after_trust(known.row, now, scheme)
        note = self._note(host)
        note.answered_at, note.scheme = now, scheme or note.scheme
        if not is_well:
            await self.flush()

    def seen(self, host: str) -> None:
        """A verified request came from it. Whatever waits for it is released at once."""
        now = self._clock.now()
        known = self._known.get(host)
        is_well = known is not None and circuit.is_well(known.row)
        if known is not None:
            if is_well and now - known.seen_at < NOTE_EVERY:
                return
            known.seen_at = now
        self._note(host).seen_at = now
        if not is_well:
            self._hurry.set()

    async def failed(self, host: str, reason: str) -> Host:
        """It did not answer, or answered 5xx; answers what it has become."""
        now = self._clock.now()
        before = self.peek(host)
        after = await self._change(host, lambda row: circuit.after_failure(row, now, reason))
        if after.is_held and not before.is_held:
            log.event("circuit.opened", level=log.WARNING, host=host, failures=after.failures, reason=reason)
        if after.is_unavailable and not before.is_unavailable:
            log.event("host.given_up", level=log.WARNING, host=host, failing_days=after.failing_days)
        return after

    async def mistrusted(self, host: str) -> None:
        """It refused every signature that it was offered."""
        await self._change(host, circuit.after_mistrust)

    async def checked(self, host: str, *, alive: bool) -> None:
        """It had been given up and was looked at again."""
        now = self._clock.now()
        await self._change(host, lambda row: circuit.after_check(row, now, alive=alive))

    async def _change(self, host: str, apply: Callable[[Host], Host]) -> Host:
        row = await self._store.gather(self._change_many, Change(host, apply))
        self._remember(row)
        return row

    @functools.cached_property
    def _change_many(self) -> Callable[..., list[Host]]:
        # One object for the life of this one: ``gather`` puts together what is for the same function.
        return lambda conn, changes: table.change_many(
            conn, changes, kind=DELIVER, now=self._clock.now(), returned=self._returned
        )

    # Notes.

    def _note(self, host: str) -> _Note:
        note = self._notes.get(host)
        if note is None:
            note = self._notes[host] = _Note()
            if self._writing is None or self._writing.done():
                self._hurry.clear()
                self._writing = asyncio.create_task(self._write_later(), name="note hosts")
        return note

    async def _write_later(self) -> None:
        while self._notes:
            try:
                async with asyncio.timeout(_GATHER_SECONDS):
                    await self._hurry.wait()
            except TimeoutError:
                pass
            self._hurry.clear()
            try:
                await self.flush()
            except Unavailable as error:
                log.event("hosts.note_failed", level=log.WARNING, error=error, waiting=len(self._notes))
                self._notes.clear()  # what is still true will be noted again

    async def flush(self) -> None:
        """Write what was noted."""
        while self._notes:
            names = list(self._notes)[:_NOTES_AT_ONCE]
            notes = [(name, self._notes.pop(name)) for name in names]
            changes = [Change(name, functools.partial(_noted, note)) for name, note in notes]
            for row in await self._store.write(self._change_many, changes):
                self._remember(row)

    async def close(self) -> None:
        """Write what is still to be written and end."""
        with contextlib.suppress(Unavailable):  # notes only
            await self.flush()
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    # Upkeep.

    async def check_given_up(self, ask: Callable[[str], Awaitable[object]]) -> None:
        """Look once a week whether hosts that were given up are back; ``ask`` raises NodeError where one is not."""
        now = self._clock.now()
        limits = {"checked_before": now - _CHECK_EVERY, "limit": _CHECKED_AT_ONCE}
        for host in await self._store.read(table.load_unavailable, **limits):
            try:
                await ask(host)
                alive = True
            except NodeError:
                alive = False
            await self.checked(host, alive=alive)

    async def ask_software(self, ask: Callable[[str], Awaitable[Software | None]]) -> None:
        """Ask hosts once a week what they run, for the administrator's list of peers; some at a time."""
        now = self._clock.now()
        limits = {"checked_before": now - _CHECK_EVERY, "limit": _CHECKED_AT_ONCE}
        for host in await self._store.read(table.load_unasked, **limits):
            try:
                found = await ask(host)
            except NodeError:  # noted as asked, or a host without NodeInfo would be asked every hour
                found = None
            name, version = (found.name, found.version) if found else ("", "")
            await self._store.write(table.note_software, host, name, version, now)

    async def expire(self) -> None:
        """Forget hosts that were not heard of for 30 days."""
        await self._store.write(table.expire_hosts, self._clock.now() - KEEP)

    async def drop_lost(self) -> None:
        """Remove the followers on hosts that were given up three months ago."""
        for host in await self._store.read(table.load_lost, self._clock.now() - KEEP_FOLLOWERS):
            removed = await self._store.write(follows.delete_followers_on, host)
            if removed:
                log.event("host.followers_removed", level=log.WARNING, host=host, followers=removed)

    def forget(self, hosts: Collection[str]) -> None:
        """Read these anew when they are next asked for."""
        for host in hosts:
            self._known.pop(host, None)


def _load(conn: Connection, names: Sequence[str]) -> list[tuple[Host | None, bool]]:
    """What is known of each of these hosts, and whether it announces that it verifies Ed25519."""
    found, announcing = table.load_hosts(conn, names), remote_actors.load_capable(conn, names, ED25519_SIGNATURES)
    return [(found.get(name), name in announcing) for name in names]


def _noted(note: _Note, row: Host) -> Host:
    if note.seen_at:
        row = circuit.after_request(row, note.seen_at)
    if note.answered_at:
        row = circuit.after_answer(row, note.answered_at)
    return circuit.after_trust(row, note.answered_at, note.scheme) if note.scheme else row
