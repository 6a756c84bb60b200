"""Reports of posts in communities: for their moderators first, wherever they live, then for those of the node.

Moderators here hear of it from the community, those elsewhere get the report itself (``federation.builders.reports``).
What they have neither closed nor handed on after two days is for those who look after the node, who see it from the
beginning.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from node import events
from node.clock import DAY
from node.errors import Forbidden, NotFound
from node.services import membership
from node.services.communities import messages
from node.services.context import Unit
from node.services.news import happened, news
from node.store.communities import communities, community_reports
from node.store.house import reports
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects

WAITS_FOR = 2 * DAY


def find_communities(conn: Connection, object_uris: Collection[str]) -> list[Actor]:
    """The communities that these posts are in."""
    named = {found.audience for found in objects.load_objects(conn, object_uris).values() if found.audience}
    groups = actors.load_actors(conn, named)
    known = communities.load_communities(conn, [group.id for group in groups.values()])
    return [group for group in groups.values() if group.id in known]


def involve(conn: Connection, unit: Unit, report_id: int, groups: Sequence[Actor]) -> None:
    """A report is for these communities; those that have it already are not told again."""
    before = {each.community_id for each in community_reports.load_of(conn, [report_id])}
    new = [group for group in groups if group.id not in before]
    community_reports.insert_many(conn, report_id, [group.id for group in new], unit.now)
    for group in new:
        if group.local:
            messages.tell_of_report(conn, unit, group)
        told = events.CommunityReported(group.id, report_id)
        events.record(conn, unit.ids, unit.now, told, about=group.uri)


def is_for_house(conn: Connection, report_id: int, category: str) -> bool:
    """Whether those who look after the node hear of it at once: what is in no community, and what laws are about."""
    return category == "legal" or not community_reports.load_of(conn, [report_id])


# -- what moderators do ----------------------------------------------------------------------------------------------


def close(conn: Connection, unit: Unit, by: Actor, group: Actor, report_id: int) -> None:
    """A moderator of the community has dealt with it. Raises Forbidden for who is none, NotFound for another report."""
    _require(conn, unit, by, group, report_id)
    if settle(conn, unit, group, report_id, by.uri):
        resolved = events.ReportResolved(group.id, report_id, by.uri)
        events.record(conn, unit.ids, unit.now, resolved, about=group.uri)


def settle(conn: Connection, unit: Unit, group: Actor, report_id: int, by_uri: str) -> bool:
    """The same by the word of somebody who was asked already; False where it was so before.

    The node's own report is closed with it, unless another community or the house has still to deal with it.
    """
    if not community_reports.set_state(conn, group.id, report_id, community_reports.CLOSED, by=by_uri, now=unit.now):
        return False
    of_report = community_reports.load_of(conn, [report_id])
    if all(each.state == community_reports.CLOSED and each.handed_on_at is None for each in of_report):
        reports.set_state(conn, report_id, "closed", by=by_uri, now=unit.now)
    return True


def hand_on(conn: Connection, unit: Unit, by: Actor, group: Actor, report_id: int) -> None:
    """A moderator of the community wants those who look after the node to decide. Raises as ``close`` does."""
    _require(conn, unit, by, group, report_id)
    _hand_on(conn, unit, group.id, report_id)


def _require(conn: Connection, unit: Unit, by: Actor, group: Actor, report_id: int) -> None:
    if not membership.governs(conn, unit, group, by):
        raise Forbidden("Only moderators of this community may do this.")
    if community_reports.find(conn, group.id, report_id) is None:
        raise NotFound


def _hand_on(conn: Connection, unit: Unit, community_id: int, report_id: int) -> None:
    if not community_reports.hand_on(conn, community_id, report_id, unit.now):
        return
    report = reports.find_report(conn, report_id)
    reporter = actors.find_actor(conn, report.reporter_uri) if report is not None else None
    if reporter is not None:
        news.tell(conn, unit, happened.Reported(report_id, reporter.id))


def hand_on_waiting(conn: Connection, unit: Unit) -> None:
    for each in community_reports.list_waiting(conn, unit.now - WAITS_FOR):
        _hand_on(conn, unit, each.community_id, each.report_id)
