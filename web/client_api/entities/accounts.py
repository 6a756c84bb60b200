"""Account and CredentialAccount (shelf: mastodon-api sections 4 and 9.3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from node.domain.actors import ActorKind
from node.domain.text import plain
from node.store.access import accounts as store
from node.store.people import follow_lists
from node.store.reading import statuses
from node.store.search import finding
from web.client_api.entities.look import Look, instant
from web.client_api.entities.media import emojis_of

_BOTS = frozenset({ActorKind.SERVICE.value, ActorKind.APPLICATION.value})
_ROLES = {"admin": ("1", "Administrator"), "moderator": ("2", "Moderator")}


@dataclass(frozen=True, slots=True)
class Part:
    """A rendered account and the stamp of what it was made of."""

    stamp: int
    uri: str
    host: str
    body: bytes
    moved_id: int | None = None

    @property
    def size(self) -> int:
        return len(self.body)


def render(conn: Connection, look: Look, actor_ids: Collection[int]) -> dict[int, bytes]:
    """Accounts as JSON by actor id; ids that nobody has are left out. At most two statements, four if some moved."""
    if not actor_ids:
        return {}
    stamps = statuses.load_actor_stamps(conn, set(actor_ids))
    return {actor_id: part.body for actor_id, part in parts(conn, look, stamps).items()}


def render_known(conn: Connection, look: Look, actor_ids: Collection[int], viewer_id: int | None) -> dict[int, bytes]:
    """The same without communities of which this person may not even know; one statement more."""
    return render(conn, look, finding.load_known(conn, actor_ids, viewer_id))


def parts(conn: Connection, look: Look, stamps: Mapping[int, int]) -> dict[int, Part]:
    """The accounts of these actors, whose present stamps are known; one statement where some are not rendered yet.

    Who moved is shown with the account she moved to, which costs at most two statements more for all together.
    """
    found = _parts(conn, look, stamps)
    targets = {part.moved_id for part in found.values() if part.moved_id is not None}
    if not targets:
        return found
    moved = _parts(conn, look, statuses.load_actor_stamps(conn, targets))
    policies = look.policies
    shown = {
        actor_id: part.body
        for actor_id, part in moved.items()
        if not policies.is_blocked(part.host) and not policies.is_suspended(part.uri)
    }
    return {
        actor_id: part
        if part.moved_id not in shown
        else replace(part, body=with_moved(part.body, shown[part.moved_id]))
        for actor_id, part in found.items()
    }


#: Quotation marks inside of texts are escaped in JSON, so this is found nowhere else in an account.
_NOT_MOVED = b'"moved":null'


def with_moved(body: bytes, target: bytes) -> bytes:
    """A rendered account with the rendered account that it moved to, whose own move is not followed."""
    return body.replace(_NOT_MOVED, b'"moved":' + target, 1)


def _parts(conn: Connection, look: Look, stamps: Mapping[int, int]) -> dict[int, Part]:
    found: dict[int, Part] = {}
    missing = []
    for actor_id, stamp in stamps.items():
        part = look.cache.get((actor_id, "account"))
        if part is not None and part.stamp == stamp:
            found[actor_id] = part
        else:
            missing.append(actor_id)
    if missing:
        for row in statuses.load_actor_rows(conn, missing):
            part = Part(row.stamp, row.uri, row.host, orjson.dumps(account(row, look)), row.moved_id)
            look.cache.put((row.id, "account"), part)
            found[row.id] = part
    return found


def account(row: Row[Any], look: Look) -> dict[str, Any]:
    """The Account of a row of ``store.reading.statuses.load_actor_rows``."""
    return {
        "id": str(row.id),
        "username": row.username,
        "acct": acct(row),
        "display_name": row.name,
        "locked": row.locked,
        "bot": row.kind in _BOTS,
        "group": row.kind == ActorKind.GROUP.value,
        "discoverable": row.discoverable,
        "indexable": row.indexable,
        "noindex": not row.indexable,
        "created_at": instant(row.published_at or row.created_at),
        "note": as_note(row.summary),
        "url": row.url or row.uri,
        "uri": row.uri,
        "avatar": look.pictures.avatar(row.icon),
        "avatar_static": look.pictures.avatar_static(row.icon),
        "header": look.pictures.header(row.image),
        "header_static": look.pictures.header_static(row.image),
        "followers_count": row.followers_count,
        "following_count": row.following_count,
        "statuses_count": row.statuses_count,
        "last_status_at": instant(row.last_status_at)[:10] if row.last_status_at else None,
        "hide_collections": row.hides_follows,
        "emojis": emojis_of(row.emojis, look),
        "fields": [_field(field, field["value"]) for field in row.fields],
        "moved": None,
        "roles": [{"id": role[0], "name": role[1], "color": ""}] if (role := _ROLES.get(row.role or "")) else [],
        **({"suspended": True} if row.state == "suspended" else {}),
    }


def _field(field: Mapping[str, Any], value: str) -> dict[str, Any]:
    verified_at = field.get("verified_at")
    return {"name": field["name"], "value": value, "verified_at": instant(verified_at) if verified_at else None}


def as_note(html: str) -> str:
    """A description as apps expect it: paragraphs.

    >>> as_note("A <b>museum</b>"), as_note("")
    ('<p>A <b>museum</b></p>', '')
    """
    return html if not html or html.startswith("<") else f"<p>{html}</p>"


def acct(row: Any) -> str:
    """``ada`` of ours, ``ada@learn.uni.example`` of others."""
    return row.username if row.local else f"{row.username}@{row.host}"


def _moved(conn: Connection, look: Look, moved_id: int | None) -> Any:
    found = render(conn, look, [moved_id]) if moved_id is not None else {}
    return orjson.loads(found[moved_id]) if moved_id in found else None


def credential_account(conn: Connection, look: Look, actor_id: int) -> dict[str, Any]:
    """The account of the person who asks, with what only she may see. Three statements, five if she moved."""
    (row,) = statuses.load_actor_rows(conn, [actor_id])
    own = store.load_settings(conn, actor_id)
    number, name = _ROLES.get(row.role or "", ("-99", ""))
    return {
        **account(row, look),
        "moved": _moved(conn, look, row.moved_id),
        "source": {
            "note": own.note or plain(row.summary),
            "fields": [_field(field, field.get("text", plain(field["value"]))) for field in row.fields],
            "privacy": own.default_visibility,
            "sensitive": own.default_sensitive,
            "language": own.default_language or None,
            "follow_requests_count": follow_lists.count_requests(conn, actor_id),
            "quote_policy": own.default_quote_policy,
            "discoverable": row.discoverable,
            "indexable": row.indexable,
            "hide_collections": row.hides_follows,
            "attribution_domains": own.attribution_domains,
        },
        "role": {"id": number, "name": name, "color": "", "permissions": "0", "highlighted": False},
    }
