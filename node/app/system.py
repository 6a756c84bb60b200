"""A whole node without a web server. Parts start in the order in which they are listed and stop in the reverse."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from federation.sending.asking_again import ask_again
from federation.signatures.signing import Signing
from federation.state import Federation
from federation.synchronisation.catalogue_sync import CatalogueSync
from federation.transport.connection import TIMEOUTS, Resolver, Timeouts
from node.app import foundation, work
from node.app.database import migrate_database, open_store
from node.app.foundation import Foundation
from node.app.parts import Parts, build_parts
from node.clock import Clock, SystemClock
from node.config import Config
from node.jobs.schedule import Schedule
from node.jobs.worker import Worker
from node.state import Node
from node.ticks import Ticks


@dataclass(frozen=True, slots=True)
class System:
    """A whole node, built and open; ``close_system`` ends it."""

    node: Node
    federation: Federation
    worker: Worker
    schedule: Schedule
    catalogues: CatalogueSync
    signing: Signing
    ticks: Ticks

    async def start_work(self) -> None:
        """Begin to work on jobs; nothing is worked on before."""
        self.ticks.start()
        await self.schedule.start()
        await self.catalogues.start()
        await self.node.store.write(ask_again, self.node.unit())
        await self.worker.start()


async def open_system(
    config: Config,
    *,
    clock: Clock | None = None,
    lane: int | None = None,
    resolver: Resolver | None = None,
    tls: ssl.SSLContext | None = None,
    timeouts: Timeouts = TIMEOUTS,
) -> System:
    """Migrate, open the store, found what a new node lacks, join the parts. Nothing listens or works yet.

    ``lane`` tells processes apart that mint ids at one time: 0 for the serving process, by chance for all others.
    ``resolver`` and ``tls`` are for tests with peers under names of their own, ``timeouts`` for tests on machines that
    stand still now and then.
    """
    migrate_database(config)
    store = open_store(config)
    await store.open()
    try:
        base = await foundation.lay(config, clock or SystemClock(), store, lane)
        return await _join(base, build_parts(base, resolver, tls, timeouts))
    except BaseException:
        await store.close()
        raise


async def _join(base: Foundation, parts: Parts) -> System:
    await parts.policies.load()
    schedule = work.build_schedule(base, parts)
    worker = work.build_worker(base, parts, schedule)
    return System(
        Node(base.config, base.store, base.clock, base.ids, worker, parts.uploads),
        parts.federation(),
        worker,
        schedule,
        parts.catalogues,
        parts.signing,
        work.build_ticks(base, parts),
    )


async def close_system(system: System) -> None:
    """Stop what runs, in the reverse order of its start."""
    await system.ticks.stop()
    await system.worker.stop()
    await system.federation.hosts.close()
    system.signing.close()
    await system.federation.client.close()
    await system.node.uploads.close()
    await system.node.store.close()


@asynccontextmanager
async def opened(config: Config, *, clock: Clock | None = None) -> AsyncIterator[System]:
    """A system for a command: open, and closed at the end; it works on nothing by itself."""
    system = await open_system(config, clock=clock)
    try:
        yield system
    finally:
        await close_system(system)
