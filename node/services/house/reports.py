"""Reports: somebody here tells the moderators of an account, and their colleagues elsewhere where she wants that.

What is said in communities is for their moderators first (``node.services.communities.community_reports``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from node import events
from node.clock import DAY
from node.errors import Invalid, NotFound, Problem, RateLimited
from node.sentences import Sentence
from node.services.communities import community_reports
from node.services.context import Unit
from node.services.news import happened, news
from node.services.people.follows import load_target
from node.store.house import reports, rules
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.reading.visible import visible_to
from node.store.tables import objects

CATEGORIES = ("other", "spam", "legal", "violation")
MAX_COMMENT, MAX_STATUSES = 1_000, 100
#: Reports of one person in a day; a flood would bury those of others.
MAX_A_DAY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What somebody reports, as it was sent."""

    target_id: int
    status_ids: Sequence[int] = ()
    comment: str = ""
    category: str = "other"
    rule_ids: Sequence[int] = ()
    forward: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is stored."""

    id: int
    target: Actor
    category: str
    forwarded: bool
    created_at: int


def report(conn: Connection, unit: Unit, me: int, complaint: Complaint) -> Report:
    """Store a report and tell those who are to decide; a unit of work.

    Raises NotFound for accounts, and posts of theirs, that the reporter cannot see; Invalid for the rest.
    """
    target = load_target(conn, complaint.target_id)
    category = _checked(conn, complaint)
    reporter = actors.load_actors_by_id(conn, [me])[me]
    if reports.count_since(conn, reporter.uri, unit.now - DAY) >= MAX_A_DAY:
        raise RateLimited("You have reported a lot today.", retry_after_seconds=60 * 60)
    uris = _posts(conn, me, target, complaint.status_ids)
    report_id, forwarded = unit.ids.new(), complaint.forward and not target.local
    reports.insert_report(
        conn,
        report_id=report_id,
        uri=f"{unit.origin}/ap/x/{report_id}",
        reporter_uri=reporter.uri,
        target_uri=target.uri,
        object_uris=uris,
        comment=complaint.comment,
        now=unit.now,
        category=category,
        rule_ids=[str(each) for each in complaint.rule_ids],
        forwarded=forwarded,
    )
    community_reports.involve(conn, unit, report_id, community_reports.find_communities(conn, uris))
    if community_reports.is_for_house(conn, report_id, category):
        news.tell(conn, unit, happened.Reported(report_id, me))
    if forwarded:
        events.record(conn, unit.ids, unit.now, events.Reported(report_id), about=target.uri)
    return Report(report_id, target, category, forwarded, unit.now)


def _checked(conn: Connection, complaint: Complaint) -> str:
    if len(complaint.comment) > MAX_COMMENT:
        raise Invalid(Sentence("A comment has at most {n} characters.", n=MAX_COMMENT))
    if complaint.category not in CATEGORIES:
        raise Invalid(problems=[Problem("$.category", f"one of {', '.join(CATEGORIES)}", complaint.category[:40])])
    known = {rule.id for rule in rules.load_rules(conn)} if complaint.rule_ids else set()
    if set(complaint.rule_ids) - known:
        raise Invalid(problems=[Problem("$.rule_ids", "rules of this node", "others")])
    return "violation" if complaint.rule_ids else complaint.category


def _posts(conn: Connection, me: int, target: Actor, ids: Sequence[int]) -> list[str]:
    if not ids:
        return []
    query = select(objects.c.uri).where(
        objects.c.id.in_(ids[:MAX_STATUSES]), objects.c.actor_id == target.id, visible_to(me)
    )
    found = list(conn.scalars(query, {"viewer": me}))
    if len(found) != len(ids[:MAX_STATUSES]):
        raise NotFound
    return found
