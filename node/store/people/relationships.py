"""What one person is to many others, in a constant number of statements."""

from collections.abc import Collection
from dataclasses import dataclass

import orjson
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    case,
    literal,
    select,
    union_all,
)
from sqlalchemy import cast as sql_cast

from node.store.people.domain_blocks import is_below, load_blocked_domains
from node.store.people.follows import ACCEPTED, PENDING
from node.store.people.mutes import LIVE
from node.store.tables import account_notes, actors, blocks, endorsements, follows, mutes


@dataclass(slots=True)
class Relationship:
    """What a person is to another; from her side, unless it says ``by``."""

    id: int
    following: bool = False
    requested: bool = False
    shows_reblogs: bool = False
    notifies: bool = False
    languages: list[str] | None = None
    followed_by: bool = False
    requested_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: int | None = None
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""


_ME: BindParameter[int] = bindparam("me")
_OTHERS: BindParameter[int] = bindparam("others", expanding=True)


def _part(
    what: str,
    mine: ColumnElement[int],
    other: ColumnElement[int],
    *conditions: ColumnElement[bool],
    word: ColumnElement[str] = literal(""),  # noqa: B008 (a constant)
    number: ColumnElement[int] = literal(0),  # noqa: B008 (a constant)
    text: ColumnElement[str] = literal(""),  # noqa: B008 (a constant)
) -> Select[str, int, str, int, str]:
    return select(
        literal(what).label("what"),
        other.label("other"),
        sql_cast(word, Text).label("word"),
        sql_cast(number, BigInteger).label("number"),
        sql_cast(text, Text).label("text"),
    ).where(mine == _ME, other.in_(_OTHERS), *conditions)


_REBLOGS, _NOTIFIES = 1, 2
_OPTIONS = case((follows.c.shows_reblogs, _REBLOGS), else_=0) + case((follows.c.notifies, _NOTIFIES), else_=0)
_HIDES = case((mutes.c.hides_notifications, "notifications"), else_="")
_RELATIONS = union_all(
    _part(
        "follow",
        follows.c.follower_id,
        follows.c.followed_id,
        word=follows.c.state,
        number=_OPTIONS,
        text=follows.c.languages,
    ),
    _part("followed", follows.c.followed_id, follows.c.follower_id, word=follows.c.state),
    _part("block", blocks.c.blocker_id, blocks.c.blocked_id),
    _part("blocked", blocks.c.blocked_id, blocks.c.blocker_id),
    _part("mute", mutes.c.muter_id, mutes.c.muted_id, LIVE, word=_HIDES, number=mutes.c.expires_at),
    _part("note", account_notes.c.actor_id, account_notes.c.target_id, text=account_notes.c.comment),
    _part("endorsed", endorsements.c.actor_id, endorsements.c.target_id),
)
_HOSTS = select(actors.c.id, actors.c.host, actors.c.local).where(actors.c.id.in_(_OTHERS))


def load_relationships(conn: Connection, me: int, others: Collection[int], now: int) -> list[Relationship]:
    """In the order of ``others``, each once; ids that nobody has are left out. Three statements."""
    if not others:
        return []
    asked = {"me": me, "others": list(others), "now": now}
    domains = frozenset(load_blocked_domains(conn, me))
    found = {
        row.id: Relationship(row.id, domain_blocking=bool(domains) and not row.local and is_below(row.host, domains))
        for row in conn.execute(_HOSTS, {"others": asked["others"]})
    }
    for row in conn.execute(_RELATIONS, asked):
        if row.other in found:
            _note(found[row.other], row.what, row.word, row.number, row.text)
    return [found[other] for other in dict.fromkeys(others) if other in found]


def _note(found: Relationship, what: str, word: str, number: int | None, text: str) -> None:
    match what:
        case "follow":
            found.following, found.requested = word == ACCEPTED, word == PENDING
            found.shows_reblogs, found.notifies = bool((number or 0) & _REBLOGS), bool((number or 0) & _NOTIFIES)
            found.languages = orjson.loads(text) or None
        case "followed":
            found.followed_by, found.requested_by = word == ACCEPTED, word == PENDING
        case "block":
            found.blocking = True
        case "blocked":
            found.blocked_by = True
        case "mute":
            found.muting, found.muting_notifications, found.muting_expires_at = True, bool(word), number
        case "note":
            found.note = text
        case "endorsed":
            found.endorsed = True
