"""``/admin/house``: rules of the node, and what it says about itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from aiohttp import web

from node.domain.numbers import id_in
from node.errors import Invalid, Malformed
from node.sentences import Sentence, sentences
from node.services.house import house
from node.services.house.house import TextName
from node.state import NODE
from node.store.house import rules
from web.design.frame import done, html, page_of
from web.design.page import Page
from web.design.parts import Field
from web.sessions import read_form, require_admin

_PATH = "/admin/house"
_SAID = sentences(
    {
        "removed": "The rule has been removed.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule in its form; without an id it is to be added."""

    id: str = ""
    text: Field = field(default_factory=Field)
    hint: Field = field(default_factory=Field)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseView:
    """The rules as they are shown, one to be added, and the Markdown of each text by its name."""

    template: ClassVar[str] = "admin/house.html"

    page: Page
    csrf: str
    rules: tuple[RuleRow, ...] = ()
    new: RuleRow = field(default_factory=RuleRow)
    texts: Mapping[str, Field]
    path: str = _PATH


async def show_house(request: web.Request) -> web.Response:
    return await _page(request)


async def put_rule(request: web.Request) -> web.Response:
    """A new rule, or one that is changed. What was typed comes back where it cannot be."""
    session = require_admin(request)
    fields, node = await read_form(request, session.csrf), request.app[NODE]
    known, text, hint = request.match_info.get("rule", ""), fields.get("text", ""), fields.get("hint", "")
    rule_id = int(known) if known else None
    try:
        await node.store.write(house.put_rule, node.unit(), session.actor_id, text, hint, rule_id=rule_id)
    except Invalid as error:
        typed = RuleRow(id=known, text=Field(value=text, error=error.public), hint=Field(value=hint))
        return await _page(request, rule=typed)
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
    text = fields.get("text", "")
    try:
        await node.store.write(house.put_text, node.unit(), session.actor_id, TextName(name), text)
    except Invalid as error:
        return await _page(request, texts={name: Field(value=text, error=error.public)})
    return done(_PATH, "saved")


async def _page(
    request: web.Request, *, rule: RuleRow | None = None, texts: Mapping[str, Field] = MappingProxyType({})
) -> web.Response:
    """All of it; ``rule`` and ``texts`` are what was typed and refused."""
    session, node = require_admin(request), request.app[NODE]
    listed, written = await node.store.read(lambda conn: (rules.load_rules(conn), rules.load_texts(conn)))
    rows = [RuleRow(id=str(each.id), text=Field(value=each.text), hint=Field(value=each.hint)) for each in listed]
    view = HouseView(
        page=page_of(request, _PATH, title=Sentence("Rules and texts"), section="/admin", noindex=True, said=_SAID),
        csrf=session.csrf,
        rules=tuple(rule if rule and rule.id == row.id else row for row in rows),
        new=rule if rule and not rule.id else RuleRow(),
        texts={
            name.value: texts.get(name) or Field(value=written[name].markdown if name in written else "")
            for name in TextName
        },
    )
    return html(request, view, 422 if rule or texts else 200)


_RULE = f"{_PATH}/rules/{{rule:[0-9]{{1,19}}}}"

ROUTES = [
    web.get(_PATH, show_house, name="admin-house"),
    web.post(f"{_PATH}/rules", put_rule, name="admin-rule-new"),
    web.post(_RULE, put_rule, name="admin-rule"),
    web.post(f"{_RULE}/raise", raise_rule, name="admin-rule-up"),
    web.post(f"{_RULE}/remove", remove_rule, name="admin-rule-remove"),
    web.post(f"{_PATH}/texts/{{text}}", put_text, name="admin-text"),
]
