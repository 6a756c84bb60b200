"""``/follow?uri=``: where people of other servers, and our own members, confirm whom they follow.

WebFinger announces the address. A member sees the account and confirms. Whoever is a stranger here
follows one of ours from her own account: her server is asked for its page of this kind, and she is sent there. This
is the one page that waits for another server, a few seconds at most; a stranger makes us ask only her own.
"""

from urllib.parse import quote

from aiohttp import web
from sqlalchemy import Connection

from federation.discovery.finding import find_known, find_subscribe_address
from federation.discovery.webfinger import read_handle
from federation.state import FEDERATION
from node.errors import Malformed, NodeError, RemoteError, RemoteNotFound, RemoteUnavailable
from node.sentences import Sentence, sentences
from node.services.people import follows as service
from node.state import NODE, Node
from node.store.people import actors, follows
from node.store.people.actors import Actor
from web import sessions
from web.design.cards import actor_card
from web.design.frame import SECURITY, done, html, page_of
from web.design.parts import ActorCard, Field
from web.design.reader import reader_of
from web.lookups import NOBODY, in_time, look_up, take_turn, why_not
from web.pages.views import FollowView
from web.state import WEB

#: What a member is to somebody whom she follows, or has just asked to.
STATES = sentences(
    {
        "accepted": "You follow this account.",
        "pending": (
            "You have asked to follow this account. Its server has not answered yet, or a person there decides."
        ),
    }
)
_NO_HANDLE = Sentence("This is not a handle of the form @name@server.example.")
_NO_PAGE = Sentence("That server does not say where you confirm. Search for the account there instead.")
_REFUSED = Sentence("This account cannot be followed from here.")


async def show_follow(request: web.Request) -> web.Response:
    uri = request.query.get("uri", "").strip()[:1_000]
    if sessions.session_of(request) is None:
        return await _show_stranger(request, uri)
    return await _show_member(request, uri)


# -- members --------------------------------------------------------------------------------------------------------


async def _show_member(request: web.Request, uri: str, *, error: str = "", status: int = 200) -> web.Response:
    found = None
    if uri and not error:
        try:
            found = await look_up(request, uri)
        except NodeError as failure:
            error, status = why_not(failure, _REFUSED), 404
    return await _member_page(request, uri, found, error, status)


async def _member_page(
    request: web.Request, uri: str, found: Actor | None, error: str, status: int = 200
) -> web.Response:
    session = sessions.session_of(request)
    assert session is not None
    card = await _card(request, found)
    state = ""
    if found is not None:
        known = await request.app[NODE].store.read(follows.find_follow, session.actor_id, found.id)
        state = STATES.get(known.state, "") if known else ""
    view = FollowView(
        page=page_of(request, "/follow", title=_title(card), noindex=True, said={"done": state} if state else {}),
        action="/follow",
        csrf=session.csrf,
        uri=found.uri if found else uri,
        actor=card,
        is_member=True,
        is_self=found is not None and found.id == session.actor_id,
        state=state,
        handle=Field(),
        error=error,
    )
    return html(request, view, status)


async def follow(request: web.Request) -> web.Response:
    """Whom the member has just seen; it is known by now."""
    fields = await sessions.read_form(request)
    session = sessions.session_of(request)
    uri = fields.get("uri", "")[:1_000]
    if session is None:
        raise web.HTTPSeeOther(sessions.sign_in_path(_page(uri)))
    node, policies = request.app[NODE], request.app[FEDERATION].policies()
    try:
        target = await look_up(request, uri)
        await node.store.write(service.follow, node.unit(), session.actor_id, target.id, is_blocked=policies.is_blocked)
    except NodeError as failure:
        return await _show_member(request, uri, error=why_not(failure, _REFUSED), status=422)
    return done(_page(uri), "done")


# -- strangers ------------------------------------------------------------------------------------------------------


async def _show_stranger(
    request: web.Request, uri: str, *, handle: str = "", error: str = "", status: int = 200
) -> web.Response:
    found, wrong = await _known(request, uri)
    card, secret = await _card(request, found), sessions.form_secret(request)
    view = FollowView(
        page=page_of(request, "/follow", title=_title(card), noindex=True),
        action="/follow/from",
        csrf=sessions.form_token(secret),
        uri=uri,
        actor=card,
        handle=Field(value=handle, error=error),
        sign_in_path=sessions.sign_in_path(_page(uri)),
        error=wrong,
    )
    response = html(request, view, 404 if wrong and status == 200 else status)
    # The form ends on the stranger's own server, wherever that is: browsers hold redirects of forms to this list too.
    anywhere = "form-action 'self' https:" + ("" if request.app[WEB].is_https else " http:")
    policy = SECURITY["Content-Security-Policy"].replace("form-action 'self'", anywhere)
    response.headers["Content-Security-Policy"] = policy
    sessions.set_cookie(request, response, secret, suffix="-form")
    return response


async def _known(request: web.Request, uri: str) -> tuple[Actor | None, str]:
    """Who is known here already, and what is wrong: no stranger makes us look anybody up by this address."""
    node = request.app[NODE]
    try:
        found = await find_known(node.store, uri, own_host=node.config.host)
    except Malformed:
        return None, NOBODY
    if found is None or found.kind == "application" or not found.is_active:
        return None, "" if found is None and _is_elsewhere(uri, node) else NOBODY
    return found, ""


def _is_elsewhere(uri: str, node: Node) -> bool:
    """An account that may well be there, on another server."""
    if uri.startswith(("https://", "http://")):
        return not uri.startswith(node.config.origin + "/")
    return read_handle(uri).host != node.config.host


async def follow_from_elsewhere(request: web.Request) -> web.Response:
    """To the page of the stranger's own server, where she confirms; to ours, where that is her server."""
    fields = await sessions.read_form(request, sessions.stranger_token(request))
    uri, handle = fields.get("uri", "")[:1_000], fields.get("handle", "").strip()[:500]
    node, parts = request.app[NODE], request.app[FEDERATION]
    try:
        if read_handle(handle).host == node.config.host:
            raise web.HTTPSeeOther(sessions.sign_in_path(_page(uri)))
        found, wrong = await _known(request, uri)
        if wrong:
            return await _show_stranger(request, uri, handle=handle, status=404)
        take_turn(request)
        target = await in_time(find_subscribe_address(parts.client, handle, found.uri if found else uri))
    except NodeError as failure:
        return await _show_stranger(request, uri, handle=handle, error=_sentence_for_home(failure), status=422)
    return web.Response(status=303, headers={"Location": target})


# -- both -----------------------------------------------------------------------------------------------------------


async def _card(request: web.Request, found: Actor | None) -> ActorCard | None:
    if found is None:
        return None

    def load(conn: Connection) -> ActorCard:
        return actor_card(actors.load_profile(conn, found.id), reader)

    reader = reader_of(request)
    return await request.app[NODE].store.read(load)


def _title(card: ActorCard | None) -> str:
    return Sentence("Follow {name}", name=card.name) if card else Sentence("Follow")


def _page(uri: str) -> str:
    return f"/follow?uri={quote(uri, safe='')}"


def _sentence_for_home(failure: NodeError) -> str:
    """What a stranger is told of her own server."""
    if isinstance(failure, Malformed):
        return _NO_HANDLE
    if isinstance(failure, RemoteNotFound):
        return NOBODY
    if isinstance(failure, RemoteError) and not isinstance(failure, RemoteUnavailable):
        return _NO_PAGE
    return why_not(failure, _REFUSED)
