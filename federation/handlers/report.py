"""Flag: a report from another server, for moderators; the reported person is never told. Resolve: it is dealt with.

What is reported in a community of ours is for its moderators; what a community elsewhere announces is for its
moderators here (Lemmy's form of both).
"""

import re
from collections.abc import Sequence

from federation.applying.batch import Batch, Inbound
from federation.mapping.activity import Activity
from node import events
from node.services.communities import community_reports
from node.services.news import happened
from node.store.communities import community_reports as table
from node.store.communities import community_roles
from node.store.house import reports
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts.objects import Object
from node.text.richtext import clean_plain_field

_COMMENT_AT_MOST = 5_000
_ADDRESS = re.compile(r"https?://[^\s<>\"']{1,2000}")
_ADDRESSES_AT_MOST = 20
_REPORTS_AT_MOST = 200


def flag(batch: Batch, inbound: Inbound) -> str:
    """Mastodon and GoToSocial name actor and posts in ``object``, Lemmy one post, Misskey posts in ``content``."""
    activity = inbound.activity
    targets = batch.local_addressees(activity.object_uris)
    posts = [found for uri in activity.object_uris if (found := batch.object(uri)) is not None]
    posts = posts or _posts_in_words(batch, activity, targets)
    groups = _communities(batch, inbound, posts)
    if not groups and (inbound.announced_by or not (targets or any(post.local for post in posts))):
        return "not-ours"  # a community vouches for who reports in it, and for nobody else
    batch.flush()
    known = reports.find_by_uri(batch.conn, activity.id)
    if known is not None and known.reporter_uri != activity.actor:
        return "other-actor"
    report_id = known.id if known is not None else _store(batch, activity, targets, posts)
    community_reports.involve(batch.conn, batch.unit, report_id, groups)
    reporter = batch.actor(activity.actor)
    if known is None and reporter is not None and community_reports.is_for_house(batch.conn, report_id, ""):
        batch.add_news(happened.Reported(report_id, reporter.id))
    return "reported"


def _posts_in_words(batch: Batch, activity: Activity, targets: Sequence[Actor]) -> list[Object]:
    """Posts of the reported people whose addresses stand in the comment."""
    addresses = dict.fromkeys(_ADDRESS.findall(_comment(activity)))
    found = (batch.object(address) for address in list(addresses)[:_ADDRESSES_AT_MOST])
    authors = {target.id for target in targets}
    return [post for post in found if post is not None and post.actor_id in authors]


def _comment(activity: Activity) -> str:
    comment = activity.raw.get("content") or activity.raw.get("summary")
    return comment[:_COMMENT_AT_MOST] if isinstance(comment, str) else ""


def _communities(batch: Batch, inbound: Inbound, posts: Sequence[Object]) -> list[Actor]:
    """Ours that the posts are in; of a report that a community announced, that one."""
    groups = community_reports.find_communities(batch.conn, [post.uri for post in posts])
    by = inbound.announced_by
    return [group for group in groups if (group.uri == by if by else group.local)]


def _store(batch: Batch, activity: Activity, targets: Sequence[Actor], posts: Sequence[Object]) -> int:
    report_id = batch.unit.ids.new()
    authors = actors.load_actors_by_id(batch.conn, [post.actor_id for post in posts[:1]])
    target = next(iter([*targets, *authors.values()]), None)
    reports.insert_report(
        batch.conn,
        report_id=report_id,
        uri=activity.id,
        reporter_uri=activity.actor,
        target_uri=target.uri if target is not None else "",
        object_uris=[post.uri for post in posts],
        comment=clean_plain_field(_comment(activity)),
        now=batch.unit.now,
    )
    return report_id


def resolve(batch: Batch, inbound: Inbound) -> str:
    """A moderator of a community has dealt with a report: of ours, or as the community elsewhere announces it."""
    activity, by = inbound.activity, inbound.activity.actor
    batch.flush()
    group = _resolved_in(batch, inbound)
    if group is None:
        return "not-ours"
    if not community_roles.is_moderator(batch.conn, group.id, by, batch.unit.now):
        return "not-a-moderator"
    report_id = _meant(batch, group, activity)
    if report_id is None:
        return "unknown-report"
    if not community_reports.settle(batch.conn, batch.unit, group, report_id, by):
        return "resolved-before"
    if group.local:
        told = events.ReportResolved(group.id, report_id, by, activity.id)
        events.record(batch.conn, batch.unit.ids, batch.unit.now, told, about=group.uri)
    return "report-resolved"


def _resolved_in(batch: Batch, inbound: Inbound) -> Actor | None:
    if inbound.announced_by:
        return batch.actor(inbound.announced_by)
    return next((group for group in batch.local_addressees(inbound.activity.to) if group.is_group), None)


def _meant(batch: Batch, group: Actor, activity: Activity) -> int | None:
    """The report that is named, else an open one about the same post: Lemmy makes up a new id for the copy."""
    known = reports.find_by_uri(batch.conn, activity.object_uri or "")
    if known is not None:
        return int(known.id) if table.find(batch.conn, group.id, known.id) is not None else None
    post = activity.inner.object_uri if activity.inner is not None else None
    waiting = table.list_for(batch.conn, group.id, state=table.OPEN, before=None, limit=_REPORTS_AT_MOST)
    return next((row.id for row in waiting if post in row.object_uris), None)
