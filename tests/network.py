"""Whole nodes on loopback, each with its own database, speaking real signed HTTP with each other.

Nothing works by itself: ``settle`` drains the jobs of all nodes until nothing is due, so that a test sees each state.

Nodes of tests that use the fixture ``each_database`` have PostgreSQL databases where that is asked for
(``tests.postgres``); those of all others have SQLite.
"""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import Connection, select

from federation.actors.communities import create_community, prepare_community
from federation.actors.founding import create_actor, make_identity
from federation.builders.audience import Audience
from federation.builders.outgoing import Outgoing
from federation.builders.resource_documents import write_document
from federation.sending import outbox
from federation.transport.connection import Timeouts
from node import events
from node.app.serving import build_app
from node.app.system import System, close_system, open_system
from node.clock import Clock, SystemClock
from node.config import Config, configure
from node.domain.actors import ActorKind
from node.domain.community_drafts import CommunityDraft
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.services.library import publish
from node.store.access import accounts, tokens
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow
from node.store.posts import objects
from node.store.tables import received
from tests import answers, ports, stores

_HOSTS = itertools.count(1)
SECRET = bytes(range(32))
#: A process that gets a tenth of a core, or none for a while, is no host that hangs: what would be put off for that is
#: not there when ``settle`` ends.
PATIENT = Timeouts(name=60, connect=60, tls=60, silence=60, total=90)
Sections = Mapping[str, dict[str, Any]]
#: Folder of a node -> the URL of its database; none for SQLite, whose file lies in the folder.
_url_of: list[Callable[[Path], str]] = []


@contextmanager
def databases(backend: str) -> Iterator[None]:
    """Meanwhile nodes have a database of this kind."""
    with ExitStack() as stack:
        if backend == "postgresql":
            _url_of.append(cache(lambda _: stack.enter_context(stores.new_database("postgresql"))))
            stack.callback(_url_of.clear)
        yield


@dataclass(slots=True)
class Peer:
    """One node of a test network."""

    system: System
    runner: web.AppRunner
    http: aiohttp.ClientSession
    watch: answers.Watch

    @property
    def origin(self) -> str:
        return self.system.node.config.origin

    @property
    def store(self):
        return self.system.node.store

    def unit(self) -> Unit:
        return self.system.node.unit()

    async def organisation(self) -> Actor:
        found = await self.store.read(actors.load_local_actors, ["organization"])
        return found[0]

    async def add_actor(self, username: str, kind: ActorKind = ActorKind.PERSON, **profile: Any) -> Actor:
        """A local actor with keys; a person also gets an account."""
        unit = self.unit()
        identity = await asyncio.to_thread(make_identity, unit, self.system.node.config.secret_box)

        def create(conn: Connection) -> Actor:
            made = create_actor(conn, unit, identity, kind, username, **profile)
            if kind is ActorKind.PERSON:
                accounts.insert_account(conn, made.id, f"{username}@example.org", "", "member", unit.now)
            return made

        return await self.store.write(create)

    async def add_community(self, username: str, founder: Actor | None = None, **said: Any) -> Actor:
        """A community of this node; ``said``: fields of ``CommunityDraft``."""
        unit, box = self.unit(), self.system.node.config.secret_box
        draft = CommunityDraft(**{"name": username.title(), **said})
        new = await asyncio.to_thread(prepare_community, unit, box, username, draft)
        founder_id = founder.id if founder is not None else None
        return await self.store.write(create_community, unit, new, founder_id=founder_id)

    async def token(self, actor: Actor, scopes: str = "read write follow push") -> str:
        token = secrets.token_urlsafe(32)
        await self.store.write(tokens.insert_token, token, actor.id, scopes.split(), "test", self.unit().now)
        return token

    async def follow(self, follower: Actor, uri: str) -> None:
        """Ask to follow somebody elsewhere; the Follow leaves with the next ``settle``."""
        followed = await self.system.federation.fetcher.actor(uri)
        unit = self.unit()
        follow_id = unit.ids.new()
        new = Follow(follow_id, follower.id, followed.id, f"{unit.origin}/ap/x/{follow_id}", "pending", unit.now)

        def ask(conn: Connection) -> None:
            saved = follows.save_follow(conn, new)
            events.record(conn, unit.ids, unit.now, events.FollowRequested(saved.id), about=followed.uri)

        await self.store.write(ask)

    async def say(self, actor: Actor, activity: dict[str, Any], to: str) -> None:
        """An activity of somebody here that no page would send, on its way to one actor elsewhere."""
        said = {"actor": actor.uri, "to": [to], **activity}
        outgoing = Outgoing(actor, said, to, Visibility.DIRECT, Audience(named=(to,)))
        await self.system.federation.fetcher.actor(to)
        await self.store.write(outbox.send, self.unit(), outgoing)

    async def publish(
        self, record: dict[str, Any], visibility: Visibility = Visibility.PUBLIC, owner: Actor | None = None
    ):
        """Publish a learning resource, of the organisation unless another owner is named."""
        owner = owner or await self.organisation()
        return await self.store.write(
            publish.publish_resource, self.unit(), owner.id, record, visibility, write=write_document
        )

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """GET as an ActivityPub reader: status and JSON."""
        url = path if path.startswith("http") else self.origin + path
        async with self.http.get(url, headers={"Accept": "application/activity+json", **headers}) as answer:
            is_json = "json" in answer.content_type
            return answer.status, await answer.json(content_type=None) if is_json else await answer.text()

    async def object(self, uri: str) -> objects.Object | None:
        return await self.store.read(objects.find_object, uri)

    async def outcomes(self) -> list[tuple[str, str]]:
        """``(activity type, what became of it)`` of everything that arrived, in order."""

        def load(conn: Connection) -> list[tuple[str, str]]:
            rows = conn.execute(select(received.c.type, received.c.outcome).order_by(received.c.id))
            return [(row.type, row.outcome) for row in rows]

        return await self.store.read(load)


@dataclass(slots=True)
class Network:
    """Some nodes."""

    peers: list[Peer]

    async def settle(self) -> None:
        """Work until no node has anything due."""
        while sum([await peer.system.worker.drain() for peer in self.peers]):
            pass


@asynccontextmanager
async def running_peer(
    folder: Path,
    name: str,
    *,
    host: str = "",
    clock: Clock | None = None,
    sections: Sections | None = None,
    **federation: Any,
) -> AsyncIterator[Peer]:
    """A node at its own loopback address, or at the ``host`` that it had before; its database lies in ``folder``.

    ``sections`` of the configuration differ. It is stopped at the end, whatever becomes of the test: its threads would
    keep the run from ending.
    """
    with nullcontext(host) if host else _own_host() as at:
        config = _configured(folder, name, at, sections or {}, federation)
        system = await open_system(config, clock=clock or SystemClock(), lane=0, timeouts=PATIENT)
        try:
            peer = await _serve(system, at)
        except BaseException:
            await close_system(system)
            raise
    try:
        yield peer
    finally:
        await stop_peer(peer)


@contextmanager
def _own_host() -> Iterator[str]:
    number = next(_HOSTS)
    address = f"127.1.{number // 250}.{number % 250 + 1}"
    with ports.held(address) as port:
        yield f"{address}:{port}"


def _configured(folder: Path, name: str, host: str, changed: Sections, federation: dict[str, Any]) -> Config:
    folder.mkdir(parents=True, exist_ok=True)
    values: dict[str, dict[str, Any]] = {
        "node": {
            "host": host,
            "scheme": "http",
            "name": name.title(),
            "handle": name,
            "data": str(folder),
            "listen": host,
            "timezone": "UTC",
        },
        "federation": federation,
        "limits": {"exempt": ["127.0.0.0/8"]},
        "media": {},
        "database": {"url": _url_of[0](folder), "pool": 4} if _url_of else {},
        "development": {"allow_loopback_peers": True},
    }
    return configure(
        {name: values.get(name, {}) | changed.get(name, {}) for name in values | changed},
        file=folder / "rhizome.toml",
        secret_key=SECRET,
    )


async def _serve(system: System, host: str) -> Peer:
    app = build_app(system)
    watch = answers.watch(app)
    runner = web.AppRunner(app, access_log=None, auto_decompress=False)
    await runner.setup()
    address, port = host.split(":")
    await web.TCPSite(runner, address, int(port)).start()
    return Peer(system, runner, aiohttp.ClientSession(), watch)


async def stop_peer(peer: Peer) -> None:
    await peer.http.close()
    await peer.runner.cleanup()
    await close_system(peer.system)
    assert not peer.watch.wrong, peer.watch.wrong[:10]


@asynccontextmanager
async def network(
    folder: Path, *names: str, clock: Clock | None = None, sections: Sections | None = None, **federation: Any
) -> AsyncIterator[Network]:
    """Nodes of these names, stopped at the end."""
    async with AsyncExitStack() as stack:
        peers = []
        for name in names:
            made = running_peer(folder / name, name, clock=clock, sections=sections, **federation)
            peers.append(await stack.enter_async_context(made))
        yield Network(peers)
