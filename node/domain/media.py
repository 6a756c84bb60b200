"""Media: what kinds there are, how a file is recognised by its first bytes, and what may be said about it.

A file is what its content says: names and declared types are never looked at (MED1). What is not in ``FORMS`` is not
taken, whatever it is: SVG, HTML and programs have no entry. Documents are taken for resources only, and served to be
saved, never to be shown (MED5, MED6).
"""

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from node.errors import Invalid, Problem
from node.sentences import Sentence


class MediaKind(enum.StrEnum):
    """As client apps call them."""

    IMAGE = "image"
    GIFV = "gifv"  # a short silent video in place of an animated GIF
    VIDEO = "video"
    AUDIO = "audio"
    UNKNOWN = "unknown"


class MediaState(enum.StrEnum):
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class MediaPurpose(enum.StrEnum):
    ATTACHMENT = "attachment"
    AVATAR = "avatar"
    HEADER = "header"
    EMOJI = "emoji"


@dataclass(frozen=True, slots=True)
class Form:
    """A form that a file can have. ``demuxer`` is what FFmpeg calls it, empty for pictures."""

    name: str
    media_type: str
    suffix: str
    kind: MediaKind
    demuxer: str = ""


_A, _V, _I = MediaKind.AUDIO, MediaKind.VIDEO, MediaKind.IMAGE
_FORMS = (
    Form("JPEG", "image/jpeg", "jpg", _I),
    Form("PNG", "image/png", "png", _I),
    Form("GIF", "image/gif", "gif", _I),
    Form("WEBP", "image/webp", "webp", _I),
    Form("AVIF", "image/avif", "avif", _I),
    Form("HEIF", "image/heic", "heic", _I),
    Form("MP4", "video/mp4", "mp4", _V, "mov"),
    Form("MOV", "video/quicktime", "mov", _V, "mov"),
    Form("M4A", "audio/mp4", "m4a", _A, "mov"),
    Form("WEBM", "video/webm", "webm", _V, "matroska"),
    Form("OGV", "video/ogg", "ogv", _V, "ogg"),
    Form("OGG", "audio/ogg", "oga", _A, "ogg"),
    Form("MP3", "audio/mpeg", "mp3", _A, "mp3"),
    Form("AAC", "audio/aac", "aac", _A, "aac"),
    Form("FLAC", "audio/flac", "flac", _A, "flac"),
    Form("WAV", "audio/wav", "wav", _A, "wav"),
)
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
_OFFICE = "application/vnd.openxmlformats-officedocument"
#: Kept as they came; nothing here opens or unpacks them.
_DOCUMENTS = (
    Form("PDF", "application/pdf", "pdf", MediaKind.UNKNOWN),
    Form("ODT", f"{_OPEN_DOCUMENT}.text", "odt", MediaKind.UNKNOWN),
    Form("ODP", f"{_OPEN_DOCUMENT}.presentation", "odp", MediaKind.UNKNOWN),
    Form("ODS", f"{_OPEN_DOCUMENT}.spreadsheet", "ods", MediaKind.UNKNOWN),
    Form("EPUB", "application/epub+zip", "epub", MediaKind.UNKNOWN),
    Form("DOCX", f"{_OFFICE}.wordprocessingml.document", "docx", MediaKind.UNKNOWN),
    Form("PPTX", f"{_OFFICE}.presentationml.presentation", "pptx", MediaKind.UNKNOWN),
    Form("XLSX", f"{_OFFICE}.spreadsheetml.sheet", "xlsx", MediaKind.UNKNOWN),
    Form("ZIP", "application/zip", "zip", MediaKind.UNKNOWN),
)
FORMS: Mapping[str, Form] = MappingProxyType({form.name: form for form in (*_FORMS, *_DOCUMENTS)})
DOCUMENTS = frozenset(form.name for form in _DOCUMENTS)
#: The type that a stored file is served with, by the suffix of its name, which the node itself gave.
TYPE_BY_SUFFIX: Mapping[str, str] = MappingProxyType({form.suffix: form.media_type for form in FORMS.values()})
#: What browsers save and never show.
SAVED_ONLY = frozenset(form.media_type for form in _DOCUMENTS)
SUPPORTED_TYPES: Sequence[str] = tuple(
    dict.fromkeys([*(form.media_type for form in _FORMS), "image/heif", "audio/mp3", "audio/x-m4a", "audio/x-wav"])
)

HEAD_BYTES = 4_096  # what ``recognise`` looks at
#: What browsers look for when they guess; none of it stands at the beginning of a recording (polyglots).
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?xml|\?php)|%PDF-|PK\x03\x04", re.IGNORECASE)
_STILL_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AUDIO_BRANDS = frozenset({b"M4A ", b"M4B ", b"F4A "})
_VIDEO_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VP", b"dash", b"3gp4"}
    | {b"3gp5", b"3gp6", b"mmp4", b"MSNV", b"F4V ", b"f4v "}
)
_BEGINNINGS = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"GIF87a", "GIF"), (b"GIF89a", "GIF"))
_MP3_FRAMES = frozenset({0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2})
_AAC_FRAMES = frozenset({0xF1, 0xF0, 0xF9, 0xF8})


def recognise(head: bytes) -> Form | None:
    """The form of a file by its first ``HEAD_BYTES`` bytes; None for whatever the node does not take.

    >>> recognise(b"GIF89a...").media_type
    'image/gif'
    >>> recognise(b"<svg xmlns='http://www.w3.org/2000/svg'>")
    """
    name = next((name for beginning, name in _BEGINNINGS if head.startswith(beginning)), "") or (
        _riff(head) or _iso_media(head) or _recording(head)
    )
    form = FORMS.get(name)
    if form is not None and form.demuxer and _MARKUP.search(head):
        return None
    return form


def recognise_document(head: bytes) -> Form | None:
    """The form of a document by its first bytes; None for anything else.

    OpenDocument and EPUB say what they are in their first entry, which is never compressed (OpenDocument 1.3 part 2,
    3.3; EPUB OCF 3.3, 4.3); of Office Open XML the names of the first entries tell.

    >>> recognise_document(b"%PDF-1.7 ...").suffix, recognise_document(b"<html>")
    ('pdf', None)
    """
    if head.startswith(b"%PDF-"):
        return FORMS["PDF"]
    if not head.startswith(b"PK\x03\x04"):
        return None
    if head[30:38] == b"mimetype":
        said = head[38:138]
        return next((form for form in _DOCUMENTS if said.startswith(form.media_type.encode())), FORMS["ZIP"])
    if b"[Content_Types].xml" in head:
        folders = {b"word/": "DOCX", b"ppt/": "PPTX", b"xl/": "XLSX"}
        return FORMS[next((name for folder, name in folders.items() if folder in head), "ZIP")]
    return FORMS["ZIP"]


def _riff(head: bytes) -> str:
    return {b"WEBP": "WEBP", b"WAVE": "WAV"}.get(head[8:12], "") if head.startswith(b"RIFF") else ""


def _iso_media(head: bytes) -> str:
    """ISO base media files tell what they are in ``ftyp``: a main brand and some that it is compatible with."""
    if head[4:8] != b"ftyp":
        return ""
    end = min(int.from_bytes(head[:4]), 256)
    main, others = head[8:12], {head[at : at + 4] for at in range(16, end, 4)}
    if main in {b"avif", b"avis"} or (main in {b"mif1", b"msf1"} and b"avif" in others):
        return "AVIF"
    if main in _STILL_BRANDS:
        return "HEIF"
    if main in _AUDIO_BRANDS:
        return "M4A"
    if main == b"qt  ":
        return "MOV"
    return "MP4" if main in _VIDEO_BRANDS else ""


def _recording(head: bytes) -> str:
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "WEBM" if b"webm" in head[:64] else ""
    if head.startswith(b"OggS"):
        return "OGV" if b"\x80theora" in head[:512] else "OGG"
    if head.startswith(b"fLaC"):
        return "FLAC"
    if head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1:2] and head[1] in _MP3_FRAMES):
        return "MP3"
    return "AAC" if head[:1] == b"\xff" and head[1:2] and head[1] in _AAC_FRAMES else ""


# -- names of stored files ------------------------------------------------------------------------------------------

#: Two folders and 128 random bits (MED4); ``-s`` marks the small or still variant.
KEY_PATTERN = r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}(?:-s)?\.[a-z0-9]{2,5}"
_KEY = re.compile(KEY_PATTERN)


def make_key(token: str, suffix: str, *, small: bool = False) -> str:
    """The name of a stored file; ``token``: 32 hexadecimal digits by chance.

    >>> make_key("0123456789abcdef0123456789abcdef", "png", small=True)
    '01/23/0123456789abcdef0123456789abcdef-s.png'
    """
    return f"{token[:2]}/{token[2:4]}/{token}{'-s' if small else ''}.{suffix}"


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def type_of_key(key: str) -> str:
    """The media type of a stored file; empty where there is no such form."""
    return TYPE_BY_SUFFIX.get(key.rpartition(".")[2], "")


# -- what people say about them -------------------------------------------------------------------------------------

MAX_DESCRIPTION = 1_500


def check_description(text: str) -> str:
    """The text that stands for the picture. Raises Invalid over ``MAX_DESCRIPTION`` characters."""
    text = text.strip()
    if len(text) > MAX_DESCRIPTION:
        problem = Problem("$.description", f"at most {MAX_DESCRIPTION} characters", str(len(text)))
        raise Invalid(Sentence("A description has at most {n} characters.", n=MAX_DESCRIPTION), problems=[problem])
    return text


def read_focus(text: str) -> tuple[float, float]:
    """``x,y``, each from -1 to 1: where the eye should rest. Raises Invalid.

    >>> read_focus("0.5,-0.25")
    (0.5, -0.25)
    """
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = float("nan")
    if not (-1 <= x <= 1 and -1 <= y <= 1):
        raise Invalid(problems=[Problem("$.focus", "two numbers from -1 to 1, such as 0.5,-0.25", text[:40])])
    return x, y
