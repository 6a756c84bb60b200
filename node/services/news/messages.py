"""The messages by which every process that serves streams hears of news: short, in JSON, ids and no content."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

#: What they are sent under (``node.store.database.engine.send``).
TOPIC = "news"
#: So many ids, of 19 digits each, fit in one message (``engine.MAX_MESSAGE``).
IDS_AT_MOST = 300


def said(event: str, **about: Any) -> str:
    """A message: ``event`` as clients know it, and the ids that it is about."""
    return orjson.dumps({"event": event, **about}).decode()


def read(message: str) -> dict[str, Any]:
    """What a message says."""
    found: dict[str, Any] = orjson.loads(message)
    return found


def parts(items: Sequence[Any], size: int = IDS_AT_MOST) -> Iterable[Sequence[Any]]:
    """So many items at once as one message takes."""
    return (items[start : start + size] for start in range(0, len(items), size))
