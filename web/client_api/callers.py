"""Who calls: the person or the app behind a bearer token, and what the token allows.

A bad token is 401, a missing scope 403. See ``web.tokens`` for the tokens themselves.
"""

from dataclasses import dataclass

from aiohttp import web

from node.domain.scopes import covers
from node.errors import Forbidden, Unauthenticated
from node.state import NODE, Node
from node.store.access import accounts, joining
from node.store.access.tokens import Token
from node.store.library.resources import Viewer
from web.posted import read_posted
from web.tokens import TOKENS, bearer_of
from web.viewer import VIEWER

#: What apps of people hear who made an account and are not in yet.
_WAITS = {
    accounts.UNCONFIRMED: "Your login is missing a confirmed e-mail address",
    accounts.PENDING: "Your login is currently pending approval",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with a token."""

    actor_id: int
    token: Token

    def may(self, scope: str) -> bool:
        return covers(self.token.scopes, scope)


_TOKEN = web.RequestKey("TOKEN", Token)


async def token_of(request: web.Request) -> Token | None:
    """The token of a request; None without one. Raises ``Unauthenticated`` for one that is not valid."""
    known: Token | None = request.get(_TOKEN)
    if known is not None:
        return known
    text = bearer_of(request) or await _posted(request)
    if not text:
        return None
    node: Node = request.app[NODE]
    token = await request.app[TOKENS].find(text, node.clock.now())
    if token is None:
        waiting = await node.store.read(joining.find_waiting, text)
        raise Forbidden(_WAITS[waiting[1]]) if waiting else Unauthenticated("The access token is invalid.")
    request[_TOKEN] = token
    if token.actor_id is not None:
        request[VIEWER] = Viewer(token.actor_id)
    return token


async def _posted(request: web.Request) -> str:
    """The token that a form brings along (RFC 6750, section 2.2); empty without one."""
    if request.content_type != "application/x-www-form-urlencoded" or not request.can_read_body:
        return ""
    text = (await read_posted(request)).get("access_token")
    return text if isinstance(text, str) else ""


async def require(request: web.Request, *scopes: str) -> Caller:
    """The person who calls, with a token that covers one of these scopes; otherwise 401 or 403."""
    token = await require_token(request, *scopes)
    if token.actor_id is None:
        raise Forbidden("This method requires an authenticated user")
    return Caller(token.actor_id, token)


async def require_token(request: web.Request, *scopes: str) -> Token:
    """A valid token that covers one of these scopes, if any are named; also one of an app without a person."""
    token = await token_of(request)
    if token is None:
        raise Unauthenticated("The access token is invalid.")
    if scopes and not any(covers(token.scopes, each) for each in scopes):
        raise Forbidden("This action is outside the authorized scopes")
    return token


async def reader(request: web.Request, scope: str = "read:statuses") -> int | None:
    """Who reads what is also there for strangers: an actor id, None without a person. A token must cover ``scope``."""
    token = await token_of(request)
    if token is None or token.actor_id is None:
        return None
    if not covers(token.scopes, scope):
        raise Forbidden("This action is outside the authorized scopes")
    return token.actor_id
