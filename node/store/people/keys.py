"""Key pairs of our actors (private halves sealed), and the public keys of others that were fetched."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from node.store.database.bulk import Bulk
from node.store.database.prepared import Prepared
from node.store.tables import own_keys, remote_keys

#: All are public; only the current one signs. A retired key is forgotten at ``retires_at``.
CURRENT, NEXT, RETIRED = "current", "next", "retired"


@dataclass(frozen=True, slots=True)
class OwnKey:
    id: int
    uri: str
    actor_id: int
    algorithm: str  # federation.signatures.keypairs.Algorithm
    public: str  # SPKI PEM
    private_sealed: bytes
    state: str
    created_at: int
    retires_at: int | None


@dataclass(frozen=True, slots=True)
class RemoteKey:
    """A key that was fetched, or the memory that it could not be (``owner_uri`` is '' then)."""

    uri: str
    owner_uri: str
    host: str
    algorithm: str
    public: str
    fetched_at: int
    refreshed_at: int | None = None
    error: str = ""


_OWN = tuple(own_keys.c[name] for name in OwnKey.__dataclass_fields__)
_REMOTE = tuple(remote_keys.c[name] for name in RemoteKey.__dataclass_fields__)
_REMOTE_BY_URI = Prepared(select(*_REMOTE).where(remote_keys.c.uri.in_(bindparam("uris", expanding=True))), many="uris")
_DELETE_REMOTE = Bulk(delete(remote_keys).where(remote_keys.c.uri == bindparam("uri")))
_INSERT_REMOTE = Bulk(insert(remote_keys))


def insert_own_keys(conn: Connection, keys: Sequence[OwnKey]) -> None:
    conn.execute(insert(own_keys), [{name: getattr(key, name) for name in OwnKey.__dataclass_fields__} for key in keys])


def load_own_keys(conn: Connection, actor_id: int) -> list[OwnKey]:
    """All keys of one of our actors, the oldest first."""
    query = select(*_OWN).where(own_keys.c.actor_id == actor_id).order_by(own_keys.c.id)
    return [OwnKey(*row) for row in conn.execute(query)]


def set_own_key_state(conn: Connection, key_id: int, state: str, retires_at: int | None) -> None:
    conn.execute(update(own_keys).where(own_keys.c.id == key_id).values(state=state, retires_at=retires_at))


def load_next_keys(conn: Connection, *, until: int | None = None) -> list[OwnKey]:
    """The keys that do not sign yet, all or those that were made at or before this instant."""
    query = select(*_OWN).where(own_keys.c.state == NEXT).order_by(own_keys.c.id)
    if until is not None:
        query = query.where(own_keys.c.created_at <= until)
    return [OwnKey(*row) for row in conn.execute(query)]


def delete_own_keys(conn: Connection, actor_id: int, state: str | None = None) -> None:
    """Delete the keys of one of our actors, all or those in this state."""
    which = own_keys.c.actor_id == actor_id
    conn.execute(delete(own_keys).where(which if state is None else which & (own_keys.c.state == state)))


def count_own_keys(conn: Connection) -> tuple[int, int]:
    """``(when the oldest key that signs was made, how many actors wait for their new keys to sign)``."""
    oldest = select(func.min(own_keys.c.created_at)).where(own_keys.c.state == CURRENT)
    changing = select(func.count(own_keys.c.actor_id.distinct())).where(own_keys.c.state == NEXT)
    return conn.scalar(oldest) or 0, conn.scalar(changing) or 0


def delete_retired_keys(conn: Connection, now: int) -> None:
    conn.execute(delete(own_keys).where(own_keys.c.state == RETIRED, own_keys.c.retires_at < now))


def find_remote_keys(conn: Connection, uris: Sequence[str]) -> list[RemoteKey | None]:
    """The keys of these ids, in order."""
    found = {row[0]: RemoteKey(*row) for row in _REMOTE_BY_URI.run(conn, {"uris": uris})}
    return [found.get(uri) for uri in uris]


def find_remote_key(conn: Connection, uri: str) -> RemoteKey | None:
    return find_remote_keys(conn, [uri])[0]


def save_remote_key(conn: Connection, key: RemoteKey) -> None:
    _DELETE_REMOTE.run(conn, [{"uri": key.uri}])
    _INSERT_REMOTE.run(conn, [{name: getattr(key, name) for name in RemoteKey.__dataclass_fields__}])


def delete_remote_keys_of(conn: Connection, owner_uri: str) -> None:
    conn.execute(delete(remote_keys).where(remote_keys.c.owner_uri == owner_uri))


def expire_remote_keys(conn: Connection, before: int) -> None:
    """Forget what was fetched, or failed, before this instant (OUT13)."""
    conn.execute(delete(remote_keys).where(remote_keys.c.fetched_at < before))
