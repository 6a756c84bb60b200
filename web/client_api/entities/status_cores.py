"""What is the same of a status whoever reads it: rendered once, and kept under its stamp."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from node.domain.courses import is_course
from node.domain.posts import QuotePolicy, QuoteState
from node.domain.visibility import Visibility
from node.store.posts import media
from node.store.reading import statuses
from node.store.reading.entries import Entry
from web.client_api.entities import accounts, polls, texts
from web.client_api.entities.cards import card_of, publisher_of
from web.client_api.entities.look import Look, instant
from web.client_api.entities.media import attachments_of, emojis_of

_SHOWN_AS = {
    Visibility.PUBLIC.value: "public",
    Visibility.UNLISTED.value: "unlisted",
    Visibility.DIRECT.value: "direct",
    Visibility.PRIVATE.value: "direct",
}


@dataclass(frozen=True, slots=True)
class Core:
    """A rendered status without its author and what is the viewer's own."""

    stamp: int
    until: int | None  # it looks different then: a poll closes, a course has begun
    head: bytes  # up to its author
    tail: bytes  # from there on, without poll and quote
    poll: polls.Part | None
    quote: tuple[str, int] | None  # state, and the id of what is quoted (0: not known here)
    middle: bytes  # poll and quote, where it has neither
    publisher_id: int  # whose account its card shows; 0 for none
    policy: str  # who may quote it; '' where it does not say
    is_open: bool

    @property
    def size(self) -> int:
        return len(self.head) + len(self.tail)


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a boost in front of its sharer."""

    head: bytes

    @property
    def size(self) -> int:
        return len(self.head)


NO_QUOTE = b',"quote":null'


def load_cores(conn: Connection, look: Look, listed: Sequence[Entry]) -> dict[int, Core]:
    found: dict[int, Core] = {}
    missing: dict[int, int] = {}
    for entry in listed:
        core = look.cache.get(entry.object_id)
        if core is not None and core.stamp == entry.stamp and (core.until is None or look.now < core.until):
            found[entry.object_id] = core
        else:
            missing[entry.object_id] = entry.stamp
    if missing:
        made = _make(conn, look, missing)
        for object_id, core in made.items():
            look.cache.put(object_id, core)
        found |= made
    return found


def _make(conn: Connection, look: Look, stamps: dict[int, int]) -> dict[int, Core]:
    """Cores anew; at most five statements however many there are, one for posts of words alone."""
    rows = statuses.load_rows(conn, stamps)
    mentioned = statuses.load_mentioned(conn, [row.id for row in rows if row.mentions])
    uploads = media.load_for_objects(conn, [row.id for row in rows if row.uploads])
    uris = {row.details["quote"] for row in rows if row.details and row.details.get("quote")}
    quoted = statuses.find_ids(conn, uris)
    publishers = {row.id: publisher_of(row) for row in rows}
    known = statuses.find_actor_ids(conn, {each for each in publishers.values() if isinstance(each, str)})
    return {
        row.id: _core(
            row,
            look,
            stamps[row.id],
            mentioned=mentioned.get(row.id, ()),
            quoted=quoted,
            publisher_id=known.get(each, 0) if isinstance(each := publishers[row.id], str) else each or 0,
            attachments=attachments_of(row, uploads.get(row.id, ()), look),
        )
        for row in rows
    }


def _core(
    row: Row[Any],
    look: Look,
    stamp: int,
    *,
    mentioned: Sequence[Any],
    quoted: Mapping[str, int],
    publisher_id: int,
    attachments: Sequence[Mapping[str, Any]],
) -> Core:
    details = row.details or {}
    tail = _tail(row, look, details, mentioned, attachments)
    poll = polls.part_of(row.id, details["poll"], look.now, tail["emojis"]) if details.get("poll") else None
    state = details.get("quote_state") or QuoteState.PENDING.value
    return Core(
        stamp=stamp,
        until=_until(row, poll, look),
        head=orjson.dumps(_head(row, look, details))[:-1] + b',"account":',
        tail=b"," + orjson.dumps(tail)[1:-1] + b',"poll":',
        poll=poll,
        middle=b"" if poll or details.get("quote") else b"null" + NO_QUOTE,
        quote=(state, quoted.get(details["quote"], 0)) if details.get("quote") else None,
        publisher_id=publisher_id,
        policy=details.get("quote_policy") or (QuotePolicy.PUBLIC.value if row.local else ""),
        is_open=Visibility(row.visibility).is_open,
    )


def _head(row: Row[Any], look: Look, details: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "created_at": instant(row.published_at),
        "edited_at": instant(row.updated_at) if is_edited(row) else None,
        "in_reply_to_id": str(row.in_reply_to_id) if row.in_reply_to_id else None,
        "in_reply_to_account_id": str(row.parent_author_id) if row.parent_author_id else None,
        "sensitive": row.sensitive,
        "spoiler_text": texts.warning_of(row),
        "visibility": shown_visibility(row.visibility),
        "language": row.language or None,
        "uri": row.uri,
        "url": row.url or row.uri,
        "replies_count": row.replies_count,
        "reblogs_count": row.shares_count,
        "favourites_count": row.likes_count,
        "quotes_count": row.quotes_count,
        "content": texts.content_of(row, look),
        "reblog": None,
        "application": details.get("application") if row.local else None,
    }


def _tail(
    row: Row[Any],
    look: Look,
    details: Mapping[str, Any],
    mentioned: Sequence[Any],
    attachments: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    return {
        "media_attachments": attachments,
        "mentions": [
            {"id": str(each.id), "username": each.username, "acct": accounts.acct(each), "url": each.url or each.uri}
            for each in mentioned
        ],
        "tags": [{"name": name, "url": f"{look.origin}/tags/{name}"} for name in details.get("hashtags", ())],
        "emojis": emojis_of(details.get("emojis", ()), look),
        "card": card_of(row, look),
    }


def _until(row: Row[Any], poll: polls.Part | None, look: Look) -> int | None:
    """When this must be rendered again, though nobody has changed it."""
    if poll is not None and not poll.is_closed:
        return poll.closes_at
    return look.midnight if row.record is not None and is_course(row.record) else None


def is_edited(row: Row[Any]) -> bool:
    """Whether apps show it as edited: a later version, and a time that says so."""
    return row.version > 1 and row.updated_at is not None and row.updated_at > row.published_at


def shown_visibility(visibility: str) -> str:
    """One of the four levels that apps know; what only members, partners or a community read is ``private``."""
    return _SHOWN_AS.get(visibility, "private")


def load_shares(conn: Connection, look: Look, ids: Sequence[int]) -> dict[int, Share]:
    """Boosts never change; the reaction behind one is written once."""
    found = {share_id: share for share_id in ids if (share := look.cache.get((share_id, "share"))) is not None}
    missing = [share_id for share_id in ids if share_id not in found]
    if missing:
        for row in statuses.load_shares(conn, missing):
            found[row.id] = share = Share(_share_head(row))
            look.cache.put((row.id, "share"), share)
    return found


def _share_head(row: Row[Any]) -> bytes:
    head = {
        "id": str(row.id),
        "created_at": instant(row.created_at),
        "edited_at": None,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": shown_visibility(row.visibility),
        "language": None,
        "uri": row.uri,
        "url": row.uri,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "content": "",
        "application": None,
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
        "quote": None,
    }
    return orjson.dumps(head)[:-1] + b',"account":'
