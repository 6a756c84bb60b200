"""Everything stored that the key of the secrets file seals, for the day on which that key is replaced."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Connection, select, update

from node.errors import ConfigurationRefused
from node.secretbox import ACTOR_KEY, PUSH_TOKEN, SECOND_FACTOR, VAPID_KEY, SecretBox
from node.store import facts
from node.store.people import keys
from node.store.tables import accounts, own_keys, push_subscriptions


@dataclass(frozen=True, slots=True)
class Place:
    """A column of sealed values, and the key of its table."""

    column: Column[bytes]
    key: Column[int]
    purpose: str


PLACES = (
    Place(own_keys.c.private_sealed, own_keys.c.id, ACTOR_KEY),
    Place(accounts.c.totp_sealed, accounts.c.actor_id, SECOND_FACTOR),
    Place(push_subscriptions.c.token_sealed, push_subscriptions.c.id, PUSH_TOKEN),
)


def seal_again(conn: Connection, box: SecretBox) -> int:
    """Seal with the current key what an earlier one has sealed; answers how many values that were.

    What no key opens stays as it is: ``rhizome check`` and whoever needs it will say so.
    """
    count = 0
    for place, key, sealed in list(_find_outdated(conn, box)):
        if (renewed := _renewed(box, sealed, place.purpose)) is not None:
            conn.execute(update(place.column.table).where(place.key == key).values({place.column.name: renewed}))
            count += 1
    vapid = _load_vapid(conn)
    if vapid is not None and not box.is_current(vapid) and (renewed := _renewed(box, vapid, VAPID_KEY)) is not None:
        facts.save_fact(conn, facts.VAPID, base64.b64encode(renewed).decode())
        count += 1
    return count


def _renewed(box: SecretBox, sealed: bytes, purpose: str) -> bytes | None:
    try:
        return box.seal(box.open(sealed, purpose=purpose), purpose=purpose)
    except ConfigurationRefused:
        return None


def is_anything_due(conn: Connection, box: SecretBox) -> bool:
    """Whether a key waits to sign, or anything to be sealed anew."""
    return bool(keys.load_next_keys(conn)) or count_outdated(conn, box) > 0


def count_outdated(conn: Connection, box: SecretBox) -> int:
    """How many values only an earlier key opens; with none left, ``secrets.previous`` may go."""
    vapid = _load_vapid(conn)
    return sum(1 for _ in _find_outdated(conn, box)) + (vapid is not None and not box.is_current(vapid))


def _find_outdated(conn: Connection, box: SecretBox) -> Iterator[tuple[Place, int, bytes]]:
    for place in PLACES:
        for key, sealed in conn.execute(select(place.key, place.column).where(place.column.is_not(None))):
            if not box.is_current(sealed):
                yield place, key, sealed


def _load_vapid(conn: Connection) -> bytes | None:
    """The key of web push is a fact, as text."""
    sealed = facts.load_fact(conn, facts.VAPID)
    return base64.b64decode(sealed) if sealed else None
