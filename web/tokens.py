"""Bearer tokens that requests show.

What was looked up is remembered for some seconds, and no longer than until a token ends (``accounts.TOKENS_CHANGED``).
"""

from collections import OrderedDict

from aiohttp import hdrs, web

from node.clock import HOUR, SECOND
from node.store.access import accounts, tokens
from node.store.access.tokens import Token
from node.store.database.engine import Store

_KEPT = 10_000
#: A command of another process that ends a token is heard of this late where processes cannot signal (SQLite).
_FRESH_FOR = 5 * SECOND
_TOUCH_EVERY = HOUR


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
            token = await self._store.read(tokens.find_token, text)
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
            await self._store.write(tokens.touch_token, token.hash, now)
        return token


TOKENS = web.AppKey("TOKENS", Tokens)


def bearer_of(request: web.Request) -> str:
    """The text of the bearer token; empty without one."""
    authorization = request.headers.get(hdrs.AUTHORIZATION, "")
    return authorization[7:].strip() if authorization[:7].lower() == "bearer " else ""
