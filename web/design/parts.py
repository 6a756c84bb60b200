"""What pages are made of: the frozen values that several templates show.

Nothing here reads a store or a network. Text is plain text, which the templates escape; only :class:`SafeHtml`
passes as markup. Times are milliseconds since 1970 in UTC (``*_at``). A ``path`` is a place on this node and begins
with one slash; a ``url`` is absolute and may lead anywhere. An empty string or tuple means "not there, leave it out".
"""

from dataclasses import dataclass


class SafeHtml(str):
    """Markup that the cleaner has let through. Only the cleaner, and code that reads its stored results, makes one.

    Joining or slicing gives plain text again, so a value cannot stay trusted by accident.
    """

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A few words of content and the language they are written in (BCP 47; empty: unknown, the page's is assumed)."""

    value: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A longer text. Plain text keeps its line breaks; SafeHtml is shown as the markup that it is."""

    value: SafeHtml | str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A label and where it leads: a path of this node or an absolute url."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture; ``alt`` is empty only for decoration. Width and height (pixels, 0: unknown) keep the page still."""

    url: str
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a copy came from. Things of this node have no origin.

    ``path`` is our page about that organisation, ``url`` the original of the thing, ``fetched_at`` the age of the copy.
    """

    organisation: str
    host: str
    url: str = ""
    path: str = ""
    fetched_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorCard:
    """A person, community or organisation in a list; ``handle`` is ``@user@host``, ``summary`` one plain sentence."""

    path: str
    name: str
    handle: str
    kind: str = "person"
    summary: str = ""
    avatar: Image | None = None
    origin: Origin | None = None
    members: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationCard:
    """An organisation that this node follows, with how many of its resources are here and where to list them."""

    name: str
    host: str
    path: str
    catalogue_path: str
    resources: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesForm:
    """Avatar and header, each with a field for another one; ``has_``: whether there is one that can be taken away."""

    action: str
    csrf: str
    title: str
    avatar: Image
    header: Image
    has_avatar: bool = False
    has_header: bool = False
    avatar_error: str = ""
    header_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileField:
    """A row of a profile; ``verified`` where the linked page links back."""

    name: str
    value: SafeHtml | str
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What somebody typed into a form and what is wrong with it."""

    value: str = ""
    error: str = ""
