"""What pages show of posts: cards, their media and polls, what a reader can do with them, and the form for one."""

from dataclasses import dataclass, field

from web.design.parts import ActorCard, Field, Link, Prose, Text


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

    ``key``: its post, where the reader may vote; ``multiple``: for more than one option; ``voters``: how many
    people took part, 0 where nobody says.
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

    ``title`` is there for articles, topics and events; ``warning`` hides the content behind a disclosure,
    ``is_covered`` what is attached to it;
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
    is_covered: bool = False
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
class Reply:
    """A post in a thread; ``depth`` counts from 0, pages indent the first few levels only."""

    post: PostCard
    depth: int = 0


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
