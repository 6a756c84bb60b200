"""A follower's copy of a catalogue becomes equal to the catalogue, whatever was lost on the way."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from federation.synchronisation import catalogue_collection, catalogue_sync, partner_sync
from federation.synchronisation.catalogue_header import read_header
from federation.synchronisation.catalogue_sync import CatalogueSync
from federation.synchronisation.partner_sync import PartnerSync
from node.clock import DAY, HOUR, MINUTE
from node.errors import Invalid, Unavailable
from node.jobs.kinds import CATALOGUE
from node.jobs.outcome import Done, Retry
from node.ports import FetchedDocument
from node.services.library import catalogue
from node.store.library import catalogue_entries, catalogues
from node.store.people import follows
from node.store.people.actors import Actor, load_local_actors
from node.store.posts import objects
from node.store.tables import jobs
from tests.depth import examples
from tests.federation.synchronisation.catalogue_world import CATALOGUE_URI, Killed, World, a_world


@pytest.fixture(name="world")
async def _world() -> AsyncIterator[World]:
    async with a_world() as made:
        yield made


async def _fill(world: World, count: int) -> None:
    await world.owner.put_many([(f"r{number}", f"Resource {number}") for number in range(count)])


# -- what it costs ---------------------------------------------------------------------------------------------------


@pytest.mark.dear("a catalogue of 318 entries")
async def test_a_week_away_costs_one_root_one_page_and_what_changed(world: World) -> None:
    await _fill(world, 318)
    assert await world.look() == Done()
    assert await world.are_equal()
    assert dict(world.wire.requests) == {"root": 1, "log": 2, "object": 318}

    world.clock.advance(7 * DAY)
    await world.owner.put_many([(f"r{number}", f"Edited {number}") for number in range(40)])
    for number in range(100, 105):
        await world.owner.withdraw(f"r{number}")
    await world.owner.put_many([(f"new{number}", f"New {number}") for number in range(12)])
    assert await world.look() == Done()
    assert dict(world.wire.requests) == {"root": 1, "log": 1, "object": 52}
    assert world.wire.most_running <= 2
    assert await world.are_equal()
    copied = await world.follower.copied()
    assert (copied.digest, copied.position) == (
        (await world.owner.state()).digest,
        (await world.owner.state()).revision,
    )
    assert copied.total == 318 + 12 - 5

    assert await world.look() == Done()
    assert dict(world.wire.requests) == {"304": 1}


# -- pushes and their header ----------------------------------------------------------------------------------------


async def test_pushes_that_all_arrive_need_no_request_at_all(world: World) -> None:
    await world.look()
    await world.follower.forget_jobs()
    await _fill(world, 3)
    await world.owner.put("r1", "Edited")
    await world.owner.withdraw("r2")
    for push in world.owner.sent:
        await world.follower.take_push(push)
    assert await world.are_equal()
    assert await world.follower.waiting() == 0
    copied = await world.follower.copied()
    assert copied.position == (await world.owner.state()).revision
    await world.look()
    assert dict(world.wire.requests) == {"304": 1}


async def test_a_lost_push_is_noticed_with_the_next_and_healed(world: World) -> None:
    await world.look()
    await world.follower.forget_jobs()
    await _fill(world, 3)
    for push in (world.owner.sent[0], world.owner.sent[2]):
        await world.follower.take_push(push)
    assert await world.follower.waiting() == 1
    assert await world.look() == Done()
    assert dict(world.wire.requests) == {"root": 1, "log": 1, "object": 1}
    assert await world.are_equal()


async def test_pushes_in_another_order_end_equal_without_fetching_anything(world: World) -> None:
    await world.look()
    await _fill(world, 3)
    for push in (world.owner.sent[2], world.owner.sent[0], world.owner.sent[1]):
        await world.follower.take_push(push)
    assert await world.are_equal()
    await world.look()
    assert world.wire.requests["object"] == 0


async def test_a_push_of_what_is_not_public_is_in_no_copy(world: World) -> None:
    await world.look()
    uri = await world.owner.put("r", "Resource")

    def unit(conn: Connection) -> None:
        world.follower.receive(conn, world.owner.sent[0].document or {})
        found = objects.find_object(conn, uri)
        assert found is not None
        objects.update_object(conn, found.id, {"visibility": "followers"})
        catalogue.apply_remote_change(conn, world.follower.unit(), world.follower.owner, uri, "a" * 64)
        assert catalogues.load(conn, world.follower.owner.id).total == 0

    await world.follower.store.write(unit)


async def test_nothing_is_kept_for_a_catalogue_that_nobody_follows(world: World) -> None:
    await _fill(world, 1)

    def unfollow(conn: Connection) -> None:
        for owner_id, follower_ids in follows.load_local_followers(conn, [world.follower.owner.id]).items():
            for follower_id in follower_ids:
                found = follows.find_follow(conn, follower_id, owner_id)
                assert found is not None
                follows.delete_follow(conn, found.id)

    await world.follower.store.write(unfollow)
    assert await world.look() == Done()
    assert dict(world.wire.requests) == {}


# -- what goes wrong ------------------------------------------------------------------------------------------------


async def test_an_owner_that_cannot_be_reached_is_tried_again_and_then_left_to_the_next_poll(world: World) -> None:
    await _fill(world, 2)
    world.wire.is_down = True
    assert isinstance(await world.look(attempts=1), Retry)
    assert await world.look(attempts=5) == Done()
    assert (await world.follower.copied()).problem != ""
    world.wire.is_down = False
    assert await world.look() == Done()
    assert await world.are_equal()
    assert (await world.follower.copied()).problem == ""


async def test_a_look_that_gets_no_connection_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As itself: the table of verdicts knows no group of errors, and would leave the job to an administrator."""
    await _fill(world, 3)

    async def crowded(uri: str, **_: Any) -> dict[str, Any]:
        raise Unavailable

    monkeypatch.setattr(world.wire, "get_object", crowded)
    with pytest.raises(Unavailable):
        await world.look()
    monkeypatch.undo()
    await world.look()
    assert await world.are_equal()


async def test_a_killed_look_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_collection, "PER_PAGE", 20)
    await _fill(world, 30)
    world.wire.dies_after = 1 + 1 + 20 + 1 + 4  # into the second page
    with pytest.raises(BaseExceptionGroup):
        await world.look()
    world.wire.dies_after = None
    assert (await world.follower.copied()).position == 20
    await world.look()
    assert dict(world.wire.requests) == {"root": 1, "log": 1, "object": 10}
    assert await world.are_equal()


async def test_an_owner_back_from_a_backup_is_followed_back(world: World) -> None:
    await _fill(world, 10)
    await world.back_up("owner")
    await world.owner.put("r1", "Edited, and lost")
    await world.owner.withdraw("r2")
    await world.owner.put("late", "Created, and lost")
    await world.look()
    await world.restore("owner")
    assert await world.look() == Done()
    assert world.wire.requests["log"] == 0
    assert world.wire.requests["buckets"] == 1
    assert await world.are_equal()


async def test_an_owner_back_from_a_backup_at_the_same_revision_is_noticed(world: World) -> None:
    await _fill(world, 3)
    await world.back_up("owner")
    await world.owner.put("r1", "One future")
    await world.look()
    before = await world.owner.state()
    await world.restore("owner")
    await world.owner.put("r1", "Another future")
    assert (await world.owner.state()).revision == before.revision
    assert await world.look() == Done()
    assert await world.are_equal()


async def test_a_follower_who_was_away_longer_than_the_log_reaches_compares_buckets(world: World) -> None:
    await _fill(world, 20)
    await world.look()
    await world.owner.withdraw("r3")
    world.clock.advance(catalogue.KEEP_TOMBSTONES + DAY)
    await world.owner.store.write(catalogue.prune, world.clock.now())
    await world.owner.put("r4", "Edited")
    assert await world.look() == Done()
    assert dict(world.wire.requests) == {"root": 1, "buckets": 1, "bucket": 2, "object": 2}
    assert await world.are_equal()


async def test_an_entry_that_is_not_listed_but_answers_stays_and_only_leaves_the_copy(world: World) -> None:
    await _fill(world, 3)
    await world.look()
    uri = await world.owner.put("r1", "Resource 1")

    def unlist(conn: Connection) -> None:
        catalogue_entries.log(conn, world.owner.actor.id, [catalogue_entries.Change(uri, None, world.clock.now())])
        catalogue_entries.prune(conn, world.owner.actor.id, world.clock.now() + 1)

    await world.owner.store.write(unlist)
    assert await world.look() == Done()
    assert (await world.follower.copied()).digest == (await world.owner.state()).digest
    assert uri in await world.follower.live()


async def test_what_cannot_be_stored_is_told_to_the_administrator_and_not_asked_for_all_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _fill(world, 5)
    bad = await world.owner.put("bad", "Bad")
    take_in = world.wire.take_in

    async def refuse(document: dict[str, Any]) -> object:
        if document["id"] == bad:
            raise Invalid("No.")
        return await take_in(document)

    monkeypatch.setattr(world.wire, "take_in", refuse)
    assert await world.look() == Done()
    assert bad in (await world.follower.copied()).problem
    for _ in range(3):  # polls of the same day
        world.clock.advance(6 * HOUR)
        assert await world.look() == Done()
        assert world.wire.requests["buckets"] == 0
        assert world.wire.requests["object"] == 0
    await world.owner.put("good", "Good")
    await world.look()
    assert world.wire.requests["object"] == 1  # what is new still comes
    world.clock.advance(DAY)
    monkeypatch.undo()
    assert await world.look() == Done()
    assert await world.are_equal()
    assert (await world.follower.copied()).problem == ""


async def test_what_was_curated_from_elsewhere_counts_as_it_is_listed(world: World) -> None:
    foreign = "https://lib.city.example/ap/o/77"

    def curate(conn: Connection) -> None:
        catalogues.add(conn, world.owner.actor.id, CATALOGUE_URI)
        catalogue_entries.log(
            conn, world.owner.actor.id, [catalogue_entries.Change(foreign, "a" * 64, world.clock.now())]
        )

    await world.owner.store.write(curate)
    assert await world.look() == Done()
    assert (await world.follower.copied()).digest == (await world.owner.state()).digest


async def test_a_catalogue_sends_us_to_no_other_host_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too much waits for a later look; what is its own comes at once."""
    monkeypatch.setattr(catalogue_sync, "ELSEWHERE_AT_ONCE", 3)
    await _fill(world, 2)
    foreign = [f"https://victim.example/{number}" for number in range(5)]

    def curate(conn: Connection) -> None:
        changes = [catalogue_entries.Change(uri, "a" * 64, world.clock.now()) for uri in foreign]
        catalogue_entries.log(conn, world.owner.actor.id, changes)

    await world.owner.store.write(curate)
    outcome = await world.look()
    assert isinstance(outcome, Retry)
    assert outcome.after == 10 * MINUTE
    assert world.wire.requests["object"] == 2 + 3
    assert "Too many" in (await world.follower.copied()).problem
    assert await world.look() == Done()  # with a new measure
    assert world.wire.requests["object"] == 2
    assert (await world.follower.copied()).digest == (await world.owner.state()).digest


async def test_the_list_for_partners_sends_us_nowhere_else_and_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on for ever, and names what is on other hosts."""
    asked, owner = list[str](), world.follower.owner
    monkeypatch.setattr(partner_sync, "MAX_PAGES", 3)
    await world.follower.store.write(_follow_back, world, owner)

    async def get_document(url: str, **_: Any) -> FetchedDocument:
        asked.append(url)
        listed = [f"{CATALOGUE_URI}/{len(asked)}", f"https://victim.example/{len(asked)}"]
        items = [{"id": uri, "digest": "a" * 64} for uri in listed]
        return FetchedDocument(200, {"items": items, "next": f"{url}1"}, "", url)

    monkeypatch.setattr(world.wire, "get_document", get_document)
    sync = PartnerSync(world.follower.store, world.wire, world.follower.unit)
    await sync.look(owner, await world.follower.copied())
    assert len(asked) == 3
    assert world.wire.requests["object"] == 3


def _follow_back(conn: Connection, world: World, owner: Actor) -> None:
    [museum] = load_local_actors(conn, ["organization"])
    back = follows.Follow(world.follower.ids.new(), owner.id, museum.id, f"{owner.uri}/f", "accepted", 0)
    follows.save_follow(conn, back)


async def test_a_catalogue_that_changes_while_it_is_read_is_read_again_soon(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _fill(world, 3)
    get_object = world.wire.get_object

    async def edit_then_get(uri: str, *, as_actor_id: int | None = None) -> dict[str, Any]:
        monkeypatch.undo()
        await world.owner.put("r0", "Edited meanwhile")
        announced = read_header(world.owner.sent[-1].header)
        assert announced is not None
        await world.follower.store.write(
            catalogues.note_announced, world.follower.owner.id, announced.revision, announced.digest
        )
        return await get_object(uri)

    monkeypatch.setattr(world.wire, "get_object", edit_then_get)
    outcome = await world.look()
    assert isinstance(outcome, Retry | Done)
    await world.look()
    assert await world.are_equal()


# -- when to look ---------------------------------------------------------------------------------------------------


async def test_looks_are_asked_for_once_however_many_reasons_there_are(world: World) -> None:
    await world.follower.forget_jobs()
    unit = world.follower.unit()
    for ask in (catalogue.sync_after_start, catalogue.sync_all):
        await world.follower.store.write(ask, unit)
    await world.follower.store.write(catalogue.sync_host, unit, "learn.uni.example")
    await world.follower.store.write(catalogue.sync_host, unit, "other.example")
    assert await world.follower.waiting() == 1


async def test_our_own_start_brings_waiting_looks_forward(world: World) -> None:
    await world.follower.forget_jobs()
    copied = await world.follower.copied()

    def later(conn: Connection) -> None:
        catalogue.request_sync(conn, world.follower.unit(), [copied], after=6 * HOUR)

    await world.follower.store.write(later)
    await world.follower.store.write(catalogue.sync_after_start, world.follower.unit())

    def due(conn: Connection) -> int:
        return conn.scalar(select(jobs.c.due_at).where(jobs.c.kind == CATALOGUE)) or 0

    assert await world.follower.store.read(due) <= world.clock.now() + catalogue.SOON


async def test_a_poll_looks_at_every_catalogue_that_is_followed_one_at_a_time_on_each_host(world: World) -> None:
    await world.follower.forget_jobs()
    await world.follower.store.write(catalogue.sync_all, world.follower.unit())
    assert await world.follower.waiting() == 1
    assert CatalogueSync(world.follower.store, world.wire, world.follower.unit).kind().per_host == 1


# -- everything at once ---------------------------------------------------------------------------------------------

_NAMES = [f"r{number}" for number in range(6)]
_OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(_NAMES), st.sampled_from(["a", "b", "c"])),
        st.tuples(st.just("withdraw"), st.sampled_from(_NAMES)),
        st.tuples(st.sampled_from(["deliver", "lose", "duplicate"]), st.integers(0, 5)),
        st.tuples(st.just("look"), st.none() | st.integers(0, 8)),
        st.tuples(st.sampled_from(["back_up", "restore"]), st.sampled_from(["owner", "follower"])),
        st.tuples(st.just("lose a future"), st.sampled_from(_NAMES), st.sampled_from(["a", "b", "c"])),
        st.tuples(st.just("prune")),
        st.tuples(st.just("wait"), st.sampled_from([1_000, HOUR, 2 * DAY])),
    ),
    max_size=25,
)


async def _apply(world: World, operation: tuple[Any, ...]) -> None:
    match operation:
        case ("put", name, title):
            await world.owner.put(name, title)
        case ("withdraw", name):
            await world.owner.withdraw(name)
        case (("deliver" | "lose" | "duplicate") as what, place) if world.owner.sent:
            push = world.owner.sent[place % len(world.owner.sent)]
            if what != "lose":
                await world.follower.take_push(push)
            if what != "duplicate":
                world.owner.sent.remove(push)
        case ("look", dies_after):
            world.wire.dies_after = dies_after
            with suppress(Killed, BaseExceptionGroup):
                await world.look()
            world.wire.dies_after = None
        case ("back_up", name):
            await world.back_up(name)
        case ("restore", name):
            await world.restore(name)
        case ("lose a future", name, title):
            await world.back_up("owner")
            await (world.owner.put(name, title) if title != "c" else world.owner.withdraw(name))
            await world.look()
            await world.restore("owner")
        case ("prune",):
            await world.owner.store.write(catalogue.prune, world.clock.now() + catalogue.KEEP_TOMBSTONES)
        case ("wait", milliseconds):
            world.clock.advance(milliseconds)


@examples(15)
@given(operations=_OPERATIONS)
async def test_whatever_happens_one_look_after_the_last_change_makes_both_equal(
    operations: list[tuple[Any, ...]],
) -> None:
    async with a_world() as world:
        for operation in operations:
            world.clock.advance(1_000)
            await _apply(world, operation)
        world.clock.advance(2 * DAY)  # buckets are compared once a day
        assert await world.look() == Done()
        assert await world.are_equal()
        assert (await world.follower.copied()).problem == ""
        assert await world.look() == Done()
        assert dict(world.wire.requests) == {"304": 1}


# -- header and documents -------------------------------------------------------------------------------------------
