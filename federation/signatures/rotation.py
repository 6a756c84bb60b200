"""New keys for our actors, without a moment in which others cannot verify us.

``begin`` publishes the new pairs beside the old ones, which go on signing, the Update that tells of it included.
``switch_due`` lets the new pairs sign once they have been public for 48 hours. The old ones stay public until nothing
that they have signed can still be on its way.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from federation.signatures.keys import Keyring
from node import events
from node.clock import DAY
from node.errors import Conflict
from node.secretbox import SecretBox
from node.services import audit
from node.services.access import sealing
from node.services.context import Unit
from node.store import facts
from node.store.database.engine import Store
from node.store.people import actors, keys
from node.store.people.actors import Actor
from node.store.people.keys import OwnKey

#: Old and new key stand side by side for so long before the new one signs.
PUBLISHED_BEFORE = 2 * DAY
#: The longest that a delivery waits; the proof in its body was made when it was written (node.jobs.backoff).
PUBLISHED_AFTER = 14 * DAY


def begin(conn: Connection, unit: Unit, actor: Actor, new_keys: Iterable[OwnKey]) -> None:
    """Publish the new keys of one of our actors. Raises Conflict where a change of its keys is under way."""
    new_keys = list(new_keys)
    if any(key.state == keys.NEXT for key in keys.load_own_keys(conn, actor.id)):
        raise Conflict(f"The keys of {actor.handle} are being changed already.")
    keys.insert_own_keys(conn, new_keys)
    _tell(conn, unit, actor, "keys.rotate", new_keys)


def replace(conn: Connection, unit: Unit, actor: Actor, new_keys: Iterable[OwnKey]) -> None:
    """Put the new keys in place of all others at once: what to do when a private key may be known to somebody else.

    Peers notice when a signature names a key that they do not know, and ask for the actor once more.
    """
    new_keys = list(new_keys)
    keys.delete_own_keys(conn, actor.id)
    keys.insert_own_keys(conn, new_keys)
    for key in new_keys:
        keys.set_own_key_state(conn, key.id, keys.CURRENT, None)
    facts.save_fact(conn, facts.KEYS_SWITCHED_AT, str(unit.now))
    _tell(conn, unit, actor, "keys.replace", new_keys)


def switch_due(conn: Connection, unit: Unit) -> int:
    """Let the new keys sign that have been public for long enough; answers for how many actors."""
    due = keys.load_next_keys(conn, until=unit.now - PUBLISHED_BEFORE)
    switched = actors.load_actors_by_id(conn, {key.actor_id for key in due})
    for actor in switched.values():
        _switch(conn, unit, actor)
    if switched:
        facts.save_fact(conn, facts.KEYS_SWITCHED_AT, str(unit.now))
    return len(switched)


def _switch(conn: Connection, unit: Unit, actor: Actor) -> None:
    keys.delete_own_keys(conn, actor.id, keys.RETIRED)
    known = keys.load_own_keys(conn, actor.id)
    for key in known:
        if key.state == keys.CURRENT:
            keys.set_own_key_state(conn, key.id, keys.RETIRED, unit.now + PUBLISHED_AFTER)
        else:
            keys.set_own_key_state(conn, key.id, keys.CURRENT, None)
    _tell(conn, unit, actor, "keys.switch", [key for key in known if key.state == keys.NEXT])


def _tell(conn: Connection, unit: Unit, actor: Actor, action: str, new_keys: Iterable[OwnKey]) -> None:
    audit.record(conn, unit, None, action, actor.uri, after={"keys": [key.uri for key in new_keys]})
    if actor.is_active:
        actors.update_actor(conn, actor.id, updated_at=unit.now)
        events.record(conn, unit.ids, unit.now, events.ActorUpdated(actor.id), about=actor.uri)


async def run(store: Store, keyring: Keyring, box: SecretBox, unit: Unit) -> None:
    """The turn of the schedule: keys whose time has come sign, and what an earlier key has sealed is sealed anew."""
    await store.write(sealing.seal_again, box)
    await store.write(switch_due, unit)
    await keyring.check()
