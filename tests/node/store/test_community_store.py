"""Requests, reports and questions of communities on both databases."""

from node.clock import SystemClock
from node.domain.communities import Role, TopicKind
from node.ids import Ids
from node.services.communities import asking_experts
from node.store.communities import community_reports, community_requests, community_roles, expert_calls
from node.store.communities.community_requests import Request
from node.store.communities.community_roles import RoleOf
from node.store.house import reports
from tests import stores
from tests.node.store.test_thread_store import NOW, World

database, store = stores.database, stores.store


async def test_requests_reports_and_calls_are_kept_and_found(store):
    await store.write(_run)


def _run(conn) -> None:
    world = World(conn)
    group, ben = world.group, world.ben
    community_requests.save_request(conn, Request(group, ben, "x1", NOW))
    community_requests.save_request(conn, Request(group, ben, "x2", NOW + 1))
    assert [each.follow_uri for each in community_requests.load_open(conn, group)] == ["x2"]
    community_requests.decide(conn, group, ben, NOW + 2)
    assert community_requests.load_open(conn, group) == []
    assert community_requests.delete_request(conn, group, ben)
    assert not community_requests.delete_request(conn, group, ben)

    report_id = Ids(SystemClock()).new()
    said = {"reporter_uri": "r", "target_uri": "t", "object_uris": ["o"], "comment": "", "now": NOW}
    reports.insert_report(conn, report_id=report_id, uri="u1", **said)
    community_reports.insert_many(conn, report_id, [group], NOW)
    assert community_reports.count_open(conn, group) == 1
    assert [each.report_id for each in community_reports.list_waiting(conn, NOW + 1)] == [report_id]
    assert community_reports.hand_on(conn, group, report_id, NOW)
    assert not community_reports.hand_on(conn, group, report_id, NOW)
    assert community_reports.list_waiting(conn, NOW + 1) == []
    assert community_reports.set_state(conn, group, report_id, community_reports.CLOSED, by="m", now=NOW)
    assert [row.id for row in community_reports.list_for(conn, group, state="closed", before=None, limit=2)] == [
        report_id
    ]
    assert [each.handled_by for each in community_reports.load_of(conn, [report_id])] == ["m"]

    question = world.thread(world.ada, "Why?", TopicKind.QUESTION)
    uri = "https://elsewhere.example/u/expert"
    span = {"since": 0, "until": world.now + asking_experts.WAITS_FOR, "limit": 5}
    assert expert_calls.list_waiting(conn, **span) == []
    community_roles.save_roles(conn, group, [RoleOf(uri, Role.EXPERT, NOW), RoleOf(uri, Role.MODERATOR, NOW)])
    assert [each.object_id for each in expert_calls.list_waiting(conn, **span)] == [question.id]
    expert_calls.insert_calls(conn, question.id, [uri], NOW)
    assert expert_calls.list_waiting(conn, **span) == []
    assert expert_calls.count_since(conn, [uri], NOW - 1) == {uri: 1}
    assert community_roles.is_governed_from(conn, group, "https://elsewhere.example")
    assert not community_roles.is_governed_from(conn, group, "https://elsewhere.exampl_")
    assert community_roles.load_all_moderators(conn, [group], NOW) == {group: [uri]}
    assert community_roles.load_roles_of(conn, group, uri, NOW) == {Role.EXPERT, Role.MODERATOR}
