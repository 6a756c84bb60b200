"""The parts of a running node that speak with other servers; joined in ``node.app``."""

from dataclasses import dataclass

from aiohttp import web

from federation.fetch import Fetcher
from federation.hosts import Hosts
from federation.http import OutboundClient
from federation.inbox import Inbox
from federation.keys import Keyring, RemoteKeys
from federation.openid import Provider
from federation.policy import PolicyWatch
from federation.remote_media import RemoteMedia
from federation.threads import Threads


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
    media: RemoteMedia
    openid: Provider | None = None  # where the organisation has a sign-in of its own


FEDERATION = web.AppKey("FEDERATION", Federation)
