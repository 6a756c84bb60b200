"""The views of the pages that anybody sees first (``web.design.page.View``)."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from web.courses.parts import CourseSection
from web.design.lists import FacetOption, Paging
from web.design.page import Alternate, Page
from web.design.parts import ActorCard, Field, Image, Link, OrganisationCard, Origin, ProfileField, Prose, Text
from web.design.posts import Compose, PostCard, Reply
from web.design.resources import Accessibility, Agent, Concept, ExportGap, File, Licence, Reference, ResourceCard
from web.library.collection_parts import CollectionPart
from web.library.opinion_cards import Opinions
from web.library.pathway_parts import PathwayPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is: our own resources, those from others, and who is here."""

    own: int = 0
    network: int = 0
    organisations: int = 0
    people: int = 0
    communities: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """The organisation's front page. ``own_path`` and ``network_path`` list all of either; ``kinds`` lead into them."""

    template: ClassVar[str] = "home.html"

    page: Page
    search_path: str
    counts: Counts = field(default_factory=Counts)
    about: Prose | None = None
    own: tuple[ResourceCard, ...] = ()
    own_path: str = ""
    network: tuple[ResourceCard, ...] = ()
    network_path: str = ""
    organisations: tuple[OrganisationCard, ...] = ()
    kinds: tuple[FacetOption, ...] = ()
    topics: tuple[FacetOption, ...] = ()
    people: tuple[ActorCard, ...] = ()
    communities: tuple[ActorCard, ...] = ()
    posts: tuple[PostCard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a record says at a glance.

    ``created``, ``published`` and ``modified`` are dates of the record (ISO 8601, often without a time);
    ``time_required`` and ``duration`` are ISO 8601 durations.
    """

    contributors: tuple[Agent, ...] = ()
    publishers: tuple[Agent, ...] = ()
    funders: tuple[Agent, ...] = ()
    free: bool | None = None
    access: str = ""
    types: tuple[Concept, ...] = ()
    topics: tuple[Concept, ...] = ()
    levels: tuple[Concept, ...] = ()
    audiences: tuple[Concept, ...] = ()
    keywords: tuple[Link, ...] = ()
    languages: tuple[str, ...] = ()
    time_required: str = ""
    duration: str = ""
    created: str = ""
    published: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What somebody learns, what is checked, and what she should know before."""

    teaches: tuple[Concept, ...] = ()
    assesses: tuple[Concept, ...] = ()
    requires: tuple[Concept, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Where a reader does something with it, each '' where she may not."""

    edit_path: str = ""
    withdraw_path: str = ""
    history_path: str = ""
    reuse_path: str = ""
    collect_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What is said about it, and how to join in.

    ``address`` is what to paste into a Mastodon app's search, ``publisher_handle`` whom to follow there;
    ``answer_path`` where a member answers.
    """

    address: str = ""
    publisher_handle: str = ""
    answer_path: str = ""
    replies: tuple[Reply, ...] = ()
    reply_total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """A learning resource with everything that its record says.

    ``names`` and ``descriptions`` come best language first; ``version``, ``digest`` and ``updated_at`` are those of the
    copy that is shown; ``iri`` is its identity. ``attribution`` is a line to reuse; ``credits`` the lines that credit
    what it is based on, ``branches`` what is based on it; ``community`` the one whose members alone read it.
    """

    template: ClassVar[str] = "resource.html"

    page: Page
    iri: str
    names: tuple[Text, ...]
    kind: str
    version: int
    digest: str
    updated_at: int
    descriptions: tuple[Prose, ...] = ()
    image: Image | None = None
    creators: tuple[Agent, ...] = ()
    licence: Licence | None = None
    accessibility: Accessibility | None = None
    files: tuple[File, ...] = ()
    based_on: tuple[Reference, ...] = ()
    part_of: tuple[Reference, ...] = ()
    parts: tuple[Reference, ...] = ()
    previous: Reference | None = None
    origin: Origin | None = None
    visibility: str = "public"
    warnings: tuple[str, ...] = ()
    gaps: tuple[ExportGap, ...] = ()
    formats: tuple[Alternate, ...] = ()
    attribution: str = ""
    community: Link | None = None
    hidden_branches: tuple[ResourceCard, ...] = ()
    branches_path: str = ""  # for whoever may hide some
    branches: tuple[ResourceCard, ...] = ()
    facts: Facts = field(default_factory=Facts)
    outcomes: Outcomes = field(default_factory=Outcomes)
    actions: Actions = field(default_factory=Actions)
    talk: Talk = field(default_factory=Talk)
    opinions: Opinions = field(default_factory=Opinions)
    credits: tuple[str, ...] = ()
    collection: CollectionPart | None = None
    pathway: PathwayPart | None = None
    course: CourseSection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorView:
    """A person, community (``group``), organisation or service. ``url`` is its home page elsewhere, if it is remote."""

    template: ClassVar[str] = "actor.html"

    page: Page
    kind: Literal["person", "group", "organization", "service"]
    name: str
    handle: str
    bio: Prose | None = None
    avatar: Image | None = None
    banner: Image | None = None
    fields: tuple[ProfileField, ...] = ()
    joined_at: int = 0
    followers: int = 0
    following: int = 0
    post_total: int = 0
    origin: Origin | None = None
    url: str = ""
    moved_to: Link | None = None
    resources: tuple[ResourceCard, ...] = ()
    resources_path: str = ""
    moderators: tuple[ActorCard, ...] = ()
    posts: tuple[PostCard, ...] = ()
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagView:
    """What carries a hashtag; ``name`` is without its sign."""

    template: ClassVar[str] = "tag.html"

    page: Page
    name: str
    resources: tuple[ResourceCard, ...] = ()
    resources_path: str = ""
    posts: tuple[PostCard, ...] = ()
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """One post with its thread.

    ``missing_parent``: the url of a parent that has not arrived here (yet); ``thread_path``: its place in the
    thread that it answers.
    """

    template: ClassVar[str] = "post.html"

    page: Page
    post: PostCard
    address: str
    ancestors: tuple[PostCard, ...] = ()
    missing_parent: str = ""
    thread_path: str = ""
    replies: tuple[Reply, ...] = ()
    compose: Compose | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupView:
    """The first administrator's form. ``ticket`` is the one-time secret of the link that led here."""

    template: ClassVar[str] = "setup.html"

    page: Page
    action: str
    csrf: str
    ticket: str
    user_name: Field = field(default_factory=Field)
    email: Field = field(default_factory=Field)
    display_name: Field = field(default_factory=Field)
    password_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupDoneView:
    """After the first administrator was made: the new handle and what to do next."""

    template: ClassVar[str] = "setup_done.html"

    page: Page
    handle: str
    steps: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInView:
    """One form with a name and a password. ``next_path`` is an own path; ``reason`` says why, where it is not plain;
    ``links`` lead to other ways in.
    """

    template: ClassVar[str] = "sign_in.html"

    page: Page
    action: str
    csrf: str
    next_path: str = "/"
    login: str = ""
    error: str = ""
    reason: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowView:
    """Whom somebody is about to follow, and from where.

    ``actor`` is None where nobody was found (``error`` says why). ``state`` says how a member here stands to it,
    ``""`` where she does not follow yet. A stranger gives the ``handle`` that she has elsewhere; ``sign_in_path`` leads
    her account here to this page.
    """

    template: ClassVar[str] = "follow.html"

    page: Page
    action: str
    csrf: str
    uri: str
    actor: ActorCard | None = None
    is_member: bool = False
    is_self: bool = False
    state: str = ""
    handle: Field
    sign_in_path: str = "/sign-in"
    error: str = ""
