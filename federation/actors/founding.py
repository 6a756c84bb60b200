"""New actors of ours: rows, keys, catalogue. The instance and the organisation are founded at the first start."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from federation.builders import documents
from federation.mapping.actor import shared_inbox_of
from federation.vocab import CAPABILITIES
from node.config import Config
from node.domain.actors import ActorKind
from node.errors import Conflict
from node.services.context import Unit
from node.store.library import catalogues
from node.store.people import actors, keys
from node.store.people.actors import Actor
from node.store.people.keys import OwnKey

_WITH_CATALOGUE = frozenset({ActorKind.ORGANIZATION, ActorKind.SERVICE})


def create_actor(
    conn: Connection,
    unit: Unit,
    *,
    actor_id: int,
    kind: ActorKind,
    username: str,
    own_keys: Sequence[OwnKey],
    name: str = "",
    summary: str = "",
    uri: str = "",
    url: str = "",
    discoverable: bool = False,
    indexable: bool = False,
    publishes: bool = True,
    **profile: Any,
) -> Actor:
    """Insert one of our actors with its keys (``federation.signatures.keys.make_keys`` for the same id and URI).

    ``summary`` is clean HTML; ``publishes``: it has a catalogue, where its kind may have one. Raises Conflict where
    the user name is taken.
    """
    if actors.find_local_actor(conn, username) is not None:
        raise Conflict("This user name is taken.", detail=username)
    uri = uri or documents.actor_uri(unit.origin, actor_id)
    has_catalogue = publishes and kind in _WITH_CATALOGUE
    actors.insert_actor(
        conn,
        id=actor_id,
        uri=uri,
        kind=kind.value,
        local=True,
        username=username.lower(),
        host=unit.host,
        name=name,
        summary=summary,
        url=url or f"{unit.origin}/@{username.lower()}",
        inbox=f"{uri}/inbox",
        outbox=f"{uri}/outbox",
        shared_inbox=shared_inbox_of(uri),
        followers=f"{uri}/followers",
        following=f"{uri}/following",
        featured=f"{uri}/featured",
        catalogue=f"{uri}/catalogue" if has_catalogue else "",
        capabilities=[each["href"] for each in CAPABILITIES],
        discoverable=discoverable,
        indexable=indexable,
        published_at=unit.now,
        created_at=unit.now,
        updated_at=unit.now,
        **profile,
    )
    keys.insert_own_keys(conn, own_keys)
    if has_catalogue:
        catalogues.add(conn, actor_id, f"{uri}/catalogue")
    created = actors.find_actor(conn, uri)
    assert created is not None
    return created


def instance_username(host: str) -> str:
    """The user name of the instance actor: the host, in letters that a user name may have.

    >>> instance_username("localhost:8000")
    'localhost.8000'
    """
    return host.replace(":", ".").replace("[", "").replace("]", "")


def found_instance(conn: Connection, unit: Unit, actor_id: int, own_keys: Sequence[OwnKey]) -> Actor:
    """The actor that signs our fetches (FEP-2677, FEP-d556)."""
    uri = unit.origin + documents.INSTANCE_PATH
    return create_actor(
        conn,
        unit,
        actor_id=actor_id,
        kind=ActorKind.APPLICATION,
        username=instance_username(unit.host),
        own_keys=own_keys,
        uri=uri,
        url=unit.origin + "/",
        locked=True,
    )


def found_organisation(
    conn: Connection, unit: Unit, config: Config, actor_id: int, own_keys: Sequence[OwnKey]
) -> Actor:
    """The organisation, which is its main catalogue."""
    return create_actor(
        conn,
        unit,
        actor_id=actor_id,
        kind=ActorKind.ORGANIZATION,
        username=config.node.handle,
        own_keys=own_keys,
        name=config.node.name,
        discoverable=True,
        indexable=True,
    )
