"""Collections of ours: keyset pages of 50, so that new items never shift what a reader has begun."""

from collections.abc import Sequence
from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection

from federation.builders.objects import read_sent
from federation.mapping.collection import build_collection, build_page
from federation.mapping.tags import build_hashtag
from federation.serving import communities
from federation.serving.actors import find_own_actor
from federation.serving.answers import activity_response
from federation.serving.slices import PER_PAGE, Listed, Slice
from federation.serving.visitor import Visitor, may_read, require_visitor
from federation.synchronisation import followers_sync
from node.domain.numbers import number_in
from node.domain.uris import origin_of
from node.domain.visibility import Visibility
from node.errors import Malformed, NotFound, Unauthenticated
from node.state import NODE
from node.store.federation import activities, inbox, partners
from node.store.people import follows
from node.store.people.actors import Actor, find_actor_by_id
from node.store.posts import object_lists, objects, reactions, tag_lists
from node.store.posts.objects import Object

# -- an actor's collections ------------------------------------------------------------------------------------------


def _outbox(conn: Connection, actor: Actor, before: int | None) -> Slice:
    return _in_outbox(conn, activities.list_public(conn, actor.id, before=before, limit=PER_PAGE))


def _in_outbox(conn: Connection, rows: Sequence[activities.Activity]) -> Slice:
    told = [found for row in rows if (found := read_sent(conn, row)) is not None]
    items = [{name: value for name, value in each.items() if name != "@context"} for each in told]
    return Slice([row.id for row in rows], items)


def _followers(conn: Connection, actor: Actor, before: int | None) -> Slice:
    found = follows.list_followers(conn, actor.id, before=before, limit=PER_PAGE)
    return Slice([key for key, _ in found], [follower.uri for _, follower in found])


def _following(conn: Connection, actor: Actor, before: int | None) -> Slice:
    found = follows.list_following(conn, actor.id, before=before, limit=PER_PAGE)
    return Slice([key for key, _ in found], [followed.uri for _, followed in found])


def _count_partners(conn: Connection, _actor: Actor) -> int:
    """Partner nodes: what is addressed to this collection is for their people, whom nobody lists."""
    return len(partners.load_partner_hosts(conn))


def _liked(conn: Connection, actor: Actor, before: int | None) -> Slice:
    found = reactions.list_liked(conn, actor.id, before=before, limit=PER_PAGE)
    return Slice([key for key, _ in found], [uri for _, uri in found])


def _received(conn: Connection, actor: Actor, before: int | None) -> Slice:
    found = inbox.list_for_owner(conn, actor.id, before=before, limit=PER_PAGE)
    items = [{k: v for k, v in orjson.loads(row.raw).items() if k != "@context"} for row in found]
    return Slice([row.id for row in found], items)


def _featured(conn: Connection, actor: Actor, before: int | None) -> Slice:
    return Slice([], [] if before is not None else object_lists.list_pinned(conn, actor.id))


def _tags(conn: Connection, actor: Actor, before: int | None) -> Slice:
    shown = [] if before is not None else tag_lists.list_featured(conn, actor.id)
    return Slice([], [build_hashtag(origin_of(actor.uri), each.name) for each in shown])


LISTED = {
    "outbox": Listed(lambda conn, actor: activities.count_public(conn, actor.id), _outbox),
    "followers": Listed(lambda conn, actor: follows.count_follows(conn, actor.id)[0], _followers, hides_items=True),
    "following": Listed(lambda conn, actor: follows.count_follows(conn, actor.id)[1], _following, hides_items=True),
    "partners": Listed(_count_partners, lambda _conn, _actor, _before: Slice([], []), hides_items=True),
    "liked": Listed(lambda conn, actor: reactions.count_liked(conn, actor.id), _liked, owner_only=True),
    "inbox": Listed(lambda conn, actor: inbox.count_for_owner(conn, actor.id), _received, owner_only=True),
    "featured": Listed(lambda conn, actor: len(object_lists.list_pinned(conn, actor.id)), _featured),
    "tags": Listed(lambda conn, actor: tag_lists.count_featured(conn, actor.id), _tags, at_root=True),
}


NAMES = tuple(dict.fromkeys([*LISTED, *communities.NAMES]))


async def show_actor_collection(request: web.Request) -> web.Response:
    """``/ap/a/{id}/{name}`` and its pages (``?before=KEY``)."""
    name = request.match_info["collection"]
    actor = await find_own_actor(request)
    own = communities.listed(actor.kind, name, request.app[NODE].clock.now())
    listed = own or LISTED.get(name)
    if actor.state == "gone" or listed is None:
        raise NotFound
    visitor = await require_visitor(request)
    node = request.app[NODE]
    if await node.store.read(communities.hides(name), visitor, actor, node.clock.now()):
        raise NotFound
    is_owner = visitor.has_token and visitor.actor is not None and visitor.actor.id == actor.id
    if listed.owner_only and not is_owner:
        raise Unauthenticated("Only its owner may read this.") if not visitor.has_token else NotFound
    if name == "outbox" and is_owner:
        listed = _OWN_OUTBOX
    uri = f"{actor.uri}/{name}"
    before = _cursor(request)
    is_for_her = is_owner or (name == "followers" and await _governs(request, visitor, actor))
    shows_items = is_for_her or not listed.hides_items
    document = await node.store.read(_collection, listed, actor, uri, before, shows_items)
    is_closed = await node.store.read(communities.is_closed_to, Visitor(), actor, node.clock.now())
    return activity_response(request, document, public=not (is_for_her or is_closed))


async def _governs(request: web.Request, visitor: Visitor, actor: Actor) -> bool:
    node = request.app[NODE]
    return await node.store.read(communities.shows_members, visitor, actor, node.clock.now())


def _own_outbox(conn: Connection, actor: Actor, before: int | None) -> Slice:
    return _in_outbox(conn, activities.list_by_actor(conn, actor.id, before=before, limit=PER_PAGE))


_OWN_OUTBOX = Listed(lambda conn, actor: activities.count_by_actor(conn, actor.id), _own_outbox)


def _collection(
    conn: Connection, listed: Listed, actor: Actor, uri: str, before: int | None, shows_items: bool
) -> dict[str, Any]:
    if before is None:
        total = listed.count(conn, actor)
        first = f"{uri}?before={_END}" if shows_items else ""
        root = build_collection(uri, total=total, first=first, owner=actor.uri)
        return root | _at_root(conn, listed, actor, uri) if listed.at_root and shows_items else root
    if not shows_items:
        raise NotFound
    found = listed.read(conn, actor, None if before == _END else before)
    return build_page(f"{uri}?before={before}", part_of=uri, items=found.items, onward=_onward(uri, found))


def _at_root(conn: Connection, listed: Listed, actor: Actor, uri: str) -> dict[str, Any]:
    """The first items, and where those go on that follow them."""
    found = listed.read(conn, actor, None)
    return {"orderedItems": list(found.items), **({"next": onward} if (onward := _onward(uri, found)) else {})}


def _onward(uri: str, found: Slice) -> str:
    return f"{uri}?before={found.keys[-1]}" if len(found.keys) == PER_PAGE else ""


#: Above every key: the newest page has an address of its own.
_END = 2**63 - 1


def _cursor(request: web.Request, name: str = "before") -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    number = number_in(text)
    if number is None:
        raise Malformed("The page has no such address.")
    return number


# -- an object's collections -----------------------------------------------------------------------------------------


async def show_replies(request: web.Request) -> web.Response:
    """``/ap/o/{id}/replies``: public answers, the oldest first, the first page embedded."""
    node = request.app[NODE]
    visitor = await require_visitor(request)
    uri = node.config.origin + request.path.removesuffix("/replies")
    document, is_open = await node.store.read(_replies, visitor, uri, _cursor(request, "after"))
    return activity_response(request, document, public=is_open)


def _replies(conn: Connection, visitor: Visitor, uri: str, after: int | None) -> tuple[dict[str, Any], bool]:
    found = objects.find_object(conn, uri)
    if found is None or not found.local or not may_read(conn, visitor, found):
        raise NotFound
    community = _closed_community(found)
    rows = object_lists.list_replies(conn, found.id, after=after or 0, limit=PER_PAGE, community=community)
    collection = f"{uri}/replies"
    page = build_page(
        f"{collection}?after={after or 0}",
        part_of=collection,
        items=[row.uri for row in rows],
        onward=f"{collection}?after={rows[-1].id}" if len(rows) == PER_PAGE else "",
        ordered=False,
    )
    is_open = Visibility(found.visibility).is_open
    if after is not None:
        return page, is_open
    total = objects.load_row(conn, found.id).replies_count
    return build_collection(collection, total=total, first=page, ordered=False), is_open


def _closed_community(found: Object) -> str:
    """That whose answers whoever may read a post may read beside the public ones; empty where it is in none."""
    return found.audience if found.visibility == Visibility.COMMUNITY else ""


async def show_reaction_count(request: web.Request) -> web.Response:
    """``/ap/o/{id}/likes`` and ``/shares``: how many, never who."""
    node = request.app[NODE]
    visitor = await require_visitor(request)
    uri = node.config.origin + request.path.rpartition("/")[0]
    total, is_open = await node.store.read(_count_reactions, visitor, uri, request.match_info["reactions"])
    document = build_collection(f"{uri}/{request.match_info['reactions']}", total=total)
    return activity_response(request, document, public=is_open)


def _count_reactions(conn: Connection, visitor: Visitor, uri: str, name: str) -> tuple[int, bool]:
    found = objects.find_object(conn, uri)
    if found is None or not found.local or not may_read(conn, visitor, found):
        raise NotFound
    row = objects.load_row(conn, found.id)
    return int(row.likes_count if name == "likes" else row.shares_count), Visibility(found.visibility).is_open


async def show_context(request: web.Request) -> web.Response:
    """``/ap/c/{id}``: a public conversation that began here, in order (FEP-f228, FEP-7888)."""
    node = request.app[NODE]
    visitor = await require_visitor(request)
    uri, after = node.config.origin + request.path, _cursor(request, "after")
    document, is_open = await node.store.read(_context, visitor, uri, after)
    return activity_response(request, document, public=is_open)


def _context(conn: Connection, visitor: Visitor, uri: str, after: int | None) -> tuple[dict[str, Any], bool]:
    first = object_lists.find_first_of(conn, uri)
    shown = first if first is not None and may_read(conn, visitor, first) else None
    community = _closed_community(shown) if shown is not None else ""
    rows = object_lists.list_context(conn, uri, after=after or 0, limit=PER_PAGE, community=community)
    if not rows and after is None:
        raise NotFound
    onward = f"{uri}?after={rows[-1].id}" if len(rows) == PER_PAGE else ""
    page = build_page(f"{uri}?after={after or 0}", part_of=uri, items=[row.uri for row in rows], onward=onward)
    is_open = shown is None or Visibility(shown.visibility).is_open
    if after is not None:
        return page, is_open
    owner = _owner_of_thread(conn, shown) if shown is not None else ""
    total = object_lists.count_context(conn, uri, community)
    return build_collection(uri, total=total, first=page, owner=owner), is_open


def _owner_of_thread(conn: Connection, first: Object) -> str:
    """The community that it is in, else who began it."""
    if first.audience:
        return first.audience
    author = find_actor_by_id(conn, first.actor_id)
    return author.uri if author is not None else ""


# -- followers synchronisation ----------------------------------------------------------------------------------------


async def show_followers_on_host(request: web.Request) -> web.Response:
    """``/ap/a/{id}/followers_synchronization``: exactly the signer's own people among the followers (FEP-8fcf)."""
    node = request.app[NODE]
    actor = await find_own_actor(request)
    visitor = await require_visitor(request)
    if visitor.actor is None or visitor.has_token:
        raise Unauthenticated("This collection is for servers, which sign their requests.")
    origin = origin_of(visitor.actor.uri)
    uris = await node.store.read(follows.load_follower_uris, actor.id, origin)
    document = followers_sync.build_partial_collection(actor.uri, sorted(uris))
    return activity_response(request, document, public=False)
