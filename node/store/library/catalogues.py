"""Catalogues: the change log of our own, and for each that we follow the state of our copy.

Both keep their entries, one digest over all live ones and one per bucket, changed with each entry and never computed
from scratch. Of our own, each change gets the next revision and what is gone stays as a tombstone; a copy has no
revisions of its own and drops what is gone.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, update

from node.domain.catalogues import EMPTY, State, etag_of
from node.store.database.upsert import insert_missing
from node.store.people.follows import ACCEPTED
from node.store.tables import actors, catalogues, follows


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One of ours, or our copy of another's; ``revision`` is the head of our log, ``position`` where a copy stands."""

    actor_id: int
    uri: str
    revision: int
    oldest_revision: int
    total: int
    digest: str
    position: int
    etag: str
    announced_revision: int  # what the owner of a copy said last
    announced_digest: str
    checked_at: int
    repaired_at: int
    equal_at: int | None
    problem: str

    @property
    def state(self) -> State:
        """Of our own catalogue."""
        return State(self.uri, self.revision, self.digest)

    @property
    def is_as_announced(self) -> bool:
        """Whether a copy holds what its owner said last."""
        return self.digest == self.announced_digest


def empty(actor_id: int, uri: str) -> Catalogue:
    """How a catalogue begins."""
    return Catalogue(
        actor_id=actor_id,
        uri=uri,
        revision=0,
        oldest_revision=1,
        total=0,
        digest=EMPTY,
        position=0,
        etag="",
        announced_revision=0,
        announced_digest="",
        checked_at=0,
        repaired_at=0,
        equal_at=None,
        problem="",
    )


_COLUMNS = tuple(catalogues.c[name] for name in Catalogue.__dataclass_fields__)
_BY_ACTOR = select(*_COLUMNS).where(catalogues.c.actor_id == bindparam("actor_id"))
_BY_ACTOR_LOCKED = _BY_ACTOR.with_for_update()
_BY_URI = select(*_COLUMNS).where(catalogues.c.uri == bindparam("uri"))
_INSERT = insert_missing(catalogues)


def find(conn: Connection, actor_id: int) -> Catalogue | None:
    """The catalogue of this actor, ours or a copy."""
    row = conn.execute(_BY_ACTOR, {"actor_id": actor_id}).first()
    return Catalogue(*row) if row else None


def load(conn: Connection, actor_id: int) -> Catalogue:
    """The catalogue of this actor, which is there."""
    return Catalogue(*conn.execute(_BY_ACTOR, {"actor_id": actor_id}).one())


def find_by_uri(conn: Connection, uri: str) -> Catalogue | None:
    row = conn.execute(_BY_URI, {"uri": uri}).first()
    return Catalogue(*row) if row else None


def load_head(conn: Connection, actor_id: int) -> State | None:
    """How our own catalogue stands: what deliveries tell of it. None where this actor has none yet."""
    found = find(conn, actor_id)
    return found.state if found else None


def lock(conn: Connection, actor_id: int) -> Catalogue:
    """The catalogue, which nobody else changes until this transaction ends."""
    return Catalogue(*conn.execute(_BY_ACTOR_LOCKED, {"actor_id": actor_id}).one())


def add(conn: Connection, actor_id: int, uri: str) -> None:
    """Begin an empty catalogue, ours or a copy; one that is there stays."""
    conn.execute(_INSERT[conn.dialect.name], {"actor_id": actor_id, "uri": uri})


def move(conn: Connection, actor_id: int, uri: str) -> None:
    """The owner gave its catalogue another address: its log is read from the start."""
    _note(conn, actor_id, uri=uri, position=0, etag="", announced_revision=0, announced_digest="")


def _followed() -> Select[Any]:
    """Copies of which somebody here follows the owner."""
    followed = (
        select(follows.c.id)
        .join(actors, actors.c.id == follows.c.follower_id)
        .where(follows.c.followed_id == catalogues.c.actor_id, follows.c.state == ACCEPTED, actors.c.local)
    )
    owner = select(actors.c.id).where(
        actors.c.id == catalogues.c.actor_id, actors.c.local.is_(False), actors.c.state == "active"
    )
    return select(*_COLUMNS).where(followed.exists(), owner.exists()).order_by(catalogues.c.actor_id)


_FOLLOWED = _followed()


def list_followed(conn: Connection) -> list[Catalogue]:
    """The copies to be kept up to date: somebody here follows their owner."""
    return [Catalogue(*row) for row in conn.execute(_FOLLOWED)]


def is_followed(conn: Connection, actor_id: int) -> bool:
    return conn.execute(_FOLLOWED.where(catalogues.c.actor_id == actor_id)).first() is not None


def list_own(conn: Connection) -> list[Catalogue]:
    """The catalogues of our own actors."""
    query = select(*_COLUMNS).join(actors, actors.c.id == catalogues.c.actor_id).where(actors.c.local)
    return [Catalogue(*row) for row in conn.execute(query.order_by(catalogues.c.actor_id))]


# -- how a copy stands ----------------------------------------------------------------------------------------------


def note_announced(conn: Connection, actor_id: int, revision: int, digest: str, etag: str = "") -> None:
    """What the owner says of the catalogue now; ``etag`` as its address answered it, quotes included."""
    _note(conn, actor_id, announced_revision=revision, announced_digest=digest, etag=etag)


def note_position(conn: Connection, actor_id: int, position: int) -> None:
    """Everything up to this revision of the owner's log was read."""
    _note(conn, actor_id, position=position)


def note_equal(conn: Connection, copied: Catalogue, now: int, *, checked: bool) -> None:
    """The copy holds what its owner announced; ``checked`` when its address was asked just now."""
    state = State(copied.uri, copied.announced_revision, copied.announced_digest)
    _note(
        conn,
        copied.actor_id,
        position=copied.announced_revision,
        etag=copied.etag or f'"{etag_of(state)}"',
        equal_at=now,
        problem="",
        **({"checked_at": now} if checked else {}),
    )


def note_problem(conn: Connection, actor_id: int, problem: str, now: int) -> None:
    """The copy could not be brought in line; an administrator reads why."""
    _note(conn, actor_id, problem=problem[:500], checked_at=now)


def note_repaired(conn: Connection, actor_id: int, now: int) -> None:
    """The buckets were compared, whatever came of it."""
    _note(conn, actor_id, repaired_at=now)


def _note(conn: Connection, actor_id: int, **values: Any) -> None:
    conn.execute(update(catalogues).where(catalogues.c.actor_id == actor_id).values(**values))
