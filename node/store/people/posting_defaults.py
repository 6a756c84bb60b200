"""What a person's posts are like where she does not say otherwise."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from node.domain.posts import QuotePolicy
from node.domain.visibility import Visibility
from node.store.database.prepared import Prepared
from node.store.tables import accounts


@dataclass(frozen=True, slots=True)
class PostingDefaults:
    """What a person's posts are like where she does not say otherwise."""

    visibility: Visibility = Visibility.PUBLIC
    sensitive: bool = False
    language: str = ""
    quote_policy: QuotePolicy = QuotePolicy.PUBLIC


_DEFAULTS = Prepared(
    select(
        accounts.c.default_visibility,
        accounts.c.default_sensitive,
        accounts.c.default_language,
        accounts.c.default_quote_policy,
    ).where(accounts.c.actor_id == bindparam("actor_id"))
)
_BY_NAME = {"public": Visibility.PUBLIC, "unlisted": Visibility.UNLISTED, "private": Visibility.FOLLOWERS}


def load_posting_defaults(conn: Connection, actor_id: int) -> PostingDefaults:
    """Those of an account; the usual ones for actors without one."""
    for visibility, sensitive, language, quote_policy in _DEFAULTS.run(conn, {"actor_id": actor_id}):
        return PostingDefaults(
            _BY_NAME.get(visibility, Visibility.DIRECT), sensitive, language, QuotePolicy(quote_policy)
        )
    return PostingDefaults()
