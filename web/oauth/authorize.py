"""``/oauth/authorize``: a person is asked whether an app may act for her (RFC 6749, section 4.1.1).

What the app asked travels through sign-in and consent as the query that it sent, and is read anew at each step, so
that ``state`` goes back byte for byte and nothing that a form says is believed.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from aiohttp import web
from sqlalchemy import Connection

from node import log
from node.sentences import Sentence
from node.services.access import oauth
from node.services.access.oauth import OUT_OF_BAND, Asked, Refusal
from node.services.context import Unit
from node.state import NODE
from node.store.access.oauth import App
from node.store.access.sessions import Session
from web import sessions
from web.design.frame import SECURITY, html, page_of
from web.design.page import ErrorView
from web.oauth.views import CodeView, ConsentView

PATH = "/oauth/authorize"
_UNKNOWN = Sentence(
    "This link does not come from an app that this node knows, or it leads back to an address that the app never named."
)


async def show_consent(request: web.Request) -> web.StreamResponse:
    """The question; before it the sign-in page, where nobody is signed in or the app wants that asked again."""
    query = _query_of(request)
    answer, asked, app = await _check(request, query)
    if answer is not None or app is None:
        return answer or _page_of_error(request)
    session = sessions.session_of(request)
    again = _parameters(query).get("force_login", "").lower() in {"true", "1"}
    if session is None or again:
        rest = "&".join(part for part in query.split("&") if not part.startswith("force_login="))
        return web.Response(status=303, headers={"Location": _sign_in_path(request, rest, again=again)})
    return _consent(request, query, asked, app, session)


async def decide(request: web.Request) -> web.StreamResponse:
    """The answer. Only the form of a signed-in person's own consent page gets here (AUT6)."""
    fields = await sessions.read_form(request)
    query, session, node = fields.get("query", ""), sessions.session_of(request), request.app[NODE]
    answer, asked, app = await _check(request, query)
    if answer is not None or app is None or session is None:
        return answer or _page_of_error(request)
    if fields.get("decision") != "authorize":
        log.event("oauth.denied", app=app.name, account=session.username)
        return _refused(request, query, asked, Refusal("access_denied", "The person did not agree."))
    code = await node.store.write(_give_code, node.unit(), app, asked, session.actor_id)
    log.event("oauth.authorized", app=app.name, account=session.username, scopes=" ".join(asked.scopes))
    if asked.redirect_uri == OUT_OF_BAND:
        page = page_of(request, PATH, title=Sentence("Your code"), quiet=True, noindex=True)
        return html(request, CodeView(page=page, app=app.name, code=code))
    return _redirect(asked.redirect_uri, query, {"code": code})


def _give_code(conn: Connection, unit: Unit, app: App, asked: Asked, actor_id: int) -> str:
    return oauth.give_code(conn, unit, app, asked, actor_id)


async def _check(request: web.Request, query: str) -> tuple[web.Response | None, Asked, App | None]:
    """What is asked and by which app; an answer where nobody need be asked, no app where it may not be answered."""
    values = _parameters(query)
    asked = Asked(
        client_id=values.get("client_id", ""),
        redirect_uri=values.get("redirect_uri", ""),
        response_type=values.get("response_type", ""),
        scope=values.get("scope", ""),
        challenge=values.get("code_challenge", ""),
        challenge_method=values.get("code_challenge_method", ""),
    )
    app = await request.app[NODE].store.read(oauth.find_asking, asked)
    refusal = oauth.refuse_asked(asked, app) if app is not None else None
    return _refused(request, query, asked, refusal) if refusal else None, asked, app


# -- reading the query ----------------------------------------------------------------------------------------------


def _query_of(request: web.Request) -> str:
    """The query as it was sent, in ASCII."""
    raw = request.rel_url.raw_query_string.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if 0x21 <= byte <= 0x7E else f"%{byte:02X}" for byte in raw)


def _parameters(query: str) -> Mapping[str, str]:
    """Names and values; of several values the first."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return {}
    return dict(reversed(pairs))


def _states(query: str) -> Iterator[str]:
    """``state=...`` as it was sent."""
    return (part for part in query.split("&") if part.startswith("state="))


# -- answers --------------------------------------------------------------------------------------------------------


def _sign_in_path(request: web.Request, query: str, *, again: bool) -> str:
    parameters = {"next": f"{PATH}?{query}", **({"again": "app"} if again else {})}
    if lang := request.query.get("lang"):
        parameters["lang"] = lang
    return f"/sign-in?{urlencode(parameters)}"


def _consent(request: web.Request, query: str, asked: Asked, app: App, session: Session) -> web.Response:
    host = request.app[NODE].config.host
    view = ConsentView(
        page=page_of(request, PATH, title=Sentence("Let an app in"), quiet=True, noindex=True),
        action=PATH,
        csrf=session.csrf,
        query=query,
        app=app.name,
        website=app.website,
        goes_to=_place_of(asked.redirect_uri),
        handle=f"@{session.username}@{host}",
        scopes=tuple(asked.scopes),
        switch_path=f"{PATH}?{query}&force_login=true",
    )
    response = html(request, view)
    # A browser follows the redirect after the form only to where the policy lets forms lead.
    policy = SECURITY["Content-Security-Policy"]
    allowed = f"form-action 'self'{_source_of(asked.redirect_uri)}"
    response.headers["Content-Security-Policy"] = policy.replace("form-action 'self'", allowed)
    return response


def _source_of(redirect_uri: str) -> str:
    """The redirect as a source of a content security policy: its origin, or its scheme where that is an app's own."""
    parts = urlsplit(redirect_uri)
    if redirect_uri == OUT_OF_BAND:
        return ""
    if parts.scheme in {"http", "https"} and not set(parts.netloc) & set(";,'\" "):
        return f" {parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return f" {parts.scheme}:"


def _place_of(redirect_uri: str) -> str:
    """Where the app lives, for people: a host, or nothing where it is a program on the reader's own device."""
    parts = urlsplit(redirect_uri)
    return parts.netloc.rpartition("@")[2] if parts.scheme in {"http", "https"} else ""


def _refused(request: web.Request, query: str, asked: Asked, refusal: Refusal) -> web.Response:
    """Tell the app; a person, where the app has no address."""
    if asked.redirect_uri == OUT_OF_BAND:
        status = 200 if refusal.error == "access_denied" else 400
        return _page_of_error(request, refusal.description, status)
    return _redirect(asked.redirect_uri, query, {"error": refusal.error, "error_description": refusal.description})


def _redirect(uri: str, query: str, values: Mapping[str, str]) -> web.Response:
    """Back to the app, with its ``state`` untouched."""
    parts = "&".join([urlencode(values, quote_via=quote), *list(_states(query))[:1]])
    location = f"{uri}{'&' if '?' in uri else '?'}{parts}"
    headers = {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(status=302, headers=headers)


def _page_of_error(request: web.Request, sentence: str = _UNKNOWN, status: int = 400) -> web.Response:
    page = page_of(request, PATH, title=Sentence("This app cannot be let in"), quiet=True, noindex=True)
    return html(request, ErrorView(page=page, status=status, message=sentence), status)
