"""A whole node without a web server. Parts start in the order in which they are listed and stop in the reverse."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.app import foundation, work
from node.app.database import migrate_database, open_store
from node.app.foundation import Foundation
from node.app.parts import Parts
from node.clock import Clock, SystemClock
from node.config import Config
from node.jobs.schedule import Schedule
from node.jobs.worker import Worker
from node.services.library import catalogue
from node.state import Node
from node.store.people import follows
from node.ticks import Ticks

if TYPE_CHECKING:
    from federation.transport.connection import Resolver, Timeouts


@dataclass(frozen=True, slots=True)
class System:
    """A whole node, built and open; ``close_system`` ends it."""

    node: Node
    federation: Parts
    worker: Worker
    schedule: Schedule
    ticks: Ticks

    async def start_work(self) -> None:
        """Begin to work on jobs; nothing is worked on before."""
        store, unit = self.node.store, self.node.unit
        self.ticks.start()
        await self.schedule.start()
        await store.write(catalogue.sync_after_start, unit())
        if await store.read(follows.load_pending_out, limit=1):
            from federation.sending.asking_again import ask_again  # late: seldom is there anything to ask

            await store.write(ask_again, unit())
        await self.worker.start()


async def open_system(
    config: Config,
    *,
    clock: Clock | None = None,
    lane: int | None = None,
    resolver: "Resolver | None" = None,
    tls: ssl.SSLContext | None = None,
    timeouts: "Timeouts | None" = None,
) -> System:
    """Migrate, open the store, found what a new node lacks, join the parts. Nothing listens or works yet.

    ``lane`` tells processes apart that mint ids at one time: 0 for the one that serves with SQLite. Others get one that
    nobody has from the store.
    ``resolver`` and ``tls`` are for tests with peers under names of their own, ``timeouts`` for tests on machines that
    stand still now and then.
    """
    migrate_database(config)
    store = open_store(config)
    await store.open()
    try:
        base = await foundation.lay(config, clock or SystemClock(), store, lane)
        return await _join(base, Parts(base, resolver=resolver, tls=tls, timeouts=timeouts))
    except BaseException:
        await store.close()
        raise


async def _join(base: Foundation, parts: Parts) -> System:
    await parts.policies.load()
    schedule = work.build_schedule(base, parts)
    worker = work.build_worker(base, parts, schedule)
    node = Node(base.config, base.store, base.clock, base.ids, worker, parts.links, lambda: parts.uploads)
    return System(node, parts, worker, schedule, work.build_ticks(base, parts))


async def close_system(system: System) -> None:
    """Stop what runs, in the reverse order of its start."""
    await system.ticks.stop()
    await system.worker.stop()
    await system.federation.close()
    await system.node.store.close()


@asynccontextmanager
async def opened(config: Config, *, clock: Clock | None = None) -> AsyncIterator[System]:
    """A system for a command: open, and closed at the end; it works on nothing by itself."""
    system = await open_system(config, clock=clock)
    try:
        yield system
    finally:
        await close_system(system)
