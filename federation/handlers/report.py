"""Flag: a report from another server, for the moderators; the reported person is never told."""

from federation.batch import Batch, Inbound
from node.richtext import clean_plain_field
from node.services import news
from node.store import reports

_COMMENT_AT_MOST = 5_000


def flag(batch: Batch, inbound: Inbound) -> str:
    """Mastodon and GoToSocial name actor and posts in ``object``; Misskey names posts in ``content`` only."""
    activity = inbound.activity
    targets = batch.local_addressees(activity.object_uris)
    posts = [found for uri in activity.object_uris if (found := batch.object(uri)) is not None and found.local]
    if not targets and not posts:
        return "not-ours"
    comment = activity.raw.get("content") or activity.raw.get("summary") or ""
    reporter, report_id = batch.actor(activity.actor), batch.unit.ids.new()
    reports.insert_report(
        batch.conn,
        report_id=report_id,
        uri=activity.id,
        reporter_uri=activity.actor,
        target_uri=targets[0].uri if targets else "",
        object_uris=[post.uri for post in posts],
        comment=clean_plain_field(comment if isinstance(comment, str) else "")[:_COMMENT_AT_MOST],
        now=batch.unit.now,
    )
    if reporter is not None:
        batch.add_news(news.Reported(report_id, reporter.id))
    return "reported"
