"""``/settings/leave``: delete one's account for good, after a look at what goes and what stays."""

from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web

from node import log
from node.errors import Conflict
from node.sentences import Sentence
from node.services.accounts import leaving
from node.state import NODE
from node.store.access import accounts
from node.store.access.sessions import Session
from web import sessions
from web.account.security import confirm
from web.design.frame import html, page_of
from web.design.page import Page

PATH = "/settings/leave"
LEFT = "/settings/left"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveView:
    """The form: her password where she has one, and her user name, typed."""

    template: ClassVar[str] = "account/leave.html"

    page: Page
    csrf: str
    action: str = PATH
    data_path: str = "/settings/data"
    user_name: str
    has_password: bool
    password_error: str = ""
    name_error: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftView:
    """After that."""

    template: ClassVar[str] = "account/left.html"

    page: Page


async def show(request: web.Request) -> web.Response:
    return await _page(request, sessions.require_person(request))


async def leave(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    if sent.get("user_name", "").strip().removeprefix("@").lower() != session.username:
        return await _page(request, session, name_error=Sentence("This is not your user name."))
    if not await confirm(request, session, sent.get("current", "")):
        return await _page(request, session, password_error=Sentence("This is not your password."))
    try:
        await node.store.write(leaving.leave, node.unit(), session.actor_id)
    except Conflict as error:
        return await _page(request, session, error=error.public)
    log.event("member.left", account=session.username)
    response = web.Response(status=303, headers={"Location": LEFT})
    sessions.drop_cookie(request, response)
    return response


async def show_left(request: web.Request) -> web.Response:
    page = page_of(request, LEFT, title=Sentence("Your account has been deleted"), quiet=True, noindex=True)
    return html(request, LeftView(page=page))


async def _page(request: web.Request, session: Session, **errors: str) -> web.Response:
    account = await request.app[NODE].store.read(accounts.load_account, session.actor_id)
    view = LeaveView(
        page=page_of(request, PATH, title=Sentence("Delete your account"), section="/settings", noindex=True),
        csrf=session.csrf,
        user_name=session.username,
        has_password=bool(account and account.password_hash),
        **errors,
    )
    return html(request, view, 422 if errors else 200)


ROUTES = [
    web.get(PATH, show, name="settings-leave"),
    web.post(PATH, leave, name="settings-leave-form"),
    web.get(LEFT, show_left, name="left"),
]
