"""Who signed in: cookies, sessions in the database, and proof that a form was ours (AUT6, AUT7, ADM1, ADM2)."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import hdrs, web
from aiohttp.web_request import FileField

from node.clock import DAY, HOUR, MINUTE
from node.config import Config
from node.errors import Forbidden, Malformed
from node.sentences import Sentence
from node.state import NODE
from node.store.access import hashes, sessions
from node.store.access.accounts import ADMIN, MODERATOR
from node.store.access.sessions import Session
from node.store.library.resources import Viewer
from web.posted import read_posted
from web.viewer import VIEWER

UNUSED, LONGEST = 14 * DAY, 30 * DAY
CONFIRMED_FOR = 60 * MINUTE
_LONGEST_PATH = 4_000
_TOUCH_EVERY = HOUR
_AGENT_AT_MOST = 200
_FORBIDDEN_FORM = Sentence("This form is not valid any more. Load the page again.")

SESSION = web.RequestKey("SESSION", Session)


def cookie_name(config: Config, suffix: str = "") -> str:
    """``__Host-`` over https; over http the port tells nodes of one machine apart, as cookies do not."""
    if config.node.scheme == "https":
        return f"__Host-rhizome{suffix}"
    return f"rhizome{suffix}-{urlsplit(config.origin).port or 80}"


def set_cookie(request: web.Request, response: web.Response, token: str, *, suffix: str = "") -> None:
    config = request.app[NODE].config
    is_https = config.node.scheme == "https"
    age = None if suffix else LONGEST // 1000
    name = cookie_name(config, suffix)
    response.set_cookie(name, token, max_age=age, path="/", httponly=True, samesite="Lax", secure=is_https)


def drop_cookie(request: web.Request, response: web.Response, *, suffix: str = "") -> None:
    config = request.app[NODE].config
    response.del_cookie(cookie_name(config, suffix), path="/", secure=config.node.scheme == "https")


async def identify(request: web.Request) -> None:
    """Note whose session the cookie names; one that is too old counts as none."""
    node = request.app[NODE]
    token = request.cookies.get(cookie_name(node.config), "")
    if not token:
        return
    session, now = await node.store.read(sessions.find_session, token), node.clock.now()
    if session is None or now - session.used_at > UNUSED or now - session.created_at > LONGEST:
        return
    request[SESSION] = session
    request[VIEWER] = Viewer(session.actor_id)
    if now - session.used_at > _TOUCH_EVERY:
        await node.store.write(sessions.touch_session, token, now)


def session_of(request: web.Request) -> Session | None:
    found: Session | None = request.get(SESSION)
    return found


async def begin_session(request: web.Request, response: web.Response, actor_id: int) -> None:
    """A session under a new token; the one that the reader had ends (AUT7)."""
    node = request.app[NODE]
    token, csrf, old = secrets.token_urlsafe(32), secrets.token_urlsafe(32), _token(request)
    if old:
        await node.store.write(sessions.delete_session, old)
    agent = request.headers.get(hdrs.USER_AGENT, "")[:_AGENT_AT_MOST]
    await node.store.write(sessions.insert_session, token, actor_id, csrf, node.clock.now(), agent)
    set_cookie(request, response, token)


async def end_session(request: web.Request, response: web.Response) -> None:
    node = request.app[NODE]
    await node.store.write(sessions.delete_session, _token(request))
    drop_cookie(request, response)


def _token(request: web.Request) -> str:
    return request.cookies.get(cookie_name(request.app[NODE].config), "")


def key_of(request: web.Request) -> str:
    """How the session of this request is stored."""
    return hashes.hash_of(_token(request))


def is_this_session(request: web.Request, token_hash: str) -> bool:
    """Whether a session of a list is the one that asks."""
    return hashes.hash_of(_token(request)) == token_hash


def require_person(request: web.Request) -> Session:
    """Who is signed in; others are sent to sign in."""
    session = session_of(request)
    if session is None:
        raise web.HTTPSeeOther(sign_in_path(_page_behind(request)))
    return session


# -- administrators -------------------------------------------------------------------------------------------------


def require_admin(request: web.Request) -> Session:
    """The administrator who asks. 403 for others; who gave the password too long ago is sent to give it (ADM1)."""
    return _require(request, frozenset({ADMIN}))


def require_moderator(request: web.Request) -> Session:
    """The moderator or administrator who asks; otherwise as above."""
    return _require(request, frozenset({ADMIN, MODERATOR}))


def _require(request: web.Request, roles: frozenset[str]) -> Session:
    session = session_of(request)
    if session is None:
        raise web.HTTPSeeOther(sign_in_path(_page_behind(request)))
    if session.role not in roles:
        raise Forbidden
    if request.app[NODE].clock.now() - session.confirmed_at > CONFIRMED_FOR:
        raise web.HTTPSeeOther(sign_in_path(_page_behind(request), again=True))
    return session


def sign_in_path(next_path: str, *, again: bool = False) -> str:
    """Where somebody signs in who is led back to ``next_path`` then, unless that is too long for a header."""
    after = quote(next_path)
    return f"/sign-in?next={after if len(after) <= _LONGEST_PATH else quote('/')}{'&again=1' if again else ''}"


def _page_behind(request: web.Request) -> str:
    """Where to go on after signing in: never to what a POST would have done."""
    return request.path_qs if request.method in {"GET", "HEAD"} else "/".join(request.path.split("/")[:3])


# -- forms ----------------------------------------------------------------------------------------------------------


def form_secret(request: web.Request) -> str:
    """The value of the cookie that ties forms to a reader who is not signed in; a new one where there is none."""
    return request.cookies.get(cookie_name(request.app[NODE].config, "-form"), "") or secrets.token_urlsafe(32)


def form_token(secret: str) -> str:
    """What the form carries: made from the cookie, so that another site cannot know it."""
    return hashlib.sha256(b"form:" + secret.encode()).hexdigest()


async def read_form(request: web.Request, expected: str | None = None) -> Mapping[str, str]:
    """The fields of a POST form of ours. Forbidden where its token or ``Origin`` says that it is not.

    ``expected``: the token; that of the session, or of the form cookie of a stranger, unless given.
    """
    check_origin(request)
    if request.content_type != "application/x-www-form-urlencoded":
        raise Malformed("A form is expected.")
    fields = {name: value for name, value in (await read_posted(request)).items() if isinstance(value, str)}
    _check_token(expected or _expected(request), fields)
    return fields


async def read_upload_form(
    request: web.Request, wide: web.Request
) -> tuple[Mapping[str, str], Mapping[str, FileField]]:
    """The fields and the files of a POST form of ours with files. Raises as ``read_form`` does.

    ``wide``: the same request with room for them (``web.uploads.roomy``).
    """
    check_origin(request)
    if request.content_type not in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        raise Malformed("A form is expected.")
    sent = await read_posted(wide)
    fields = {name: value for name, value in sent.items() if isinstance(value, str)}
    _check_token(_expected(request), fields)
    return fields, {name: value for name, value in sent.items() if isinstance(value, FileField) and value.filename}


def is_own_form(request: web.Request, fields: Mapping[str, Any]) -> bool:
    """Whether these fields carry the token of the form; for pages that show again what was typed, where not."""
    sent = fields.get("csrf", "")
    wanted = _expected(request)
    return (
        isinstance(sent, str) and bool(wanted) and hmac.compare_digest(wanted.encode(), sent.encode("utf-8", "replace"))
    )


def _check_token(wanted: str, fields: Mapping[str, str]) -> None:
    if not wanted or not hmac.compare_digest(wanted.encode(), fields.get("csrf", "").encode("utf-8", "replace")):
        raise Forbidden(_FORBIDDEN_FORM)


def _expected(request: web.Request) -> str:
    session = session_of(request)
    return session.csrf if session is not None else stranger_token(request)


def stranger_token(request: web.Request) -> str:
    """The token that the form cookie calls for; empty without one."""
    secret = request.cookies.get(cookie_name(request.app[NODE].config, "-form"), "")
    return form_token(secret) if secret else ""


def check_origin(request: web.Request) -> None:
    """A foreign ``Origin`` is refused; none sent is left to the token. In development the scheme does not matter."""
    config, sent = request.app[NODE].config, request.headers.get(hdrs.ORIGIN)
    if sent is None or sent == config.origin:
        return
    if config.development and sent.partition("://")[2] == config.host:
        return
    raise Forbidden(_FORBIDDEN_FORM)


def own_path(text: str) -> str:
    """A path of this node to go on to. Malformed for anything that could lead elsewhere (HTM11)."""
    if not text.startswith("/") or text.startswith(("//", "/\\")) or not text.isprintable() or "\\" in text:
        raise Malformed("This is not a path of this node.")
    return text
