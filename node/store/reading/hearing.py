"""Who does not want to hear of whom or what: blocks either way, mutes of people, domains and conversations."""

from collections.abc import Collection

from sqlalchemy import BindParameter, Connection, and_, bindparam, literal, or_, select, union_all

from node.store.database.prepared import Prepared
from node.store.people.domains import is_at
from node.store.tables import actors, blocks, conversation_mutes, domain_blocks, mutes, objects

_OWNERS: BindParameter[int] = bindparam("owners", expanding=True)
_ACTORS: BindParameter[int] = bindparam("actors", expanding=True)
_PAIRS = ("owners", "actors")
_REASONS = ("muted_account", "blocked_domain", "blocked_account")  # the strongest last
_APART = Prepared(
    select(blocks.c.blocker_id, blocks.c.blocked_id).where(
        or_(
            and_(blocks.c.blocker_id.in_(_OWNERS), blocks.c.blocked_id.in_(_ACTORS)),
            and_(blocks.c.blocked_id.in_(_OWNERS), blocks.c.blocker_id.in_(_ACTORS)),
        )
    ),
    many=_PAIRS,
)
_MUTING = select(mutes.c.muter_id, mutes.c.muted_id).where(
    mutes.c.muter_id.in_(_OWNERS),
    mutes.c.muted_id.in_(_ACTORS),
    or_(mutes.c.expires_at.is_(None), mutes.c.expires_at > bindparam("now")),
)
_MUTED = Prepared(_MUTING, many=_PAIRS)
_MUTED_NOTICES = Prepared(_MUTING.where(mutes.c.hides_notifications), many=_PAIRS)
_DOMAINS = Prepared(
    select(domain_blocks.c.actor_id, actors.c.id)
    .join(actors, is_at(domain_blocks.c.domain))
    .where(domain_blocks.c.actor_id.in_(_OWNERS), actors.c.id.in_(_ACTORS)),
    many=_PAIRS,
)

_TURNED_AWAY = Prepared(
    union_all(
        select(mutes.c.muted_id, literal("muted_account")).where(
            mutes.c.muter_id == bindparam("owner"),
            mutes.c.muted_id.in_(_ACTORS),
            or_(mutes.c.expires_at.is_(None), mutes.c.expires_at > bindparam("now")),
        ),
        select(actors.c.id, literal("blocked_domain"))
        .join(domain_blocks, is_at(domain_blocks.c.domain))
        .where(domain_blocks.c.actor_id == bindparam("owner"), actors.c.id.in_(_ACTORS)),
        select(blocks.c.blocked_id, literal("blocked_account")).where(
            blocks.c.blocker_id == bindparam("owner"), blocks.c.blocked_id.in_(_ACTORS)
        ),
    ),
    many="actors",
)

_CONVERSATIONS = Prepared(
    select(conversation_mutes.c.actor_id, objects.c.id)
    .join(objects, objects.c.context == conversation_mutes.c.context)
    .where(conversation_mutes.c.actor_id.in_(_OWNERS), objects.c.id.in_(bindparam("ids", expanding=True))),
    many=("owners", "ids"),
)


def load_deaf(
    conn: Connection, owner_ids: Collection[int], actor_ids: Collection[int], now: int, *, notices: bool
) -> set[tuple[int, int]]:
    """The pairs ``(owner, actor)`` in which the owner does not see what the actor does.

    ``notices``: a mute that leaves notifications alone does not count.
    """
    if not owner_ids or not actor_ids:
        return set()
    values = {"owners": list(owner_ids), "actors": list(actor_ids)}
    found = {pair for one, other in _APART.run(conn, values) for pair in ((one, other), (other, one))}
    muted = (_MUTED_NOTICES if notices else _MUTED).run(conn, {**values, "now": now})
    return found | {(row[0], row[1]) for row in (*muted, *_DOMAINS.run(conn, values))}


def load_turned_away(conn: Connection, owner_id: int, actor_ids: Collection[int], now: int) -> dict[int, str]:
    """Actor -> why the owner does not want to read her, as apps call it; the strongest reason."""
    values = {"owner": owner_id, "actors": list(actor_ids), "now": now}
    found = _TURNED_AWAY.run(conn, values) if actor_ids else ()
    return dict(sorted(((row[0], row[1]) for row in found), key=lambda pair: _REASONS.index(pair[1])))


def load_muted(conn: Connection, owner_ids: Collection[int], object_ids: Collection[int]) -> set[tuple[int, int]]:
    """The pairs ``(owner, object)`` of conversations that the owner has muted."""
    if not owner_ids or not object_ids:
        return set()
    found = _CONVERSATIONS.run(conn, {"owners": list(owner_ids), "ids": list(object_ids)})
    return {(row[0], row[1]) for row in found}
