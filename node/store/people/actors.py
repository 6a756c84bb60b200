"""Actors: people, organisations, communities, catalogues and applications, ours and others'."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, literal_column, or_, select, update

from node.domain.actors import ActorKind, handle_of
from node.store.database.planning import looked_at
from node.store.database.prepared import Prepared
from node.store.tables import actors, follows


class Actor(NamedTuple):
    """What the node needs to know of an actor to deal with it; its profile stays in the row."""

    id: int
    uri: str
    kind: str
    local: bool
    username: str
    host: str
    name: str
    url: str
    inbox: str
    shared_inbox: str
    followers: str
    catalogue: str
    moderators: str
    moved_to: str
    locked: bool
    discoverable: bool
    indexable: bool
    state: str
    fetched_at: int
    moved_at: int | None = None
    acct: str = ""

    @property
    def handle(self) -> str:
        """``@ada@learn.uni.example``"""
        return handle_of(self)

    @property
    def is_active(self) -> bool:
        """Neither gone nor suspended, nor waiting to be let in."""
        return self.state == "active"

    @property
    def is_group(self) -> bool:
        """Whether it is a community, here or elsewhere."""
        return self.kind == ActorKind.GROUP.value

    @property
    def title(self) -> str:
        """The display name, or the user name where there is none."""
        return self.name or self.username


#: Of a row that becomes an ``Actor``, in its order.
COLUMNS = tuple(actors.c[name] for name in Actor._fields)
_BY_URI = Prepared(select(*COLUMNS).where(actors.c.uri.in_(bindparam("uris", expanding=True))), many="uris")
_BY_ID = Prepared(select(*COLUMNS).where(actors.c.id.in_(bindparam("ids", expanding=True))), many="ids")


def load_actors(conn: Connection, uris: Collection[str]) -> dict[str, Actor]:
    """The known actors among ``uris``, by URI."""
    if not uris:
        return {}
    return {actor.uri: actor for actor in map(Actor._make, _BY_URI.run(conn, {"uris": list(uris)}))}


def load_actors_by_id(conn: Connection, ids: Collection[int]) -> dict[int, Actor]:
    """The actors of these ids, by id."""
    if not ids:
        return {}
    return {actor.id: actor for actor in map(Actor._make, _BY_ID.run(conn, {"ids": list(ids)}))}


def find_actors(conn: Connection, uris: Sequence[str]) -> list[Actor | None]:
    """The actors of these URIs, in order."""
    found = load_actors(conn, uris)
    return [found.get(uri) for uri in uris]


def find_actor(conn: Connection, uri: str) -> Actor | None:
    return load_actors(conn, [uri]).get(uri)


def find_actor_by_id(conn: Connection, actor_id: int) -> Actor | None:
    return load_actors_by_id(conn, [actor_id]).get(actor_id)


_LOCAL_BY_NAME = Prepared(
    select(*COLUMNS).where(actors.c.local, actors.c.username.in_(bindparam("usernames", expanding=True))),
    many="usernames",
)


def has_proven(acct: ColumnElement[str] | str) -> ColumnElement[bool]:
    """Whether this handle, in small letters, is the one that an actor has proven; said as its index has it."""
    return and_(actors.c.acct == acct, actors.c.acct != literal_column("''"))


#: Who is called ``username`` at ``host``, or has proven ``acct``: parameters.
HAS_HANDLE = or_(
    has_proven(bindparam("acct")), and_(actors.c.username == bindparam("username"), actors.c.host == bindparam("host"))
)


_BY_HANDLE = Prepared(select(*COLUMNS).where(HAS_HANDLE))
_IN_ANY_CASE = Prepared(
    select(*COLUMNS).where(func.lower(actors.c.username) == bindparam("username"), actors.c.host == bindparam("host"))
)


def find_local_actor(conn: Connection, username: str) -> Actor | None:
    """The local actor of this user name, whatever its case."""
    return load_actors_by_username(conn, [username]).get(username.lower())


def load_actors_by_username(conn: Connection, usernames: Collection[str]) -> dict[str, Actor]:
    """The local actors of these user names, whatever their case, by the name in small letters."""
    if not usernames:
        return {}
    rows = _LOCAL_BY_NAME.run(conn, {"usernames": [each.lower() for each in usernames]})
    return {actor.username: actor for actor in map(Actor._make, rows)}


def find_actor_by_handle(
    conn: Connection, username: str, host: str, *, kind: str = "person", proven_first: bool = True
) -> Actor | None:
    """Who is called so, by a proven handle or at the host of its id; in another case where nobody is in this one.

    Of several (Lemmy gives people and communities the same names) one who is there before who is gone, then who has
    proven it (or, as our pages have it, whose id is at this host), then one of this kind, then who has been known for
    longest.
    """
    acct = f"{username}@{host}".lower()
    rows = _BY_HANDLE.run(conn, {"username": username, "host": host, "acct": acct})
    rows = rows or _IN_ANY_CASE.run(conn, {"username": username.lower(), "host": host})

    def rank(each: Actor) -> tuple[bool, bool, bool, int]:
        is_second = each.acct != acct if proven_first else each.host != host
        return each.state != "active", is_second, each.kind != kind, each.id

    return min(map(Actor._make, rows), key=rank, default=None)


def load_local_actors(conn: Connection, kinds: Collection[str] | None = None) -> list[Actor]:
    """Local actors that are there (not gone), of these kinds or of all, the oldest first."""
    query = select(*COLUMNS).where(actors.c.local, actors.c.state == "active")
    if kinds is not None:
        query = query.where(actors.c.kind.in_(kinds))
    return [Actor(*row) for row in conn.execute(query.order_by(actors.c.id))]


_PROFILE = Prepared(select(actors).where(actors.c.id == bindparam("actor")), named=True)


def load_profile(conn: Connection, actor_id: int) -> Any:
    """The whole row of one actor."""
    (row,) = _PROFILE.run(conn, {"actor": actor_id})
    return row


def insert_actor(conn: Connection, **values: Any) -> None:
    """A new row; the caller mints the id and sets what has no default."""
    conn.execute(insert(actors), values)


def update_actor(conn: Connection, actor_id: int, **values: Any) -> None:
    conn.execute(update(actors).where(actors.c.id == actor_id).values(**values))


_TOMBSTONE: dict[str, Any] = {
    "name": "",
    "summary": "",
    "icon": "",
    "image": "",
    "fields": [],
    "emojis": [],
    "also_known_as": [],
    "raw": None,
    "state": "gone",
}


def bury(conn: Connection, actor_id: int, now: int) -> None:
    """The row stays and says nothing, so that the account cannot come back."""
    update_actor(conn, actor_id, updated_at=now, **_TOMBSTONE)


_FOLLOWER_INBOXES = Prepared(
    select(actors.c.inbox, actors.c.shared_inbox)
    .join(follows, follows.c.follower_id == actors.c.id)
    .where(
        follows.c.followed_id == bindparam("actor_id"),
        follows.c.state == "accepted",
        actors.c.local.is_(False),
        actors.c.state == "active",
    )
    .distinct()
)


def load_follower_inboxes(conn: Connection, actor_id: int) -> list[tuple[str, str]]:
    """``(inbox, shared inbox or '')`` of each remote follower."""
    return [(inbox, shared) for inbox, shared in _FOLLOWER_INBOXES.run(conn, {"actor_id": actor_id})]


_INBOXES = Prepared(
    select(actors.c.inbox, actors.c.shared_inbox).where(
        actors.c.uri.in_(bindparam("uris", expanding=True)),
        looked_at(actors.c.local, wanted=False),
        actors.c.state == "active",
        actors.c.inbox != "",
    ),
    many="uris",
)


def load_inboxes(conn: Connection, uris: Collection[str]) -> list[tuple[str, str]]:
    """``(inbox, shared inbox or '')`` of each remote actor among ``uris``."""
    if not uris:
        return []
    return [(inbox, shared) for inbox, shared in _INBOXES.run(conn, {"uris": list(uris)})]


def load_shared_inboxes(conn: Connection) -> list[tuple[str, str]]:
    """One ``(inbox, shared inbox)`` for each shared inbox that is known."""
    query = (
        select(func.min(actors.c.inbox), actors.c.shared_inbox)
        .where(actors.c.local.is_(False), actors.c.state == "active", actors.c.shared_inbox != "")
        .group_by(actors.c.shared_inbox)
    )
    return [(row[0], row[1]) for row in conn.execute(query)]


def find_unknown_handles(conn: Connection, handles: Collection[str], own_host: str) -> list[str]:
    """Those among ``user@host`` of other hosts that nobody known here has."""
    pairs = ((handle, *handle.partition("@")[::2]) for handle in handles)
    elsewhere = [pair for pair in pairs if pair[2] != own_host]
    return [handle for handle, name, host in elsewhere if find_actor_by_handle(conn, name, host) is None]
