"""The map of the network: three real nodes, what each of them shows, to whom, and at which cost."""

import re
import secrets
from dataclasses import replace

import aiohttp
from hypothesis import given
from hypothesis import strategies as st

from node.clock import DAY
from node.domain.actors import ActorKind
from node.domain.moderation import DomainPolicy
from node.domain.network import Network
from node.domain.visibility import Visibility
from node.store.access import accounts, sessions
from node.store.communities import communities
from node.store.communities.communities import Community
from node.store.federation import hosts, policies
from node.store.federation.hosts import Change
from node.store.house import audit_log
from node.store.jobs import NewJob, enqueue_many
from node.store.people import follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow
from tests.network import Peer, network
from tests.records import record
from tests.rows import each_row
from tests.statements import counted
from tests.web.samples import network as samples
from web.network.drawing import BULBS, PLANTS, draw
from web.sessions import cookie_name


async def found(peer: Peer, name: str, visibility: Visibility) -> Actor:
    """A community of a node."""
    group = await peer.add_actor(name, ActorKind.GROUP, name=name.title())
    now = peer.unit().now
    new = Community(actor_id=group.id, visibility=visibility, created_at=now, updated_at=now)
    await peer.store.write(communities.insert_communities, [new])
    return group


async def join(peer: Peer, person: Actor, group: Actor) -> None:
    """Somebody becomes a member of a community of her own node."""
    unit = peer.unit()
    new = Follow(unit.ids.new(), person.id, group.id, f"{unit.origin}/ap/x/{group.id}", "accepted", unit.now)
    await peer.store.write(follows.save_follow, new)


async def tell(peer: Peer, token: str = "") -> dict:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with peer.http.get(peer.origin + "/api/learning/v1/network", headers=headers) as answer:
        assert answer.status == 200
        return await answer.json()


async def page(peer: Peer) -> str:
    async with peer.http.get(peer.origin + "/network", headers={"Accept": "text/html"}) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_three_houses_and_the_community_that_joins_them(tmp_path):
    async with network(tmp_path, "hospital", "university", "museum") as net:
        hospital, university, museum = net.peers
        ours = await hospital.organisation()
        await hospital.follow(ours, (await university.organisation()).uri)
        await museum.follow(await museum.organisation(), ours.uri)
        await net.settle()
        await university.publish(record(id="https://x.example/a", name={"en": "Cells"}))
        await university.publish(record(id="https://x.example/c", name={"en": "Nursing"}, kind="course"))
        open_one = await found(hospital, "wards", Visibility.PUBLIC)
        closed_one = await found(hospital, "board", Visibility.COMMUNITY)
        inner_one = await found(hospital, "house", Visibility.PUBLIC)  # and for the house alone later on
        curator, nurse = await museum.add_actor("curator"), await hospital.add_actor("nurse")
        for group in (open_one, closed_one, inner_one):
            await museum.follow(curator, group.uri)
        await join(hospital, nurse, closed_one)
        await net.settle()
        level = Visibility.ORGANISATION.value
        await hospital.store.write(communities.update_community, inner_one.id, visibility=level)

        told = await tell(hospital)
        hosts = {each["host"]: each for each in told["organisations"]}
        first, second = university.system.node.config.host, museum.system.node.config.host
        assert set(hosts) == {first, second}
        assert (hosts[first]["followed"], hosts[first]["follows"]) == (True, False)
        assert (hosts[second]["followed"], hosts[second]["follows"]) == (False, True)
        assert hosts[first]["received"] == {"resources": 1, "courses": 1, "events": 0, "posts": 0}
        assert [each["name"] for each in told["communities"]] == ["Wards"]
        assert set(told["communities"][0]["organisations"]) == {hospital.system.node.config.host, second}

        member = await hospital.token(nurse)
        assert {each["name"] for each in (await tell(hospital, member))["communities"]} == {"Wards", "Board", "House"}
        other = await hospital.token(await hospital.add_actor("clerk"))
        assert {each["name"] for each in (await tell(hospital, other))["communities"]} == {"Wards", "House"}

        text = await page(hospital)
        assert "Wards" in text
        assert "Board" not in text
        for person in ("curator", "nurse", "Curator", "Nurse"):
            assert person not in text.replace(">Nursing<", ""), "people do not stand on the map"
            assert person not in str(told)


async def test_blocked_and_silenced_houses_are_left_out(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        await hospital.follow(await hospital.organisation(), (await university.organisation()).uri)
        await net.settle()
        host = university.system.node.config.host
        assert host in await page(hospital)
        for policy in (DomainPolicy.LIMIT, DomainPolicy.BLOCK):
            await hospital.store.write(policies.set_policy, host.split(":")[0], policy, "", hospital.unit().now)
            await hospital.system.federation.policies.load()
            assert (await tell(hospital))["organisations"] == []
            assert host not in await page(hospital)


async def test_operators_see_health_flows_and_policies_of_the_same_network(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        await hospital.follow(await hospital.organisation(), (await university.organisation()).uri)
        await net.settle()
        await university.publish(record(id="https://x.example/a", name={"en": "Cells"}))
        await net.settle()
        host = university.system.node.config.host
        await hospital.store.write(policies.set_policy, host.split(":")[0], DomainPolicy.LIMIT, "", hospital.unit().now)
        await hospital.system.federation.policies.load()
        admin = await hospital.add_actor("ada")
        await hospital.store.write(accounts.set_role, admin.id, accounts.ADMIN)

        text = await page_as(hospital, admin, "/admin/network")
        row = text[text.index("<tbody") : text.index("</tbody>")]
        for shown in (
            host,
            "answering",
            "1 resource",
            "equal",
            f"/admin/policies?domain={host.split(':')[0]}",
            "Limited",
        ):
            assert shown in row
        now = hospital.unit().now
        later = [NewJob("community", number, now + number * DAY, host=host) for number in (0, 1, 2)]
        await hospital.store.write(enqueue_many, later)
        text = re.sub(r"<[^>]*>", "", await page_as(hospital, admin, "/admin/network"))
        assert "1 waiting since" in text, "what is meant for later does not wait yet"
        await hospital.system.federation.hosts.flush()  # that it answered before
        down = Change(host, lambda known: replace(known, failures=9, held_until_at=hospital.unit().now + 60_000))
        await hospital.store.write(hosts.change_many, [down], kind="deliver", now=hospital.unit().now)
        assert "not answering" in await page_as(hospital, admin, "/admin/network")
        clerk = await hospital.add_actor("clerk")
        await page_as(hospital, clerk, "/admin/network", 403)


async def test_an_administrator_follows_an_organisation_and_ends_it(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        admin = await hospital.add_actor("ada")
        await hospital.store.write(accounts.set_role, admin.id, accounts.ADMIN)
        await university.publish(record(id="https://x.example/a", name={"en": "Cells"}))
        ours, theirs = await hospital.organisation(), await university.organisation()
        path = "/admin/network/follow"
        assert "No account was found" in await page_as(hospital, admin, path, 422, handle="nobody@nowhere")
        clerk = await hospital.add_actor("clerk")
        assert "This is no organisation" in await page_as(hospital, admin, path, 422, handle=clerk.handle)
        await hospital.follow(clerk, theirs.uri)
        await net.settle()
        text = await page_as(hospital, admin, "/admin/network")
        assert "followed by members" in text
        assert "/unfollow" not in text, "only what the organisation began, it ends"
        assert "has been asked" in await page_as(hospital, admin, path, handle=theirs.handle)
        assert "Take the request back" in await page_as(hospital, admin, "/admin/network")
        await net.settle()
        text = await page_as(hospital, admin, "/admin/network")
        assert "Take the request back" not in text
        assert "1 resource" in text
        (end,) = re.findall(r'action="(/admin/network/\d+/unfollow)"', text)
        assert "follows it no more" in await page_as(hospital, admin, end, sent="")
        await net.settle()
        assert await university.store.read(follows.count_follows, theirs.id) == (1, 0)
        assert await hospital.store.read(follows.count_follows, ours.id) == (0, 0)
        await page_as(hospital, admin, end, sent="")
        ended = await hospital.store.read(audit_log.list_acts, about="partner.unfollow", before=None, limit=9)
        assert len(ended) == 1, "of what was not there, nothing is written down"
        await page_as(hospital, clerk, path, 403, handle=theirs.handle)
        assert await hospital.store.read(follows.count_follows, ours.id) == (0, 0), "and nothing has happened"


async def page_as(peer: Peer, person: Actor, path: str, status: int = 200, **sent: str) -> str:
    """A page as a member sees it; with ``sent`` what she sees who sent that form."""
    secret, now = secrets.token_urlsafe(32), peer.unit().now
    await peer.store.write(sessions.insert_session, secret, person.id, "c" * 43, now)
    cookies = {cookie_name(peer.system.node.config): secret}
    form = {"csrf": "c" * 43, **sent} if sent else None
    method, url = "POST" if sent else "GET", peer.origin + path
    async with peer.http.request(method, url, data=form, headers={"Accept": "text/html"}, cookies=cookies) as answer:
        assert answer.status == status
        return await answer.text()


async def test_a_node_alone_says_so_and_absurd_parameters_change_nothing(tmp_path):
    async with network(tmp_path, "hospital") as net:
        assert "stands alone so far" in await page(net.peers[0])
        for query in ("?from=-1", "?from=x", "?from=999999", "?from=" + "9" * 400):
            async with aiohttp.ClientSession() as http, http.get(f"{net.peers[0].origin}/network{query}") as answer:
                assert answer.status == 200
        async with net.peers[0].http.get(
            net.peers[0].origin + "/api/learning/v1/network", headers={"Authorization": "Bearer wrong"}
        ) as answer:
            assert answer.status == 401


async def test_statements_do_not_grow_with_houses_and_communities(tmp_path):
    async with network(tmp_path, "hospital", "university", "museum") as net:
        hospital, *others = net.peers
        seen = []
        for number, peer in enumerate(others):
            await hospital.follow(await hospital.organisation(), (await peer.organisation()).uri)
            group = await found(hospital, f"group-{number}", Visibility.PUBLIC)
            await peer.follow(await peer.organisation(), group.uri)
            await net.settle()
            with counted(hospital.store) as statements:
                await page(hospital)
            seen.append(len(statements))
            with counted(hospital.store) as statements:
                again = await page(hospital)
            assert not statements, "while nothing changes nothing is counted again"
            assert f"Group-{number}" in again
        assert seen[0] == seen[1] <= 20


# -- the drawing, without any node -----------------------------------------------------------------------------------

SIZES = [(0, 0), (1, 1), (3, 4), (6, 9), (7, 3), (30, 20), (300, 60)]


def drawn(peers: int, bridges: int):
    return draw(samples.network(peers, bridges), own_key=samples.OWN, own_name=samples.NAME)


@each_row("peers, bridges", SIZES)
def test_the_same_network_is_drawn_the_same_and_nothing_lies_on_another(peers: int, bridges: int):
    drawing = drawn(peers, bridges)
    assert drawing == drawn(peers, bridges)
    places = [plant.x for plant in drawing.plants]
    assert len(set(places)) == len(places) == min(peers, PLANTS) + 1
    assert len(drawing.bulbs) <= BULBS
    assert all(0 < x < drawing.width for x in places)
    assert all(0 < bulb.x < drawing.width and 0 < bulb.y < drawing.below for bulb in drawing.bulbs)
    boxes = [(bulb.x - len(bulb.name) * 3.8, bulb.x + len(bulb.name) * 3.8, bulb.y) for bulb in drawing.bulbs]
    if bridges < 10:  # where there is room, roots go past the names
        assert not [bulb for bulb in drawing.bulbs for left, right, y in boxes if left < bulb.x < right and y < bulb.y]
    for number, (left, right, y) in enumerate(boxes):
        assert all(y != y2 or right < left2 or left > right2 for left2, right2, y2 in boxes[number + 1 :])


def test_our_house_stands_in_the_middle_and_the_nearest_beside_it():
    plants = drawn(5, 0).plants
    own = next(plant for plant in plants if plant.is_own)
    distances = [abs(plant.x - own.x) for plant in plants]
    assert distances == sorted(distances)
    assert own.x == sorted(plant.x for plant in plants)[2]


@given(st.integers(0, 40), st.integers(0, 30))
def test_any_size_is_drawn(peers: int, bridges: int):
    drawing = drawn(peers, bridges)
    numbers = re.findall(r"-?\d+(?:\.\d+)?", " ".join(root.path for root in drawing.roots))
    assert all(-1 < float(number) <= 2 * drawing.width for number in numbers)
    assert len(drawing.roots) <= 50, "what looks the same is one path"


def test_nobody_is_drawn_twice():
    assert draw(Network(), own_key="a", own_name="A").bulbs == ()
