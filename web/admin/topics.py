"""``/admin/topics``: accounts that show what is new about a topic."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

from aiohttp import web
from sqlalchemy import Connection

from federation.actors.topic_accounts import create_topic_account, prepare_topic_account
from node.domain.selections import Selection, of_address, of_pairs, query_of
from node.errors import Conflict, Invalid, NodeError
from node.sentences import Sentence, sentences
from node.services.accounts import topic_accounts
from node.services.accounts.house_profiles import HouseProfile
from node.services.context import Unit
from node.state import NODE
from node.store.library import topic_accounts as store
from node.store.library.topic_accounts import TopicAccount
from node.store.people import actors
from node.store.search import counts, wishes
from web.account.pictures import change_pictures, form_of
from web.design.frame import done, html, page_of
from web.design.page import Page
from web.design.parts import Field, PicturesForm
from web.sessions import read_form, require_admin

PATH = "/admin/topics"
_FIELDS = ("username", "name", "description", "query")
_SAID = sentences(
    {
        "added": "The account is there. Whoever follows it sees what is new.",
        "removed": "The account has been removed.",
    }
)
_WRONG: Mapping[str, Sentence] = sentences(
    {
        "username": "1 to 30 of the characters a-z, 0-9 and _; some names the node needs itself.",
        "name": "1 to 100 characters.",
        "query": "Search or choose something in the catalogue first, and take the address from there.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """An account; ``list_path`` leads to what it shows, of which there are ``total`` at least."""

    name: str
    handle: str
    page_path: str
    edit_path: str
    list_path: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsView:
    """All accounts, and the form for another one, or those of the one that is changed (``edited`` is its name)."""

    template: ClassVar[str] = "admin/topics.html"

    page: Page
    csrf: str
    rows: tuple[TopicRow, ...] = ()
    fields: Mapping[str, Field]
    edited: str = ""
    pictures: PicturesForm | None = None
    path: str = PATH


async def show_topics(request: web.Request) -> web.Response:
    """The query of the address may hold a selection: the catalogue leads here."""
    require_admin(request)
    chosen = query_of(of_pairs(request.query.items()))
    return await _page(request, {"query": f"/resources?{chosen}" if chosen else ""})


async def add(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    fields = await read_form(request, session.csrf)
    box = node.config.secret_box
    username, profile, selection = fields.get("username", ""), _profile(fields), of_address(fields.get("query", ""))
    try:
        new = await asyncio.to_thread(prepare_topic_account, node.unit(), box, username, profile, selection)
        await node.store.write(lambda conn: create_topic_account(conn, node.unit(), new, by=session.actor_id))
    except (Invalid, Conflict) as error:
        return await _page(request, fields, error)
    return done(PATH, "added")


async def show_topic(request: web.Request) -> web.Response:
    require_admin(request)
    return await _page(request, await _fields(request), edited=request.match_info["name"])


async def _fields(request: web.Request) -> Mapping[str, str]:
    """What the account says of itself now. Raises NotFound."""
    found = await request.app[NODE].store.read(topic_accounts.load, request.match_info["name"])
    return {"name": found.actor.name, "description": found.purpose, "query": f"/resources?{found.query}"}


async def change(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    fields, name = await read_form(request, session.csrf), request.match_info["name"]
    selection = of_address(fields.get("query", ""))
    try:
        await node.store.write(_change, node.unit(), name, _profile(fields), selection, session.actor_id)
    except Invalid as error:
        return await _page(request, fields, error, edited=name)
    return done(PATH, "saved")


def _change(conn: Connection, unit: Unit, name: str, profile: HouseProfile, selection: Selection, by: int) -> None:
    found = topic_accounts.change(conn, unit, name, profile, selection)
    topic_accounts.record_deed(conn, unit, by, "change", found)


async def show_pictures(request: web.Request) -> web.Response:
    """Take the pictures that were chosen, or take away one."""
    session, node, name = require_admin(request), request.app[NODE], request.match_info["name"]
    found = await node.store.read(topic_accounts.load, name)
    show = partial(topic_accounts.set_picture, username=name, by=session.actor_id)
    if wrong := await change_pictures(request, found.actor.id, show):
        return await _page(request, await _fields(request), edited=name, wrong_pictures=wrong)
    return done(f"{PATH}/{name}", "saved")


async def remove(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    await read_form(request, session.csrf)
    await node.store.write(_remove, node.unit(), request.match_info["name"], session.actor_id)
    return done(PATH, "removed")


def _remove(conn: Connection, unit: Unit, name: str, by: int) -> None:
    topic_accounts.record_deed(conn, unit, by, "remove", topic_accounts.remove(conn, unit, name))


def _profile(fields: Mapping[str, str]) -> HouseProfile:
    return HouseProfile(name=fields.get("name", ""), description=fields.get("description", ""))


async def _page(
    request: web.Request,
    typed: Mapping[str, str],
    error: NodeError | None = None,
    *,
    edited: str = "",
    wrong_pictures: Mapping[str, str] = MappingProxyType({}),
) -> web.Response:
    session = require_admin(request)
    wrong = _wrong(error)
    row = await request.app[NODE].store.read(_profile_of, edited) if edited else None
    action = f"{PATH}/{edited}/pictures"
    view = TopicsView(
        page=page_of(request, PATH, title=Sentence("Topic accounts"), section="/admin", noindex=True, said=_SAID),
        csrf=session.csrf,
        rows=tuple(await request.app[NODE].store.read(_rows)) if not edited else (),
        fields={name: Field(value=typed.get(name, ""), error=wrong.get(name, "")) for name in _FIELDS},
        edited=edited,
        pictures=form_of(request, row, action, session.csrf, Sentence("Pictures"), wrong_pictures) if row else None,
    )
    status = 422 if wrong_pictures or isinstance(error, Invalid) else 200 if error is None else 409
    return html(request, view, status)


def _profile_of(conn: Connection, username: str) -> Any:
    return actors.load_profile(conn, topic_accounts.load(conn, username).actor.id)


def _wrong(error: NodeError | None) -> Mapping[str, str]:
    if isinstance(error, Invalid):
        named = {problem.path.removeprefix("$."): problem.expected for problem in error.problems}
        return {name: _WRONG.get(name, expected) for name, expected in named.items()}
    return {"username": Sentence("This name is taken.")} if error is not None else {}


def _rows(conn: Connection) -> list[TopicRow]:
    return [_row(conn, account) for account in store.list_all(conn)]


def _row(conn: Connection, account: TopicAccount) -> TopicRow:
    username = account.actor.username
    return TopicRow(
        name=account.actor.title,
        handle=account.actor.handle,
        page_path=f"/@{username}",
        edit_path=f"{PATH}/{username}",
        list_path=account.path,
        total=counts.count_all(conn, wishes.wish_of(account.selection))[0],
    )


_ONE = f"{PATH}/{{name:[a-z0-9_]{{1,30}}}}"

ROUTES = [
    web.get(PATH, show_topics, name="admin-topics"),
    web.post(PATH, add, name="admin-topic-add"),
    web.get(_ONE, show_topic, name="admin-topic"),
    web.post(_ONE, change, name="admin-topic-change"),
    web.post(f"{_ONE}/pictures", show_pictures, name="admin-topic-pictures"),
    web.post(f"{_ONE}/remove", remove, name="admin-topic-remove"),
]
