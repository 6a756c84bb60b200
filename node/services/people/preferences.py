"""How a person posts and reads unless she says otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.domain.preferences import QUOTE_POLICIES, VISIBILITIES
from node.domain.uris import normalise_domain
from node.errors import Invalid, Problem
from node.store.access import accounts

MAX_DOMAINS = 20
_MAX_TAG = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What posts are; None stays as it is. ``attribution_domains``: sites whose articles may name her as author."""

    visibility: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: str | None = None
    attribution_domains: Sequence[str] | None = None


def change_defaults(conn: Connection, actor_id: int, change: Defaults) -> None:
    """Raises Invalid for values that there are not."""
    for path, value, known in (
        ("$.source.privacy", change.visibility, VISIBILITIES),
        ("$.source.quote_policy", change.quote_policy, QUOTE_POLICIES),
    ):
        if value is not None and value not in known:
            raise Invalid(problems=[Problem(path, f"one of {', '.join(known)}", value[:40])])
    if change.language is not None and len(change.language) > _MAX_TAG:
        raise Invalid(problems=[Problem("$.source.language", "a language tag", change.language[:40])])
    accounts.set_defaults(conn, actor_id, _values(change))


def _values(change: Defaults) -> dict[str, Any]:
    domains = change.attribution_domains
    values = {
        "default_visibility": change.visibility,
        "default_sensitive": change.sensitive,
        "default_language": change.language,
        "default_quote_policy": change.quote_policy,
        "attribution_domains": None
        if domains is None
        else [domain for domain in map(normalise_domain, domains[:MAX_DOMAINS]) if domain],
    }
    return {name: value for name, value in values.items() if value is not None}
