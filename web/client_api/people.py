"""Lists of accounts: followers, followed ones, requests, blocked and muted ones, members of lists.

All page by the ``Link`` header alone: its ids are those of the relation, not of the account.
"""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection

from node.errors import Invalid, NotFound
from node.services.library import pathway_lists
from node.services.people import lists as list_service
from node.services.people import relations
from node.state import NODE
from node.store.database.windows import Window
from node.store.people import actors, blocks, domain_blocks, endorsements, follow_lists, handles, lists, mutes
from node.store.reading import showing
from web.client_api.answers import answer, empty, joined
from web.client_api.callers import reader, require
from web.client_api.entities import accounts
from web.client_api.entities.look import Look, instant, look_of
from web.client_api.paging import link_header, read_window
from web.client_api.parameters import query_parameters, read_id, read_parameters

_MOST = 80
_MOST_IDS = 40
_FAMILIAR_EACH = 5
#: ``(id of the relation, id of the account)``, newest first.
_Pairs = Sequence[tuple[int, int]]


async def _answer(request: web.Request, window: Window, load: Callable[[Connection], _Pairs]) -> web.Response:
    """The accounts of a part of a list."""
    pairs, found = await request.app[NODE].store.read(_load, look_of(request), load)
    body = joined(found[actor_id] for _, actor_id in pairs if actor_id in found)
    return answer(body, headers=link_header(request, [each for each, _ in pairs], window=window))


def _load(conn: Connection, look: Look, load: Callable[[Connection], _Pairs]) -> tuple[_Pairs, dict[int, bytes]]:
    pairs = load(conn)
    return pairs, accounts.render(conn, look, [actor_id for _, actor_id in pairs])


def _window(request: web.Request) -> Window:
    return read_window(query_parameters(request), default=40, most=_MOST)


# -- of anybody ------------------------------------------------------------------------------------------------------

_ListOf = Callable[..., _Pairs]
_LISTS: dict[str, _ListOf] = {
    "followers": follow_lists.list_follower_ids,
    "following": follow_lists.list_followed_ids,
}


async def show_follows(request: web.Request) -> web.Response:
    """Followers of somebody, or whom she follows; empty where she does not say."""
    viewer, window = await reader(request, "read:accounts"), _window(request)
    target, load = read_id(request.match_info["id"]), _LISTS[request.match_info["what"]]

    def read(conn: Connection) -> _Pairs:
        if _is_hidden(conn, target, viewer):
            return []
        return load(conn, target, window, viewer_id=viewer)

    return await _answer(request, window, read)


def _is_hidden(conn: Connection, target_id: int, viewer_id: int | None) -> bool:
    """Whether follows are not for this viewer. Raises NotFound for ids that nobody has."""
    target = actors.find_actor_by_id(conn, target_id)
    if target is None or target.state == "gone":
        raise NotFound
    if target.id == viewer_id:
        return False
    if viewer_id is not None and blocks.has_blocked(conn, target.id, viewer_id):
        return True
    return bool(actors.load_profile(conn, target.id).hides_follows)


async def show_endorsements(request: web.Request) -> web.Response:
    """Whom somebody shows on her profile."""
    viewer = await reader(request, "read:accounts")
    target, window = read_id(request.match_info["id"]), _window(request)

    def read(conn: Connection) -> _Pairs:
        if actors.find_actor_by_id(conn, target) is None:
            raise NotFound
        pairs = endorsements.list_endorsements(conn, target, window)
        known = set(showing.load_known(conn, [shown for _, shown in pairs], viewer))
        return [(each, shown) for each, shown in pairs if shown in known]

    return await _answer(request, window, read)


async def show_familiar(request: web.Request) -> web.Response:
    """Followers of others whom the person who asks follows, too."""
    caller = await require(request, "read:follows")
    ids = query_parameters(request).identifiers("id")[:_MOST_IDS]

    def read(conn: Connection, look: Look) -> list[dict[str, Any]]:
        known = follow_lists.load_familiar(conn, caller.actor_id, ids, each=_FAMILIAR_EACH)
        people = accounts.render(conn, look, {each for found in known.values() for each in found})
        return [
            {"id": str(target), "accounts": [orjson.Fragment(people[each]) for each in found if each in people]}
            for target, found in known.items()
        ]

    return answer(await request.app[NODE].store.read(read, look_of(request)))


async def show_many(request: web.Request) -> web.Response:
    """``accounts?id[]=``: those that there are."""
    viewer = await reader(request, "read:accounts")
    ids = query_parameters(request).identifiers("id")[:_MOST_IDS]

    def read(conn: Connection, look: Look) -> bytes:
        present = handles.load_present(conn, ids)
        people = accounts.render_known(conn, look, present, viewer)
        return joined(people[each] for each in present if each in people)

    return answer(await request.app[NODE].store.read(read, look_of(request)))


async def look_up(request: web.Request) -> web.Response:
    """``accounts/lookup?acct=``: by handle, of what this node knows; nothing is fetched."""
    viewer = await reader(request, "read:accounts")
    acct, config = query_parameters(request).text("acct") or "", request.app[NODE].config

    def read(conn: Connection, look: Look) -> bytes:
        found = handles.find_by_acct(conn, acct, config.own_hosts, config.host)
        people = accounts.render_known(conn, look, [found] if found is not None else [], viewer)
        if found not in people:
            raise NotFound
        return people[found]

    return answer(await request.app[NODE].store.read(read, look_of(request)))


# -- of the person who asks ------------------------------------------------------------------------------------------


async def show_requests(request: web.Request) -> web.Response:
    caller, window = await require(request, "read:follows"), _window(request)
    return await _answer(request, window, lambda conn: follow_lists.list_requests(conn, caller.actor_id, window))


async def show_blocks(request: web.Request) -> web.Response:
    caller, window = await require(request, "read:blocks"), _window(request)
    return await _answer(request, window, lambda conn: follow_lists.list_blocked_ids(conn, caller.actor_id, window))


async def show_own_endorsements(request: web.Request) -> web.Response:
    caller, window = await require(request, "read:accounts"), _window(request)
    return await _answer(request, window, lambda conn: endorsements.list_endorsements(conn, caller.actor_id, window))


async def show_mutes(request: web.Request) -> web.Response:
    """Each with the time at which the mute ends."""
    caller, window = await require(request, "read:mutes"), _window(request)
    node = request.app[NODE]

    def read(conn: Connection, look: Look) -> tuple[list[int], bytes]:
        rows = mutes.list_mutes(conn, caller.actor_id, window, look.now)
        people = accounts.render(conn, look, [muted for _, muted, _ in rows])
        told = [_muted(people[muted], expires_at) for _, muted, expires_at in rows if muted in people]
        return [mute_id for mute_id, _, _ in rows], joined(told)

    ids, body = await node.store.read(read, look_of(request))
    return answer(body, headers=link_header(request, ids, window=window))


def _muted(account: bytes, expires_at: int | None) -> bytes:
    """MutedAccount: the account, and until when."""
    told = orjson.dumps({"mute_expires_at": instant(expires_at) if expires_at is not None else None})
    return account[:-1] + b"," + told[1:]


async def show_members(request: web.Request) -> web.Response:
    """Of a list of the person; ``limit=0`` asks for all."""
    caller = await require(request, "read:lists")
    sent, list_id = query_parameters(request), read_id(request.match_info["list"])
    window = _window(request)
    part = None if sent.text("limit") == "0" else window

    def read(conn: Connection) -> _Pairs:
        if pathway_lists.find(conn, caller.actor_id, list_id) is not None:
            return ()
        return lists.list_members_of(conn, list_service.load(conn, caller.actor_id, list_id).id, part)

    if part is None:
        window = Window(limit=list_service.MAX_MEMBERS + 1)
    return await _answer(request, window, read)


# -- domains ---------------------------------------------------------------------------------------------------------


async def show_domains(request: web.Request) -> web.Response:
    caller = await require(request, "read:blocks")
    window = read_window(query_parameters(request), default=100, most=200)
    rows = await request.app[NODE].store.read(domain_blocks.list_domain_blocks, caller.actor_id, window)
    return answer([domain for _, domain in rows], headers=link_header(request, [i for i, _ in rows], window=window))


async def block_domain(request: web.Request) -> web.Response:
    caller, domain = await require(request, "write:blocks"), await _domain(request)
    node = request.app[NODE]
    await node.store.write(relations.block_domain, node.unit(), caller.actor_id, domain)
    return empty()


async def unblock_domain(request: web.Request) -> web.Response:
    caller, domain = await require(request, "write:blocks"), await _domain(request)
    node = request.app[NODE]
    await node.store.write(relations.unblock_domain, node.unit(), caller.actor_id, domain)
    return empty()


async def _domain(request: web.Request) -> str:
    domain = (await read_parameters(request)).text("domain")
    if not domain:
        raise Invalid("Please name a domain.")
    return domain


async def show_proofs(_request: web.Request) -> web.Response:
    """What old apps ask for on each profile: nobody proves identities like that any more."""
    return answer([])


ROUTES = [
    web.get("/api/v1/accounts", show_many, name="client-accounts"),
    web.get("/api/v1/accounts/lookup", look_up, name="client-account-lookup"),
    web.get("/api/v1/accounts/familiar_followers", show_familiar, name="client-familiar-followers"),
    web.get(f"/api/v1/accounts/{{id:[0-9]+}}/{{what:{'|'.join(_LISTS)}}}", show_follows, name="client-follows"),
    web.get("/api/v1/accounts/{id:[0-9]+}/endorsements", show_endorsements, name="client-account-endorsements"),
    web.get("/api/v1/accounts/{id:[0-9]+}/identity_proofs", show_proofs, name="client-identity-proofs"),
    web.get("/api/v1/follow_requests", show_requests, name="client-follow-requests"),
    web.get("/api/v1/blocks", show_blocks, name="client-blocks"),
    web.get("/api/v1/mutes", show_mutes, name="client-mutes"),
    web.get("/api/v1/endorsements", show_own_endorsements, name="client-endorsements"),
    web.get("/api/v1/lists/{list:[0-9]+}/accounts", show_members, name="client-list-members"),
    web.get("/api/v1/domain_blocks", show_domains, name="client-domain-blocks"),
    web.post("/api/v1/domain_blocks", block_domain, name="client-domain-block"),
    web.delete("/api/v1/domain_blocks", unblock_domain, name="client-domain-unblock"),
]
