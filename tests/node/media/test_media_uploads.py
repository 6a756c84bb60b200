"""Uploads in the database: what posts may show, what expires, what happens when things break off."""

import pytest
from sqlalchemy import Connection, select

from node.clock import DAY, HOUR
from node.domain.media import MediaPurpose, MediaState, make_key
from node.errors import Invalid, NotFound
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.posts import media as service
from node.store.database.engine import Store
from node.store.posts import media as table
from node.store.posts import objects
from node.store.tables import jobs
from tests import stores
from tests.shelf import HOST, ORIGIN, Shelf
from tests.statements import counted

database, store = stores.database, stores.store
QUOTA = 1_000_000
LINKS = MediaLinks(ORIGIN, (b"k" * 32,))


@pytest.fixture(name="shelf")
def _shelf() -> Shelf:
    return Shelf()


def unit_of(shelf: Shelf) -> Unit:
    return Unit(shelf.ids, shelf.clock.now(), ORIGIN, HOST)


def upload(conn: Connection, shelf: Shelf, owner_id: int, *, ready: bool = True, size: int = 1_000, **more: object):
    """One upload; answers its id."""
    token = f"{shelf.ids.new():032x}"
    values = {
        "state": MediaState.PROCESSING.value,
        "kind": "image",
        "media_type": "image/png",
        "key": make_key(token, "png"),
        "small_key": make_key(token, "png", small=True),
        "bytes": size,
        "width": 30,
        "height": 20,
        "description": "A field",
        "focus_x": 0.5,
        "focus_y": -0.5,
        **more,
    }
    made = service.add(conn, unit_of(shelf), owner_id, MediaPurpose.ATTACHMENT, values, quota_bytes=QUOTA)
    if ready:
        service.finish(conn, unit_of(shelf), made, {})
    return made


def post(conn: Connection, shelf: Shelf, actor_id: int) -> int:
    shelf.clock.advance(10)
    made = shelf.ids.new()
    row = {
        "id": made,
        "uri": f"{ORIGIN}/ap/o/{made}",
        "kind": "note",
        "type": "Note",
        "actor_id": actor_id,
        "local": True,
        "visibility": "public",
        "published_at": shelf.clock.now(),
        "received_at": shelf.clock.now(),
    }
    objects.insert_objects(conn, [row])
    return made


def removals(conn: Connection) -> set[str]:
    found = conn.scalars(select(jobs.c.payload).where(jobs.c.kind == "media", jobs.c.payload.is_not(None)))
    return {key for payload in found if payload for key in payload.get("remove", ())}


async def test_a_post_shows_its_media_in_its_own_order(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        ann = shelf.actor(conn, "ann").id
        first, second, other = (upload(conn, shelf, ann) for _ in range(3))
        note, plain = post(conn, shelf, ann), post(conn, shelf, ann)
        chosen = service.attach(conn, ann, [second, first, second], note)
        assert [each.id for each in chosen] == [second, first]
        loaded = table.load_for_objects(conn, [note, plain])
        assert {note: [second, first]} == {key: [each.id for each in value] for key, value in loaded.items()}
        (facts, _) = service.as_attachments(chosen, LINKS)
        assert facts.url == f"{ORIGIN}/media/{chosen[0].key}"
        assert (facts.alt, facts.width, facts.focus) == ("A field", 30, (0.5, -0.5))
        service.replace_attached(conn, unit_of(shelf), ann, [first, other], note)
        assert [each.id for each in table.load_for_objects(conn, [note])[note]] == [first, other]
        assert service.find_own(conn, ann, second).object_id is None

    await store.write(unit)


async def test_media_of_many_posts_are_one_statement(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> list[int]:
        ann = shelf.actor(conn, "ann").id
        notes = [post(conn, shelf, ann) for _ in range(20)]
        for note in notes:
            service.attach(conn, ann, [upload(conn, shelf, ann)], note)
        return notes

    notes = await store.write(unit)
    for some in (notes[:1], notes):
        with counted(store) as statements:
            assert len(await store.read(table.load_for_objects, some)) == len(some)
        assert len(statements) == 1


@pytest.mark.parametrize("what", ["of others", "used", "unprocessed", "failed", "unknown", "avatar", "too many"])
async def test_a_post_may_not_show_media(store: Store, shelf: Shelf, what: str) -> None:
    def unit(conn: Connection) -> None:
        ann, eve = shelf.actor(conn, "ann").id, shelf.actor(conn, "eve").id
        made = upload(conn, shelf, eve if what == "of others" else ann, ready=what != "unprocessed")
        wanted = [made]
        if what == "used":
            service.attach(conn, ann, [made], post(conn, shelf, ann))
        if what == "failed":
            service.fail(conn, unit_of(shelf), made, "This recording cannot be read.")
        if what == "unknown":
            wanted = [1]
        if what == "avatar":
            table.update_media(conn, made, purpose="avatar")
        if what == "too many":
            wanted = [upload(conn, shelf, ann) for _ in range(service.MAX_ATTACHED + 1)]
        note = post(conn, shelf, ann)
        with pytest.raises(Invalid):
            service.attach(conn, ann, wanted, note)
        assert table.load_for_objects(conn, [note]) == {}

    await store.write(unit)


async def test_what_nothing_shows_is_gone_after_a_day(store: Store, shelf: Shelf) -> None:
    def before(conn: Connection) -> tuple[int, int, int, int]:
        ann = shelf.actor(conn, "ann").id
        loose, shown, of_deleted, kept = (upload(conn, shelf, ann) for _ in range(4))
        service.attach(conn, ann, [shown], post(conn, shelf, ann))
        gone = post(conn, shelf, ann)
        service.attach(conn, ann, [of_deleted], gone)
        objects.update_object(conn, gone, {"state": "deleted"})
        return loose, shown, of_deleted, kept

    loose, shown, of_deleted, kept = await store.write(before)
    shelf.clock.advance(DAY - HOUR)
    assert await store.write(service.expire, unit_of(shelf)) == 0  # the deleted post is noticed now
    await store.write(table.untie, [kept], shelf.clock.now())
    shelf.clock.advance(2 * HOUR)
    assert await store.write(service.expire, unit_of(shelf)) == 1
    left = await store.read(table.load_media, [loose, shown, of_deleted, kept])
    assert left.keys() == {shown, of_deleted, kept}
    shelf.clock.advance(DAY)
    assert await store.write(service.expire, unit_of(shelf)) == 2
    assert len(await store.read(removals)) == 6


async def test_a_deleted_post_lends_its_media_for_a_day_or_lets_them_go(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        ann = shelf.actor(conn, "ann").id
        first, second = upload(conn, shelf, ann), upload(conn, shelf, ann)
        note, other = post(conn, shelf, ann), post(conn, shelf, ann)
        service.attach(conn, ann, [first], note)
        service.attach(conn, ann, [second], other)
        assert [each.id for each in service.release(conn, unit_of(shelf), note)] == [first]
        service.attach(conn, ann, [first], post(conn, shelf, ann))
        (gone,) = service.release(conn, unit_of(shelf), other, forget=True)
        assert removals(conn) == set(gone.keys)
        with pytest.raises(NotFound):
            service.find_own(conn, ann, second)

    await store.write(unit)


async def test_a_quota_is_kept(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        ann = shelf.actor(conn, "ann").id
        upload(conn, shelf, ann, size=QUOTA - 10)
        with pytest.raises(Invalid, match="no room"):
            upload(conn, shelf, ann, size=11)
        upload(conn, shelf, ann, size=10)
        upload(conn, shelf, shelf.actor(conn, "eve").id, size=QUOTA)

    await store.write(unit)


async def test_what_is_deleted_while_it_is_processed_leaves_no_files(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        ann = shelf.actor(conn, "ann").id
        made = upload(conn, shelf, ann, ready=False)
        service.delete_own(conn, unit_of(shelf), ann, made)
        late = {"key": make_key("a" * 32, "mp4"), "small_key": make_key("a" * 32, "jpg", small=True)}
        service.finish(conn, unit_of(shelf), made, late)
        assert set(late.values()) <= removals(conn)
        assert len(removals(conn)) == 4

    await store.write(unit)


async def test_words_of_what_a_post_shows_change_with_the_post(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        ann = shelf.actor(conn, "ann").id
        made = upload(conn, shelf, ann)
        found = service.describe(conn, ann, made, description="B", focus="0,1")
        assert (found.description, found.focus_x, found.focus_y) == ("B", 0.0, 1.0)
        note = post(conn, shelf, ann)
        service.attach(conn, ann, [made], note)
        with pytest.raises(Invalid, match="edit the post"):
            service.describe(conn, ann, made, description="C", focus=None)
        assert service.describe(conn, ann, made, description="C", focus=None, object_id=note).description == "C"
        with pytest.raises(Invalid, match="A post shows this"):
            service.delete_own(conn, unit_of(shelf), ann, made)
        with pytest.raises(NotFound):
            service.describe(conn, shelf.actor(conn, "eve").id, made, description="D", focus=None)

    await store.write(unit)


async def test_an_account_takes_its_files_along(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        ann = shelf.actor(conn, "ann").id
        made = [upload(conn, shelf, ann) for _ in range(2)]
        service.forget_owner(conn, unit_of(shelf), ann)
        assert table.load_media(conn, made) == {}
        assert len(removals(conn)) == 4

    await store.write(unit)
