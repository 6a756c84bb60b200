"""Files of a schema.org object: what is taught with, captions, trailers and pictures, under new and older names."""

from typing import Any

from federation.mapping.entity_parts import MEDIA_TYPES
from federation.mapping.entity_texts import Texts
from federation.mapping.schema_values import (
    as_list,
    digits,
    extensions_of,
    first,
    language_tag,
    pixels,
    present,
    trailer_type,
)

_Json = dict[str, Any]

_MEDIA_ALIASES = ("associatedMedia", "video", "audio")
_OWN_MEDIA = ("contentUrl", "embedUrl", "encodingFormat", "contentSize", "bitrate", "sha256")


def read_media(said: Texts, rest: _Json) -> _Json:
    """Files, captions, trailers and pictures; taken out of the object."""
    record: _Json = {key: _listed(said, rest, key) for key in MEDIA_TYPES}
    if record["encoding"] is None:
        record["encoding"] = _other(said, rest)
    if (values := rest.pop("image", None)) is not None:
        record["image"] = [image for each in as_list(values) if (image := _image(said, each))]
    return record


def _listed(said: Texts, rest: _Json, key: str) -> list[_Json] | None:
    values = rest.pop(key, None)
    return None if values is None else [part for each in as_list(values) if (part := _file(said, each, key))]


def _other(said: Texts, rest: _Json) -> list[_Json] | None:
    """Files under older names: a list of its own, or the resource being itself the video."""
    for alias in _MEDIA_ALIASES:
        if alias in rest:
            return [part for each in as_list(rest.pop(alias)) if (part := _file(said, each, "encoding"))]
    if "contentUrl" in rest or "embedUrl" in rest:
        part = _file(said, {key: rest.pop(key) for key in _OWN_MEDIA if key in rest}, "encoding")
        return [part] if part else None
    return None


def _file(said: Texts, value: Any, key: str) -> _Json | None:
    if isinstance(value, str):
        return {"id" if key == "caption" else "contentUrl": value}
    if not isinstance(value, dict):
        return None
    rest = dict(value)
    kind, iri = rest.pop("type", None), rest.pop("id", None)
    if key == "caption" and iri is None:
        iri = rest.pop("contentUrl", None) or rest.pop("url", None)
    return present(
        id=iri if key == "caption" else None,
        type=trailer_type(kind) if key == "trailer" else None,
        **{name: first(rest.pop(name, None)) for name in ("contentUrl", "embedUrl", "encodingFormat", "sha256")},
        name=said.text(rest.pop("name", None)),
        inLanguage=language_tag(first(rest.pop("inLanguage", None))),
        contentSize=digits(rest.pop("contentSize", None)),
        bitrate=digits(rest.pop("bitrate", None)),
        extensions=extensions_of(rest),
    )


def _image(said: Texts, value: Any) -> _Json | None:
    if isinstance(value, str):
        return {"contentUrl": value}
    if not isinstance(value, dict):
        return None
    rest = dict(value)
    rest.pop("type", None)
    iri = rest.pop("id", None)
    texts = rest.pop("nameMap", None)
    names = texts if isinstance(texts, dict) else dict(said.tagged(rest.get("name") or rest.pop("caption", None)))
    rest.pop("name", None)
    return present(
        contentUrl=rest.pop("contentUrl", None) or rest.pop("url", None) or iri,
        name=names or None,
        encodingFormat=rest.pop("encodingFormat", None),
        width=pixels(rest.pop("width", None)),
        height=pixels(rest.pop("height", None)),
        extensions=extensions_of(rest),
    )
