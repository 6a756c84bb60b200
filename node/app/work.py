"""What a node does when nobody asks: kinds of jobs, what the clock starts, what each process looks after."""

import os
import secrets
import socket
from collections.abc import Iterator
from functools import partial

from federation.actors.imports import Importer
from federation.arriving.announced import Announced
from federation.arriving.forwarding import Forwarding
from federation.arriving.processing import Processor
from federation.arriving.resolving import Resolver
from federation.discovery.nodeinfo import find_software
from federation.fetching.first_posts import FirstPosts
from federation.fetching.link_check import LinkCheck
from federation.fetching.previews import Previews
from federation.fetching.quote_stamps import QuoteStamps
from federation.push import Pusher
from federation.sending.delivery import Deliverer
from federation.sending.outbox import Outbox
from federation.sending.recheck import Recheck
from federation.signatures import rotation
from federation.synchronisation.followers_sync import FollowersSync
from node import upkeep
from node.app.foundation import Foundation
from node.app.parts import Parts
from node.clock import DAY, HOUR, MINUTE
from node.jobs.schedule import Entry, Schedule
from node.jobs.worker import Kind, Worker
from node.mail import Mailer
from node.services.communities.asking_experts import AskingExperts
from node.services.communities.community_reports import Waiting
from node.services.events.event_work import Reminders, Replies
from node.services.house.backups import back_up
from node.services.library.digests import Digests
from node.services.library.topic_accounts import Topics
from node.services.news.mailing import Post
from node.services.people.leaving import Leaving
from node.services.posts.polls import Closing
from node.services.posts.scheduling import Publishing
from node.ticks import Tick, Ticks


def build_schedule(base: Foundation, parts: Parts) -> Schedule:
    return Schedule(base.store, base.clock, base.ids, [*_upkeep(base, parts), *_daily_reading(base, parts)])


def build_worker(base: Foundation, parts: Parts, schedule: Schedule) -> Worker:
    kinds = [*_kinds_of_peers(base, parts), *_kinds_of_the_house(base, parts), schedule.kind()]
    return Worker(base.store, base.clock, kinds, name=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}")


def build_ticks(base: Foundation, parts: Parts) -> Ticks:
    def is_busy() -> bool:
        return parts.handover.is_waiting() or base.store.is_crowded()

    return Ticks(
        [
            Tick("policies", 2, parts.policies.load),
            Tick("search", 2, upkeep.Indexing(base.store, is_busy=is_busy).run),
            Tick("backlog", 5, parts.inbox.measure),
            Tick("keys", 10, parts.keyring.check),
            Tick("media-cache", 3600, parts.media.trim),
        ]
    )


def _upkeep(base: Foundation, parts: Parts) -> Iterator[Entry]:
    config, clock, store, hosts = base.config, base.clock, base.store, parts.hosts
    software = partial(find_software, parts.client)
    yield Entry("backup", DAY, lambda: back_up(config, store, clock), delay=HOUR)
    yield Entry("keys", HOUR, lambda: rotation.run(store, parts.keyring, base.box, base.unit()), delay=5 * MINUTE)
    yield Entry("expire", HOUR, lambda: upkeep.run(store, clock.now()), delay=5 * MINUTE)
    yield Entry("media-expire", HOUR, parts.uploads.expire, delay=5 * MINUTE)
    yield Entry("hosts-given-up", DAY, lambda: hosts.check_given_up(software), delay=HOUR)
    yield Entry("hosts-lost", DAY, hosts.drop_lost, delay=HOUR)
    yield Entry("hosts-software", HOUR, lambda: hosts.ask_software(software), delay=10 * MINUTE)
    yield Entry("hosts-expire", DAY, hosts.expire, delay=HOUR)


def _daily_reading(base: Foundation, parts: Parts) -> Iterator[Entry]:
    """What is looked at again elsewhere, and what people here are told once a day."""
    store, unit = base.store, base.unit
    yield from parts.catalogues.entries()
    yield from parts.communities.entries()
    yield from parts.pinned.entries()
    yield from parts.steps.entries()
    yield from Waiting(store, unit).entries()
    yield from AskingExperts(store, unit).entries()
    yield from Digests(store, unit, base.config.node.languages).entries()


def _kinds_of_peers(base: Foundation, parts: Parts) -> Iterator[Kind]:
    """What arrives from other servers, what is said to them, what is looked at there."""
    config, clock, store, ids, unit = base.config, base.clock, base.store, base.ids, base.unit
    client, fetcher, keys, keyring, hosts = parts.client, parts.fetcher, parts.keys, parts.keyring, parts.hosts
    yield Processor(store, ids, fetcher.batch, parts.handover, batch=config.jobs.inbox).kind()
    announced = Announced(store, fetcher, parts.communities, origin=config.origin)
    slots = config.jobs.fetches
    yield from Resolver(store, clock, fetcher, keys, fetcher.batch, announced, slots=slots, per_host=2).kinds()
    yield Forwarding(store, clock, ids, keys, host=config.host).kind()
    told = config.federation.tell_blocks
    yield Outbox(store, clock, ids, keyring, origin=config.origin, host=config.host, tells_blocks=told).kind()
    yield Deliverer(store, clock, ids, client, hosts, keyring, parts.signing).kind()
    yield Recheck(clock, partial(fetcher.actor, fresh=True)).kind()
    yield parts.threads.kind()
    yield parts.catalogues.kind()
    yield parts.communities.kind()
    yield parts.pinned.kind()
    yield parts.steps.kind()
    yield FirstPosts(store, fetcher, unit).kind()
    yield QuoteStamps(store, clock, ids, fetcher).kind()
    yield FollowersSync(store, clock, ids, fetcher, origin=config.origin).kind()
    yield Importer(store, clock, unit, fetcher, client).kind()
    yield LinkCheck(store, clock, client).kind()
    yield Previews(store, unit, client).kind()


def _kinds_of_the_house(base: Foundation, parts: Parts) -> Iterator[Kind]:
    """What is done for people here."""
    config, clock, store, unit, links = base.config, base.clock, base.store, base.unit, parts.uploads.links
    yield parts.uploads.kind()
    yield Publishing(store, unit, links).kind()
    yield Closing(store, unit).kind()
    yield Reminders(store, unit).kind()
    yield Replies(store, unit).kind()
    yield Topics(store, unit).kind()
    yield Leaving(store, unit).kind()
    yield Post(store, clock, config, Mailer(config.mail, host=config.host)).kind()
    languages = config.node.languages
    yield Pusher(
        store, clock, parts.client, base.box, origin=config.origin, proxied=links.proxied, languages=languages
    ).kind()
