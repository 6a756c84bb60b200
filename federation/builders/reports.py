"""Reports on their way: to the server of who is reported, to communities, and to the moderators of ours elsewhere.

The form is what Lemmy knows: ``Flag`` to the community, which announces it to its moderators, and ``Resolve`` of the
``Flag``. Nobody learns who reported here: it is the instance actor that says so.
"""

from typing import Any

from sqlalchemy import Connection

from federation.builders import documents
from federation.builders.audience import Audience
from federation.builders.outgoing import Outgoing
from node import events
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.store.communities import community_reports, community_roles
from node.store.house import reports
from node.store.people import actors
from node.store.people.actors import Actor


def reported(conn: Connection, unit: Unit, event: events.Reported) -> Outgoing | None:
    """To the server of the reported account."""
    report = reports.find_report(conn, event.report_id)
    target = actors.find_actor(conn, report.target_uri) if report else None
    if report is None or target is None or target.local:
        return None
    return _by_instance(conn, unit, report, target)


def community_reported(conn: Connection, unit: Unit, event: events.CommunityReported) -> Outgoing | None:
    """To a community elsewhere, what was reported here; to the moderators of ours elsewhere, whatever came."""
    report, group = reports.find_report(conn, event.report_id), actors.find_actor_by_id(conn, event.group_id)
    if report is None or group is None:
        return None
    if group.local:
        return _announce(group, _flag(conn, unit, report), _moderators_elsewhere(conn, unit, group))
    return _by_instance(conn, unit, report, group) if report.uri.startswith(f"{unit.origin}/") else None


def report_resolved(conn: Connection, unit: Unit, event: events.ReportResolved) -> Outgoing | None:
    """To a community elsewhere, by its moderator here; of ours to moderators elsewhere and to where it came from."""
    report, group = reports.find_report(conn, event.report_id), actors.find_actor_by_id(conn, event.group_id)
    by = actors.find_actor(conn, event.by_uri)
    if report is None or group is None or by is None:
        return None
    resolve = {
        "id": event.activity_uri or documents.activity_uri(unit.origin, unit.ids.new()),
        "type": "Resolve",
        "actor": by.uri,
        "object": _flag(conn, unit, report),
        "to": [group.uri],
    }
    if not group.local:
        return _to(by, resolve, group) if by.local else None
    to = _moderators_elsewhere(conn, unit, group)
    if not report.uri.startswith(f"{unit.origin}/"):
        to = list(dict.fromkeys([*to, report.reporter_uri]))
    return _announce(group, resolve, to)


def _by_instance(conn: Connection, unit: Unit, report: Any, to: Actor) -> Outgoing | None:
    instance = actors.find_actor(conn, unit.origin + documents.INSTANCE_PATH)
    return _to(instance, _flag(conn, unit, report), to) if instance is not None else None


def _flag(conn: Connection, unit: Unit, report: Any) -> dict[str, Any]:
    """The report as it came or leaves; one post alone is named alone, as Lemmy wants it."""
    is_ours = report.uri.startswith(f"{unit.origin}/")
    groups = [each.community_id for each in community_reports.load_of(conn, [report.id])]
    named = [group.uri for group in actors.load_actors_by_id(conn, groups).values()]
    posts = report.object_uris
    return {
        "id": report.uri,
        "type": "Flag",
        "actor": unit.origin + documents.INSTANCE_PATH if is_ours else report.reporter_uri,
        "object": posts[0] if named and len(posts) == 1 else [report.target_uri, *posts],
        "content": report.comment,
        "summary": report.comment,
        "to": named or [report.target_uri],
    }


def _moderators_elsewhere(conn: Connection, unit: Unit, group: Actor) -> list[str]:
    own = f"{unit.origin}/"
    return [uri for uri in community_roles.load_moderators(conn, group.id, unit.now) if not uri.startswith(own)]


def _announce(group: Actor, inner: dict[str, Any], to: list[str]) -> Outgoing | None:
    if not to:
        return None
    activity = {"type": "Announce", "actor": group.uri, "object": inner, "to": to}
    return Outgoing(group, activity, inner["id"], Visibility.DIRECT, Audience(named=tuple(to)))


def _to(actor: Actor, activity: dict[str, Any], to: Actor) -> Outgoing:
    """To one actor and nobody else."""
    return Outgoing(actor, activity, to.uri, Visibility.DIRECT, Audience(named=(to.uri,)))
