"""A whole node, run as an administrator runs it, killed with -9 while it copies a catalogue: it ends with the same."""

import asyncio
from functools import cached_property

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, create_engine

from node import cli
from node.demo.organisations import Organisation
from node.demo.processes import Served
from node.services.library import publish
from node.store.library import catalogues
from node.store.people import actors
from tests.network import Peer, network
from tests.records import record

ENTRIES = 60


class Library(Served):
    """``rhizome serve`` in a process of its own; other commands run in this one."""

    @cached_property
    def database(self) -> Engine:
        return create_engine(f"sqlite:///{self.folder}/data/rhizome.sqlite3")

    async def run(self, *words: str) -> None:
        done = await asyncio.to_thread(CliRunner().invoke, cli.main, [*words, "--config", str(self.file)])
        assert done.exit_code == 0, done.output

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        assert await self._process.wait() == -9

    def catalogue_of(self, owner_uri: str) -> tuple[str, int]:
        """Digest and size of its copy, read from its database."""
        with self.database.connect() as conn:
            owner = actors.find_actor(conn, owner_uri)
            found = catalogues.find(conn, owner.id) if owner else None
            return (found.digest, found.total) if found else ("", 0)


async def digest_of(museum: Peer, owner_id: int) -> tuple[str, int]:
    found = await museum.store.read(catalogues.load, owner_id)
    return found.digest, found.total


@pytest.mark.timeout(180)
@pytest.mark.dear("a node in a process of its own, started twice and asked over and over")
async def test_a_node_killed_in_the_middle_ends_with_the_same_catalogue(tmp_path, held_port):
    async with network(tmp_path, "museum") as net:
        museum = net.peers[0]
        owner = await museum.organisation()
        published = [await museum.publish(record(id=f"https://m.example/{number}")) for number in range(ENTRIES)]
        await museum.system.start_work()
        who = Organisation(
            "library", held_port, "library", "Library", "moss", ("en",), "A library.", (), (), (), "", (), ()
        )
        library = Library(who, tmp_path)
        await library.initialise()
        await library.run("migrate")
        await library.run("follow", f"@museum@{museum.system.node.config.host}")
        await library.start()
        try:
            await until(lambda: library.catalogue_of(owner.uri)[1] > 0)
            await library.kill()
            assert library.catalogue_of(owner.uri)[1] <= ENTRIES
            for number in range(5):
                changed = record(id=f"https://m.example/{number}", name={"en": f"Changed {number}"})
                await museum.publish(changed)
                await museum.store.write(publish.withdraw_resource, museum.unit(), published[10 + number].object_id)
                await museum.publish(record(id=f"https://m.example/{ENTRIES + number}"))
            expected = await digest_of(museum, owner.id)
            assert expected[1] == ENTRIES
            await library.start()
            await until(lambda: library.catalogue_of(owner.uri) == expected)
            assert await library.count("remote") == ENTRIES
        finally:
            await library.stop()
            library.database.dispose()


async def until(is_so) -> None:
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(is_so):  # noqa: ASYNC110 (another process works)
            await asyncio.sleep(0.05)
