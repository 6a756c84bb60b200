"""What every part of a node stands on, and the two actors that every node has."""

import asyncio
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from federation.actors.founding import find_founded, found_instance, found_organisation
from federation.signatures.keys import make_keys
from node import guard
from node.clock import Clock
from node.config import Config
from node.health import State, check_disk
from node.ids import LANES, Ids
from node.secretbox import SecretBox
from node.services.context import Unit
from node.store import facts
from node.store.database.engine import Store
from node.store.database.newest import newest_id


@dataclass(frozen=True, slots=True)
class Foundation:
    config: Config
    clock: Clock
    store: Store
    ids: Ids
    box: SecretBox
    instance_id: int

    def unit(self) -> Unit:
        """What a unit of work that happens now needs."""
        return _unit(self.config, self.clock, self.ids)

    def is_disk_low(self) -> bool:
        return check_disk(self.config.data_dir, self.config.limits.disk_free_mib).state is State.FAILED


async def lay(config: Config, clock: Clock, store: Store, lane: int | None) -> Foundation:
    """Found what a new node lacks. Raises Conflict where the database belongs to another host."""
    guard.refuse_other_host(await store.read(facts.load_fact, facts.HOST), config.host)
    lane = secrets.randbelow(LANES - 1) + 1 if lane is None else lane
    ids = Ids(clock, lane=lane, after=await store.read(newest_id))
    box = config.secret_box
    return Foundation(config, clock, store, ids, box, await _found(config, clock, store, ids, box))


async def _found(config: Config, clock: Clock, store: Store, ids: Ids, box: SecretBox) -> int:
    """The instance actor and the organisation of a new node; answers the id of the first."""
    instance, organisation = await store.read(find_founded, config.origin)
    if instance is not None and organisation is not None:
        return instance.id
    unit = _unit(config, clock, ids)
    instance_id, organisation_id = ids.new(), ids.new()
    instance_uri, organisation_uri = f"{config.origin}/ap/instance", f"{config.origin}/ap/a/{organisation_id}"
    instance_keys = await asyncio.to_thread(make_keys, ids, unit.now, instance_id, instance_uri, box)
    organisation_keys = await asyncio.to_thread(make_keys, ids, unit.now, organisation_id, organisation_uri, box)

    def found(conn: Connection) -> int:
        """Another process may have been first, or be about it: one fact of both makes this one wait for it."""
        facts.save_fact(conn, facts.HOST, config.host)
        known, organisation = find_founded(conn, config.origin)
        if known is None:
            known = found_instance(conn, unit, instance_id, instance_keys)
        if organisation is None:
            found_organisation(conn, unit, config, organisation_id, organisation_keys)
        return known.id

    return await store.write(found)


def _unit(config: Config, clock: Clock, ids: Ids) -> Unit:
    return Unit(ids, clock.now(), config.origin, config.host, config.node.timezone)
