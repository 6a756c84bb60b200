"""Who calls: the person or the app behind a bearer token, and what the token allows.

A bad token is 401, a missing scope 403 (shelf: mastodon-api 1.7). Tokens that were looked up are remembered for some
seconds, and no longer than until one ends (``accounts.TOKENS_CHANGED``).
"""

from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import hdrs, web

from node.clock import HOUR, SECOND
from node.domain.scopes import covers
from node.errors import Forbidden, Unauthenticated
from node.state import NODE, Node
from node.store.access import accounts, joining
from node.store.access.accounts import Token
from node.store.database.engine import Store
from node.store.library.resources import Viewer
from web.viewer import VIEWER

_KEPT = 10_000
#: What apps of people hear who made an account and are not in yet.
_WAITS = {
    accounts.UNCONFIRMED: "Your login is missing a confirmed e-mail address",
    accounts.PENDING: "Your login is currently pending approval",
}
#: A command of another process that ends a token is heard of this late where processes cannot signal (SQLite).
_FRESH_FOR = 5 * SECOND
_TOUCH_EVERY = HOUR


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with a token."""

    actor_id: int
    token: Token

    def may(self, scope: str) -> bool:
        return covers(self.token.scopes, scope)


class Tokens:
    """The tokens that were used lately, by their text; bounded."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, tuple[Token, int]] = OrderedDict()
        self._touched: dict[str, int] = {}
        store.listen(self._forget)

    def _forget(self, signal: str) -> None:
        if signal == accounts.TOKENS_CHANGED:
            self._known.clear()

    async def find(self, text: str, now: int) -> Token | None:
        """The token with this text, noted as used; None for one that there is not."""
        token, looked_up_at = self._known.get(text, (None, 0))
        if token is None or now - looked_up_at > _FRESH_FOR:
            token = await self._store.read(accounts.find_token, text)
            if token is None:
                self._known.pop(text, None)
                return None
            self._known[text] = token, now
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        if now - self._touched.get(token.hash, token.used_at) > _TOUCH_EVERY:
            if len(self._touched) > _KEPT:
                self._touched.clear()
            self._touched[token.hash] = now
            await self._store.write(accounts.touch_token, token.hash, now)
        return token


TOKENS = web.AppKey("TOKENS", Tokens)
_TOKEN = web.RequestKey("TOKEN", Token)


async def token_of(request: web.Request) -> Token | None:
    """The token of a request; None without one. Raises ``Unauthenticated`` for one that is not valid."""
    known: Token | None = request.get(_TOKEN)
    if known is not None:
        return known
    text = bearer_of(request)
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


def bearer_of(request: web.Request) -> str:
    """The text of the bearer token; empty without one."""
    authorization = request.headers.get(hdrs.AUTHORIZATION, "")
    return authorization[7:].strip() if authorization[:7].lower() == "bearer " else ""


async def require(request: web.Request, scope: str) -> Caller:
    """The person who calls, with a token that covers ``scope``; otherwise 401 or 403."""
    token = await require_token(request, scope)
    if token.actor_id is None:
        raise Forbidden("This method requires an authenticated user")
    return Caller(token.actor_id, token)


async def require_token(request: web.Request, scope: str = "") -> Token:
    """A valid token, also one of an app without a person."""
    token = await token_of(request)
    if token is None:
        raise Unauthenticated("The access token is invalid.")
    if scope and not covers(token.scopes, scope):
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
