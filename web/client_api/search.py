"""``/api/v2/search`` and the search for accounts while somebody types.

Only people with a token make this node look at other servers (``resolve``), so often and no longer than so long; what
is not found then is simply not there.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection

from federation.discovery.proving import Proving
from federation.discovery.webfinger import read_handle
from federation.fetching.pasted import get_pasted
from federation.state import FEDERATION
from node.domain.tags import key_of
from node.domain.uris import is_web_uri
from node.errors import NodeError, RateLimited, Unauthenticated
from node.ratelimit import Rate
from node.state import NODE
from node.store.people import handles
from node.store.reading.by_url import Target, find_by_url
from node.store.search import indexing, people
from node.store.search.hashtags import find_tags
from node.store.search.posts import Part, find_posts
from web.client_api.answers import answer, joined
from web.client_api.callers import reader, require
from web.client_api.entities import accounts, statuses, tags
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import offset_link, read_cursor, read_limit
from web.client_api.parameters import Parameters, query_parameters
from web.rates import is_exempt

_MAX_QUERY = 400
_MAX_OFFSET = 1_000
_RESOLVE_SECONDS = 5.0
#: Looks at other servers that one person may cause: 30 at once, 30 in 5 minutes.
_RESOLVES = Rate(30 / 300, 30)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for."""

    text: str
    type: str
    limit: int
    offset: int
    following: bool
    account_id: int | None
    max_id: int | None
    min_id: int | None


@dataclass(frozen=True, slots=True)
class Found:
    accounts: Sequence[bytes] = ()
    statuses: Sequence[bytes] = ()
    hashtags: Sequence[dict[str, Any]] = ()

    @property
    def longest(self) -> int:
        return max(len(self.accounts), len(self.statuses), len(self.hashtags))

    def body(self, *, plain_tags: bool = False) -> bytes:
        """All three lists, always; the older version of the search tells hashtags by their names alone."""
        hashtags = [each["name"] for each in self.hashtags] if plain_tags else self.hashtags
        return b'{"accounts":%b,"statuses":%b,"hashtags":%b}' % (
            joined(self.accounts),
            joined(self.statuses),
            orjson.dumps(hashtags),
        )


def _read(sent: Parameters, *, most: int) -> Asked:
    return Asked(
        text=(sent.text("q") or "").strip()[:_MAX_QUERY],
        type=sent.text("type") or "",
        limit=read_limit(sent, most=most),
        offset=min(max(sent.number("offset") or 0, 0), _MAX_OFFSET),
        following=sent.flag("following") or False,
        account_id=sent.identifier("account_id"),
        max_id=read_cursor(sent, "max_id"),
        min_id=read_cursor(sent, "min_id"),
    )


async def search(request: web.Request) -> web.Response:
    found = await _search(request)
    asked = _read(query_parameters(request), most=40)
    links = offset_link(request, offset=asked.offset, limit=asked.limit, found=found.longest)
    return answer(found.body(), headers=links)


async def search_first(request: web.Request) -> web.Response:
    """The older version."""
    return answer((await _search(request)).body(plain_tags=True))


async def _search(request: web.Request) -> Found:
    sent, viewer = query_parameters(request), await reader(request, "read:search")
    asked, wants_resolve = _read(sent, most=40), sent.flag("resolve") or False
    if viewer is None and (wants_resolve or asked.offset):
        raise Unauthenticated("This method requires an authenticated user")
    if not asked.text:
        return Found()
    node = request.app[NODE]
    if is_web_uri(asked.text):
        target = await node.store.read(find_by_url, node.config.origin, asked.text)
        if target == Target() and wants_resolve and viewer is not None:
            target = await _look_at(request, viewer, asked.text)
        return await node.store.read(_render, look_of(request), asked, target, viewer)
    if wants_resolve and viewer is not None and not asked.offset:
        await _resolve_handle(request, viewer, asked.text)
    return await node.store.read(_find, look_of(request), asked, viewer)


def _render(conn: Connection, look: Look, asked: Asked, target: Target, viewer: int | None) -> Found:
    """What is behind an address, as far as the viewer may see it."""
    if target.object_id is not None and asked.type in {"", "statuses"}:
        return Found(statuses=list(statuses.render(conn, look, [target.object_id], viewer).values()))
    if target.actor_id is not None and asked.type in {"", "accounts"}:
        return Found(accounts=list(accounts.render_known(conn, look, [target.actor_id], viewer).values()))
    if key_of(target.hashtag) and asked.type in {"", "hashtags"}:
        return Found(hashtags=tags.render(conn, look, [target.hashtag], viewer))
    return Found()


def _find(conn: Connection, look: Look, asked: Asked, viewer: int | None) -> Found:
    wanted = {asked.type} if asked.type else {"accounts", "statuses", "hashtags"}
    return Found(
        accounts=_accounts(conn, look, asked, viewer) if "accounts" in wanted else (),
        statuses=_statuses(conn, look, asked, viewer) if "statuses" in wanted and viewer is not None else (),
        hashtags=_hashtags(conn, look, asked, viewer) if "hashtags" in wanted else (),
    )


def _accounts(conn: Connection, look: Look, asked: Asked, viewer: int | None) -> list[bytes]:
    if asked.text.startswith("#"):
        return []
    ids = people.find_actors(
        conn, asked.text, viewer, limit=asked.limit, offset=asked.offset, following=asked.following
    )
    if "@" in asked.text.lstrip("@") and not asked.offset and not asked.following:  # also who is not indexed yet
        exact = handles.find_by_acct(conn, asked.text, {look.host}, look.host)
        if exact is not None and people.may_find(conn, exact, viewer):
            ids = list(dict.fromkeys((exact, *ids)))[: asked.limit]
    found = accounts.render_unblocked(conn, look, ids)
    return [found[each] for each in ids if each in found]


def _statuses(conn: Connection, look: Look, asked: Asked, viewer: int) -> list[bytes]:
    if asked.text.startswith(("#", "@")):
        return []
    part = Part(asked.limit, asked.offset, asked.account_id, asked.max_id, asked.min_id)
    ids = find_posts(conn, asked.text, viewer, look.now, part)
    found = statuses.render(conn, look, ids, viewer)
    return [found[each] for each in ids if each in found]


def _hashtags(conn: Connection, look: Look, asked: Asked, viewer: int | None) -> list[dict[str, Any]]:
    prefix = key_of(asked.text)
    if not prefix or "@" in asked.text or " " in prefix:
        return []
    names = find_tags(conn, prefix, limit=asked.limit, offset=asked.offset)
    return tags.render(conn, look, names, viewer) if names else []


# -- other servers ---------------------------------------------------------------------------------------------------


async def _resolve_handle(request: web.Request, viewer: int, text: str) -> None:
    """Have the account of a handle known here, where it names another server and is not known yet."""
    node = request.app[NODE]
    try:
        handle = read_handle(text)
    except NodeError:
        return
    config = node.config
    if handle.host in config.own_hosts:
        return
    if await node.store.read(handles.find_by_acct, str(handle), config.own_hosts, config.host) is not None:
        return

    parts = request.app[FEDERATION]
    look = Proving(node.store, parts.client, parts.fetcher).find(str(handle))
    if await _bounded(request, viewer, look) is not None:
        await node.store.write(indexing.work_off)


async def _look_at(request: web.Request, viewer: int, address: str) -> Target:
    """Fetch what is at an address of another server: a post, or an account."""
    node, federation = request.app[NODE], request.app[FEDERATION]

    async def look() -> str:
        document = await get_pasted(federation.fetcher, federation.client, address, as_actor_id=viewer)
        await federation.fetcher.take_in(document)
        return str(document["id"])

    uri = await _bounded(request, viewer, look())
    return await node.store.read(find_by_url, node.config.origin, uri) if uri else Target()


async def _bounded(request: web.Request, viewer: int, look: Any) -> Any:
    """What a look brings; None where it fails or takes too long."""
    if not is_exempt(request) and (wait := _RESOLVES.take(str(viewer))):
        look.close()
        raise RateLimited(retry_after_seconds=wait)
    try:
        async with asyncio.timeout(_RESOLVE_SECONDS):
            return await look
    except (NodeError, TimeoutError):
        return None


# -- accounts while somebody types -----------------------------------------------------------------------------------


async def search_accounts(request: web.Request) -> web.Response:
    """``accounts/search``: by the beginnings of names and handles."""
    caller = await require(request, "read:accounts")
    sent, node = query_parameters(request), request.app[NODE]
    asked = _read(sent, most=80)
    if not asked.text:
        return answer([])
    if sent.flag("resolve") and not asked.offset:
        await _resolve_handle(request, caller.actor_id, asked.text)
    found = await node.store.read(_accounts, look_of(request), asked, caller.actor_id)
    return answer(joined(found))


ROUTES = [
    web.get("/api/v2/search", search, name="client-search"),
    web.get("/api/v1/search", search_first, name="client-search-v1"),
    web.get("/api/v1/accounts/search", search_accounts, name="client-account-search"),
]
