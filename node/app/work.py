"""What a node does when nobody asks: what the clock starts, kinds of jobs, what each process looks after.

The tables here say when; what is done then is loaded with the first turn, where it is much with the first that finds
something to do, and kinds of jobs with the first job.
"""
# ruff: noqa: PLW0108 (a lambda asks for its part when it is called, not now)

import asyncio
import os
import secrets
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from node.app.foundation import Foundation
from node.app.parts import Parts
from node.clock import DAY, HOUR, MINUTE
from node.indexing import Indexing, merge
from node.jobs import backoff, kinds
from node.jobs.kind import Kind, Late
from node.jobs.schedule import Entry, Schedule
from node.jobs.worker import Worker
from node.services.library import catalogue
from node.store.people import follows
from node.store.triggers import post_search, resource_search
from node.ticks import Tick, Ticks

if TYPE_CHECKING:
    from federation.transport.hosts import Software


def build_schedule(base: Foundation, parts: Parts) -> Schedule:
    return Schedule(base.store, base.clock, base.ids, [*_upkeep(base, parts), *_daily_reading(base), *_telling(base)])


def build_worker(base: Foundation, parts: Parts, schedule: Schedule) -> Worker:
    return Worker(
        base.store,
        base.clock,
        [schedule.kind()],
        name=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}",
        late=list(late_kinds(base, parts)),
        longest_waits={kinds.DELIVER: {"": backoff.LONGEST_WAIT}, kinds.PERIODIC: schedule.longest_waits},
    )


def late_kinds(base: Foundation, parts: Parts) -> Iterator[Late]:
    """All but the turns of the schedule. A node that only asks hosts again that are away loads the first group."""

    def deliveries() -> Iterator[Kind]:
        from node.app.kinds import deliveries

        return deliveries.build(base, parts)

    def house() -> Iterator[Kind]:
        from node.app.kinds import house

        return house.build(base, parts)

    def peers() -> Iterator[Kind]:
        from node.app.kinds import peers

        return peers.build(base, parts)

    yield Late(kinds.DELIVERIES, deliveries)
    yield Late(kinds.OF_THE_HOUSE, house)
    yield Late(kinds.ALL - kinds.DELIVERIES - kinds.OF_THE_HOUSE - {kinds.PERIODIC}, peers)


def build_ticks(base: Foundation, parts: Parts) -> Ticks:
    def is_busy() -> bool:
        return parts.handover.is_waiting(base.clock.now()) or base.store.is_crowded()

    return Ticks(
        [
            Tick("policies", 2, parts.policies.load),
            Tick("search", 2, Indexing(base.store, is_busy=is_busy).run),
            Tick("backlog", 5, parts.when_built("inbox", lambda: parts.inbox.measure())),
            Tick("keys", 10, parts.when_built("keyring", lambda: parts.keyring.check())),
            Tick("media-cache", 3600, lambda: parts.media.trim()),
        ]
    )


def _upkeep(base: Foundation, parts: Parts) -> Iterator[Entry]:
    async def ask_software(host: str) -> "Software | None":
        from federation.discovery.nodeinfo import find_software

        return await find_software(parts.client, host)

    async def back_up() -> None:
        from node import heap
        from node.services.house import backups

        await backups.back_up(base.config, store, clock)
        await asyncio.to_thread(heap.give_back)

    async def expire() -> None:
        from node import upkeep

        await upkeep.run(store, clock.now())

    async def rotate_keys() -> None:
        from node.services.access import sealing

        if not await store.read(sealing.is_anything_due, base.box):
            return  # what opens and changes keys is 9 MiB
        from federation.signatures import rotation

        await rotation.run(base.store, parts.keyring, base.box, base.unit())

    clock, store = base.clock, base.store
    yield Entry("backup", DAY, back_up, delay=HOUR)
    yield Entry("keys", HOUR, rotate_keys, delay=5 * MINUTE)
    yield Entry("expire", HOUR, expire, delay=5 * MINUTE)
    yield Entry("media-expire", HOUR, lambda: parts.uploads.expire(), delay=5 * MINUTE)
    yield Entry("hosts-given-up", DAY, lambda: parts.hosts.check_given_up(ask_software), delay=HOUR)
    yield Entry("hosts-lost", DAY, lambda: parts.hosts.drop_lost(), delay=HOUR)
    yield Entry("hosts-software", HOUR, lambda: parts.hosts.ask_software(ask_software), delay=10 * MINUTE)
    yield Entry("hosts-expire", DAY, lambda: parts.hosts.expire(), delay=HOUR)
    yield Entry("search-merge", HOUR, lambda: merge(store, resource_search.INDEX), delay=5 * MINUTE)
    yield Entry("search-merge-posts", DAY, lambda: merge(store, post_search.INDEX), delay=HOUR)


def _daily_reading(base: Foundation) -> Iterator[Entry]:
    """What is looked at again elsewhere. Code that publishes posts is loaded once there is something to do."""
    store, unit = base.store, base.unit

    async def ask_for_pins() -> None:
        if not await store.read(follows.load_with_pins):
            return
        from node.services.people.follows import ask_for_all_pins

        await store.write(ask_for_all_pins, unit())

    async def ask_for_members() -> None:
        from node.services import membership

        await store.write(membership.ask_for_all, unit())

    async def ask_for_steps() -> None:
        from node.services.library import orders

        await store.write(orders.ask_for_all, unit())

    yield Entry("catalogue-poll", 6 * HOUR, lambda: store.write(catalogue.sync_all, unit()), delay=6 * HOUR)
    yield Entry("catalogue-prune", DAY, lambda: store.write(catalogue.prune, unit().now), delay=HOUR)
    yield Entry("communities", DAY, ask_for_members, delay=HOUR)
    yield Entry("featured", DAY, ask_for_pins, delay=HOUR)
    yield Entry("steps", DAY, ask_for_steps, delay=HOUR)


def _telling(base: Foundation) -> Iterator[Entry]:
    """What people here are told that waits for its time. What renders posts is loaded once there is something."""
    store, unit = base.store, base.unit

    async def hand_on_reports() -> None:
        from node.store.communities import community_reports

        if not await store.read(community_reports.list_waiting, unit().now):
            return
        from node.services.communities.community_reports import hand_on_waiting

        await store.write(hand_on_waiting, unit())

    async def call_experts() -> None:
        from node.store.communities import expert_calls

        if not await store.read(expert_calls.list_waiting, since=0, until=unit().now, limit=1):
            return
        from node.services.communities.asking_experts import call_experts

        await store.write(call_experts, unit())

    async def publish_digests() -> None:
        from node.store.library import digests

        if not await store.read(digests.list_due, until=unit().now):
            return
        from node.services.library.digests import Digests

        await Digests(store, unit, base.config.node.languages).run()

    yield Entry("community-reports", HOUR, hand_on_reports, delay=HOUR)
    yield Entry("expert-calls", HOUR, call_experts, delay=HOUR)
    yield Entry("digests", HOUR, publish_digests, delay=10 * MINUTE)
