"""The key of the secrets file is replaced: everything that it seals is sealed anew, and nothing is lost."""

from sqlalchemy import Connection, LargeBinary, insert, select

from node.secretbox import ACTOR_KEY, SECOND_FACTOR, SecretBox
from node.services.access import sealing
from node.services.news import vapid
from node.store.database.engine import Store
from node.store.tables import accounts, actors, metadata, own_keys
from tests import stores

store = stores.store
database = stores.database
OLD, NEW = bytes(32), bytes(range(32))


def fill(conn: Connection) -> None:
    box = SecretBox(OLD)
    common = {"kind": "person", "local": True, "host": "h", "created_at": 1, "updated_at": 1}
    conn.execute(insert(actors), [{"id": n, "uri": f"https://h/{n}", "username": f"u{n}", **common} for n in (1, 2)])
    key = {"algorithm": "ed25519", "public": "", "state": "current", "created_at": 1}
    for number in (1, 2):
        sealed = box.seal(b"key %d" % number, purpose=ACTOR_KEY)
        conn.execute(
            insert(own_keys).values(id=number, uri=f"k{number}", actor_id=number, private_sealed=sealed, **key)
        )
    sealed = box.seal(b"factor", purpose=SECOND_FACTOR)
    row = {"email": "a@x", "role": "member", "created_at": 1, "password_changed_at": 1, "totp_sealed": sealed}
    conn.execute(insert(accounts).values(actor_id=1, **row))
    vapid.load_key(conn, box)


def load(conn: Connection, box: SecretBox) -> list[object]:
    keys = [box.open(each, purpose=ACTOR_KEY) for each in conn.scalars(select(own_keys.c.private_sealed))]
    factors = [box.open(each, purpose=SECOND_FACTOR) for each in conn.scalars(select(accounts.c.totp_sealed))]
    return [sorted(keys), factors, vapid.load_key(conn, box).public]


async def test_everything_is_sealed_anew_and_opens_without_the_earlier_key(store: Store) -> None:
    await store.write(fill)
    before = await store.read(load, SecretBox(OLD))
    both = SecretBox(NEW, [OLD])
    assert await store.read(sealing.count_outdated, both) == 4
    assert await store.write(sealing.seal_again, both) == 4
    assert await store.read(load, SecretBox(NEW)) == before
    assert await store.read(sealing.count_outdated, SecretBox(NEW)) == 0
    assert await store.write(sealing.seal_again, both) == 0, "once"


async def test_what_no_key_opens_stays(store: Store) -> None:
    await store.write(fill)
    assert await store.write(sealing.seal_again, SecretBox(NEW)) == 0
    assert await store.read(load, SecretBox(OLD))


def test_every_sealed_column_is_known() -> None:
    sealed = {column for table in metadata.tables.values() for column in table.c if column.name.endswith("_sealed")}
    assert sealed == {place.column for place in sealing.PLACES}
    assert all(isinstance(column.type, LargeBinary) for column in sealed)
