"""Whole nodes killed with -9 while they take in and send: nothing is lost, nothing is there twice.

The processes are those that an administrator runs. Whoever gets no 202 sends the same activity again, as every server
does; what was answered with 202 is never sent again. On PostgreSQL two processes that serve and one that works share
the database, and each of them is killed once.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from federation.signatures.keypairs import Algorithm, SigningKey
from node import cli
from node.app.database import open_store
from node.app.system import opened
from node.config import Config, load
from node.store.people import follows
from node.store.people.actors import find_local_actor
from node.store.people.follows import Follow
from node.store.tables import jobs
from tests import postgres
from tests.remote import PUBLIC, Remote, RemoteActor, remote

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.dear("nodes in processes of their own, started again and again and asked over and over"),
]

NOTES, AUTHORS, FOLLOWERS = 240, 6, 60


@dataclass
class Process:
    """``rhizome serve`` or ``rhizome worker``."""

    words: tuple[str, ...]
    environment: dict[str, str]
    _running: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Come back once it says that it is there."""
        self._running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "node", *self.words,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env=self.environment,
        )  # fmt: skip
        assert self._running.stdout is not None
        while line := await self._running.stdout.readline():
            if line.startswith((b"listening on", b"working for")):
                return
        raise AssertionError(f"{self.words} ended with {await self._running.wait()}")

    async def kill(self) -> None:
        if self._running is not None:
            with suppress(ProcessLookupError):
                self._running.kill()
            await self._running.wait()


@dataclass
class Node:
    """One node: its configuration, and the processes that are it."""

    config: Config
    environment: dict[str, str]
    token: str
    processes: list[Process] = field(default_factory=list)

    async def run(self, *words: str) -> str:
        return await asyncio.to_thread(run, self.environment, self.config.file, *words)

    async def count(self, table: Any, *where: Any) -> int:
        async with self.reading() as store:
            return await store.read(lambda conn: conn.scalar(select(func.count()).select_from(table).where(*where)))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Any]:
        store = open_store(self.config)
        await store.open()
        try:
            yield store
        finally:
            await store.close()

    async def ask(self, path: str, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession() as http,
            http.get(self.config.origin + path, params=query, headers=headers) as answer,
        ):
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def all_of(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every page of a list."""
        found: list[dict[str, Any]] = []
        while page := await self.ask(path, limit=40, **query):
            found += page
            query["max_id"] = page[-1]["id"]
        return found

    async def post(self, text: str, key: str) -> dict[str, Any]:
        """A post of ada's, told again until it is answered, as an app does."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        url = f"{self.config.origin}/api/v1/statuses"
        while True:
            with suppress(aiohttp.ClientError):
                async with (
                    aiohttp.ClientSession() as http,
                    http.post(url, json={"status": text}, headers=headers) as answer,
                ):
                    if answer.status == 200:
                        return dict(await answer.json())
            await asyncio.sleep(0.05)


def run(environment: dict[str, str], file: Path, *words: str, stdin: str = "") -> str:
    """A command beside the node; answers what it prints."""
    done = CliRunner().invoke(cli.main, [*words, "--config", str(file)], stdin, env=environment)
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


@contextmanager
def database(backend: str) -> Iterator[dict[str, str]]:
    """What the environment says of the database."""
    if backend == "sqlite":
        yield {}
        return
    server = postgres.cluster()
    yield {"RHIZOME_DATABASE__URL": server.url(server.create())}


@pytest.fixture(params=postgres.BACKENDS)
async def node(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Node]:
    """A node with ada; not yet started."""
    with database(request.param) as said:
        environment = {**os.environ, "RHIZOME_LOG__LEVEL": "error", **said}
        host = f"127.0.8.1:{await free_port('127.0.8.1')}"
        file = tmp_path / "rhizome.toml"
        run(environment, file, "init", "--host", host, "--name", "Uni", "--development")
        name = ("ada", "--email", "ada@x.org", "--password-stdin")
        await asyncio.to_thread(run, environment, file, "user", "add", *name, stdin="a long password\n")
        token = await asyncio.to_thread(run, environment, file, "user", "token", "ada")
        made = Node(load(file, environ=said), environment, token)
        words = ("serve", "--config", str(file))
        made.processes = [Process(words, environment)]
        if said:
            beside = f"127.0.8.1:{await free_port('127.0.8.1')}"
            made.processes += [
                Process((*words, "--listen", beside), environment),
                Process(("worker", "--config", str(file)), environment),
            ]
        try:
            yield made
        finally:
            for process in made.processes:
                await process.kill()


async def free_port(address: str) -> int:
    listener = await asyncio.get_running_loop().create_server(asyncio.Protocol, address, 0)
    port = int(listener.sockets[0].getsockname()[1])
    listener.close()
    await listener.wait_closed()
    return port


def crowd(server: Remote, count: int) -> list[RemoteActor]:
    """Actors of ``count`` servers, all played by one; they share a key, which costs time to make."""
    port = server.origin.rpartition(":")[2]
    rsa = SigningKey.generate("", Algorithm.RSA)
    ed25519 = SigningKey.generate("", Algorithm.ED25519)
    made = []
    for number in range(count):
        uri = f"http://127.2.1.{number + 1}:{port}/users/a{number}"
        keys = (replace(rsa, key_id=f"{uri}#main-key"), replace(ed25519, key_id=f"{uri}#ed25519-key"))
        made.append(RemoteActor(uri, *keys))
        server.documents[f"/users/a{number}"] = made[-1].document
    return made


async def relate(node: Node, *, ada_follows: Sequence[RemoteActor] = (), followers: Sequence[RemoteActor] = ()) -> str:
    """As if all had been agreed long ago; answers who ada is."""
    async with opened(node.config) as system:
        ada = await system.node.store.read(find_local_actor, "ada")
        assert ada is not None
        for actor in (*ada_follows, *followers):
            known = await system.federation.fetcher.actor(actor.uri)
            unit = system.node.unit()
            pair = (ada.id, known.id) if actor in ada_follows else (known.id, ada.id)
            new = Follow(unit.ids.new(), *pair, f"{actor.uri}#f", follows.ACCEPTED, unit.now)
            await system.node.store.write(follows.save_follow, new)
        return ada.uri


async def insist(server: Remote, url: str, activity: dict[str, Any], key: SigningKey) -> None:
    """Send until it is accepted."""
    while True:
        with suppress(aiohttp.ClientError):
            status = await server.send(url, activity, key)
            if status == 202:
                return
            assert status in {429, 503}, status
        await asyncio.sleep(0.05)


class Middle:
    """Counts what is done, tells when it is as much as was set, and holds up what comes after until more is set."""

    def __init__(self) -> None:
        self._done, self._wanted = 0, 0.0
        self._reached, self._going = asyncio.Event(), asyncio.Event()

    def set_to(self, wanted: float) -> None:
        self._wanted = wanted
        self._reached.clear()
        self._going.set()

    def count(self) -> None:
        self._done += 1
        if self._done >= self._wanted:
            self._reached.set()
            self._going.clear()

    async def going(self) -> None:
        await self._going.wait()

    async def reached(self) -> None:
        async with asyncio.timeout(90):
            await self._reached.wait()


def talk(server: Remote, authors: list[RemoteActor], ada: str, posts: list[str]) -> list[tuple[RemoteActor, Any]]:
    """Notes of all authors, some to ada and some in answer to her, and what they think of her posts."""
    said: list[tuple[RemoteActor, Any]] = []
    for number in range(NOTES):
        author = authors[number % AUTHORS]
        origin = author.uri.partition("/users/")[0]
        parts: dict[str, Any] = {"id": f"{origin}/notes/{number}"}
        if number % 3 == 0:
            parts |= {"to": [PUBLIC, ada], "tag": [{"type": "Mention", "href": ada, "name": "@ada"}]}
        if number % 5 == 0:
            parts["inReplyTo"] = posts[0]
        note = server.note(author, number, **parts)
        activity = server.activity("Create", author, note, number, to=note["to"], cc=note["cc"])
        said.append((author, {**activity, "id": f"{origin}/activities/create-{number}"}))
        if number < AUTHORS * len(posts):
            for type_ in ("Like", "Announce"):
                thought = server.activity(type_, author, posts[number // AUTHORS], number)
                said.append((author, {**thought, "id": f"{origin}/activities/{type_}-{number}"}))
    return said


async def test_nothing_that_arrives_is_lost_or_there_twice(node: Node) -> None:
    async with remote("0.0.0.0") as server:
        authors = crowd(server, AUTHORS)
        ada = await relate(node, ada_follows=authors)
        for process in node.processes:
            await process.start()
        posts = [await node.post(f"Post {number}", f"key {number}") for number in range(2)]
        said = talk(server, authors, ada, [post["uri"] for post in posts])
        gate, middle = asyncio.Semaphore(8), Middle()

        async def tell(author: RemoteActor, activity: Any) -> None:
            async with gate:
                await middle.going()
                await insist(server, f"{node.config.origin}/ap/inbox", activity, author.key)
                middle.count()

        telling = asyncio.gather(*(tell(*each) for each in said))
        for victim, share in zip(node.processes * 3, (0.2, 0.5, 0.8), strict=False):
            middle.set_to(share * len(said))
            await middle.reached()
            await victim.kill()
            await victim.start()
        middle.set_to(float("inf"))
        await telling
        await node.run("jobs", "--wait", "120")
        assert await node.count(jobs, jobs.c.state == "parked") == 0

        home = Counter(entry["uri"] for entry in await node.all_of("/api/v1/timelines/home"))
        notes = [activity["object"]["id"] for _, activity in said if activity["type"] == "Create"]
        assert {uri: home[uri] for uri in notes} == dict.fromkeys(notes, 1)
        shown = await node.ask(f"/api/v1/statuses/{posts[0]['id']}")
        counts = (shown["favourites_count"], shown["reblogs_count"], shown["replies_count"])
        assert counts == (AUTHORS, AUTHORS, NOTES // 5)
        thread = await node.ask(f"/api/v1/statuses/{posts[0]['id']}/context")
        assert len(thread["descendants"]) == NOTES // 5
        told = Counter(each["type"] for each in await node.all_of("/api/v1/notifications"))
        to_ada = sum(number % 3 == 0 or number % 5 == 0 for number in range(NOTES))
        assert told == {"mention": to_ada, "favourite": 2 * AUTHORS, "reblog": 2 * AUTHORS}
        checked = await node.run("check")
        assert "failed" not in checked, checked


async def test_a_post_reaches_every_follower_and_is_one(node: Node) -> None:
    async with remote("0.0.0.0") as server:
        await relate(node, followers=crowd(server, FOLLOWERS))
        for process in node.processes:
            await process.start()
        middle = Middle()

        async def before_answer() -> None:
            """From the middle on nobody answers until the kill: what then is under way was said, but not heard."""
            middle.count()
            await middle.going()

        server.before_answer = before_answer
        made: list[dict[str, Any]] = []
        for number, victim in zip(range(3), node.processes * 3, strict=False):
            middle.set_to(len(server.posted) + FOLLOWERS // 3)
            made.append(await node.post(f"Post {number}", f"key {number}"))
            await middle.reached()
            await victim.kill()
            middle.set_to(float("inf"))
            await victim.start()
            again = await node.post(f"Post {number}", f"key {number}")
            assert again["id"] == made[number]["id"]
        await node.run("jobs", "--wait", "120")
        assert await node.count(jobs, jobs.c.state == "parked") == 0
        arrived = Counter((to, each["id"], each["object"]["id"]) for to, each in server.delivered)
        assert {(to, note) for to, _, note in arrived} == {
            (f"/users/a{number}/inbox", post["uri"]) for number in range(FOLLOWERS) for post in made
        }
        assert len(arrived) == len(made) * FOLLOWERS, "sent again under the same id, or not at all"
        assert len(await node.all_of("/api/v1/timelines/home")) == len(made)
