"""What a person's posts are like where she does not say otherwise."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from node.domain.posts import QuotePolicy
from node.domain.visibility import Visibility
from node.store.database.prepared import Prepared
from node.store.people.actors import COLUMNS, Actor
from node.store.tables import accounts, actors


@dataclass(frozen=True, slots=True)
class PostingDefaults:
    """What a person's posts are like where she does not say otherwise."""

    visibility: Visibility = Visibility.PUBLIC
    sensitive: bool = False
    language: str = ""
    quote_policy: QuotePolicy = QuotePolicy.PUBLIC


_COLUMNS = (
    accounts.c.default_visibility,
    accounts.c.default_sensitive,
    accounts.c.default_language,
    accounts.c.default_quote_policy,
)
_DEFAULTS = Prepared(select(*_COLUMNS).where(accounts.c.actor_id == bindparam("actor_id")))
_AUTHOR = Prepared(
    select(*COLUMNS, *_COLUMNS)
    .outerjoin(accounts, accounts.c.actor_id == actors.c.id)
    .where(actors.c.id == bindparam("actor_id"))
)
_BY_NAME = {"public": Visibility.PUBLIC, "unlisted": Visibility.UNLISTED, "private": Visibility.FOLLOWERS}


def load_posting_defaults(conn: Connection, actor_id: int) -> PostingDefaults:
    """Those of an account; the usual ones for actors without one."""
    row = _DEFAULTS.first(conn, {"actor_id": actor_id})
    return _defaults(*row) if row else PostingDefaults()


def find_author(conn: Connection, actor_id: int) -> tuple[Actor, PostingDefaults] | None:
    """An actor with what its posts are like, in one statement."""
    row = _AUTHOR.first(conn, {"actor_id": actor_id})
    if row is None:
        return None
    about, said = row[: len(COLUMNS)], row[len(COLUMNS) :]
    return Actor._make(about), _defaults(*said) if said[0] is not None else PostingDefaults()


def _defaults(visibility: str, sensitive: bool, language: str, quote_policy: str) -> PostingDefaults:
    return PostingDefaults(_BY_NAME.get(visibility, Visibility.DIRECT), sensitive, language, QuotePolicy(quote_policy))
