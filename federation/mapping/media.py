"""Pictures, recordings, files and links of actors and posts: one shape for the many that peers send.

A ``url`` may be a text, a ``Link`` or a list of Links by media type (PeerTube); a picture may be a text, an object or
a list of sizes (PeerTube, Lemmy); WordPress writes ``&#038;`` for ``&`` in addresses.
"""

from federation.jsonld import Doc
from federation.mapping.limits import MAX_ALT, MAX_ATTACHMENTS, MAX_NAME
from node.domain.posts import Attachment, Link
from node.domain.uris import is_web_uri
from node.text.richtext import clean_plain_field

_MEDIA = frozenset({"Image", "Document", "Video", "Audio"})
_ATTACHING = frozenset({"attachment", "image"})
_GUESSED = {"Image": "image", "Video": "video", "Audio": "audio"}
_MAX_BLURHASH = 200
_COMFORTABLE_HEIGHT = 720


def web_address(text: object) -> str:
    """The text as an address that may be followed; empty where it is none."""
    address = text.replace("&#038;", "&") if isinstance(text, str) else ""
    return address if is_web_uri(address) else ""


def page_address(doc: Doc) -> str:
    """Where a person can look at the thing: of several Links the first to HTML, else the first without a type."""
    links = doc.objects("url")
    if not links:
        return web_address(doc.ref("url"))
    by_type = {link.text("mediaType", 100): web_address(link.ref("href")) for link in reversed(links)}
    return by_type.get("text/html") or by_type.get("") or web_address(doc.ref("url"))


def picture(doc: Doc, term: str) -> str:
    """The address of a picture; of several the last, which is the largest (PeerTube)."""
    if not doc.has(term):
        return ""
    addresses = [_location(each) for each in doc.objects(term)] or list(map(web_address, doc.refs(term)))
    return next((address for address in reversed(addresses) if address), "")


def _location(doc: Doc) -> str:
    """Where the bytes are: ``url``, or ``href`` of a Link."""
    return web_address(doc.ref("url")) or web_address(doc.ref("href"))


def read_attachments(doc: Doc) -> tuple[Attachment, ...]:
    """The media of a post, each address once: what it is itself, its attachments, its cover."""
    kind = doc.type
    if kind not in _MEDIA and not doc.among(_ATTACHING):
        return ()
    found = [_own_media(doc), *map(_attachment, doc.objects("attachment"))]
    if kind != "Video" and (cover := picture(doc, "image")):
        found.append(Attachment(cover, "image"))
    by_url: dict[str, Attachment] = {}
    for each in found:
        if each is not None:
            by_url.setdefault(each.url, each)
    return tuple(by_url.values())[:MAX_ATTACHMENTS]


def _attachment(doc: Doc) -> Attachment | None:
    kind = doc.type
    url = _location(doc) if kind in _MEDIA else ""
    if not url:
        return None
    return Attachment(
        url=url,
        media_type=_media_type(doc) or _GUESSED.get(kind, ""),
        alt=clean_plain_field(doc.text("name", MAX_ALT) or doc.text("summary", MAX_ALT)),
        width=doc.number("width"),
        height=doc.number("height"),
        blurhash=_blurhash(doc),
        preview_url=picture(doc, "icon"),
        focus=_focus(doc.value("focalPoint")),
    )


def _focus(value: object) -> tuple[float, float] | None:
    """The point that must stay visible when a picture is cropped (Mastodon); None where it is none."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    numbers = [each for each in value if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(numbers) != len(value) or not all(-1 <= each <= 1 for each in numbers):
        return None
    return float(numbers[0]), float(numbers[1])


def _media_type(doc: Doc) -> str:
    text = doc.text("mediaType", 100).partition(";")[0].strip().lower()
    return text if text.count("/") == 1 and text.isascii() and text.isprintable() else ""


def _blurhash(doc: Doc) -> str:
    text = doc.text("blurhash")
    return text if text.isascii() and len(text) <= _MAX_BLURHASH else ""


def _own_media(doc: Doc) -> Attachment | None:
    """The recording or picture that a top-level Video, Audio, Image or Document is."""
    if doc.type not in _MEDIA:
        return None
    file = _file(doc)
    url = web_address(file.ref("href")) if file else _bare_file(doc)
    if not url:
        return None
    return Attachment(
        url=url,
        media_type=(_media_type(file) if file else _media_type(doc)) or _GUESSED.get(doc.type, ""),
        alt=clean_plain_field(doc.text("name", MAX_ALT)),
        width=(file or doc).number("width"),
        height=(file or doc).number("height"),
        blurhash=_blurhash(doc),
        preview_url=picture(doc, "icon"),
    )


def _file(doc: Doc) -> Doc | None:
    """The Link to a playable file: the largest of comfortable size, else the smallest there is."""
    kind = f"{_GUESSED.get(doc.type, '')}/"
    links = [link for link in doc.objects("url") for link in (link, *link.objects("tag"))]
    files = [link for link in links if link.text("mediaType", 100).startswith(kind) and link.ref("href")]
    files.sort(key=lambda link: link.number("height") or 0)
    comfortable = [link for link in files if (link.number("height") or 0) <= _COMFORTABLE_HEIGHT]
    return next(iter(comfortable[-1:] or files), None)


def _bare_file(doc: Doc) -> str:
    """The plain ``url`` of a post that is a file, where its media type says so."""
    return web_address(doc.ref("url")) if doc.has("mediaType") and not _media_type(doc).startswith("text/") else ""


def read_link(doc: Doc) -> Link | None:
    """The page that a post is about: its first attached Link (Lemmy); an event's Link is where it takes place."""
    for each in doc.objects("attachment") if doc.type != "Event" else ():
        if each.type == "Link" and (url := web_address(each.ref("href"))):
            return Link(url, clean_plain_field(each.text("name", MAX_NAME)))
    return None


def write_link(link: Link) -> dict[str, object]:
    """The page that a post of ours is about, as Lemmy and its kin read it."""
    return {"type": "Link", "href": link.url, **({"name": link.title} if link.title else {})}


def write_attachment(attachment: Attachment) -> dict[str, object]:
    """An attachment of ours: ``Image`` or ``Document``, which every peer takes (Lemmy refuses posts with others)."""
    is_image = attachment.media_type.startswith("image")
    optional = {
        "mediaType": attachment.media_type if "/" in attachment.media_type else "",
        "name": attachment.alt,
        "width": attachment.width,
        "height": attachment.height,
        "blurhash": attachment.blurhash,
        "focalPoint": list(attachment.focus) if attachment.focus else None,
    }
    return {
        "type": "Image" if is_image else "Document",
        "url": attachment.url,
        **{key: value for key, value in optional.items() if value},
    }
