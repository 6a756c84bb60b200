"""Whether a reader wants the ActivityPub document or the page."""

from functools import lru_cache

from federation.transport.mediatype import read_media_type

_JSON = frozenset({"application/json", "application/ld+json", "application/activity+json"})
_HTML = frozenset({"text/html", "application/xhtml+xml"})


@lru_cache(maxsize=256)
def wants_activity(accept: str) -> bool:
    """Whether JSON ranks above HTML in an ``Accept`` header; without one a page is shown.

    >>> wants_activity('application/ld+json; profile="https://www.w3.org/ns/activitystreams"')
    True
    >>> wants_activity("text/html,application/xhtml+xml,*/*;q=0.8")
    False
    """
    json, html = 0.0, 0.0
    for part in accept[:2_000].split(","):
        media_type = read_media_type(part)
        quality = _quality(media_type.parameters.get("q", "1"))
        if media_type.essence in _JSON:
            json = max(json, quality)
        elif media_type.essence in _HTML:
            html = max(html, quality)
    return json > html


def _quality(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0
