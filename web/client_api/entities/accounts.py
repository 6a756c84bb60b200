"""Account and CredentialAccount."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from node.clock import DAY
from node.domain.actors import ActorKind, address_of
from node.domain.text import plain
from node.store.access import accounts as store
from node.store.people import follow_lists
from node.store.reading import showing, statuses
from node.store.reading.statuses import Version
from web.client_api.entities.look import Look, instant
from web.client_api.entities.media import emojis_of

_BOTS = frozenset({ActorKind.SERVICE.value, ActorKind.APPLICATION.value})
_ROLES = {"admin": ("1", "Administrator"), "moderator": ("2", "Moderator")}


@dataclass(frozen=True, slots=True)
class Part:
    """A rendered account and the version of what it was made of."""

    version: Version
    uri: str
    host: str
    body: bytes
    moved_id: int | None = None

    @property
    def size(self) -> int:
        return len(self.body)

    def at(self, version: Version) -> "Part":
        """The same after another post, which changes nothing but two figures."""
        body = self.body.replace(_figures(self.version), _figures(version), 1)
        return Part(version, self.uri, self.host, body, self.moved_id)


def _figures(version: Version) -> bytes:
    """How an account tells how much was posted. In texts quotation marks are escaped, so nothing else looks like it."""
    last = f'"{_day(version.last_status_at // DAY)}"' if version.last_status_at else "null"
    return f'"statuses_count":{version.statuses_count},"last_status_at":{last}'.encode()


@lru_cache(maxsize=1_000)
def _day(number: int) -> str:
    """The date of a day since 1970."""
    return instant(number * DAY)[:10]


def render(conn: Connection, look: Look, actor_ids: Collection[int]) -> dict[int, bytes]:
    """Accounts as JSON by actor id; ids that nobody has are left out. At most two statements, four if some moved."""
    if not actor_ids:
        return {}
    versions = statuses.load_versions(conn, set(actor_ids))
    return {actor_id: part.body for actor_id, part in parts(conn, look, versions).items()}


def render_unblocked(conn: Connection, look: Look, actor_ids: Collection[int]) -> dict[int, bytes]:
    """The same without people of hosts that the node has blocked."""
    found = parts(conn, look, statuses.load_versions(conn, set(actor_ids))) if actor_ids else {}
    return {each: part.body for each, part in found.items() if not look.policies.is_blocked(part.host)}


def render_known(conn: Connection, look: Look, actor_ids: Collection[int], viewer_id: int | None) -> dict[int, bytes]:
    """The same without communities of which this person may not even know, too; one statement more."""
    return render_unblocked(conn, look, showing.load_known(conn, actor_ids, viewer_id))


def parts(conn: Connection, look: Look, versions: Mapping[int, Version]) -> dict[int, Part]:
    """The accounts of these actors, whose present versions are known; one statement where some are not rendered yet.

    Who moved is shown with the account she moved to, which costs at most two statements more for all together.
    """
    found = _parts(conn, look, versions)
    targets = {part.moved_id for part in found.values() if part.moved_id is not None}
    if not targets:
        return found
    moved = _parts(conn, look, statuses.load_versions(conn, targets))
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


def _parts(conn: Connection, look: Look, versions: Mapping[int, Version]) -> dict[int, Part]:
    found: dict[int, Part] = {}
    missing = []
    for actor_id, version in versions.items():
        part: Part | None = look.cache.get((actor_id, "account"))
        if part is None or part.version.stamp != version.stamp:
            missing.append(actor_id)
            continue
        if part.version != version:
            part = part.at(version)
            look.cache.put((actor_id, "account"), part)
        found[actor_id] = part
    if missing:
        for row in statuses.load_actor_rows(conn, missing):
            version = Version(row.stamp, row.statuses_count, row.last_status_at)
            part = Part(version, row.uri, row.host, orjson.dumps(account(row, look)), row.moved_id)
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
        "last_status_at": _day(row.last_status_at // DAY) if row.last_status_at else None,
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
    return row.username if row.local else address_of(row)


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
