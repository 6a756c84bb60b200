"""``/settings/apps``: what may act for whoever is signed in, since when, and how to end it."""

from aiohttp import web

from node import log
from node.sentences import Sentence
from node.state import NODE
from node.store import oauth
from node.store.oauth import Authorization
from web import sessions
from web.account.views import AppRow, AppsView
from web.pages.frame import html, page_of
from web.pages.views import Notice

PATH = "/settings/apps"
_ENDED = Sentence("That app is signed out. Delete the account there, too, or it will ask you again.")


async def show_apps(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    found = await request.app[NODE].store.read(oauth.list_authorizations, session.actor_id)
    notice = Notice(text=_ENDED) if "ended" in request.query else None
    view = AppsView(
        page=page_of(request, PATH, title=Sentence("Your apps"), section="/settings", noindex=True, notice=notice),
        csrf=session.csrf,
        revoke_path=f"{PATH}/revoke",
        apps=tuple(map(_row, found)),
    )
    return html(request, view)


async def revoke(request: web.Request) -> web.Response:
    """End one token of whoever asks; naming another's does nothing."""
    session = sessions.require_person(request)
    sent = await sessions.read_form(request)
    await request.app[NODE].store.write(oauth.delete_token, sent.get("token", ""), actor_id=session.actor_id)
    log.event("oauth.revoked", account=session.username)
    return web.Response(status=303, headers={"Location": f"{PATH}?ended"})


def _row(found: Authorization) -> AppRow:
    return AppRow(
        token=found.token_hash,
        name=found.app or found.name,
        website=found.website,
        scopes=" ".join(found.scopes),
        since_at=found.created_at,
        used_at=found.used_at,
    )
