"""``/about``, ``/privacy-policy`` and ``/terms-of-service``: what administrators wrote about the node."""

from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web

from node.errors import NotFound
from node.sentences import Sentence, sentences
from node.services.house.house import TextName
from node.state import NODE
from node.store.house import rules
from node.store.house.rules import NodeText, Rule
from web.design.frame import html, page_of
from web.design.page import Page
from web.design.parts import Link, Prose, SafeHtml
from web.state import WEB

_TITLES = sentences({TextName.PRIVACY: "Privacy policy", TextName.TERMS: "Terms of service"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutView:
    """A text about the node; ``rules`` and ``more`` on the first of these pages. ``updated_at`` 0: not told."""

    template: ClassVar[str] = "about.html"

    page: Page
    text: Prose | None = None
    updated_at: int = 0
    rules: tuple[Rule, ...] = ()
    more: tuple[Link, ...] = ()
    contact: str = ""


async def show_about(request: web.Request) -> web.Response:
    node = request.app[NODE]
    listed, texts = await node.store.read(lambda conn: (rules.load_rules(conn), rules.load_texts(conn)))
    told = texts.get(TextName.ABOUT)
    view = AboutView(
        page=page_of(request, "/about", title=Sentence("About this node")),
        text=_prose(told) if told else Prose(value=request.app[WEB].site().tagline),
        updated_at=told.updated_at if told else 0,
        rules=tuple(listed),
        more=tuple(Link(label=title, href=f"/{name}") for name, title in _TITLES.items() if name in texts),
        contact=node.config.node.contact,
    )
    return html(request, view)


async def show_text(request: web.Request) -> web.Response:
    name = TextName(request.match_info["text"])
    found = (await request.app[NODE].store.read(rules.load_texts)).get(name)
    if found is None:
        raise NotFound
    page = page_of(request, f"/{name}", title=_TITLES[name])
    return html(request, AboutView(page=page, text=_prose(found), updated_at=found.updated_at))


def _prose(found: NodeText) -> Prose:
    return Prose(value=SafeHtml(found.html))


ROUTES = [
    web.get("/about", show_about, name="about"),
    web.get(f"/{{text:{'|'.join(_TITLES)}}}", show_text, name="about-text"),
]
