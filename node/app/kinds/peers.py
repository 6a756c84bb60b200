"""What arrives from other servers, what is told to them, what is looked at there."""

from collections.abc import Iterator
from functools import partial

from federation.arriving.announced import Announced
from federation.arriving.processing import Processor
from federation.arriving.resolving import Resolver
from federation.discovery.imports import Importer
from federation.discovery.proving import Proving
from federation.fetching.first_posts import FirstPosts
from federation.fetching.link_check import LinkCheck
from federation.fetching.previews import Previews
from federation.fetching.quote_stamps import QuoteStamps
from federation.sending.forwarding import Forwarding
from federation.sending.outbox import Outbox
from federation.sending.recheck import Recheck
from federation.synchronisation.followers_sync import FollowersSync
from node.app.foundation import Foundation
from node.app.parts import Parts
from node.jobs.kind import Kind


def build(base: Foundation, parts: Parts) -> Iterator[Kind]:
    """All of it but single deliveries."""
    config, clock, store, ids, unit = base.config, base.clock, base.store, base.ids, base.unit
    client, fetcher, keys, keyring = parts.client, parts.fetcher, parts.keys, parts.keyring
    yield Processor(store, ids, fetcher.batch, parts.handover, batch=config.jobs.inbox).kind()
    announced = Announced(store, fetcher, parts.communities, origin=config.origin)
    slots = config.jobs.fetches
    yield from Resolver(store, clock, fetcher, keys, fetcher.batch, announced, slots=slots, per_host=2).kinds()
    yield Forwarding(store, clock, ids, keys, host=config.host).kind()
    told = config.federation.tell_blocks
    yield Outbox(store, clock, ids, keyring, origin=config.origin, host=config.host, tells_blocks=told).kind()
    proving = Proving(store, client, fetcher)
    yield Recheck(clock, partial(fetcher.actor, fresh=True), proving.check).kind()
    yield parts.threads.kind()
    yield parts.catalogues.kind()
    yield parts.communities.kind()
    yield parts.pinned.kind()
    yield parts.steps.kind()
    yield FirstPosts(store, fetcher, unit).kind()
    yield QuoteStamps(store, clock, ids, fetcher).kind()
    yield FollowersSync(store, fetcher, unit).kind()
    yield Importer(store, clock, unit, fetcher, proving).kind()
    yield LinkCheck(store, clock, client).kind()
    yield Previews(store, unit, client).kind()
