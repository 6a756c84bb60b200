"""MediaAttachment as client apps read it, of our own uploads and of what other servers' posts carry. Pure functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from node.domain.media import MediaKind, MediaState
from node.store.posts.media import Media
from web.pictures import Pictures

_BY_TYPE = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}

Entity = dict[str, Any]


def media_attachment(found: Media, pictures: Pictures) -> Entity:
    """One of our uploads; ``url`` is null while it is processed."""
    links = pictures.links
    is_ready = found.state == MediaState.READY
    url = links.stored(found.key) if is_ready else None
    plain = url if found.kind == MediaKind.IMAGE else None
    return {
        "id": str(found.id),
        "type": found.kind,
        "url": url,
        "preview_url": links.stored(found.small_key) or plain or pictures.no_preview,
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": _meta(found),
        "description": found.description or None,
        "blurhash": found.blurhash or None,
    }


def remote_attachments(details: Mapping[str, Any] | None, object_id: int, pictures: Pictures) -> list[Entity]:
    """What the ``details`` of a post say of its media, each served through our proxy."""
    attached: Sequence[Mapping[str, Any]] = (details or {}).get("attachments", ())
    return [remote_attachment(facts, object_id, place, pictures) for place, facts in enumerate(attached)]


def remote_attachment(facts: Mapping[str, Any], object_id: int, place: int, pictures: Pictures) -> Entity:
    """``facts``: ``domain.posts.Attachment`` as JSON. Its id is made of the post's and its place in it."""
    kind = _BY_TYPE.get((facts.get("media_type") or "").partition("/")[0], MediaKind.UNKNOWN)
    url, preview = facts["url"], facts.get("preview_url") or ""
    shown = pictures.links.proxied(preview or (url if kind is MediaKind.IMAGE else ""))
    return {
        "id": f"{object_id}{place:02d}",
        "type": kind.value,
        # What is no picture or recording is only linked to: the proxy carries nothing else.
        "url": url if kind is MediaKind.UNKNOWN else pictures.links.proxied(url),
        "preview_url": shown or pictures.no_preview,
        "remote_url": None if pictures.links.is_own(url) else url,
        "preview_remote_url": preview if preview and not pictures.links.is_own(preview) else None,
        "text_url": None,
        "meta": _remote_meta(facts),
        "description": facts.get("alt") or None,
        "blurhash": facts.get("blurhash") or None,
    }


def _meta(found: Media) -> Entity:
    original: Entity = _sizes(found.width, found.height)
    if found.duration:
        original |= {"duration": round(found.duration, 3), "bitrate": round(found.bytes * 8 / found.duration)}
    if found.frame_rate:
        original["frame_rate"] = f"{round(found.frame_rate * 1_000)}/1000"
    meta: Entity = {}
    if found.kind in {MediaKind.VIDEO, MediaKind.GIFV, MediaKind.AUDIO}:
        timed = {"length": _clock(found.duration), "duration": round(found.duration, 3)} if found.duration else {}
        meta |= (
            timed | ({"fps": round(found.frame_rate)} if found.frame_rate else {}) | _sizes(found.width, found.height)
        )
    if original:
        meta["original"] = original
    if small := _sizes(found.small_width, found.small_height):
        meta["small"] = small
    return meta | _focus(found.focus_x, found.focus_y)


def _remote_meta(facts: Mapping[str, Any]) -> Entity:
    sizes = _sizes(facts.get("width") or 0, facts.get("height") or 0)
    original = sizes | ({"duration": facts["duration"]} if facts.get("duration") else {})
    meta: Entity = {"original": original} if original else {}
    if sizes:
        meta["small"] = sizes
    return meta | _focus(*(facts.get("focus") or (None, None)))


def _sizes(width: int, height: int) -> Entity:
    if not width or not height:
        return {}
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": round(width / height, 5)}


def _focus(x: float | None, y: float | None) -> Entity:
    return {} if x is None or y is None else {"focus": {"x": x, "y": y}}


def _clock(seconds: float) -> str:
    """``0:01:02.50``"""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:05.2f}"
