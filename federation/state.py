"""The parts of a running node that speak with other servers, as handlers of requests take them.

They are built in ``node.app.parts``, each with its first use; until then nothing here loads what they are made of.
"""

from typing import TYPE_CHECKING, Protocol

from aiohttp import web

if TYPE_CHECKING:
    from federation.arriving.inbox import Inbox
    from federation.fetching.community_reading import CommunityReading
    from federation.fetching.fetch import Fetcher
    from federation.fetching.remote_media import RemoteMedia
    from federation.fetching.threads import Threads
    from federation.openid import Provider
    from federation.policy import PolicyWatch
    from federation.signatures.keys import Keyring, RemoteKeys
    from federation.transport.hosts import Hosts
    from federation.transport.http import OutboundClient


class Federation(Protocol):
    @property
    def client(self) -> "OutboundClient": ...
    @property
    def keyring(self) -> "Keyring": ...
    @property
    def keys(self) -> "RemoteKeys": ...
    @property
    def fetcher(self) -> "Fetcher": ...
    @property
    def hosts(self) -> "Hosts": ...
    @property
    def inbox(self) -> "Inbox": ...
    @property
    def policies(self) -> "PolicyWatch": ...
    @property
    def threads(self) -> "Threads": ...
    @property
    def communities(self) -> "CommunityReading": ...
    @property
    def media(self) -> "RemoteMedia": ...
    @property
    def openid(self) -> "Provider | None":
        """Where the organisation has a sign-in of its own."""


FEDERATION: web.AppKey[Federation] = web.AppKey("FEDERATION", Federation)
