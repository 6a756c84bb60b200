"""What pages are made of: the frozen values that several templates show.

Nothing here reads a store or a network. Text is plain text, which the templates escape; only :class:`SafeHtml`
passes as markup. Times are milliseconds since 1970 in UTC (``*_at``). A ``path`` is a place on this node and begins
with one slash; a ``url`` is absolute and may lead anywhere. An empty string or tuple means "not there, leave it out".
"""

from dataclasses import dataclass, field


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

    ``kind`` is one of the kinds of ``learning-domain`` (``video``, ``worksheet``, ...; unknown ones get a plain icon),
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
class Attachment:
    """Media of a post. ``media_type`` decides how it is shown; what a browser cannot show becomes a link."""

    url: str
    media_type: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0
    preview_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOption:
    label: str
    votes: int = 0
    chosen: bool = False  # by the reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A poll as it stands; ``closes_at`` is 0 where it has no end.

    ``key``: its post, where the reader may vote; ``multiple``: for more than one option.
    """

    options: tuple[PollOption, ...]
    voters: int = 0
    closes_at: int = 0
    closed: bool = False
    multiple: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """When and where, for posts that are events."""

    starts_at: int
    ends_at: int = 0
    place: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What whoever is signed in can do with a post, and has done. Each is a form with ``csrf`` below ``path``.

    ``back``: the path to go on to; ``accepts``: who asked can say that this answer helped, or take that back.
    """

    csrf: str
    path: str
    back: str
    liked: bool = False
    shared: bool = False
    bookmarked: bool = False
    may_share: bool = True
    may_answer: bool = True
    is_own: bool = False
    accepts: bool = False
    moderate_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCard:
    """A post of anybody, in a list or on its page.

    ``title`` is there for articles, topics and events; ``warning`` hides the content behind a disclosure;
    ``form`` names what an unknown or special object calls itself (``event``, ``poll``, ``article``, ...);
    ``gone`` stands for a post that was removed and still holds a thread together. ``anchor``: its id on the page;
    ``accepted``: the answer that helped; ``acts``: for who is signed in; ``role``: what its author is in the community.
    """

    path: str
    author: ActorCard
    content: Prose
    published_at: int
    edited_at: int = 0
    title: Text | None = None
    warning: str = ""
    form: str = "note"
    attachments: tuple[Attachment, ...] = ()
    poll: Poll | None = None
    happening: Happening | None = None
    about: Link | None = None
    shared_by: ActorCard | None = None
    url: str = ""
    replies: int = 0
    shares: int = 0
    likes: int = 0
    visibility: str = "public"
    gone: bool = False
    anchor: str = ""
    accepted: bool = False
    acts: Acts | None = None
    role: str = ""


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
class Reply:
    """A post in a thread; ``depth`` counts from 0, pages indent the first few levels only."""

    post: PostCard
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetOption:
    """One value of a facet. ``path`` leads to the list with the value added, or taken away where it is selected."""

    label: str
    count: int
    path: str
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetGroup:
    """A facet: ``key`` is its name in addresses (``kind``, ``topic``, ``language``, ...), ``label`` its heading.

    Labels are given by the caller in the language of the page. ``more_path`` shows the rest where options were cut.
    """

    key: str
    label: str
    options: tuple[FacetOption, ...]
    more_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is on: which facet, which value, and where it is off."""

    facet: str
    label: str
    remove_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SortOption:
    """One way to order or narrow a list."""

    label: str
    path: str
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where a list goes on. Cursors only go forward; ``first_path`` is there on all pages but the first."""

    next_path: str = ""
    first_path: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture or recording that will go out with the post, and what is said of it."""

    id: str
    url: str
    media_type: str
    alt: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Compose:
    """The form: what is typed so far, and what is wrong with it.

    ``mode``: thread, question, post, answer, edit. ``key`` makes that sending twice posts once; ``reply``: the id of
    what is answered. ``kinds``, ``visibilities``, ``languages``: what can be chosen, by value.
    """

    mode: str
    action: str
    csrf: str
    key: str = ""
    reply: str = ""
    back: str = ""
    kind: str = ""
    kinds: tuple[str, ...] = ()
    title: Field = field(default_factory=Field)
    text: Field = field(default_factory=Field)
    link: Field = field(default_factory=Field)
    warning: Field = field(default_factory=Field)
    language: str = ""
    languages: tuple[str, ...] = ()
    visibility: str = ""
    visibilities: tuple[str, ...] = ()
    media: tuple[Shown, ...] = ()
    media_error: str = ""
    has_title: bool = False
    event_path: str = ""
    poll: Field | None = None  # where one can be asked: an option in each line
    poll_days: Field = field(default_factory=Field)
    poll_multiple: bool = False
    poll_choices: tuple[tuple[str, str], ...] = ()
    at: Field | None = None  # where it can wait: when it is published
    zone: str = ""
