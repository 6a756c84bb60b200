"""Who reads: the owner with a token, another server with a signature, or anybody."""

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from federation.relations import relation
from federation.signatures.httpsig import Message, read_claim
from federation.state import FEDERATION
from node.domain.uris import host_of
from node.domain.visibility import Visibility, may_see
from node.errors import Forbidden, SignatureInvalid, Unauthenticated
from node.state import NODE
from node.store.access import tokens
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts.objects import Object

_SCOPES = frozenset({"read", "read:statuses"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """``actor`` is proven; ``is_owner_token``: one of our people, with a token that may read."""

    actor: Actor | None = None
    has_token: bool = False


async def find_visitor(request: web.Request) -> Visitor:
    """The reader of this request. A wrong token or signature is refused, not taken for a stranger's."""
    node = request.app[NODE]
    authorization = request.headers.get("Authorization", "")
    if authorization[:7].lower() == "bearer ":
        actor = await node.store.read(_owner_of_token, authorization[7:].strip())
        return Visitor(actor, has_token=True)
    if "Signature" in request.headers:
        return Visitor(await _find_signer(request))
    return Visitor()


def _owner_of_token(conn: Connection, token: str) -> Actor:
    found = tokens.find_token(conn, token)
    if found is None or found.actor_id is None:
        raise Unauthenticated("The access token is not valid.")
    if _SCOPES.isdisjoint(found.scopes):
        raise Forbidden("This token may not read.")
    return actors.load_actors_by_id(conn, [found.actor_id])[found.actor_id]


async def _find_signer(request: web.Request) -> Actor | None:
    node, federation = request.app[NODE], request.app[FEDERATION]
    message = message_of(request, b"", origin=node.config.origin)
    claim = read_claim(message, now=node.clock.now(), hosts=node.config.own_hosts)
    if federation.policies().is_blocked(host_of(claim.key_id)):
        raise SignatureInvalid(detail="blocked")
    signer = await federation.keys.verified(message, claim)
    await federation.keys.keep(signer.unstored)
    owner_uri = signer.key.owner_uri
    if federation.policies().is_suspended(owner_uri):
        raise SignatureInvalid("This account is suspended here.", detail=owner_uri)
    federation.hosts.seen(host_of(owner_uri))
    return await node.store.read(actors.find_actor, owner_uri)


async def require_visitor(request: web.Request) -> Visitor:
    """As ``find_visitor``; in authorized mode a stranger is asked to sign."""
    visitor = await find_visitor(request)
    if request.app[NODE].config.federation.authorized_fetch and visitor.actor is None:
        raise Unauthenticated("This node wants requests to be signed.")
    return visitor


def message_of(request: web.Request, body: bytes, *, origin: str) -> Message:
    """The request as signatures see it: under our public address, whatever a proxy made of it."""
    return Message.of(request.method, origin + request.raw_path, request.headers.items(), body)


def may_read(conn: Connection, visitor: Visitor, found: Object) -> bool:
    """Whether this reader may see the object (API11)."""
    visibility = Visibility(found.visibility)
    reader = visitor.actor
    if reader is None:
        return visibility.is_open
    return may_see(visibility, relation(conn, reader, found))
