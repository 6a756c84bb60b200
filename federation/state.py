"""The parts of a running node that speak with other servers; joined in ``node.app``."""

from dataclasses import dataclass

from aiohttp import web

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


@dataclass(frozen=True, slots=True)
class Federation:
    client: OutboundClient
    keyring: Keyring
    keys: RemoteKeys
    fetcher: Fetcher
    hosts: Hosts
    inbox: Inbox
    policies: PolicyWatch
    threads: Threads
    communities: CommunityReading
    media: RemoteMedia
    openid: Provider | None = None  # where the organisation has a sign-in of its own


FEDERATION = web.AppKey("FEDERATION", Federation)
