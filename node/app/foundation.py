"""What every part of a node stands on, and the two actors that every node has."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from node import guard, health
from node.clock import Clock
from node.config import Config
from node.domain.actors import ActorKind
from node.ids import LANES, Ids
from node.services.context import Unit
from node.store import facts
from node.store.database.engine import Store
from node.store.database.newest import newest_id
from node.store.people import actors, keys
from node.store.people.actors import Actor

if TYPE_CHECKING:
    from node.secretbox import SecretBox


@dataclass(frozen=True, slots=True)
class Foundation:
    config: Config
    clock: Clock
    store: Store
    ids: Ids
    instance_id: int

    @property
    def box(self) -> "SecretBox":
        return self.config.secret_box

    def unit(self) -> Unit:
        """What a unit of work that happens now needs."""
        return _unit(self.config, self.clock, self.ids)

    def is_disk_low(self) -> bool:
        return health.is_disk_low(self.config.data_dir, self.config.limits.disk_free_mib)


async def lay(config: Config, clock: Clock, store: Store, lane: int | None) -> Foundation:
    """Found what a new node lacks.

    Raises Conflict where the database belongs to another host, ConfigurationRefused where the secrets file does not
    open its keys: such a node could sign nothing, and would set aside all that it has to tell.
    """
    guard.refuse_other_host(await store.read(facts.load_fact, facts.HOST), config.host)
    lane = store.lane() if lane is None else lane
    lane = secrets.randbelow(LANES - 1) + 1 if lane is None else lane
    ids = Ids(clock, lane=lane, after=await store.read(newest_id))
    instance_id = await _found(config, clock, store, ids)
    for key in await store.read(keys.load_own_keys, instance_id):
        config.secret_box.refuse_unless_held(key.private_sealed)
    return Foundation(config, clock, store, ids, instance_id)


async def _found(config: Config, clock: Clock, store: Store, ids: Ids) -> int:
    """The instance actor and the organisation of a new node; answers the id of the first."""
    instance_uri = f"{config.origin}/ap/instance"
    instance, organisation = await store.read(_find_founded, instance_uri)
    if instance is not None and organisation is not None:
        return instance.id
    # late: once in the life of a node
    from federation.actors.founding import found_instance, found_organisation, make_identity

    unit, box = _unit(config, clock, ids), config.secret_box
    signer = await asyncio.to_thread(make_identity, unit, box, uri=instance_uri)
    house = await asyncio.to_thread(make_identity, unit, box)

    def found(conn: Connection) -> int:
        """Another process may have been first, or be about it: one fact of both makes this one wait for it."""
        facts.save_fact(conn, facts.HOST, config.host)
        known, organisation = _find_founded(conn, instance_uri)
        if known is None:
            known = found_instance(conn, unit, signer)
        if organisation is None:
            found_organisation(conn, unit, config, house)
        return known.id

    return await store.write(found)


def _find_founded(conn: Connection, instance_uri: str) -> tuple[Actor | None, Actor | None]:
    """``(instance actor, organisation)``, None where it has not been founded."""
    organisations = actors.load_local_actors(conn, [ActorKind.ORGANIZATION.value])
    return actors.find_actor(conn, instance_uri), organisations[0] if organisations else None


def _unit(config: Config, clock: Clock, ids: Ids) -> Unit:
    return Unit(ids, clock.now(), config.origin, config.host, config.node.timezone)
