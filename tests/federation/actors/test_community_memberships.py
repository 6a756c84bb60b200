"""What a community elsewhere asks and tells people here, and what has no power: by whom it is said decides."""

from typing import Any

import pytest
from sqlalchemy import Connection

from federation.applying.batch import Inbound
from federation.handlers import apply
from federation.mapping.activity import read_activity
from node.domain.actors import ActorKind, RemoteActor
from node.domain.communities import RemoteCommunity, Role
from node.domain.uris import host_of
from node.store.communities import (
    community_invitations,
    community_log,
    community_reports,
    community_requests,
    community_roles,
)
from node.store.communities.community_roles import RoleOf
from node.store.house import reports
from node.store.people import actors, follows, remote_actors
from node.store.people.follows import Follow
from node.store.posts import objects
from tests.network import Peer, network

GROUP, OTHER = "https://museum.example/c/metals", "https://museum.example/c/glass"
CLEO, EVE = "https://uni.example/u/cleo", "https://uni.example/u/eve"
POST, ELSEWHERE = "https://museum.example/post/1", "https://museum.example/post/2"


@pytest.fixture
async def node(tmp_path):
    """Ben lives here and governs Metals of the museum; Ada's community Tin lives here, and Cleo asks to join it."""
    async with network(tmp_path, "hospital") as net:
        peer = net.peers[0]
        ada, ben = await peer.add_actor("ada"), await peer.add_actor("ben")
        tin = await peer.add_community("tin", ada)

        def prepare(conn: Connection) -> None:
            unit = peer.unit()
            for uri in (GROUP, OTHER):
                group = _remote(conn, peer, uri, ActorKind.GROUP)
                community_roles.save_roles(conn, group.id, [RoleOf(ben.uri, Role.MODERATOR, 1)] if uri == GROUP else [])
            cleo, _ = _remote(conn, peer, CLEO), _remote(conn, peer, EVE)
            follows.save_follow(conn, Follow(unit.ids.new(), cleo.id, tin.id, f"{CLEO}#1", follows.PENDING, 1))
            for uri, audience in ((POST, GROUP), (ELSEWHERE, OTHER)):
                row = {"id": unit.ids.new(), "uri": uri, "kind": "page", "type": "Page", "actor_id": cleo.id}
                row |= {"local": False, "visibility": "public", "name": "Tin", "context": uri, "audience": audience}
                objects.insert_objects(conn, [{**row, "published_at": 1, "received_at": 1}])

        await peer.store.write(prepare)
        yield peer


def _remote(conn: Connection, peer: Peer, uri: str, kind: ActorKind = ActorKind.PERSON):
    said = RemoteCommunity() if kind is ActorKind.GROUP else None
    made = RemoteActor(uri, kind, uri.rpartition("/")[2], host_of(uri), f"{uri}/inbox", community=said)
    return remote_actors.save_remote_actor(conn, peer.unit().ids, peer.unit().now, made)


async def hears(peer: Peer, document: dict[str, Any], *, announced_by: str = "") -> str:
    """What becomes of an activity; its sender is proven."""
    whole = {"id": f"{document['actor']}/x/{document['type']}", **document}

    def run(conn: Connection) -> str:
        batch = peer.system.federation.fetcher.batch(conn)
        outcome = apply(batch, Inbound(0, read_activity(whole), peer.unit().now, announced_by=announced_by))
        batch.finish()
        return outcome

    return await peer.store.write(run)


async def state(peer: Peer) -> tuple[Any, ...]:
    """Everything that these activities could change."""

    def load(conn: Connection) -> tuple[Any, ...]:
        group, tin = actors.find_actor(conn, GROUP), actors.find_local_actor(conn, "tin")
        return (
            community_requests.load_open(conn, group.id),
            community_invitations.load_open_invitations(conn),
            follows.load_pending_followers(conn, tin.id),
            reports.count_reports(conn),
            [each.state for each in community_reports.list_for(conn, group.id, state="open", before=None, limit=9)],
            community_log.load_log(conn, tin.id, before=None, limit=9),
        )

    return await peer.store.read(load)


def follow(group: str, by: str = CLEO) -> dict[str, Any]:
    return {"id": f"{by}#1", "type": "Follow", "actor": by, "object": group}


async def test_a_request_comes_and_goes_by_the_word_of_its_community(node: Peer) -> None:
    ben = f"{node.origin}/ap/a/" + str((await node.store.read(actors.find_local_actor, "ben")).id)
    offer = {"type": "Offer", "actor": GROUP, "object": follow(GROUP), "to": [ben]}
    assert await hears(node, offer) == "request-offered"
    assert await hears(node, offer) == "request-offered"  # the same again is one
    (request,) = (await state(node))[0]
    assert request.follow_uri == f"{CLEO}#1"
    undo = {"type": "Undo", "actor": OTHER, "object": {**offer, "actor": OTHER}}
    assert await hears(node, undo) == "unknown"
    assert len((await state(node))[0]) == 1
    assert await hears(node, {"type": "Undo", "actor": GROUP, "object": offer}) == "request-settled"
    assert (await state(node))[0] == []


async def test_an_invitation_comes_and_goes_by_the_word_of_its_community(node: Peer) -> None:
    ben = await node.store.read(actors.find_local_actor, "ben")
    invite = {"type": "Invite", "actor": GROUP, "object": GROUP, "target": ben.uri}
    assert await hears(node, invite) == "invited-to-community"
    assert [each.invited_id for each in (await state(node))[1]] == [ben.id]
    assert await hears(node, {"type": "Undo", "actor": GROUP, "object": invite}) == "uninvited"
    assert (await state(node))[1] == []


def powerless(ben: str, tin: str) -> list[tuple[dict[str, Any], str, str]]:
    """Activity, who announces it, and what becomes of it."""
    flag = {"type": "Flag", "actor": EVE, "object": POST, "content": "Spam", "to": [GROUP]}
    named = {**flag, "id": f"{EVE}/x/Flag"}
    return [
        ({"type": "Offer", "actor": EVE, "object": follow(GROUP), "to": [ben]}, "", "ignored"),
        ({"type": "Offer", "actor": OTHER, "object": follow(GROUP), "to": [ben]}, "", "ignored"),
        ({"type": "Offer", "actor": GROUP, "object": follow(GROUP), "to": [CLEO]}, "", "not-ours"),
        ({"type": "Offer", "actor": GROUP, "object": GROUP, "to": [ben]}, "", "ignored"),
        ({"type": "Offer", "actor": GROUP, "object": follow(GROUP, ben), "to": [ben]}, "", "not-asked"),
        ({"type": "Invite", "actor": EVE, "object": GROUP, "target": ben}, "", "invited"),
        ({"type": "Invite", "actor": OTHER, "object": GROUP, "target": ben}, "", "invited"),
        ({"type": "Invite", "actor": EVE, "object": tin, "target": CLEO}, "", "not-a-moderator"),
        ({"type": "Accept", "actor": EVE, "object": follow(tin)}, "", "not-a-moderator"),
        ({"type": "Reject", "actor": EVE, "object": follow(tin)}, "", "not-a-moderator"),
        ({"type": "Accept", "actor": CLEO, "object": follow(tin)}, "", "not-a-moderator"),
        ({"type": "Accept", "actor": EVE, "object": follow(tin)}, GROUP, "not-a-moderator"),
        ({"type": "Add", "actor": EVE, "object": EVE, "target": f"{tin}/facilitators"}, "", "other-target"),
        ({"type": "Add", "actor": EVE, "object": EVE, "target": f"{tin}/experts", "to": [tin]}, "", "not-a-moderator"),
        (flag, "", "not-ours"),  # of a post elsewhere, in a community elsewhere
        (flag, OTHER, "not-ours"),  # announced by a community that the post is not in
        (
            {"type": "Resolve", "actor": EVE, "object": named, "to": [tin]},
            "",
            "not-a-moderator",
        ),
        ({"type": "Resolve", "actor": EVE, "object": f"{EVE}/x/Flag", "to": [GROUP]}, "", "not-ours"),
    ]


async def test_what_has_no_power_changes_nothing(node: Peer) -> None:
    ben, tin = [await node.store.read(actors.find_local_actor, name) for name in ("ben", "tin")]
    before = await state(node)
    for document, announced_by, outcome in powerless(ben.uri, tin.uri):
        assert await hears(node, document, announced_by=announced_by) == outcome, document
        assert await state(node) == before, document


async def test_a_report_that_a_community_announces_is_for_its_moderators_and_closed_by_one(
    node: Peer,
) -> None:
    flag = {"id": f"{EVE}/x/Flag", "type": "Flag", "actor": EVE, "object": POST, "summary": "Spam", "to": [GROUP]}
    assert await hears(node, flag, announced_by=GROUP) == "reported"
    assert await hears(node, flag, announced_by=GROUP) == "reported"  # twice is once
    assert (await state(node))[3:5] == (1, ["open"])
    group = await node.store.read(actors.find_actor, GROUP)
    await node.store.write(community_roles.save_roles, group.id, [RoleOf(CLEO, Role.MODERATOR, 1)])
    made_up = {"type": "Resolve", "actor": CLEO, "object": {**flag, "id": f"{CLEO}/made-up"}}
    assert await hears(node, made_up, announced_by=GROUP) == "report-resolved"
    assert (await state(node))[4] == []
    assert await hears(node, made_up, announced_by=GROUP) in {"resolved-before", "unknown-report"}
