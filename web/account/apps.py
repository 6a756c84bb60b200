"""``/settings/apps``: what may act for whoever is signed in, since when, and how to end it."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node import log
from node.domain.preferences import PATHWAY_LISTS
from node.sentences import Sentence
from node.state import NODE
from node.store.access import accounts, oauth
from node.store.access.oauth import Authorization
from web import sessions
from web.account.views import AppRow, AppsView
from web.design.frame import done, html, page_of

PATH = "/settings/apps"
_SAID = {"ended": Sentence("That app is signed out. Delete the account there, too, or it will ask you again.")}


async def show_apps(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    found, own = await request.app[NODE].store.read(_load, session.actor_id)
    view = AppsView(
        page=page_of(request, PATH, title=Sentence("Your apps"), section="/settings", noindex=True, said=_SAID),
        csrf=session.csrf,
        revoke_path=f"{PATH}/revoke",
        apps=tuple(map(_row, found)),
        lists_path=f"{PATH}/lists",
        pathway_lists=bool(own.preferences.get(PATHWAY_LISTS)),
    )
    return html(request, view)


async def revoke(request: web.Request) -> web.Response:
    """End one token of whoever asks; naming another's does nothing."""
    session = sessions.require_person(request)
    sent = await sessions.read_form(request)
    await request.app[NODE].store.write(oauth.delete_token, sent.get("token", ""), actor_id=session.actor_id)
    log.event("oauth.revoked", account=session.username)
    return done(PATH, "ended")


async def change_lists(request: web.Request) -> web.Response:
    """Whether pathways that one follows are lists in one's apps."""
    session = sessions.require_person(request)
    wanted = bool((await sessions.read_form(request)).get("pathway-lists"))
    await request.app[NODE].store.write(_save, session.actor_id, wanted)
    return done(PATH, "saved")


def _load(conn: Connection, actor_id: int) -> tuple[Sequence[Authorization], Any]:
    return oauth.list_authorizations(conn, actor_id), accounts.load_settings(conn, actor_id)


def _save(conn: Connection, actor_id: int, wanted: bool) -> None:
    own = accounts.load_settings(conn, actor_id)
    accounts.set_defaults(conn, actor_id, {"preferences": {**own.preferences, PATHWAY_LISTS: wanted}})


def _row(found: Authorization) -> AppRow:
    return AppRow(
        token=found.token_hash,
        name=found.app or found.name,
        website=found.website,
        scopes=" ".join(found.scopes),
        since_at=found.created_at,
        used_at=found.used_at,
    )
