"""New actors of ours: rows, keys, catalogue. The instance and the organisation are founded at the first start."""

from collections.abc import Sequence
from typing import NamedTuple, TypedDict, Unpack

from sqlalchemy import Connection

from federation.builders import documents
from federation.mapping.actor import shared_inbox_of
from federation.signatures.keys import make_keys
from federation.vocab import CAPABILITIES
from node.config import Config
from node.domain.actors import ActorKind
from node.errors import Conflict
from node.secretbox import SecretBox
from node.services.context import Unit
from node.store.library import catalogues
from node.store.people import actors, keys
from node.store.people.actors import Actor
from node.store.people.keys import OwnKey

_WITH_CATALOGUE = frozenset({ActorKind.ORGANIZATION, ActorKind.SERVICE})


class Identity(NamedTuple):
    """What an actor of ours is before its row: its id, its address and its keys."""

    actor_id: int
    uri: str
    keys: Sequence[OwnKey]


def make_identity(unit: Unit, box: SecretBox, *, uri: str = "") -> Identity:
    """``uri``: where it does not follow from the id. Takes some 25 ms, so call it in a thread where others wait."""
    actor_id = unit.ids.new()
    uri = uri or documents.actor_uri(unit.origin, actor_id)
    return Identity(actor_id, uri, make_keys(unit.ids, unit.now, actor_id, uri, box))


class Profile(TypedDict, total=False):
    """``summary`` is clean HTML."""

    name: str
    summary: str
    locked: bool
    discoverable: bool
    indexable: bool


def create_actor(
    conn: Connection,
    unit: Unit,
    identity: Identity,
    kind: ActorKind,
    username: str,
    *,
    url: str = "",
    publishes: bool = True,
    **profile: Unpack[Profile],
) -> Actor:
    """Insert one of our actors with its keys.

    ``publishes``: it has a catalogue, where its kind may have one. Raises Conflict where the user name is taken.
    """
    if actors.find_local_actor(conn, username) is not None:
        raise Conflict("This user name is taken.", detail=username)
    uri = identity.uri
    has_catalogue = publishes and kind in _WITH_CATALOGUE
    actors.insert_actor(
        conn,
        id=identity.actor_id,
        uri=uri,
        kind=kind.value,
        local=True,
        username=username.lower(),
        host=unit.host,
        url=url or f"{unit.origin}/@{username.lower()}",
        inbox=f"{uri}/inbox",
        outbox=f"{uri}/outbox",
        shared_inbox=shared_inbox_of(uri),
        followers=f"{uri}/followers",
        following=f"{uri}/following",
        featured=f"{uri}/featured",
        catalogue=f"{uri}/catalogue" if has_catalogue else "",
        capabilities=[each["href"] for each in CAPABILITIES],
        published_at=unit.now,
        created_at=unit.now,
        updated_at=unit.now,
        **profile,
    )
    keys.insert_own_keys(conn, identity.keys)
    if has_catalogue:
        catalogues.add(conn, identity.actor_id, f"{uri}/catalogue")
    created = actors.find_actor(conn, uri)
    assert created is not None
    return created


def instance_username(host: str) -> str:
    """The user name of the instance actor: the host, in letters that a user name may have.

    >>> instance_username("localhost:8000")
    'localhost.8000'
    """
    return host.replace(":", ".").replace("[", "").replace("]", "")


def found_instance(conn: Connection, unit: Unit, identity: Identity) -> Actor:
    """The actor that signs our fetches (FEP-2677, FEP-d556)."""
    username = instance_username(unit.host)
    return create_actor(conn, unit, identity, ActorKind.APPLICATION, username, url=unit.origin + "/", locked=True)


def found_organisation(conn: Connection, unit: Unit, config: Config, identity: Identity) -> Actor:
    """The organisation, which is its main catalogue."""
    return create_actor(
        conn,
        unit,
        identity,
        ActorKind.ORGANIZATION,
        config.node.handle,
        name=config.node.name,
        discoverable=True,
        indexable=True,
    )
