"""What people here were told of, one row for each."""

from collections.abc import Collection, Mapping, Sequence
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, literal, or_, select, union_all

from node.domain.moderation import LIMITING
from node.domain.notices import DEFAULT_POLICY, Policy, Standing, Verdict
from node.domain.visibility import Visibility
from node.store.access.accounts import ACTIVE
from node.store.database.bulk import Bulk
from node.store.database.planning import looked_at
from node.store.database.prepared import Prepared
from node.store.database.upsert import Into, Upsert, insert_missing
from node.store.people.follows import ACCEPTED
from node.store.posts.objects import LIVE
from node.store.posts.reactions import QUOTE, SHARE, VOTE
from node.store.tables import (
    accounts,
    actors,
    domain_policies,
    follows,
    home_entries,
    mentions,
    notification_permissions,
    notification_policies,
    notification_requests,
    notifications,
    objects,
    reactions,
)


class Told(NamedTuple):
    """What must be known of a post to tell of it."""

    id: int
    actor_id: int
    local: bool
    visibility: str
    context: str
    in_reply_to_id: int | None


_TOLD = Prepared(
    select(*(objects.c[name] for name in Told._fields)).where(
        objects.c.id.in_(bindparam("ids", expanding=True)), objects.c.state == LIVE
    ),
    many="ids",
)
_MENTIONED = (
    select(mentions.c.object_id, actors.c.id)
    .join(actors, actors.c.uri == mentions.c.actor_uri)
    .join(objects, objects.c.id == mentions.c.object_id)
    .where(
        mentions.c.object_id.in_(bindparam("ids", expanding=True)),
        looked_at(actors.c.local),
        or_(~mentions.c.silent, objects.c.visibility == Visibility.DIRECT.value),
    )
)
_PARENT = objects.alias("parent")
_ANSWERED = (
    select(objects.c.id, _PARENT.c.actor_id)
    .join(_PARENT, _PARENT.c.id == objects.c.in_reply_to_id)
    .where(
        objects.c.id.in_(bindparam("ids", expanding=True)),
        objects.c.visibility.in_([Visibility.PUBLIC.value, Visibility.UNLISTED.value, Visibility.ORGANISATION.value]),
        looked_at(_PARENT.c.local),
    )
)
_REACTED = Prepared(
    select(reactions.c.object_id, reactions.c.actor_id)
    .join(actors, actors.c.id == reactions.c.actor_id)
    .where(
        reactions.c.object_id.in_(bindparam("ids", expanding=True)),
        reactions.c.kind == bindparam("kind"),
        looked_at(actors.c.local),
    )
    .distinct(),
    many="ids",
)
_QUOTERS = Prepared(
    select(reactions.c.object_id, objects.c.id, objects.c.actor_id)
    .join(objects, objects.c.uri == reactions.c.content)
    .where(
        reactions.c.object_id.in_(bindparam("ids", expanding=True)),
        reactions.c.kind == QUOTE,
        looked_at(objects.c.local),
        objects.c.state == LIVE,
    ),
    many="ids",
)
_QUOTING = objects.alias("quoting")
_QUOTED = (
    select(_QUOTING.c.id, objects.c.actor_id)
    .join(reactions, (reactions.c.content == _QUOTING.c.uri) & (reactions.c.actor_id == _QUOTING.c.actor_id))
    .join(objects, objects.c.id == reactions.c.object_id)
    .where(_QUOTING.c.id.in_(bindparam("ids", expanding=True)), reactions.c.kind == QUOTE, looked_at(objects.c.local))
)
_SUBSCRIBERS = (
    select(home_entries.c.object_id, home_entries.c.owner_id)
    .join(objects, objects.c.id == home_entries.c.object_id)
    .join(
        follows,
        (follows.c.follower_id == home_entries.c.owner_id) & (follows.c.followed_id == objects.c.actor_id),
    )
    .outerjoin(_PARENT, _PARENT.c.id == objects.c.in_reply_to_id)
    .where(
        home_entries.c.object_id.in_(bindparam("ids", expanding=True)),
        follows.c.notifies,
        follows.c.state == ACCEPTED,
        or_(objects.c.in_reply_to.is_(None), _PARENT.c.actor_id == objects.c.actor_id),
    )
)
#: Why a new post reaches somebody here: it names her or answers her, it quotes her, she wants to hear of all.
NAMED, QUOTED, SUBSCRIBED = "named", "quoted", "subscribed"
_REASONS = ((NAMED, _MENTIONED), (NAMED, _ANSWERED), (QUOTED, _QUOTED), (SUBSCRIBED, _SUBSCRIBERS))


def _reaching(*reasons: str) -> Prepared:
    parts = [query.add_columns(literal(reason)) for reason, query in _REASONS if reason in reasons]
    return Prepared(union_all(*parts), many="ids")


_REACHED, _NAMED_HERE, _QUOTED_HERE = _reaching(NAMED, QUOTED, SUBSCRIBED), _reaching(NAMED), _reaching(QUOTED)
_WITH_ACCOUNT = Prepared(
    select(accounts.c.actor_id).where(
        accounts.c.actor_id.in_(bindparam("ids", expanding=True)), accounts.c.state == ACTIVE
    ),
    many="ids",
)


def load_told(conn: Connection, ids: Collection[int]) -> dict[int, Told]:
    """The living objects of these ids."""
    return {told.id: told for told in starmap(Told, _TOLD.run(conn, {"ids": list(ids)}))} if ids else {}


def _pairs(conn: Connection, query: Prepared, ids: Collection[int], **values: Any) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in query.run(conn, {"ids": list(ids), **values})] if ids else []


def load_reached(conn: Connection, ids: Collection[int]) -> dict[str, list[tuple[int, int]]]:
    """Whom new posts reach here, by reason: ``(object, one of our actors)``; one statement.

    ``NAMED`` and ``QUOTED`` as below; ``SUBSCRIBED``: she wants to hear whenever its author posts, and
    answers to others do not count.
    """
    found: dict[str, list[tuple[int, int]]] = {NAMED: [], QUOTED: [], SUBSCRIBED: []}
    for object_id, actor_id, reason in _REACHED.run(conn, {"ids": list(ids)}) if ids else ():
        found[reason].append((object_id, actor_id))
    return found


def load_named_here(conn: Connection, ids: Collection[int]) -> list[tuple[int, int]]:
    """``(object, one of our actors whom it names, or whose post it answers)``.

    Those that are only addressed count for direct messages; an answer, where the author of what it answers may read it
    in any case.
    """
    return _pairs(conn, _NAMED_HERE, ids)


def load_sharers_here(conn: Connection, ids: Collection[int]) -> list[tuple[int, int]]:
    """``(object, one of our actors who shared it)``"""
    return _pairs(conn, _REACTED, ids, kind=SHARE)


def load_quoters_here(conn: Connection, ids: Collection[int]) -> list[tuple[int, int, int]]:
    """``(quoted object, quoting post, one of our actors who wrote that)``"""
    found = _QUOTERS.run(conn, {"ids": list(ids)}) if ids else ()
    return [(row[0], row[1], row[2]) for row in found]


def load_quoted_here(conn: Connection, ids: Collection[int]) -> list[tuple[int, int]]:
    """``(quoting post, our author of what it quotes)``, where that author allows it."""
    return _pairs(conn, _QUOTED_HERE, ids)


def load_voters_here(conn: Connection, ids: Collection[int]) -> list[tuple[int, int]]:
    """``(poll, one of our actors who voted)``"""
    return _pairs(conn, _REACTED, ids, kind=VOTE)


def load_owners(conn: Connection, actor_ids: Collection[int]) -> set[int]:
    """Those among these actors who have an account here: only people can be told."""
    return {row[0] for row in _WITH_ACCOUNT.run(conn, {"ids": list(actor_ids)})} if actor_ids else set()


def load_staff(conn: Connection, roles: Collection[str] = ("moderator", "admin")) -> list[int]:
    """Who looks after the node: moderators and administrators."""
    query = select(accounts.c.actor_id).where(accounts.c.role.in_(list(roles)), accounts.c.state == ACTIVE)
    return list(conn.scalars(query))


# -- policies ---------------------------------------------------------------------------------------------------------

_POLICY_COLUMNS = tuple(notification_policies.c[name] for name in Policy.__dataclass_fields__)
_POLICIES = Prepared(
    select(notification_policies.c.owner_id, *_POLICY_COLUMNS).where(
        notification_policies.c.owner_id.in_(bindparam("ids", expanding=True))
    ),
    many="ids",
)
_LIMITED = select(domain_policies.c.domain).where(domain_policies.c.policy.in_(LIMITING))
_A_LIMITED = Prepared(_LIMITED.limit(1))


def load_policies(conn: Connection, owner_ids: Collection[int]) -> dict[int, Policy]:
    """The policies of those who have set one."""
    found = _POLICIES.run(conn, {"ids": list(owner_ids)}) if owner_ids else ()
    return {row[0]: Policy(*map(Verdict, row[1:])) for row in found}


def load_policy(conn: Connection, owner_id: int) -> Policy:
    return load_policies(conn, [owner_id]).get(owner_id, DEFAULT_POLICY)


def save_policy(conn: Connection, owner_id: int, policy: Policy) -> None:
    conn.execute(delete(notification_policies).where(notification_policies.c.owner_id == owner_id))
    values = {name: getattr(policy, name).value for name in Policy.__dataclass_fields__}
    conn.execute(notification_policies.insert().values(owner_id=owner_id, **values))


def has_limited_domains(conn: Connection) -> bool:
    return bool(_A_LIMITED.run(conn, {}))


def load_standings(
    conn: Connection, pairs: Collection[tuple[int, int]], *, new_since: int
) -> dict[tuple[int, int], Standing]:
    """What each actor is to each owner: ``(owner, actor)`` -> standing."""
    owners, others = {owner for owner, _ in pairs}, {actor for _, actor in pairs}
    both = or_(
        and_(follows.c.follower_id.in_(owners), follows.c.followed_id.in_(others)),
        and_(follows.c.followed_id.in_(owners), follows.c.follower_id.in_(others)),
    )
    query = select(follows.c.follower_id, follows.c.followed_id).where(both, follows.c.state == ACCEPTED)
    followed = {(row.follower_id, row.followed_id) for row in conn.execute(query)}
    domains = list(conn.scalars(_LIMITED))
    known = {
        row.id: row
        for row in conn.execute(
            select(actors.c.id, actors.c.host, actors.c.local, actors.c.published_at, actors.c.created_at).where(
                actors.c.id.in_(others)
            )
        )
    }
    permitted = {
        (row.owner_id, row.actor_id)
        for row in conn.execute(
            select(notification_permissions).where(
                notification_permissions.c.owner_id.in_(owners), notification_permissions.c.actor_id.in_(others)
            )
        )
    }

    def standing(owner: int, actor: int) -> Standing:
        row = known[actor]
        host = f".{row.host.rsplit(':', 1)[0]}"
        return Standing(
            is_followed=(owner, actor) in followed,
            follows=(actor, owner) in followed,
            is_new=(row.published_at or row.created_at) > new_since,
            is_limited=not row.local and any(host.endswith(f".{domain}") for domain in domains),
            is_permitted=(owner, actor) in permitted,
        )

    return {(owner, actor): standing(owner, actor) for owner, actor in pairs}


# -- rows -------------------------------------------------------------------------------------------------------------

_INSERT = Bulk(insert_missing(notifications))
_WRITTEN = Prepared(
    select(notifications.c.id).where(notifications.c.id.in_(bindparam("ids", expanding=True))), many="ids"
)


def _put_request(into: Into) -> Any:
    made = into(notification_requests)
    return made.on_conflict_do_update(
        index_elements=["owner_id", "actor_id"], set_={"updated_at": made.excluded.updated_at}
    )


_INSERT_REQUEST = Upsert(_put_request)


def insert_notifications(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Rows of all columns; answers the ids of those that had not been told before."""
    if not rows:
        return set()
    _INSERT.run(conn, rows)
    return {row[0] for row in _WRITTEN.run(conn, {"ids": [row["id"] for row in rows]})}


def insert_requests(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of ``id, owner_id, actor_id, created_at, updated_at``; a known one is only touched."""
    if rows:
        conn.execute(_INSERT_REQUEST[conn.dialect.name], list(rows))


def delete_for(conn: Connection, references: Collection[int], owner_ids: Collection[int] | None = None) -> None:
    """What was done has been taken back: nobody was told, or none of these owners."""
    if not references:
        return
    statement = delete(notifications).where(notifications.c.reference.in_(list(references)))
    if owner_ids is not None:
        statement = statement.where(notifications.c.owner_id.in_(list(owner_ids)))
    conn.execute(statement)


def delete_updates(conn: Connection, object_ids: Collection[int], types: Collection[str]) -> None:
    """Earlier news of an edit, which a newer one replaces."""
    conn.execute(
        delete(notifications).where(notifications.c.object_id.in_(list(object_ids)), notifications.c.type.in_(types))
    )


def delete_all_of(conn: Connection, actor_id: int) -> None:
    """The account is gone: what it did is no news, and nobody is told here."""
    for table in (notifications, notification_requests, notification_permissions):
        conn.execute(delete(table).where(or_(table.c.owner_id == actor_id, table.c.actor_id == actor_id)))


def expire_dismissed(conn: Connection, before: int) -> None:
    conn.execute(delete(notifications).where(notifications.c.dismissed, notifications.c.created_at < before))
