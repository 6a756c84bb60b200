"""Activities that a community elsewhere passes on: who may, and what proves them (FEP-1b12).

The signature proves the community, not the member. What a member did is believed where the member is at home with the
community, or by the proofs of ``federation.arriving.resolving``; what a moderator did also when it can be seen at the
moderator's own host. The list of moderators is looked at again when it is older than an hour.
"""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection

from federation.fetching.community_reading import CommunityReading
from federation.fetching.fetch import Budget, Fetcher
from federation.mapping.activity import Activity, read_activity
from node.domain.uris import same_origin
from node.errors import NodeError, RateLimited, RemoteError, SignatureInvalid
from node.store.communities import community_roles
from node.store.database.engine import Store
from node.store.federation import activities
from node.store.people import actors, follows
from node.store.people.actors import Actor

#: Verbs that a community passes on.
_PASSED_ON = frozenset(
    {
        *("Create", "Update", "Delete", "Like", "Dislike", "EmojiReact", "Undo"),
        *("Add", "Remove", "Block", "Lock", "Flag", "Resolve"),
    }
)
#: Those that only moderators get, from the community itself: its word is enough.
_FOR_MODERATORS = frozenset({"Flag", "Resolve"})
#: Those that moderators use.
_GOVERNING = frozenset({"Add", "Remove", "Block", "Lock", "Delete", "Undo"})


@dataclass(frozen=True, slots=True)
class Proven:
    """An activity that may be applied, with the community that passed it on and its Announce."""

    activity: Activity
    announced_by: str = ""
    announce_uri: str = ""
    is_as_sent: bool = True  # False: as its host shows it, which may be something else


Authenticate = Callable[[Activity, Budget], Awaitable[Proven]]


class Announced:
    """Takes announcements apart."""

    def __init__(self, store: Store, fetcher: Fetcher, reading: CommunityReading, *, origin: str) -> None:
        self._store, self._fetcher, self._reading, self._origin = store, fetcher, reading, origin

    async def unwrap(self, announce: Activity, inner: Activity, budget: Budget, authenticate: Authenticate) -> Proven:
        """The activity inside. Raises SignatureInvalid where nothing proves it, or nobody here follows the Group."""
        group = await self._store.read(_find_followed_group, announce.actor, self._origin)
        if group is None:
            raise SignatureInvalid(detail="announced by no community that somebody here follows or governs")
        if inner.type not in _PASSED_ON or not same_origin(inner.id, inner.actor):
            raise SignatureInvalid(detail=f"{inner.type} is not passed on")
        if inner.type == "Update" and inner.object_uri == group.uri:
            return await self._refresh(announce, group)
        if same_origin(inner.id, self._origin):
            return Proven(await self._ours(inner), group.uri, announce.id)
        if inner.type in _GOVERNING:
            with contextlib.suppress(RemoteError):  # then as it was last known
                await self._reading.refresh_moderators(group, budget)
        return Proven(await self._prove(inner, group, budget, authenticate), group.uri, announce.id)

    async def _prove(self, inner: Activity, group: Actor, budget: Budget, authenticate: Authenticate) -> Activity:
        if inner.type in _FOR_MODERATORS:
            return inner
        await self._fetcher.actor(inner.actor, budget=budget)
        if same_origin(inner.actor, group.uri) and not inner.is_bare:
            return inner
        try:
            return (await authenticate(inner, budget)).activity
        except SignatureInvalid:
            if inner.type not in _GOVERNING:
                raise
        return await self._see(inner, budget)

    async def _see(self, inner: Activity, budget: Budget) -> Activity:
        """The deed as the host of who did it shows it."""
        try:
            seen = read_activity(await self._fetcher.get_object(inner.id, budget=budget))
        except RateLimited:
            raise
        except NodeError as error:
            raise SignatureInvalid(detail=f"{inner.id} cannot be seen at its host") from error
        if (seen.type, seen.actor, seen.object_uri) != (inner.type, inner.actor, inner.object_uri):
            raise SignatureInvalid(detail=f"{inner.id} says something else at its host")
        return seen

    async def _ours(self, inner: Activity) -> Activity:
        """What one of our own people sent, as it left: the community has taken it."""
        body = await self._store.read(_find_sent, inner.id)
        if body is None:
            raise SignatureInvalid(detail=f"{inner.id} did not leave from here")
        return read_activity(orjson.loads(body))

    async def _refresh(self, announce: Activity, group: Actor) -> Proven:
        """A moderator changed what the community says of itself: it is asked itself."""
        await self._fetcher.actor(group.uri, fresh=True)
        return Proven(announce)


def _find_followed_group(conn: Connection, uri: str, origin: str) -> Actor | None:
    group = actors.find_actor(conn, uri)
    if group is None or not group.is_group:
        return None
    is_ours = follows.load_local_followers(conn, [group.id]) or community_roles.is_governed_from(conn, group.id, origin)
    return group if is_ours else None


def _find_sent(conn: Connection, uri: str) -> str | None:
    found = activities.load_activity(conn, uri)
    return found.body or None if found is not None else None
