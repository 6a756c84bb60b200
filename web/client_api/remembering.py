"""Lists that are asked for again while nothing has changed are answered from memory.

Apps ask for the same timelines over and over. An answer is kept with the version of the database that it was made
from (``Store.version``) and given again, to the same token and for the same address, as long as nothing at all has
been committed since, by whatever process: so every edit, reaction, block and deletion shows at once. What ends by the
clock (mutes, filters, polls) is seen within ``_FRESH_FOR``.
"""

from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import hdrs, web

from node.clock import SECOND
from node.state import NODE
from web.client_api.callers import token_of
from web.middlewares import Handler

_FRESH_FOR = SECOND
_MOST_BYTES = 4 * 1024 * 1024
_KEPT_HEADERS = (hdrs.CONTENT_TYPE, hdrs.LINK)


@dataclass(frozen=True, slots=True)
class _Answer:
    version: int
    made_at: int
    body: bytes
    headers: dict[str, str]


class Answers:
    """The answers that were given lately; bounded by their size."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], _Answer] = OrderedDict()
        self._bytes = 0

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._bytes = 0

    def find(self, key: tuple[str, str], version: int, now: int) -> web.Response | None:
        """The answer under this key, if it still holds."""
        found = self._kept.get(key)
        if found is None or found.version != version or not 0 <= now - found.made_at < _FRESH_FOR:
            return None
        self._kept.move_to_end(key)
        return web.Response(body=found.body, headers=found.headers)

    def keep(self, key: tuple[str, str], version: int, now: int, response: web.Response) -> None:
        """Remember an answer that was made from this version, or a later one."""
        if response.status != web.HTTPOk.status_code or not isinstance(response.body, bytes):
            return
        headers = {str(name): response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        self._drop(key)
        self._kept[key] = _Answer(version, now, response.body, headers)
        self._bytes += len(response.body)
        while self._bytes > _MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, str]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._bytes -= len(dropped.body)


ANSWERS = web.AppKey("ANSWERS", Answers)


def remembering(handler: Handler) -> Handler:
    """A handler of a list whose answers are given again while nothing changes."""

    async def answer(request: web.Request) -> web.StreamResponse:
        node, answers = request.app[NODE], request.app[ANSWERS]
        token = await token_of(request)
        # Before the list is read: whatever is committed in between makes the answer one of an older version.
        version = node.store.version()
        if version is None:
            return await handler(request)
        now, key = node.clock.now(), (token.hash if token else "", request.path_qs)
        found = answers.find(key, version, now)
        if found is not None:
            return found
        response = await handler(request)
        if isinstance(response, web.Response):
            answers.keep(key, version, now, response)
        return response

    return answer
