"""Looking at other hosts: documents, actors and objects, checked and stored.

A document counts only under the address it was fetched from (OUT11). Fetches for strangers' activities share a budget
of 20 (OUT12), and new hosts are counted by domain (OUT13); what a person here asked for, and the catalogues that we
follow, are not.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection

from federation import jsonld
from federation.applying.batch import BUDGET, Batch, Inbound
from federation.fetching.misses import Misses
from federation.handlers import create, update
from federation.jsonld import Doc
from federation.mapping.activity import wrapper_of
from federation.mapping.actor import KEY_TERMS, key_ids, read_actor
from federation.mapping.post import read_post
from federation.sending import renewed
from federation.transport.address import parse_url
from federation.transport.first_contacts import FirstContacts
from federation.transport.http import OutboundClient
from federation.transport.signed_get import SignedGet
from federation.vocab import ACTOR_KINDS
from node.clock import DAY, HOUR, Clock
from node.domain.actors import RemoteActor
from node.domain.moderation import Policies
from node.domain.uris import host_of, same_origin
from node.errors import (
    Blocked,
    Malformed,
    NotFound,
    RemoteError,
    RemoteGone,
    RemoteMalformed,
    RemoteNotFound,
    RemoteRefused,
)
from node.ids import Ids
from node.ports import FetchedDocument
from node.services import membership
from node.services.context import Unit
from node.services.membership import Part
from node.store.database.engine import Store
from node.store.federation import departed
from node.store.jobs import Job
from node.store.people import actors, remote_actors
from node.store.people.actors import Actor
from node.store.posts import objects
from node.store.posts.objects import Object

NOT_MODIFIED = 304
#: A copy of an actor is looked at again when it is older, and somebody deals with it.
FRESH_FOR = DAY


@dataclass(slots=True)
class Budget:
    """How many requests one cause may still make; ``since``: when it came, where it is a stranger's word."""

    left: int = BUDGET
    since: int | None = None

    @classmethod
    def of(cls, job: Job) -> Self:
        """What the cause of a job left it (``Batch.add_look``)."""
        return cls((job.payload or {}).get("left", BUDGET), job.created_at)

    def take(self) -> None:
        if self.left <= 0:
            raise RemoteRefused("One activity caused too many requests.")
        self.left -= 1


class Fetcher:
    """Raises RemoteError for whatever a host does, Blocked where policy forbids to ask it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        client: OutboundClient,
        signed_get: SignedGet,
        policies: Callable[[], Policies],
        contacts: FirstContacts,
        *,
        origin: str,
        host: str,
        instance_actor_id: int,
    ) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self._client, self._get, self._policies = client, signed_get, policies
        self.contacts, self._misses = contacts, Misses(clock)
        self._origin, self._host = origin, host
        self._instance_actor_id = instance_actor_id
        self._actors: dict[str, asyncio.Task[Actor]] = {}

    # -- documents --------------------------------------------------------------------------------------------------

    async def get_document(
        self, uri: str, *, etag: str = "", as_actor_id: int | None = None, budget: Budget | None = None
    ) -> FetchedDocument:
        """What ``uri`` answers to a signed request; the document's id is not looked at here.

        It is signed by the instance actor, or by one of our actors to whom a non-public object is addressed.
        """
        if self._policies().is_blocked(host_of(uri)):
            raise Blocked(detail=uri)
        if budget is not None:
            budget.take()
            await self.contacts.check(host_of(uri))
        response = await self._get.ask(
            uri,
            actor_id=as_actor_id or self._instance_actor_id,
            headers={"If-None-Match": etag} if etag else None,
            caused_by_others=budget is not None,
        )
        if etag and response.status == NOT_MODIFIED:
            return FetchedDocument(response.status, None, etag, response.url)
        document = self._client.read_activity(response)
        return FetchedDocument(response.status, document.data, response.headers.get("etag", ""), response.url)

    async def get_object(
        self, uri: str, *, as_actor_id: int | None = None, budget: Budget | None = None
    ) -> dict[str, Any]:
        """The document of which ``uri`` is the id; one more look where it names another id on the same host.

        For the word of a stranger, an address that gave nothing is not asked again at once (``misses``).
        """
        if budget is None or budget.since is None:
            return await self._get_object(uri, as_actor_id, budget)
        self._misses.check(uri, budget.since)
        try:
            return await self._get_object(uri, as_actor_id, budget)
        except (RemoteNotFound, RemoteMalformed) as error:
            self._misses.note(uri, error)
            raise

    async def _get_object(self, uri: str, as_actor_id: int | None, budget: Budget | None) -> dict[str, Any]:
        for _ in range(2):
            fetched = await self.get_document(uri, as_actor_id=as_actor_id, budget=budget)
            document = fetched.document or {}
            found = _read(document).id
            if not same_origin(found, uri):
                break
            if parse_url(found).url == fetched.url:
                return document
            uri = found
        raise RemoteMalformed("The document is not the one that was asked for.", detail=uri)

    async def get_page(
        self, uri: str, *, as_actor_id: int | None = None, budget: Budget | None = None
    ) -> dict[str, Any]:
        """A collection or a page of one, as the host of ``uri`` answers there.

        Some give pages no id, or that of their collection: what they list is proven where it lives.
        """
        fetched = await self.get_document(uri, as_actor_id=as_actor_id, budget=budget)
        document = fetched.document or {}
        said = _read(document).id
        if not (same_origin(fetched.url, uri) and same_origin(said or uri, uri)):
            raise RemoteMalformed("The collection is not the one that was asked for.", detail=uri)
        return document if said else {**document, "id": uri}

    # -- actors -----------------------------------------------------------------------------------------------------

    async def actor(self, uri: str, *, fresh: bool = False, budget: Budget | None = None) -> Actor:
        """The actor, from the store where the copy is young enough; callers that wait share one fetch."""
        known = await self._store.read(actors.find_actor, uri)
        if known is not None and (known.local or (not fresh and self._clock.now() - known.fetched_at < FRESH_FOR)):
            return known
        task = self._actors.get(uri)
        if task is None:
            task = asyncio.create_task(self._fetch_actor(uri, budget))
            self._actors[uri] = task
            task.add_done_callback(lambda _: self._actors.pop(uri, None))
        try:
            return await asyncio.shield(task)
        except RemoteGone:
            await self._note_gone(uri)
            raise
        except RemoteError:
            if known is not None and not fresh and known.is_active:
                return known
            raise

    async def _fetch_actor(self, uri: str, budget: Budget | None) -> Actor:
        if uri.startswith(self._origin + "/"):
            raise NotFound(detail=uri)
        saved = await self.save_actor(await self.get_object(uri, budget=budget))
        if saved.is_group:
            await self._store.write(membership.ask_for, self._unit(), saved, Part.NUMBER)
        return saved

    async def save_actor(self, document: dict[str, Any]) -> Actor:
        """Store an actor document that was fetched from its own address."""
        return await self.keep(self._read_actor(document))

    async def keep(self, remote: RemoteActor) -> Actor:
        """Store an actor as it was read, with its keys."""
        return await self._store.write(_keep, self._unit(), remote)

    def _read_actor(self, document: dict[str, Any]) -> RemoteActor:
        remote = read_actor(document, own_origin=self._origin)
        if self._policies().is_blocked(remote.host):
            raise Blocked(detail=remote.uri)
        self._get.note_capabilities(host_of(remote.uri), remote.capabilities)
        return remote

    async def _note_gone(self, uri: str) -> None:
        """OUT15: believed on a second look, an hour or more after the first."""
        now = self._clock.now()
        first = await self._store.write(remote_actors.note_gone, uri, now)
        if first is not None and now - first >= HOUR:
            await self._store.write(_purge, uri, now)

    async def fetch_key_owner(self, key_id: str) -> RemoteActor:
        """The actor that a key id leads to, as read; nothing is stored.

        The id may lead to the actor, to a key document, or to a stub (GoToSocial); the actor itself must list the
        key, and key, owner and actor must be of one origin. What was answered from elsewhere is none of these: an
        open redirect would make anybody an actor of its host (OUT11).
        """
        address = key_id.partition("#")[0]
        await self.contacts.check(host_of(address))
        fetched = await self.get_document(address)
        doc = _read(fetched.document or {})
        if not same_origin(fetched.url, address):
            raise RemoteMalformed("The key's address leads elsewhere.", detail=f"{key_id} to {fetched.url}")
        is_direct = fetched.url == parse_url(address).url
        if is_direct and doc.id == address and _is_actor(doc) and doc.has("inbox"):
            return self._read_actor(doc.raw)
        stub = doc.child("publicKey") or doc
        owner = stub.ref("owner") or stub.ref("controller")
        if doc.id not in (address, key_id, owner) or stub.id not in (address, key_id):
            raise RemoteMalformed("The key document is not the one that was asked for.", detail=key_id)
        if not same_origin(owner, key_id) or owner == address:
            raise RemoteMalformed("The key does not name an owner on its own host.", detail=key_id)
        return self._read_actor(_with_key(await self.get_object(owner), stub))

    # -- objects ----------------------------------------------------------------------------------------------------

    async def object(
        self,
        uri: str,
        *,
        budget: Budget | None = None,
        as_actor_id: int | None = None,
        climbs: bool = True,
        listed_by: str = "",
    ) -> Object | None:
        """The object of this URI, fetched from its host where it is unknown; None for what is no post.

        ``climbs``: what it answers is looked at, too. ``listed_by``: the community in whose own list it stands.
        """
        known = await self._store.read(objects.find_object, uri)
        if known is not None or uri.startswith(self._origin + "/"):
            return known
        document = await self.get_object(uri, budget=budget, as_actor_id=as_actor_id)
        return await self.take_in(document, budget=budget, climbs=climbs, listed_by=listed_by)

    async def take_in(
        self, document: dict[str, Any], *, budget: Budget | None = None, climbs: bool = True, listed_by: str = ""
    ) -> Object | None:
        """Store a fetched document on purpose: new, or in place of an older copy. None for what is no post."""
        if _is_actor(_read(document)):
            await self.save_actor(document)
            return None
        post = read_post(document)
        if not same_origin(post.author_uri, post.uri):
            raise RemoteMalformed("The object names an author on another host.", detail=post.uri)
        await self.actor(post.author_uri, budget=budget)
        left = BUDGET if budget is None else min(BUDGET, budget.left)
        return await self._store.write(self._take_in, document, left, climbs, listed_by)

    def _take_in(
        self, conn: Connection, document: dict[str, Any], left: int, climbs: bool, listed_by: str
    ) -> Object | None:
        batch = self.batch(conn)
        batch.left, batch.climbs = left, climbs
        author = batch.known_actor(read_post(document).author_uri)
        post = read_post(document, followers=author.followers)
        known = batch.object(post.uri)
        if known is None:
            inbound = Inbound(0, wrapper_of(document, author.uri), batch.unit.now, announced_by=listed_by)
            create.take_in(batch, inbound, author, post, on_purpose=True)
        elif known.state == objects.LIVE and known.actor_id == author.id:
            update.replace(batch, known, post)
        batch.finish()
        return objects.find_object(conn, post.uri)

    def batch(self, conn: Connection) -> Batch:
        """A working set for one transaction."""
        return Batch(conn, self._unit(), self._policies())

    def _unit(self) -> Unit:
        return Unit(self._ids, self._clock.now(), self._origin, self._host)


def _read(document: dict[str, Any]) -> Doc:
    """What a host shows. Raises RemoteMalformed for what hides objects in a graph."""
    try:
        return jsonld.read(document)
    except Malformed as error:
        raise RemoteMalformed(error.public) from error


def _is_actor(doc: Doc) -> bool:
    return not ACTOR_KINDS.keys().isdisjoint(doc.types)


def _with_key(document: dict[str, Any], key: Doc) -> dict[str, Any]:
    """The actor with the key itself in the place of its id, where it lists no more than that."""
    doc = _read(document)
    for term in KEY_TERMS:
        listed = key_ids(doc, term)
        if key.id in listed:
            others = [each for each in listed if each != key.id]
            return {**document, term: [*(each.raw for each in doc.objects(term)), key.raw, *others]}
    return document


def _keep(conn: Connection, unit: Unit, remote: RemoteActor) -> Actor:
    renewed.save(conn, unit, [remote])
    saved = actors.find_actor(conn, remote.uri)
    assert saved is not None
    return saved


def _purge(conn: Connection, uri: str, now: int) -> None:
    known = actors.find_actor(conn, uri)
    if known is not None and not known.local:
        departed.purge(conn, known.id, now)
