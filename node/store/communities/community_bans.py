"""Who may not take part in a community, and who was told why something was refused."""

from dataclasses import dataclass
from itertools import starmap

from sqlalchemy import BigInteger, Connection, bindparam, delete, select

from node.store.communities.community_roles import unexpired
from node.store.database.prepared import Prepared
from node.store.database.upsert import Upsert, insert_missing
from node.store.tables import community_bans, community_refusals


@dataclass(frozen=True, slots=True)
class Ban:
    id: int
    community_id: int
    actor_uri: str
    by_uri: str
    reason: str
    created_at: int
    expires_at: int | None = None


_BAN = tuple(community_bans.c[name] for name in Ban.__dataclass_fields__)
_SAVE_BAN = Upsert(
    lambda into: (statement := into(community_bans)).on_conflict_do_update(
        index_elements=[community_bans.c.community_id, community_bans.c.actor_uri],
        set_={name: statement.excluded[name] for name in ("by_uri", "reason", "created_at", "expires_at")},
    )
)


def save_ban(conn: Connection, ban: Ban) -> None:
    """Ban somebody, or change the ban."""
    values = {name: getattr(ban, name) for name in Ban.__dataclass_fields__}
    conn.execute(_SAVE_BAN[conn.dialect.name], values)


def delete_ban(conn: Connection, community_id: int, actor_uri: str) -> bool:
    gone = delete(community_bans).where(
        community_bans.c.community_id == community_id, community_bans.c.actor_uri == actor_uri
    )
    return conn.execute(gone).rowcount > 0


_IS_BANNED = Prepared(
    select(community_bans.c.id).where(
        community_bans.c.community_id == bindparam("community"),
        community_bans.c.actor_uri == bindparam("actor_uri"),
        unexpired(community_bans.c.expires_at, bindparam("now", type_=BigInteger)),
    )
)


def is_banned(conn: Connection, community_id: int, actor_uri: str, now: int) -> bool:
    return _IS_BANNED.first(conn, {"community": community_id, "actor_uri": actor_uri, "now": now}) is not None


def load_bans(conn: Connection, community_id: int, now: int) -> list[Ban]:
    """Who is banned now, the newest first."""
    query = select(*_BAN).where(
        community_bans.c.community_id == community_id, unexpired(community_bans.c.expires_at, now)
    )
    return list(starmap(Ban, conn.execute(query.order_by(community_bans.c.id.desc()))))


# -- refusals -------------------------------------------------------------------------------------------------------

_TELL = insert_missing(community_refusals)


def note_refusal(conn: Connection, community_id: int, actor_uri: str, reason: str, now: int) -> bool:
    """Whether this is the first time that somebody is refused for this reason, and is to be told."""
    values = {"community_id": community_id, "actor_uri": actor_uri, "reason": reason, "told_at": now}
    return conn.execute(_TELL[conn.dialect.name], values).rowcount > 0
