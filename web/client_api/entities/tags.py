"""Tag and FeaturedTag."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection

from node.clock import DAY, to_rfc3339
from node.domain.tags import key_of
from node.store.posts import tag_lists
from node.store.posts.tag_lists import Featured
from node.store.reading import trends
from node.store.reading.trends import DAYS, Use
from node.store.tables import featured_tags, followed_tags
from web.client_api.entities.look import Look


def render(conn: Connection, look: Look, names: Sequence[str], viewer_id: int | None) -> list[dict[str, Any]]:
    """Hashtags with their history, in this order; what the viewer does with them needs two statements more."""
    keys = [key_of(name) for name in names]
    uses = trends.load_uses(conn, keys, look.now)
    mine: Mapping[str, frozenset[str]] = {}
    if viewer_id is not None:
        mine = {
            "following": tag_lists.which(conn, followed_tags, viewer_id, keys),
            "featuring": tag_lists.which(conn, featured_tags, viewer_id, keys),
        }
    return [
        {
            "id": key,
            "name": name,
            "url": url_of(look, name),
            "history": history(uses.get(key, ()), look.now),
            **{what: key in held for what, held in mine.items()},
        }
        for name, key in zip(names, keys, strict=True)
    ]


def url_of(look: Look, name: str) -> str:
    return f"{look.origin}/tags/{quote(name)}"


def history(uses: Sequence[Use], now: int) -> list[dict[str, str]]:
    """The last days, today first; numbers are texts, as clients expect."""
    by_day = {each.day: each for each in uses}
    today = now // DAY
    return [
        {
            "day": str(day * DAY // 1000),
            "uses": str(by_day[day].uses if day in by_day else 0),
            "accounts": str(by_day[day].people if day in by_day else 0),
        }
        for day in range(today, today - DAYS, -1)
    ]


def featured(look: Look, found: Featured) -> dict[str, Any]:
    """A hashtag on a profile."""
    return {
        "id": str(found.id),
        "name": found.name,
        "url": url_of(look, found.name),
        "statuses_count": str(found.total),
        "last_status_at": to_rfc3339(found.last_at)[:10] if found.last_at else None,
    }
