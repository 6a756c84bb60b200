"""Works off the files that people brought along: looks each account or post up, then does what the line says.

A line that fails says why and stops no other. Each batch is a job of its own, so that a restart repeats little and
other work gets its turn.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from federation.discovery.proving import Proving
from federation.discovery.webfinger import read_handle
from federation.fetching.fetch import Fetcher
from node.clock import Clock
from node.domain.exchange import Kind
from node.domain.uris import is_web_uri
from node.errors import NodeError, NotFound
from node.jobs.kind import Kind as WorkKind
from node.jobs.kind import single
from node.jobs.kinds import IMPORT
from node.jobs.outcome import Done, Outcome
from node.services.context import Unit
from node.services.people import exchange
from node.store import jobs
from node.store.database.engine import Store
from node.store.jobs import Job, NewJob
from node.store.people import exchange as store
from node.store.people import handles

_BATCH = 20
_SLOTS = 1
_LOOK_SECONDS = 15.0


class Importer:
    """Runs the jobs that ``services.people.exchange`` leaves."""

    def __init__(
        self, store: Store, clock: Clock, unit: Callable[[], Unit], fetcher: Fetcher, proving: Proving
    ) -> None:
        self._store, self._clock, self._unit = store, clock, unit
        self._fetcher, self._proving = fetcher, proving

    def kind(self) -> WorkKind:
        return single(IMPORT, self.run, slots=_SLOTS)

    async def run(self, job: Job) -> Outcome:
        """Some lines; the rest is another job."""
        import_id = job.ref or 0
        found = await self._store.read(store.find_import, import_id)
        if found is None or found.finished_at is not None:
            return Done()
        for row in await self._store.read(store.load_waiting, import_id, _BATCH):
            problem = await self._settle(found, row.line)
            await self._store.write(store.settle_line, import_id, row.number, problem)
        await self._store.write(_go_on, self._unit(), import_id)
        return Done()

    async def _settle(self, found: Any, line: Sequence[str]) -> str:
        """Do what a line says; answers why that failed, or nothing."""
        kind = Kind(found.kind)
        try:
            target = await self._find(kind, exchange.address_of(kind, line), found.actor_id)
            await self._store.write(exchange.apply, self._unit(), found.actor_id, kind, line, target)
        except NodeError as error:
            return error.public
        except TimeoutError:
            return "The other server did not answer in time."
        return ""

    async def _find(self, kind: Kind, address: str, actor_id: int) -> int:
        """The account or post of this address, fetched where it is not known here. Raises NotFound, RemoteError."""
        if kind is Kind.DOMAINS:
            return 0
        async with asyncio.timeout(_LOOK_SECONDS):
            if kind is Kind.BOOKMARKS:
                if not is_web_uri(address):
                    raise NotFound("This is not the address of a post.")
                post = await self._fetcher.object(address, as_actor_id=actor_id)
                if post is None:
                    raise NotFound("There is no post at this address.")
                return post.id
            handle = read_handle(address)
            unit = self._unit()
            known = await self._store.read(handles.find_by_acct, str(handle), (unit.host,), unit.host)
            if known is not None:
                return known
            if handle.host == unit.host:
                raise NotFound("Nobody here has this name.")
            return (await self._proving.find(str(handle))).id


def _go_on(conn: Connection, unit: Unit, import_id: int) -> None:
    """The next batch, or the end."""
    if store.load_waiting(conn, import_id, 1):
        jobs.enqueue_many(conn, [NewJob(IMPORT, unit.ids.new(), unit.now, ref=import_id)])
    else:
        store.finish_import(conn, import_id, unit.now)
