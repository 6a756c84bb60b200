"""The composition root: the only module that knows all parts of a node and joins them.

``open_system`` builds a node without a web server (commands, workers and tests use it so); ``build_app`` puts the web
application over it. Parts start in the order in which they are listed and stop in the reverse.
"""

import asyncio
import os
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from sqlalchemy import Connection

import node as product
from federation import routes
from federation.actors.founding import find_founded, found_instance, found_organisation
from federation.actors.imports import Importer
from federation.arriving.announced import Announced
from federation.arriving.forwarding import Forwarding
from federation.arriving.handover import Handover
from federation.arriving.inbox import Inbox, Rates
from federation.arriving.processing import Processor
from federation.arriving.resolving import Resolver as InboxResolver
from federation.discovery.nodeinfo import find_software
from federation.fetching.community_reading import CommunityReading
from federation.fetching.fetch import Fetcher
from federation.fetching.first_posts import FirstPosts
from federation.fetching.link_check import LinkCheck
from federation.fetching.pinned import Pinned
from federation.fetching.previews import Previews
from federation.fetching.quote_stamps import QuoteStamps
from federation.fetching.remote_media import RemoteMedia
from federation.fetching.steps import Steps
from federation.fetching.threads import Threads
from federation.openid import Provider
from federation.policy import PolicyWatch
from federation.push import Pusher
from federation.sending.asking_again import ask_again
from federation.sending.delivery import Deliverer
from federation.sending.outbox import Outbox
from federation.sending.recheck import Recheck
from federation.sending.signing import Signing
from federation.signatures import keys, rotation
from federation.signatures.keys import Keyring, RemoteKeys
from federation.state import FEDERATION, Federation
from federation.synchronisation.catalogue_sync import CatalogueSync
from federation.synchronisation.followers_sync import FollowersSync
from federation.transport.address import AddressPolicy
from federation.transport.connection import Resolver
from federation.transport.first_contacts import FirstContacts
from federation.transport.hosts import Hosts
from federation.transport.http import OutboundClient
from federation.transport.signed_get import SignedGet
from node import guard, metrics, upkeep
from node.clock import DAY, HOUR, MINUTE, Clock, SystemClock
from node.config import Config
from node.health import State, check_disk
from node.ids import LANES, Ids
from node.jobs.schedule import Entry, Schedule
from node.jobs.worker import Worker
from node.mail import Mailer
from node.media.links import MediaLinks, proxy_key
from node.media.storage import open_storage
from node.ratelimit import Exemptions
from node.secretbox import SecretBox
from node.services.communities.asking_experts import AskingExperts
from node.services.communities.community_reports import Waiting
from node.services.context import Unit
from node.services.events.event_work import Reminders, Replies
from node.services.house.backups import back_up, copy_before_upgrade
from node.services.library.catalogue import sync_host
from node.services.library.digests import Digests
from node.services.library.topic_accounts import Topics
from node.services.news.mailing import Post
from node.services.people.leaving import Leaving
from node.services.posts.polls import Closing
from node.services.posts.scheduling import Publishing
from node.services.posts.uploads import Uploads
from node.state import NODE, Node
from node.store import facts
from node.store.database import migrate
from node.store.database.engine import Store
from node.store.database.newest import newest_id
from node.ticks import Tick, Ticks
from web import middlewares
from web import routes as web_routes
from web.areas import add_areas
from web.client_api.callers import TOKENS, Tokens
from web.client_api.entities.look import LOOK, build_look
from web.client_api.house import HOUSE, build_house
from web.client_api.remembering import ANSWERS, Answers
from web.health import STOPPING, watch_loop
from web.network.remembering import NETWORKS, Networks
from web.state import WEB, build_web
from web.streaming.hub import HUB, Hub, close_streams, run_hub

MAX_BODY = 1_048_576


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


def open_store(config: Config) -> Store:
    """The store that the configuration names; drivers load with it. It must be opened by the caller."""
    if config.is_sqlite:
        from node.store.database.sqlite import SqliteBackend  # late: psycopg and aiosqlite exclude each other

        return Store(SqliteBackend(config.database_path), dialect="sqlite", on_commit=metrics.committed)
    from node.store.database.postgresql import PostgresqlBackend  # late: the same

    backend = PostgresqlBackend(config.database.url, pool=config.database.pool)
    return Store(backend, dialect="postgresql", on_commit=metrics.committed)


def migrate_database(config: Config) -> bool:
    """Bring the database up to this version, a verified copy first on SQLite; answers whether anything was done."""
    if not config.is_sqlite:
        return migrate.migrate(config.database.url.replace("postgresql://", "postgresql+psycopg://", 1))
    config.data_dir.mkdir(parents=True, exist_ok=True)
    if config.database_path.exists() and migrate.is_current_file(config.database_path):
        return False

    return migrate.migrate(
        f"sqlite:///{config.database_path}", before=lambda version: copy_before_upgrade(config, version)
    )


async def open_system(
    config: Config,
    *,
    clock: Clock | None = None,
    lane: int | None = None,
    resolver: Resolver | None = None,
    tls: ssl.SSLContext | None = None,
) -> System:
    """Migrate, open the store, found what a new node lacks, join the parts. Nothing listens or works yet.

    ``lane`` tells processes apart that mint ids at one time: 0 for the serving process, by chance for all others.
    ``resolver`` and ``tls`` are for tests with peers under names of their own.
    """
    clock = clock or SystemClock()
    migrate_database(config)
    store = open_store(config)
    await store.open()
    try:
        return await _join(config, clock, store, lane, resolver, tls)
    except BaseException:
        await store.close()
        raise


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


async def _join(
    config: Config, clock: Clock, store: Store, lane: int | None, resolver: Resolver | None, tls: ssl.SSLContext | None
) -> System:
    box = SecretBox(config.secret_key, config.secrets.previous)
    guard.refuse_other_host(await store.read(facts.load_fact, facts.HOST), config.host)
    ids = Ids(
        clock,
        lane=secrets.randbelow(LANES - 1) + 1 if lane is None else lane,
        after=await store.read(newest_id),
    )
    instance_id = await _found(config, clock, store, ids, box)

    policies = PolicyWatch(store, allow_list=config.federation.mode == "allow-list")
    await policies.load()
    client = OutboundClient(
        AddressPolicy(
            own_hosts=config.own_hosts,
            allow_loopback_peers=config.development,
            allowed_ports=frozenset(config.federation.allowed_ports),
        ),
        user_agent=f"Rhizome/{product.__version__} (+{config.origin}/)",
        clock=clock,
        blocked=lambda host: policies().is_blocked(host),
        resolver=resolver,
        tls=tls,
        proxy=config.federation.proxy,
    )
    keyring = Keyring(store, box)

    def unit() -> Unit:
        return Unit(ids, clock.now(), config.origin, config.host)

    hosts = Hosts(store, clock, returned=lambda conn, host: sync_host(conn, unit(), host))
    signing = Signing()
    fetcher = Fetcher(
        store,
        clock,
        ids,
        client,
        SignedGet(client, keyring, signing, hosts, clock),
        policies,
        FirstContacts(hosts, clock, Exemptions(config.limits.exempt)),
        origin=config.origin,
        host=config.host,
        instance_actor_id=instance_id,
    )
    remote_keys = RemoteKeys(store, clock, fetcher)
    handover = Handover()
    inbox = Inbox(
        store,
        clock,
        ids,
        remote_keys,
        hosts,
        policies,
        Rates(Exemptions(config.limits.exempt)),
        handover,
        own_hosts=config.own_hosts,
        origin=config.origin,
        backlog_at_most=config.limits.inbox_backlog,
        is_disk_low=partial(_is_disk_low, config),
    )
    deliverer = Deliverer(store, clock, ids, client, hosts, keyring, signing)
    uploads = _uploads(config, clock, store, unit)
    remote_media = RemoteMedia(client, clock, policies, config.data_dir / "media-cache", config.media, config.jobs)
    catalogues = CatalogueSync(store, fetcher, unit)
    communities = CommunityReading(store, fetcher, unit)
    pinned, steps = Pinned(store, fetcher, unit), Steps(store, fetcher, unit)
    schedule = Schedule(
        store,
        clock,
        ids,
        [
            Entry("backup", DAY, lambda: back_up(config, store, clock), delay=HOUR),
            Entry("keys", HOUR, lambda: rotation.run(store, keyring, box, unit()), delay=5 * MINUTE),
            Entry("expire", HOUR, lambda: upkeep.run(store, clock.now()), delay=5 * MINUTE),
            Entry("media-expire", HOUR, uploads.expire, delay=5 * MINUTE),
            Entry("hosts-given-up", DAY, lambda: hosts.check_given_up(partial(find_software, client)), delay=HOUR),
            Entry("hosts-lost", DAY, hosts.drop_lost, delay=HOUR),
            Entry(
                "hosts-software", HOUR, lambda: hosts.ask_software(partial(find_software, client)), delay=10 * MINUTE
            ),
            Entry("hosts-expire", DAY, hosts.expire, delay=HOUR),
            *catalogues.entries(),
            *communities.entries(),
            *pinned.entries(),
            *steps.entries(),
            *Waiting(store, unit).entries(),
            *AskingExperts(store, unit).entries(),
            *Digests(store, unit, config.node.languages).entries(),
        ],
    )
    processor = Processor(store, ids, fetcher.batch, handover, batch=config.jobs.inbox)
    resolving = InboxResolver(
        store,
        clock,
        fetcher,
        remote_keys,
        fetcher.batch,
        Announced(store, fetcher, communities, origin=config.origin),
        slots=config.jobs.fetches,
        per_host=2,
    )
    threads = Threads(store, clock, fetcher, unit, own_host=config.host)
    worker = Worker(
        store,
        clock,
        [
            processor.kind(),
            *resolving.kinds(),
            Outbox(store, clock, ids, keyring, origin=config.origin, host=config.host).kind(),
            threads.kind(),
            deliverer.kind(),
            catalogues.kind(),
            communities.kind(),
            pinned.kind(),
            FirstPosts(store, fetcher, unit).kind(),
            steps.kind(),
            LinkCheck(store, clock, client).kind(),
            Importer(store, clock, unit, fetcher, client).kind(),
            Recheck(clock, partial(fetcher.actor, fresh=True)).kind(),
            Pusher(
                store,
                clock,
                client,
                box,
                origin=config.origin,
                proxied=uploads.links.proxied,
                languages=config.node.languages,
            ).kind(),
            Forwarding(store, clock, ids, remote_keys, host=config.host).kind(),
            QuoteStamps(store, clock, ids, fetcher).kind(),
            FollowersSync(store, clock, ids, fetcher, origin=config.origin).kind(),
            uploads.kind(),
            Closing(store, unit).kind(),
            Reminders(store, unit).kind(),
            Replies(store, unit).kind(),
            Previews(store, unit, client).kind(),
            Publishing(store, unit, uploads.links).kind(),
            Leaving(store, unit).kind(),
            Topics(store, unit).kind(),
            Post(store, clock, config, Mailer(config.mail, host=config.host)).kind(),
            schedule.kind(),
        ],
        name=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}",
    )
    openid = (
        Provider(client, clock, config.oidc, redirect_uri=f"{config.origin}/sign-in/organisation/back")
        if config.oidc.issuer
        else None
    )
    return System(
        Node(config, store, clock, ids, worker, uploads),
        Federation(client, keyring, remote_keys, fetcher, hosts, inbox, policies, threads, remote_media, openid),
        worker,
        schedule,
        catalogues,
        signing,
        Ticks(
            [
                Tick("policies", 2, policies.load),
                Tick("search", 2, upkeep.Indexing(store, is_busy=handover.is_waiting).run),
                Tick("backlog", 5, inbox.measure),
                Tick("keys", 10, keyring.check),
                Tick("media-cache", 3600, remote_media.trim),
            ]
        ),
    )


def _is_disk_low(config: Config) -> bool:
    return check_disk(config.data_dir, config.limits.disk_free_mib).state is State.FAILED


def _uploads(config: Config, clock: Clock, store: Store, unit: Callable[[], Unit]) -> Uploads:
    sealing = (config.secrets.key, *config.secrets.previous)
    links = MediaLinks(config.origin, tuple(map(proxy_key, sealing)), config.media.public_url)
    storage = open_storage(config.media, config.data_dir / "media", clock)
    return Uploads(
        store,
        clock,
        unit,
        storage,
        links,
        config.media,
        config.data_dir / "media-incoming",
        partial(_is_disk_low, config),
    )


async def _found(config: Config, clock: Clock, store: Store, ids: Ids, box: SecretBox) -> int:
    """The instance actor and the organisation of a new node; answers the id of the first."""
    instance, organisation = await store.read(find_founded, config.origin)
    if instance is not None and organisation is not None:
        return instance.id
    unit = Unit(ids, clock.now(), config.origin, config.host)
    instance_id, organisation_id = ids.new(), ids.new()
    instance_uri, organisation_uri = f"{config.origin}/ap/instance", f"{config.origin}/ap/a/{organisation_id}"
    make = keys.make_keys
    instance_keys = await asyncio.to_thread(make, ids, unit.now, instance_id, instance_uri, box)
    organisation_keys = await asyncio.to_thread(make, ids, unit.now, organisation_id, organisation_uri, box)

    def found(conn: Connection) -> int:
        """Another process may have been first."""
        known, organisation = find_founded(conn, config.origin)
        if known is None:
            known = found_instance(conn, unit, instance_id, instance_keys)
        if organisation is None:
            found_organisation(conn, unit, config, organisation_id, organisation_keys)
        facts.save_fact(conn, facts.HOST, config.host)
        return known.id

    return await store.write(found)


def build_app(system: System) -> web.Application:
    """The web application over a built node."""
    app = web.Application(middlewares=middlewares.MIDDLEWARES, client_max_size=MAX_BODY)
    app[NODE] = system.node
    app[FEDERATION] = system.federation
    app[WEB] = build_web(system.node)
    app[STOPPING] = asyncio.Event()
    app.cleanup_ctx.append(watch_loop)
    app[TOKENS] = Tokens(system.node.store)
    app[ANSWERS] = Answers()
    app[NETWORKS] = Networks()
    app[LOOK] = build_look(system.node, app[WEB].pictures, system.federation.policies)
    app[HOUSE] = build_house(system.node, app[WEB], app[LOOK])
    app[HUB] = Hub(system.node.store, system.node.clock, app[LOOK])
    app.cleanup_ctx.append(run_hub)
    app.on_shutdown.append(close_streams)
    app.add_routes([*routes.ROUTES, *web_routes.ROUTES])
    add_areas(app, web_routes.AREAS)
    return app
