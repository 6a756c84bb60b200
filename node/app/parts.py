"""The parts of a node that others are made of: each is built once, in an order in which none waits for a later one."""

import ssl
from dataclasses import dataclass

import node as product
from federation.arriving.handover import Handover
from federation.arriving.inbox import Inbox, Rates
from federation.fetching.community_reading import CommunityReading
from federation.fetching.fetch import Fetcher
from federation.fetching.pinned import Pinned
from federation.fetching.remote_media import RemoteMedia
from federation.fetching.steps import Steps
from federation.fetching.threads import Threads
from federation.openid import Provider
from federation.policy import PolicyWatch
from federation.signatures.keys import Keyring, RemoteKeys
from federation.signatures.signing import Signing
from federation.state import Federation
from federation.synchronisation.catalogue_sync import CatalogueSync
from federation.transport.address import AddressPolicy
from federation.transport.connection import Resolver, Timeouts
from federation.transport.first_contacts import FirstContacts
from federation.transport.hosts import Hosts
from federation.transport.http import OutboundClient
from federation.transport.signed_get import SignedGet
from node.app.foundation import Foundation
from node.media.links import MediaLinks, proxy_key
from node.media.storage import open_storage
from node.ratelimit import Exemptions
from node.services.library.catalogue import sync_host
from node.services.posts.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Parts:
    policies: PolicyWatch
    client: OutboundClient
    keyring: Keyring
    keys: RemoteKeys
    hosts: Hosts
    signing: Signing
    fetcher: Fetcher
    handover: Handover
    inbox: Inbox
    uploads: Uploads
    media: RemoteMedia
    catalogues: CatalogueSync
    communities: CommunityReading
    pinned: Pinned
    steps: Steps
    threads: Threads
    openid: Provider | None

    def federation(self) -> Federation:
        """What handlers of requests take from them."""
        return Federation(
            self.client,
            self.keyring,
            self.keys,
            self.fetcher,
            self.hosts,
            self.inbox,
            self.policies,
            self.threads,
            self.communities,
            self.media,
            self.openid,
        )


def build_parts(base: Foundation, resolver: Resolver | None, tls: ssl.SSLContext | None, timeouts: Timeouts) -> Parts:
    config, clock, store, ids = base.config, base.clock, base.store, base.ids
    policies = PolicyWatch(store, allow_list=config.federation.mode == "allow-list")
    client = _client(base, policies, resolver, tls, timeouts)
    keyring, signing = Keyring(store, base.box), Signing()
    hosts = Hosts(store, clock, returned=lambda conn, host: sync_host(conn, base.unit(), host))
    exempt = Exemptions(config.limits.exempt)
    fetcher = Fetcher(
        store,
        clock,
        ids,
        client,
        SignedGet(client, keyring, signing, hosts, clock),
        policies,
        FirstContacts(hosts, clock, exempt),
        origin=config.origin,
        host=config.host,
        instance_actor_id=base.instance_id,
    )
    remote_keys, handover = RemoteKeys(store, clock, fetcher), Handover()
    inbox = Inbox(
        store,
        clock,
        ids,
        remote_keys,
        hosts,
        policies,
        Rates(exempt),
        handover,
        own_hosts=config.own_hosts,
        origin=config.origin,
        backlog_at_most=config.limits.inbox_backlog,
        is_disk_low=base.is_disk_low,
    )
    return Parts(
        policies,
        client,
        keyring,
        remote_keys,
        hosts,
        signing,
        fetcher,
        handover,
        inbox,
        _uploads(base),
        RemoteMedia(client, clock, policies, config.data_dir / "media-cache", config.media, config.jobs),
        CatalogueSync(store, fetcher, base.unit),
        CommunityReading(store, fetcher, base.unit),
        Pinned(store, fetcher, base.unit),
        Steps(store, fetcher, base.unit),
        Threads(store, clock, fetcher, base.unit, own_host=config.host),
        _openid(base, client),
    )


def _client(
    base: Foundation,
    policies: PolicyWatch,
    resolver: Resolver | None,
    tls: ssl.SSLContext | None,
    timeouts: Timeouts,
) -> OutboundClient:
    config = base.config
    return OutboundClient(
        AddressPolicy(
            own_hosts=config.own_hosts,
            allow_loopback_peers=config.development,
            allowed_ports=frozenset(config.federation.allowed_ports),
        ),
        user_agent=f"Rhizome/{product.__version__} (+{config.origin}/)",
        clock=base.clock,
        timeouts=timeouts,
        blocked=lambda host: policies().is_blocked(host),
        resolver=resolver,
        tls=tls,
        proxy=config.federation.proxy,
    )


def _uploads(base: Foundation) -> Uploads:
    config = base.config
    sealing = (config.secrets.key, *config.secrets.previous)
    return Uploads(
        base.store,
        base.clock,
        base.unit,
        open_storage(config.media, config.data_dir / "media", base.clock),
        MediaLinks(config.origin, tuple(map(proxy_key, sealing)), config.media.public_url),
        config.media,
        config.data_dir / "media-incoming",
        base.is_disk_low,
    )


def _openid(base: Foundation, client: OutboundClient) -> Provider | None:
    """Where the organisation has a sign-in of its own."""
    oidc = base.config.oidc
    back = f"{base.config.origin}/sign-in/organisation/back"
    return Provider(client, base.clock, oidc, redirect_uri=back) if oidc.issuer else None
