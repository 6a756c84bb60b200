"""Accounts go from one node to another, and their followers, here and elsewhere, go along."""

import pytest
from sqlalchemy import update

from federation.actors import moving
from node.cli.owners import find_account
from node.clock import FixedClock, SystemClock
from node.errors import Conflict, NodeError, NotFound
from node.store.people import actors, follows
from node.store.people.follows import Follow
from node.store.tables import follows as follow_rows
from tests.network import network


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SystemClock().now())


@pytest.fixture
async def pair(tmp_path, clock):
    async with network(tmp_path, "hospital", "university", clock=clock) as net:
        yield net


async def fresh(peer, actor):
    """The actor as this node fetches it now."""
    return await peer.system.federation.fetcher.actor(actor.uri, fresh=True)


async def follow_names(peer, follower) -> list[tuple[str, str]]:
    """Whom somebody follows, or has asked to, by URI."""

    def load(conn):
        listed = follows.list_following(conn, follower.id, before=None, limit=20)
        return sorted((followed.uri, "accepted") for _, followed in listed)

    return await peer.store.read(load)


async def alias_and_move(net, old, new) -> moving.Moved:
    hospital, university = net.peers
    await university.store.write(moving.add_alias, university.unit(), new, await fresh(university, old))
    return await hospital.store.write(moving.move, hospital.unit(), old, await fresh(hospital, new))


async def test_followers_on_both_nodes_go_along(pair):
    hospital, university = pair.peers
    old, new = await hospital.add_actor("ann"), await university.add_actor("ann")
    carl, dora = await university.add_actor("carl"), await hospital.add_actor("dora")
    await university.follow(carl, old.uri)
    await hospital.follow(dora, old.uri)
    await pair.settle()
    await hospital.store.write(_accept_all)
    moved = await alias_and_move(pair, old, new)
    await pair.settle()
    assert moved == moving.Moved(told=1, followed_along=1)
    assert ("Move", "moved") in await university.outcomes()
    assert await follow_names(university, carl) == [(new.uri, "accepted")]
    assert await follow_names(hospital, dora) == [(new.uri, "accepted")]
    _, document = await hospital.get(old.uri)
    assert document["movedTo"] == new.uri
    _, document = await university.get(new.uri)
    assert document["alsoKnownAs"] == [old.uri]


def _accept_all(conn) -> None:
    conn.execute(update(follow_rows).values(state=follows.ACCEPTED))


async def test_the_page_says_where_the_account_is_and_nobody_new_follows_the_old_one(pair):
    hospital, university = pair.peers
    old, new = await hospital.add_actor("ann"), await university.add_actor("ann")
    await alias_and_move(pair, old, new)
    await pair.settle()
    async with hospital.http.get(f"{hospital.origin}/@ann", headers={"Accept": "text/html"}) as answer:
        page = await answer.text()
    assert f"@ann@{university.system.node.config.host}" in page
    assert f'href="{university.origin}/@ann"' in page
    eve = await university.add_actor("eve")
    await university.follow(eve, old.uri)
    await pair.settle()
    assert ("Follow", "refused") in await hospital.outcomes()
    await hospital.store.write(moving.come_back, hospital.unit(), await hospital.store.read(actors.find_actor, old.uri))
    assert "movedTo" not in (await hospital.get(old.uri))[1]


async def test_commands_find_accounts_by_handle_and_by_address(pair):
    hospital, university = pair.peers
    new, ours = await university.add_actor("ann"), await hospital.add_actor("bea")
    for text in (new.uri, f"@ann@{university.system.node.config.host}"):
        assert (await find_account(hospital.system, text, fresh=True)).uri == new.uri
    assert (await find_account(hospital.system, f"@bea@{hospital.system.node.config.host}")).uri == ours.uri
    with pytest.raises(NodeError):
        await find_account(hospital.system, f"@nobody@{university.system.node.config.host}")


async def test_a_move_that_the_new_account_does_not_confirm_is_refused(pair):
    hospital, university = pair.peers
    old, new = await hospital.add_actor("ann"), await university.add_actor("ann")
    with pytest.raises(Conflict, match="does not say that it is also"):
        await hospital.store.write(moving.move, hospital.unit(), old, await fresh(hospital, new))
    with pytest.raises(Conflict, match="the account itself"):
        await hospital.store.write(moving.move, hospital.unit(), old, old)
    await pair.settle()
    assert "movedTo" not in (await hospital.get(old.uri))[1]
    assert "Move" not in {type_ for type_, _ in await university.outcomes()}


async def test_nobody_moves_twice_in_a_week_here_or_elsewhere(pair, clock):
    hospital, university = pair.peers
    old, new, other = [await peer.add_actor(name) for peer, name in
                       ((hospital, "ann"), (university, "ann"), (university, "other"))]  # fmt: skip
    carl = await university.add_actor("carl")
    await university.follow(carl, old.uri)
    await pair.settle()
    await alias_and_move(pair, old, new)
    await pair.settle()
    again = await hospital.store.read(actors.find_actor, old.uri)
    with pytest.raises(Conflict, match="moved a short while ago"):
        await alias_and_move(pair, again, other)

    # A server that does not keep to it, and still counts who has left.
    await hospital.store.write(actors.update_actor, old.id, moved_at=None)
    there, unit = await hospital.store.read(actors.find_actor, carl.uri), hospital.unit()
    stale = Follow(unit.ids.new(), there.id, old.id, f"{carl.uri}#stale", follows.ACCEPTED, unit.now)
    await hospital.store.write(follows.save_follow, stale)
    again = await hospital.store.read(actors.find_actor, old.uri)
    await hospital.store.write(moving.move, hospital.unit(), again, await fresh(hospital, other))
    await pair.settle()
    assert [outcome for type_, outcome in await university.outcomes() if type_ == "Move"] == ["moved", "moved-before"]
    assert await follow_names(university, carl) == [(new.uri, "accepted")]


async def test_an_update_that_comes_first_does_not_stop_the_move(pair):
    """Mastodon sends the profile with ``movedTo`` before the Move."""
    hospital, university = pair.peers
    old, new = await hospital.add_actor("ann"), await university.add_actor("ann")
    carl = await university.add_actor("carl")
    await university.follow(carl, old.uri)
    await pair.settle()
    await university.store.write(moving.add_alias, university.unit(), new, await fresh(university, old))
    await hospital.store.write(actors.update_actor, old.id, moved_to=new.uri)
    await fresh(university, old)
    again = await hospital.store.read(actors.find_actor, old.uri)
    await hospital.store.write(moving.move, hospital.unit(), again, await fresh(hospital, new))
    await pair.settle()
    assert await follow_names(university, carl) == [(new.uri, "accepted")]


async def test_other_addresses_are_said_once_and_taken_back(pair):
    hospital, university = pair.peers
    old, new = await hospital.add_actor("ann"), await university.add_actor("ann")
    known = await fresh(university, old)
    await university.store.write(moving.add_alias, university.unit(), new, known)
    with pytest.raises(Conflict, match="already"):
        await university.store.write(moving.add_alias, university.unit(), new, known)
    with pytest.raises(Conflict, match="the account itself"):
        await university.store.write(moving.add_alias, university.unit(), new, new)
    await university.store.write(moving.remove_alias, university.unit(), new, old.uri)
    assert "alsoKnownAs" not in (await university.get(new.uri))[1]
    with pytest.raises(NotFound):
        await university.store.write(moving.remove_alias, university.unit(), new, old.uri)
