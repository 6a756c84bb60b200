"""Poll: questions with options, as apps vote in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from node.store.reading.statuses import Own
from web.client_api.entities.look import instant


@dataclass(frozen=True, slots=True)
class Part:
    """A rendered poll without what the viewer voted."""

    body: bytes
    names: tuple[str, ...]
    closes_at: int | None
    is_closed: bool

    def render(self, object_id: int, own: Own | None) -> bytes:
        """The poll of this object for whoever did this."""
        if own is None:
            return self.body + b"}"
        chosen = [self.names.index(name) for name in own.votes.get(object_id, ()) if name in self.names]
        return self.body + orjson.dumps({"voted": bool(chosen), "own_votes": chosen}).replace(b"{", b",", 1)


def part_of(object_id: int, poll: Mapping[str, Any], now: int, emojis: Sequence[Mapping[str, Any]] = ()) -> Part:
    """The poll in an object's ``details``; totals that were hidden are told once it is closed.

    ``emojis``: those of its post, as entities; the poll has those that its options use.
    """
    closes_at = poll.get("closes_at")
    is_closed = poll.get("closed_at") is not None or (closes_at is not None and closes_at <= now)
    options = poll.get("options", ())
    is_hidden = bool(poll.get("hide_totals")) and not is_closed
    body = {
        "id": str(object_id),
        "expires_at": instant(closes_at) if closes_at is not None else None,
        "expired": is_closed,
        "multiple": bool(poll.get("multiple")),
        "votes_count": 0 if is_hidden else sum(option.get("votes", 0) for option in options),
        "voters_count": None if is_hidden else poll.get("voters"),
        "options": [
            {"title": option["name"], "votes_count": None if is_hidden else option.get("votes", 0)}
            for option in options
        ],
        "emojis": [each for each in emojis if any(f":{each['shortcode']}:" in option["name"] for option in options)],
    }
    names = tuple(option["name"] for option in options)
    return Part(orjson.dumps(body)[:-1], names, closes_at, is_closed)
