"""The parts of a node that others are made of. Each is built, and its code loaded, when somebody first asks for it.

Four fifths of our own code and ``cryptography`` stand behind them: a node to which nobody speaks does without (ADR 15).
All are asked for in the event loop.
"""

import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import cached_property
from typing import TYPE_CHECKING

import node as product
from federation.policy import PolicyWatch
from node.app.foundation import Foundation
from node.media.links import MediaLinks, proxy_key
from node.ratelimit import Exemptions

if TYPE_CHECKING:
    from federation.arriving.handover import Handover
    from federation.arriving.inbox import Inbox
    from federation.fetching.community_reading import CommunityReading
    from federation.fetching.fetch import Fetcher
    from federation.fetching.pinned import Pinned
    from federation.fetching.remote_media import RemoteMedia
    from federation.fetching.steps import Steps
    from federation.fetching.threads import Threads
    from federation.openid import Provider
    from federation.signatures.keys import Keyring, RemoteKeys
    from federation.signatures.signing import Signing
    from federation.synchronisation.catalogue_sync import CatalogueSync
    from federation.transport.connection import Resolver, Timeouts
    from federation.transport.hosts import Hosts
    from federation.transport.http import OutboundClient
    from node.services.posts.uploads import Uploads


class Parts:
    """``close`` them."""

    def __init__(
        self,
        base: Foundation,
        *,
        resolver: "Resolver | None" = None,
        tls: ssl.SSLContext | None = None,
        timeouts: "Timeouts | None" = None,
    ) -> None:
        self._base, self._resolver, self._tls, self._timeouts = base, resolver, tls, timeouts
        self._exempt = Exemptions(base.config.limits.exempt)
        self._built = AsyncExitStack()

    async def close(self) -> None:
        """End those that are there, the latest first."""
        await self._built.aclose()

    def when_built(self, name: str, run: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """What looks after the part of this name, which needs nothing before it is there."""

        async def look_after() -> None:
            if name in vars(self):
                await run()

        return look_after

    # -- the way out --------------------------------------------------------------------------------------------------

    @cached_property
    def policies(self) -> PolicyWatch:
        config = self._base.config
        return PolicyWatch(
            self._base.store, allow_list=config.federation.mode == "allow-list", own_hosts=config.own_hosts
        )

    @cached_property
    def client(self) -> "OutboundClient":
        from federation.transport.address import AddressPolicy
        from federation.transport.connection import TIMEOUTS
        from federation.transport.http import OutboundClient

        config, policies = self._base.config, self.policies
        client = OutboundClient(
            AddressPolicy(
                own_hosts=config.own_hosts,
                allow_loopback_peers=config.development,
                allowed_ports=frozenset(config.federation.allowed_ports),
            ),
            user_agent=f"Rhizome/{product.__version__} (+{config.origin}/)",
            clock=self._base.clock,
            timeouts=self._timeouts or TIMEOUTS,
            blocked=lambda host: policies().is_blocked(host),
            resolver=self._resolver,
            tls=self._tls,
            proxy=config.federation.proxy,
        )
        self._built.push_async_callback(client.close)
        return client

    @cached_property
    def keyring(self) -> "Keyring":
        from federation.signatures.keys import Keyring

        return Keyring(self._base.store, self._base.box)

    @cached_property
    def signing(self) -> "Signing":
        from federation.signatures.signing import Signing

        signing = Signing()
        self._built.callback(signing.close)
        return signing

    @cached_property
    def hosts(self) -> "Hosts":
        from federation.transport.hosts import Hosts
        from node.services.library.catalogue import sync_host

        base = self._base
        hosts = Hosts(base.store, base.clock, returned=lambda conn, host: sync_host(conn, base.unit(), host))
        self._built.push_async_callback(hosts.close)
        return hosts

    @cached_property
    def fetcher(self) -> "Fetcher":
        from federation.fetching.fetch import Fetcher
        from federation.transport.first_contacts import FirstContacts
        from federation.transport.signed_get import SignedGet

        base = self._base
        return Fetcher(
            base.store,
            base.clock,
            base.ids,
            self.client,
            SignedGet(self.client, self.keyring, self.signing, self.hosts, base.clock),
            self.policies,
            FirstContacts(self.hosts, base.clock, self._exempt),
            origin=base.config.origin,
            host=base.config.host,
            instance_actor_id=base.instance_id,
        )

    # -- the way in ---------------------------------------------------------------------------------------------------

    @cached_property
    def keys(self) -> "RemoteKeys":
        from federation.signatures.keys import RemoteKeys

        return RemoteKeys(self._base.store, self._base.clock, self.fetcher)

    @cached_property
    def handover(self) -> "Handover":
        from federation.arriving.handover import Handover

        return Handover()

    @cached_property
    def inbox(self) -> "Inbox":
        from federation.arriving.inbox import Inbox, Rates

        base = self._base
        return Inbox(
            base.store,
            base.unit,
            self.keys,
            self.hosts,
            self.policies,
            Rates(self._exempt),
            self.handover,
            own_hosts=base.config.own_hosts,
            backlog_at_most=base.config.limits.inbox_backlog,
            is_disk_low=base.is_disk_low,
        )

    # -- what is looked at elsewhere ----------------------------------------------------------------------------------

    @cached_property
    def catalogues(self) -> "CatalogueSync":
        from federation.synchronisation.catalogue_sync import CatalogueSync

        return CatalogueSync(self._base.store, self.fetcher, self._base.unit)

    @cached_property
    def communities(self) -> "CommunityReading":
        from federation.fetching.community_reading import CommunityReading

        return CommunityReading(self._base.store, self.fetcher, self._base.unit)

    @cached_property
    def pinned(self) -> "Pinned":
        from federation.fetching.pinned import Pinned

        return Pinned(self._base.store, self.fetcher, self._base.unit)

    @cached_property
    def steps(self) -> "Steps":
        from federation.fetching.steps import Steps

        return Steps(self._base.store, self.fetcher)

    @cached_property
    def threads(self) -> "Threads":
        from federation.fetching.threads import Threads

        base = self._base
        return Threads(base.store, base.clock, self.fetcher, base.unit, own_host=base.config.host)

    @cached_property
    def openid(self) -> "Provider | None":
        """Where the organisation has a sign-in of its own."""
        from federation.openid import Provider

        oidc = self._base.config.oidc
        back = f"{self._base.config.origin}/sign-in/organisation/back"
        return Provider(self.client, self._base.clock, oidc, redirect_uri=back) if oidc.issuer else None

    # -- files --------------------------------------------------------------------------------------------------------

    @cached_property
    def media(self) -> "RemoteMedia":
        from federation.fetching.remote_media import RemoteMedia

        config, folder = self._base.config, self._base.config.data_dir / "media-cache"
        return RemoteMedia(self.client, self._base.clock, self.policies, folder, config.media, config.jobs)

    @cached_property
    def links(self) -> MediaLinks:
        config = self._base.config
        sealing = (config.secrets.key, *config.secrets.previous)
        return MediaLinks(config.origin, tuple(map(proxy_key, sealing)), config.media.public_url)

    @cached_property
    def uploads(self) -> "Uploads":
        from node.media.storage import open_storage
        from node.services.posts.uploads import Uploads

        base, config = self._base, self._base.config
        uploads = Uploads(
            base.store,
            base.clock,
            base.unit,
            open_storage(config.media, config.data_dir / "media", base.clock),
            self.links,
            config.media,
            config.data_dir / "media-incoming",
            base.is_disk_low,
        )
        self._built.push_async_callback(uploads.close)
        return uploads
