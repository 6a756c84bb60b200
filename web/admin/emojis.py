"""``/admin/emojis``: pictures of this node that stand for words."""

from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web
from aiohttp.web_request import FileField

from node.errors import Conflict, Invalid, NodeError
from node.sentences import Sentence, sentences
from node.services.posts import emojis
from node.services.posts.uploads import MAX_EMOJI_BYTES
from node.state import NODE
from node.store.posts import emojis as store
from node.store.posts.emojis import OwnEmoji
from web.design.frame import done, html, page_of
from web.design.page import Page
from web.sessions import read_form, read_upload_form, require_admin
from web.uploads import on_disk, roomy

_PATH = "/admin/emojis"
_SAID = sentences(
    {
        "removed": "The emoji has been removed.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmojisView:
    """All emojis by category and name; the form for another one, with what was typed and what is wrong in it."""

    template: ClassVar[str] = "admin/emojis.html"

    page: Page
    csrf: str
    rows: tuple[OwnEmoji, ...] = ()
    path: str = _PATH
    shortcode: str = ""
    category: str = ""
    problem: str = ""
    max_kib: int = MAX_EMOJI_BYTES >> 10


async def show_emojis(request: web.Request) -> web.Response:
    require_admin(request)
    return await _page(request)


async def add(request: web.Request) -> web.Response:
    """Take a picture under a name; where one of them is wrong, the form comes back."""
    require_admin(request)
    async with roomy(request, files=1) as wide:
        fields, files = await read_upload_form(request, wide)
        shortcode, category = fields.get("shortcode", "").strip().strip(":"), fields.get("category", "")
        try:
            await _take(request, shortcode, category, files.get("picture"))
        except (Invalid, Conflict) as error:
            return await _page(request, shortcode, category, error)
    return done(_PATH, "saved")


async def _take(request: web.Request, shortcode: str, category: str, file: FileField | None) -> None:
    session = require_admin(request)
    async with on_disk(request, file) as (place,):
        if place is None:
            raise Invalid("Please choose a picture.")
        await request.app[NODE].uploads.add_emoji(shortcode, category, place, by=session.actor_id)


async def switch(request: web.Request) -> web.Response:
    """Let it be used from now on, or not."""
    session, node = require_admin(request), request.app[NODE]
    fields = await read_form(request, session.csrf)
    await node.store.write(
        emojis.set_enabled,
        node.unit(),
        request.match_info["shortcode"],
        enabled=fields.get("enabled") == "1",
        by=session.actor_id,
    )
    return done(_PATH, "saved")


async def remove(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    await read_form(request, session.csrf)
    await node.store.write(emojis.remove, node.unit(), request.match_info["shortcode"], by=session.actor_id)
    return done(_PATH, "removed")


async def _page(
    request: web.Request, shortcode: str = "", category: str = "", error: NodeError | None = None
) -> web.Response:
    session = require_admin(request)
    view = EmojisView(
        page=page_of(request, _PATH, title=Sentence("Emojis"), section="/admin", noindex=True, said=_SAID),
        csrf=session.csrf,
        rows=tuple(await request.app[NODE].store.read(store.list_emojis)),
        shortcode=shortcode,
        category=category,
        problem=error.public if error is not None else "",
    )
    return html(request, view, 422 if error is not None else 200)


_ONE = f"{_PATH}/{{shortcode:[A-Za-z0-9_]{{2,64}}}}"

ROUTES = [
    web.get(_PATH, show_emojis, name="admin-emojis"),
    web.post(_PATH, add, name="admin-emoji-add"),
    web.post(f"{_ONE}/enabled", switch, name="admin-emoji-switch"),
    web.post(f"{_ONE}/remove", remove, name="admin-emoji-remove"),
]
