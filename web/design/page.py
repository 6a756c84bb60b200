"""What every page is: the site around it, who looks at it, and the form that all views have.

A view is one frozen value per page: everything that its template shows, and nothing that it would have to look up.
Each names its template, so ``rendering.Renderer.render(view)`` is the only way from a view to HTML. What the parts
mean and which units they carry is told in ``web.design.parts``; the views themselves are in their areas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, get_args

from web.design.parts import Image, Link

Accent = Literal["moss", "lagoon", "cobalt", "violet", "berry", "clay", "graphite"]


ACCENTS: tuple[Accent, ...] = get_args(Accent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The organisation behind the node, the same on all its pages.

    ``base_url`` has no slash at its end; ``handle`` is the organisation's ``@user@host``; ``footer`` holds imprint,
    privacy and the like.
    """

    name: str
    host: str
    base_url: str
    handle: str
    software: str
    tagline: str = ""
    accent: Accent = "moss"
    logo: Image | None = None
    language: str = "en"
    footer: tuple[Link, ...] = ()
    source_url: str = ""
    development: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is signed in. ``csrf`` belongs to the sign-out form."""

    name: str
    username: str
    path: str
    csrf: str
    is_admin: bool = False
    is_moderator: bool = False  # administrators are, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternate:
    """The same thing in another form, announced in the head (``application/activity+json``, a feed, ...)."""

    media_type: str
    href: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Social:
    """Open Graph data of a page. ``creator`` is the handle that Mastodon shows below a preview card."""

    kind: str = "website"
    image: Image | None = None
    creator: str = ""
    published_at: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One sentence above the content after something was done, or was not."""

    text: str
    tone: Literal["good", "bad", "info"] = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every page needs around its content.

    ``title`` is empty on the front page; ``path`` is the canonical path of the page without what only filters it;
    ``section`` the href of the navigation entry that it belongs to; ``language`` that of the interface;
    ``title_language`` that of the title where it is content. ``quiet`` leaves out all navigation and every form of the
    frame, for sign-in and consent, which hold one form each. ``live`` is where scripts hear what happens meanwhile.
    """

    site: Site
    path: str
    now_at: int
    title: str = ""
    title_language: str = ""
    description: str = ""
    language: str = "en"
    section: str = ""
    viewer: Viewer | None = None
    breadcrumbs: tuple[Link, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    social: Social | None = None
    json_ld: Mapping[str, object] | None = None
    notice: Notice | None = None
    noindex: bool = False
    quiet: bool = False
    live: str = "/live"


class View(Protocol):
    """What the renderer takes: a page and the name of its template."""

    template: ClassVar[str]

    @property
    def page(self) -> Page: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorView:
    """An answer that is not what was asked for. ``message`` is the public sentence of the error."""

    template: ClassVar[str] = "error.html"

    page: Page
    status: int
    message: str
    request_id: str = ""
    actions: tuple[Link, ...] = ()
