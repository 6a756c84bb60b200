"""Communities, ours and others': what each says of itself and who may do what in it, and lists of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from node.domain.communities import JoinPolicy, PostPolicy, RemoteCommunity
from node.domain.visibility import Visibility
from node.store.database.prepared import Prepared
from node.store.database.upsert import Into, Upsert, insert_missing
from node.store.tables import (
    actors,
    communities,
    community_roles,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """What governs a community; name, summary and addresses are those of its actor."""

    actor_id: int
    purpose: str = ""  # Markdown
    rules: Sequence[str] = ()
    topics: Sequence[str] = ()
    languages: Sequence[str] = ()
    join_policy: JoinPolicy = JoinPolicy.OPEN
    post_policy: PostPolicy = PostPolicy.MEMBERS
    visibility: Visibility = Visibility.PUBLIC
    version: int = 1
    created_at: int
    updated_at: int
    archived_at: int | None = None
    successor: str = ""
    moderators_at: int = 0
    history_at: int = 0
    facilitators: str = ""  # of others: addresses of the lists of these roles
    experts: str = ""
    history_page: str = ""

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


_COLUMNS = tuple(communities.c[name] for name in Community.__dataclass_fields__)
_BY_ID = Prepared(
    select(*_COLUMNS).where(communities.c.actor_id.in_(bindparam("ids", expanding=True))), many="ids", named=True
)
_ENUMS = {"join_policy": JoinPolicy, "post_policy": PostPolicy, "visibility": Visibility}


def load_communities(conn: Connection, actor_ids: Collection[int]) -> dict[int, Community]:
    """Those of these actors that are communities, by id."""
    if not actor_ids:
        return {}
    found = map(_read, _BY_ID.run(conn, {"ids": list(actor_ids)}))
    return {community.actor_id: community for community in found}


def _read(row: Any) -> Community:
    values = row._asdict()
    return Community(**values | {name: kind(values[name]) for name, kind in _ENUMS.items()})


def find_community(conn: Connection, actor_id: int) -> Community | None:
    return load_communities(conn, [actor_id]).get(actor_id)


def insert_communities(conn: Connection, new: Sequence[Community]) -> None:
    """New rows; one that is there stays as it is."""
    if new:
        rows = [{name: getattr(each, name) for name in Community.__dataclass_fields__} for each in new]
        conn.execute(_INSERT[conn.dialect.name], rows)


_INSERT = insert_missing(communities)


def update_community(conn: Connection, actor_id: int, **values: Any) -> None:
    conn.execute(update(communities).where(communities.c.actor_id == actor_id).values(**values))


_SETTINGS = ("purpose", "rules", "topics", "languages", "join_policy", "post_policy", "visibility")
_SAID = (*_SETTINGS, "archived_at", "successor", "facilitators", "experts", "updated_at")


def _save_remote(into: Into) -> Any:
    statement = into(communities)
    said = statement.excluded
    is_other = or_(*(communities.c[name].is_distinct_from(said[name]) for name in _SETTINGS))
    version = case((is_other, communities.c.version + 1), else_=communities.c.version)
    return statement.on_conflict_do_update(
        index_elements=[communities.c.actor_id],
        set_={**{name: said[name] for name in _SAID}, "version": version},
    )


_SAVE_REMOTE = Upsert(_save_remote)


def save_remote(conn: Connection, actor_id: int, said: RemoteCommunity, now: int) -> None:
    """What a community elsewhere says of itself, in place of what it said before."""
    values = {
        "actor_id": actor_id,
        "purpose": said.purpose,
        "rules": list(said.rules),
        "topics": list(said.topics),
        "languages": list(said.languages),
        "join_policy": said.join_policy.value,
        "post_policy": said.post_policy.value,
        "visibility": said.visibility.value,
        "created_at": now,
        "updated_at": now,
        "archived_at": now if said.is_archived else None,
        "successor": said.successor,
        "facilitators": said.facilitators,
        "experts": said.experts,
    }
    conn.execute(_SAVE_REMOTE[conn.dialect.name], values)
    if said.visibility is Visibility.ORGANISATION:  # nobody here looks after what another house keeps to itself
        conn.execute(delete(community_roles).where(community_roles.c.community_id == actor_id))


def list_communities(
    conn: Connection, *, levels: Collection[Visibility], before: int | None, limit: int, local: bool | None = None
) -> list[int]:
    """Ids of communities of these levels that are there, the newest first; ``before`` is the id of one."""
    query = (
        select(communities.c.actor_id)
        .join(actors, actors.c.id == communities.c.actor_id)
        .where(
            communities.c.visibility.in_([level.value for level in levels]),
            or_(actors.c.local, communities.c.visibility != Visibility.ORGANISATION.value),  # those of other houses
            actors.c.state == "active",
        )
    )
    if local is not None:
        query = query.where(actors.c.local.is_(local))
    if before is not None:
        query = query.where(communities.c.actor_id < before)
    return list(conn.scalars(query.order_by(communities.c.actor_id.desc()).limit(limit)))


def list_found(conn: Connection, *, before: int | None, limit: int) -> list[tuple[int, str]]:
    """``(id, URI)`` of communities of this node that everybody finds, the newest first; ``before`` is an id."""
    query = select(actors.c.id, actors.c.uri).where(*_FOUND)
    if before is not None:
        query = query.where(actors.c.id < before)
    return [(row.id, row.uri) for row in conn.execute(query.order_by(actors.c.id.desc()).limit(limit))]


def count_found(conn: Connection) -> int:
    """How many ``list_found`` has in all."""
    return int(conn.scalar(select(func.count()).select_from(actors).where(*_FOUND)) or 0)


_FOUND = (actors.c.kind == "group", actors.c.local, actors.c.state == "active", actors.c.discoverable)
