"""What pages show of learning resources: cards in lists, and the parts of a record."""

from dataclasses import dataclass

from web.design.parts import Image, Origin, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who made, published or paid for something. ``href`` leads to a page about them, here or elsewhere."""

    name: str
    href: str = ""
    affiliation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A term of a vocabulary; ``path`` lists what else the catalogue has under it."""

    label: Text
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A piece of a search excerpt; ``hit`` marks the words that were searched for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCard:
    """A resource in a list.

    ``kind`` is one of ``node.domain.resources.KINDS`` (``video``, ``worksheet``, ...; unknown ones get a plain icon),
    ``time_required`` an ISO 8601 duration, ``licence`` a short name such as ``CC BY 4.0``, ``published_at`` the
    instant it became public on its home node. ``excerpt`` replaces ``summary`` in search results;
    ``visibility`` is told where not everybody may read it.
    """

    path: str
    name: Text
    kind: str
    summary: Text | None = None
    excerpt: tuple[Fragment, ...] = ()
    languages: tuple[str, ...] = ()
    creators: tuple[str, ...] = ()
    level: str = ""
    time_required: str = ""
    licence: str = ""
    image: Image | None = None
    origin: Origin | None = None
    published_at: int = 0
    visibility: str = "public"
    organisations: int = 0  # that used it, where the list is about that


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence in plain words: what it lets you do, what it asks for, what it keeps back."""

    name: str
    url: str = ""
    summary: str = ""
    may: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    may_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file or address that holds the resource itself. ``size_bytes`` is 0 where nobody knows it."""

    url: str
    name: str = ""
    media_type: str = ""
    size_bytes: int = 0
    sha256: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another resource that this one names; ``href`` is a path where we hold it, else a url, else empty."""

    label: Text
    href: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accessibility:
    """The schema.org accessibility terms of a resource as they were given (``captions``, ``flashing``, ...)."""

    modes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportGap:
    """Fields that a profile (``AMB``, ...) asks for and the record lacks."""

    profile: str
    fields: tuple[str, ...]
