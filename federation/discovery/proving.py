"""Handles of other servers' actors: which of them are proven, so that they may be shown (ADR 22).

A proof is that WebFinger at the handle's own host leads to the actor's id. It comes with each lookup that somebody here
makes; for what an actor only claims of itself (FEP-2c59), a job asks once its document is stored.
"""

from sqlalchemy import Connection

from federation.discovery.webfinger import find_actor
from federation.fetching.fetch import Fetcher
from federation.mapping.actor import claim_of
from federation.transport.http import OutboundClient
from node.store.database.engine import Store
from node.store.people import actors, handles
from node.store.people.actors import Actor


class Proving:
    """Looks handles up, and keeps what that proves."""

    def __init__(self, store: Store, client: OutboundClient, fetcher: Fetcher) -> None:
        self._store, self._client, self._fetcher = store, client, fetcher

    async def find(self, handle: str, *, fresh: bool = False) -> Actor:
        """The actor behind a handle of another server, fetched where it is not known (``fresh``: even if it is).

        Raises as ``webfinger.find_actor`` and ``Fetcher.actor`` do.
        """
        found = await find_actor(self._client, handle)
        actor = await self._fetcher.actor(found.actor_uri, fresh=fresh)
        acct = _beside(actor.username, actor.host, str(found.handle))
        if actor.local or acct == actor.acct:
            return actor
        return await self._store.write(_keep, actor, acct)

    async def check(self, uri: str, claimed: str) -> None:
        """Ask the host of a claimed handle whether it leads to this actor, because a stranger says so.

        Raises as ``webfinger.find_actor`` does, and RateLimited for one new host too many (OUT13).
        """
        actor = await self._store.read(actors.find_actor, uri)
        if actor is None or actor.acct == claimed:  # by a lookup of somebody here
            return
        found = await find_actor(self._client, claimed, may_ask=self._fetcher.contacts.check)
        if found.actor_uri == uri:
            await self._store.write(_keep, actor, claimed)


def _beside(username: str, host: str, handle: str) -> str:
    """A handle as ``actors.acct`` has it: empty for the name at the host of the id."""
    acct = handle.lower()
    return "" if acct == f"{username}@{host}".lower() else acct


def _keep(conn: Connection, actor: Actor, acct: str) -> Actor:
    """What an actor says of itself counts more than what others call it, and may be another handle by now."""
    row = handles.find_claimant(conn, actor.uri)
    claimed = claim_of(row.raw) if row is not None and row.raw else ""
    if row is None or (claimed and _beside(row.username, row.host, claimed) != acct):
        return actor
    handles.save_proven(conn, row.id, acct)
    return actor._replace(acct=acct)
