"""An owner of a catalogue and a follower, each with a database of its own, and a wire between them that can fail."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import Connection, insert, select

from federation.builders.resource_documents import write_document
from federation.mapping.digest import article_digest
from federation.mapping.resource import read_article
from federation.synchronisation.catalogue_collection import read
from federation.synchronisation.catalogue_header import read_header, write_header
from federation.synchronisation.catalogue_sync import CatalogueSync
from node.clock import FixedClock, from_rfc3339
from node.domain.catalogues import State
from node.domain.visibility import Visibility
from node.errors import RemoteGone, RemoteNotFound, RemoteUnavailable
from node.ids import Ids
from node.jobs import outcome
from node.jobs.kinds import CATALOGUE
from node.ports import FetchedDocument
from node.services.context import Unit
from node.services.library import catalogue, publish, received_resources
from node.services.library.publish import Outcome
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.library import catalogue_entries, catalogues, resources
from node.store.people import follows
from node.store.people.actors import Actor
from node.store.posts import burying, objects
from node.store.tables import actors, jobs
from node.store.tables import objects as object_rows
from node.store.tables import resources as resource_rows
from tests import stores
from tests.records import record
from tests.shelf import HOST, ORIGIN, Shelf

FOLLOWER_HOST = "museum.example"
OWNER_URI = f"{ORIGIN}/ap/a/uni"
CATALOGUE_URI = f"{OWNER_URI}/catalogue"


class Killed(Exception):
    """The follower's process died."""


@dataclass(frozen=True)
class Push:
    """A delivery on its way: what it says, and its header."""

    type: str
    uri: str
    document: dict[str, Any] | None
    header: str


class Owner:
    """The node whose catalogue it is."""

    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store = store
        self.shelf = Shelf()
        self.shelf.clock, self.shelf.ids = clock, Ids(clock)
        self.actor: Actor
        self.sent: list[Push] = []

    async def begin(self) -> None:
        self.actor = await self.store.write(self.shelf.actor)

    def unit(self) -> Unit:
        self.shelf.clock.advance(1)
        return Unit(self.shelf.ids, self.shelf.clock.now(), ORIGIN, HOST)

    async def put(self, name: str, title: str) -> str:
        """Publish or change the resource called ``name``; answers its URI."""
        (uri,) = await self.put_many([(name, title)])
        return uri

    async def put_many(self, titles: Sequence[tuple[str, str]]) -> list[str]:
        """Publish or change resources, ``(name, title)``, in one transaction; answers their URIs."""
        results = await self.store.write(lambda conn: [self._put(conn, name, title) for name, title in titles])
        self.sent += [push for _, push in results if push is not None]
        return [uri for uri, _ in results]

    def _put(self, conn: Connection, name: str, title: str) -> tuple[str, Push | None]:
        made = record(id=f"https://x.example/{name}", name={"en": title})
        result = publish.publish_resource(
            conn, self.unit(), self.actor.id, made, Visibility.PUBLIC, write=write_document
        )
        if result.outcome is Outcome.UNCHANGED:
            return result.uri, None
        activity = "Create" if result.outcome is Outcome.CREATED else "Update"
        document = objects.load_row(conn, result.object_id).raw
        return result.uri, Push(activity, result.uri, document, self.header(conn))

    async def withdraw(self, name: str) -> bool:
        """Take the resource called ``name`` back, where there is one."""

        def unit(conn: Connection) -> Push | None:
            iri = f"https://x.example/{name}"
            found = resources.load_by_iris(conn, self.actor.id, [iri]).get(iri)
            if found is None:
                return None
            publish.withdraw_resource(conn, self.unit(), found.id)
            return Push("Delete", found.uri, None, self.header(conn))

        push = await self.store.write(unit)
        if push is not None:
            self.sent.append(push)
        return push is not None

    def header(self, conn: Connection) -> str:
        head = catalogues.load_head(conn, self.actor.id)
        return write_header(head) if head else ""

    async def state(self) -> State:
        head = await self.store.read(catalogues.load_head, self.actor.id)
        return head or catalogues.empty(0, CATALOGUE_URI).state

    async def live(self) -> dict[str, str]:
        """URI -> digest of each public document, computed from the documents themselves."""

        def unit(conn: Connection) -> dict[str, str]:
            query = select(object_rows.c.uri, object_rows.c.raw).where(
                object_rows.c.state == "live",
                object_rows.c.visibility == "public",
                object_rows.c.kind == "resource",
            )
            return {row.uri: article_digest(row.raw) for row in conn.execute(query)}

        return await self.store.read(unit)


class Wire:
    """The fetcher of the follower: requests are answered from the owner's database, counted, and may fail."""

    def __init__(self, owner: Owner, follower: "Follower") -> None:
        self._owner, self._follower = owner, follower
        self.requests: Counter[str] = Counter()
        self.is_down = False
        self.dies_after: int | None = None
        self.running = self.most_running = 0

    async def get_document(self, uri: str, *, etag: str = "", as_actor_id: int | None = None) -> FetchedDocument:
        await self._request()
        url, _, query = uri.partition("?")
        fields = dict(parse_qsl(query))
        tag, document = await self._owner.store.read(read, url, fields, [etag.strip('"')])
        kind = ("bucket" if "b" in fields else "buckets") if url.endswith("/buckets") else "log" if fields else "root"
        self.requests[kind if document is not None else "304"] += 1
        return FetchedDocument(200 if document else 304, document, f'"{tag}"', uri)

    async def get_object(self, uri: str, *, as_actor_id: int | None = None) -> dict[str, Any]:
        self.requests["object"] += 1
        await self._request()
        found = await self._owner.store.read(objects.find_object, uri)
        if found is None:
            raise RemoteNotFound
        if found.state != objects.LIVE:
            raise RemoteGone
        row = await self._owner.store.read(objects.load_row, found.id)
        if row.visibility != "public":
            raise RemoteNotFound
        document: dict[str, Any] = {"@context": "https://www.w3.org/ns/activitystreams", **row.raw}
        return document

    async def take_in(self, document: dict[str, Any]) -> object:
        return await self._follower.store.write(self._follower.receive, document)

    async def _request(self) -> None:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                raise Killed
        if self.is_down:
            raise RemoteUnavailable


class Follower:
    """The node that keeps a copy."""

    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store = store
        self.clock = clock
        self.ids = Ids(clock, lane=1)
        self.owner: Actor

    async def begin(self) -> None:
        """Follow the owner; the follow is accepted."""

        def unit(conn: Connection) -> Actor:
            owner = self._actor(conn, "uni", HOST, local=False)
            self._actor(conn, "museum", FOLLOWER_HOST, local=True)
            me = Shelf().actor(conn, "museum", host=FOLLOWER_HOST)
            follow = follows.Follow(self.ids.new(), me.id, owner.id, "https://museum.example/f", "accepted", 0)
            follows.save_follow(conn, follow)
            catalogue.begin_copy(conn, self.unit(), owner)
            return owner

        self.owner = await self.store.write(unit)

    def _actor(self, conn: Connection, username: str, host: str, *, local: bool) -> Actor:
        shelf = Shelf()
        shelf.clock, shelf.ids = self.clock, self.ids
        made = shelf.actor(conn, username, host=host)
        conn.execute(actors.update().where(actors.c.id == made.id).values(local=local))
        return shelf.actor(conn, username, host=host)

    def unit(self) -> Unit:
        return Unit(self.ids, self.clock.now(), f"https://{FOLLOWER_HOST}", FOLLOWER_HOST)

    def receive(self, conn: Connection, document: dict[str, Any]) -> str:
        """Store an Article as the inbox does: what was deleted stays so, older versions are passed over."""
        uri, now = document["id"], self.clock.now()
        if burying.load_tombstones(conn, [uri], now):
            return "deleted-before"
        updated = from_rfc3339(document.get("updated", "")) or None
        known = objects.find_object(conn, uri)
        if known is not None and (known.state != objects.LIVE or (updated or 0) < (known.updated_at or 0)):
            return "passed over"
        values = {"name": document["name"], "updated_at": updated, "raw": document, "visibility": "public"}
        if known is None:
            object_id = self.ids.new()
            row = {
                "id": object_id,
                "uri": uri,
                "kind": "resource",
                "type": "Article",
                "actor_id": self.owner.id,
                "local": False,
                "url": document["url"],
                "published_at": from_rfc3339(document["published"]),
                "received_at": now,
                **values,
            }
            conn.execute(insert(object_rows), row)
        else:
            object_id = known.id
            objects.update_object(conn, object_id, values)
        reading = read_article(document)
        assert reading.record is not None
        received_resources.store_remote_resource(
            conn, self.unit(), object_id=object_id, record=reading.record, grade=reading.grade
        )
        catalogue.apply_remote_change(conn, self.unit(), self.owner, uri, article_digest(document))
        return "stored"

    def _delete(self, conn: Connection, uri: str) -> None:
        known = objects.find_object(conn, uri)
        if known is not None and known.state == objects.LIVE:
            burying.bury(conn, known, self.clock.now())
        burying.remember_deleted(conn, uri, self.owner.uri, self.clock.now())
        catalogue.apply_remote_change(conn, self.unit(), self.owner, uri, None)

    async def take_push(self, push: Push) -> None:
        """A delivery arrives: it is applied, then its header is looked at, in one transaction."""

        def unit(conn: Connection) -> None:
            if push.document is None:
                self._delete(conn, push.uri)
            else:
                self.receive(conn, push.document)
            if (announced := read_header(push.header)) is not None:
                catalogue.note_announcement(conn, self.unit(), self.owner, announced)

        await self.store.write(unit)

    async def copied(self) -> catalogues.Catalogue:
        return await self.store.read(catalogues.load, self.owner.id)

    async def live(self) -> dict[str, str]:
        """URI -> digest of each document that is held as a resource, computed from the documents themselves."""

        def unit(conn: Connection) -> dict[str, str]:
            query = (
                select(object_rows.c.uri, object_rows.c.raw)
                .join(resource_rows, resource_rows.c.object_id == object_rows.c.id)
                .where(object_rows.c.state == "live")
            )
            return {row.uri: article_digest(row.raw) for row in conn.execute(query)}

        return await self.store.read(unit)

    async def waiting(self) -> int:
        """How many looks at the catalogue are asked for."""

        def unit(conn: Connection) -> int:
            return len(conn.execute(select(jobs.c.id).where(jobs.c.kind == CATALOGUE)).all())

        return await self.store.read(unit)

    async def forget_jobs(self) -> None:
        def unit(conn: Connection) -> None:
            conn.execute(jobs.delete().where(jobs.c.kind == CATALOGUE))

        await self.store.write(unit)


class World:
    """Both, with one clock."""

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self.folder, self.clock = folder, clock
        self.owner: Owner
        self.follower: Follower
        self.wire: Wire
        self._backups: dict[str, bytes] = {}

    async def open(self) -> None:
        owner_store, follower_store = (stores.make_store(str(self.path(name))) for name in ("owner", "follower"))
        await owner_store.open()
        await follower_store.open()
        self.owner, self.follower = Owner(owner_store, self.clock), Follower(follower_store, self.clock)
        self.wire = Wire(self.owner, self.follower)
        await self.owner.begin()
        await self.follower.begin()

    async def close(self) -> None:
        await self.owner.store.close()
        await self.follower.store.close()

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.db"

    async def back_up(self, name: str) -> None:
        await self._close(name)
        self._backups[name] = self.path(name).read_bytes()
        await self._reopen(name)

    async def restore(self, name: str) -> None:
        """Put the last backup in place, where there is one."""
        if name in self._backups:
            await self._close(name)
            self.path(name).write_bytes(self._backups[name])
            await self._reopen(name)

    def _node(self, name: str) -> "Owner | Follower":
        return self.owner if name == "owner" else self.follower

    async def _close(self, name: str) -> None:
        await self._node(name).store.close()
        self._drop_journals(name)

    def _drop_journals(self, name: str) -> None:
        for suffix in ("-wal", "-shm"):
            Path(f"{self.path(name)}{suffix}").unlink(missing_ok=True)

    async def _reopen(self, name: str) -> None:
        self._node(name).store = stores.make_store(str(self.path(name)))
        await self._node(name).store.open()

    async def look(self, attempts: int = 1) -> outcome.Outcome:
        """One look of the follower at the catalogue; nothing is left in memory from the one before."""
        sync = CatalogueSync(self.follower.store, self.wire, self.follower.unit)
        self.wire.requests.clear()
        owner = self.follower.owner
        job = Job(1, CATALOGUE, owner.id, CATALOGUE_URI, HOST, None, None, attempts, None, 0)
        return await sync.run(job)

    async def are_equal(self) -> bool:
        """Documents, entries and digests of both are the same."""
        live, copied, state = await self.owner.live(), await self.follower.copied(), await self.owner.state()
        entries = await self.follower.store.read(_entries, copied.actor_id)
        return live == await self.follower.live() == entries and copied.digest == state.digest


def _entries(conn: Connection, catalogue_id: int) -> dict[str, str]:
    listed = catalogue_entries.list_after(conn, catalogue_id, -1, 10_000)
    return {entry.object_uri: entry.digest for entry in listed if entry.live}


@asynccontextmanager
async def a_world() -> AsyncIterator[World]:
    """Two new nodes that know of each other, on SQLite."""
    with stores.new_database("sqlite") as template:
        world = World(Path(template).parent, FixedClock())
        for name in ("owner", "follower"):
            shutil.copy(template, world.path(name))
        await world.open()
        try:
            yield world
        finally:
            await world.close()
