"""``/admin/house``: rules of the node, and what it says about itself."""

from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web

from node.domain.numbers import id_in
from node.errors import Malformed
from node.sentences import Sentence, sentences
from node.services.house import house
from node.services.house.house import TextName
from node.state import NODE
from node.store.house import rules
from node.store.house.rules import Rule
from web.design.frame import done, html, page_of
from web.design.page import Page
from web.sessions import read_form, require_admin

_PATH = "/admin/house"
_SAID = sentences(
    {
        "removed": "The rule has been removed.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseView:
    """The rules as they are shown, and the Markdown of each text by its name."""

    template: ClassVar[str] = "admin/house.html"

    page: Page
    csrf: str
    rules: tuple[Rule, ...] = ()
    texts: dict[str, str]
    path: str = _PATH


async def show_house(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    listed, texts = await node.store.read(lambda conn: (rules.load_rules(conn), rules.load_texts(conn)))
    view = HouseView(
        page=page_of(request, _PATH, title=Sentence("Rules and texts"), section="/admin", noindex=True, said=_SAID),
        csrf=session.csrf,
        rules=tuple(listed),
        texts={name.value: texts[name].markdown if name in texts else "" for name in TextName},
    )
    return html(request, view)


async def put_rule(request: web.Request) -> web.Response:
    """A new rule, or one that is changed."""
    session = require_admin(request)
    fields, node = await read_form(request, session.csrf), request.app[NODE]
    known = request.match_info.get("rule")
    await node.store.write(
        house.put_rule,
        node.unit(),
        session.actor_id,
        fields.get("text", ""),
        fields.get("hint", ""),
        rule_id=int(known) if known else None,
    )
    return done(_PATH, "saved")


async def raise_rule(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    await read_form(request, session.csrf)
    await node.store.write(house.raise_rule, node.unit(), session.actor_id, id_in(request.match_info, "rule"))
    return done(_PATH, "saved")


async def remove_rule(request: web.Request) -> web.Response:
    session = require_admin(request)
    await read_form(request, session.csrf)
    node = request.app[NODE]
    await node.store.write(house.delete_rule, node.unit(), session.actor_id, id_in(request.match_info, "rule"))
    return done(_PATH, "removed")


async def put_text(request: web.Request) -> web.Response:
    session = require_admin(request)
    fields, node = await read_form(request, session.csrf), request.app[NODE]
    name = request.match_info["text"]
    if name not in set(TextName):
        raise Malformed("There is no such text.")
    await node.store.write(house.put_text, node.unit(), session.actor_id, TextName(name), fields.get("text", ""))
    return done(_PATH, "saved")


_RULE = f"{_PATH}/rules/{{rule:[0-9]{{1,19}}}}"

ROUTES = [
    web.get(_PATH, show_house, name="admin-house"),
    web.post(f"{_PATH}/rules", put_rule, name="admin-rule-new"),
    web.post(_RULE, put_rule, name="admin-rule"),
    web.post(f"{_RULE}/raise", raise_rule, name="admin-rule-up"),
    web.post(f"{_RULE}/remove", remove_rule, name="admin-rule-remove"),
    web.post(f"{_PATH}/texts/{{text}}", put_text, name="admin-text"),
]
