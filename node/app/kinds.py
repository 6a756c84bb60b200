"""The kinds of jobs and what runs them. Loaded with the first job of one of them (``node.app.work``)."""

from collections.abc import Iterator
from functools import partial

from federation.arriving.announced import Announced
from federation.arriving.processing import Processor
from federation.arriving.resolving import Resolver
from federation.discovery.imports import Importer
from federation.fetching.first_posts import FirstPosts
from federation.fetching.link_check import LinkCheck
from federation.fetching.previews import Previews
from federation.fetching.quote_stamps import QuoteStamps
from federation.push import Pusher
from federation.sending.delivery import Deliverer
from federation.sending.forwarding import Forwarding
from federation.sending.outbox import Outbox
from federation.sending.recheck import Recheck
from federation.synchronisation.followers_sync import FollowersSync
from node.app.foundation import Foundation
from node.app.parts import Parts
from node.jobs.kind import Kind
from node.mail import Mailer
from node.services.accounts.leaving import Leaving
from node.services.events.event_work import Reminders, Replies
from node.services.governing.narrowing import Parting
from node.services.library.topic_shares import Topics
from node.services.news.mailing import Post
from node.services.posts.polls import Closing
from node.services.posts.scheduling import Publishing


def build_kinds(base: Foundation, parts: Parts) -> Iterator[Kind]:
    """All but the turns of the schedule."""
    yield from _of_peers(base, parts)
    yield from _of_the_house(base, parts)


def _of_peers(base: Foundation, parts: Parts) -> Iterator[Kind]:
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
    yield FollowersSync(store, fetcher, unit).kind()
    yield Importer(store, clock, unit, fetcher, client).kind()
    yield LinkCheck(store, clock, client).kind()
    yield Previews(store, unit, client).kind()


def _of_the_house(base: Foundation, parts: Parts) -> Iterator[Kind]:
    """What is done for people here."""
    config, clock, store, unit, links = base.config, base.clock, base.store, base.unit, parts.links
    yield parts.uploads.kind()
    yield Publishing(store, unit, links).kind()
    yield Closing(store, unit).kind()
    yield Reminders(store, unit).kind()
    yield Replies(store, unit).kind()
    yield Topics(store, unit).kind()
    yield Leaving(store, unit).kind()
    yield Parting(store, unit).kind()
    yield Post(store, clock, config, Mailer(config.mail, host=config.host)).kind()
    languages = config.node.languages
    yield Pusher(
        store, clock, parts.client, base.box, origin=config.origin, proxied=links.proxied, languages=languages
    ).kind()
