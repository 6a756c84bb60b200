"""News: what happened that people here want to hear of at once.

Whoever writes something calls ``tell`` in the same transaction, with all that happened in it:

    news.tell(conn, unit, happened.Posted(note.id))
    news.tell(conn, unit, *(happened.Reacted(like.id, like.actor_id, like.object_id) for like in likes))

``tell`` writes the rows of ``notifications`` and conversations, leaves a job where an app sleeps, and sends one short
message (``messages``), which every process hears after the commit (``Store.hear``): from it streams learn what to
show to whom. It takes the same number of statements for one piece of news as for a hundred. Taking back needs no
call: a reaction, a follow or an object that is deleted takes what was told of it along; only ``Deleted`` must be
told, before the object is buried, so that open timelines drop it.

Nobody is told of their own acts, of people they have muted or blocked or who have blocked them, or of conversations
that they have muted.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from node.domain.notices import DEFAULT_POLICY, NEW_FOR, Notice, NoticeType, Verdict, group_key, judge
from node.services.context import Unit
from node.services.news import push
from node.services.news.happened import News
from node.services.news.messages import IDS_AT_MOST, TOPIC, parts, said
from node.services.news.recipients import NOTICES
from node.services.news.signals import SIGNALS
from node.store.database.engine import send
from node.store.news import notifications
from node.store.reading import hearing

#: What one may be told of although one did it, or wants to hear nothing of who did.
OWN = frozenset({NoticeType.POLL, NoticeType.SEVERED, NoticeType.WARNING})


def tell(conn: Connection, unit: Unit, *told_of: News) -> None:
    """Write notifications for those whom it concerns, and signals for the streams; a unit of work."""
    by_kind: defaultdict[type[News], list[Any]] = defaultdict(list)
    for item in told_of:
        by_kind[type(item)].append(item)
    told = {known.id: known for item in told_of if (known := getattr(item, "known", None)) is not None}
    abouts = {about for item in told_of if (about := _about(item)) is not None}
    told |= notifications.load_told(conn, abouts - told.keys())
    wanted: list[Notice] = []
    for kind, items in by_kind.items():
        known = [item for item in items if (about := _about(item)) is None or about in told]
        for message in SIGNALS[kind](conn, unit, known, told):
            send(conn, TOPIC, message)
        wanted += NOTICES[kind](conn, known, told)
    _notify(conn, unit, wanted)


def _about(item: News) -> int | None:
    """The post that it is about; news of one that has gone meanwhile are none."""
    return getattr(item, "object_id", None)


def _notify(conn: Connection, unit: Unit, wanted: Sequence[Notice]) -> None:
    notices = [notice for notice in wanted if notice.owner_id != notice.actor_id or notice.type in OWN]
    if not notices:
        return
    owners = notifications.load_owners(conn, {notice.owner_id for notice in notices})
    notices = [notice for notice in notices if notice.owner_id in owners]
    if not notices:
        return
    deaf = hearing.load_deaf(conn, owners, {notice.actor_id for notice in notices}, unit.now, notices=True)
    muted = hearing.load_muted(conn, owners, {notice.object_id for notice in notices if notice.object_id is not None})
    notices = [
        notice
        for notice in notices
        if notice.type in OWN
        or ((notice.owner_id, notice.actor_id) not in deaf and (notice.owner_id, notice.object_id) not in muted)
    ]
    rows, requests = _rows(conn, unit, notices)
    new = notifications.insert_notifications(conn, rows)
    notifications.insert_requests(conn, [row for row in requests if row["reference"] in new])
    heard = [row for row in rows if row["id"] in new and not row["filtered"]]
    push.enqueue(conn, unit, heard)
    for part in parts([(row["id"], row["owner_id"]) for row in heard], IDS_AT_MOST // 2):
        send(conn, TOPIC, said("notification", ids=[i for i, _ in part], owners=[owner for _, owner in part]))


def _rows(conn: Connection, unit: Unit, notices: Sequence[Notice]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of what the policies of their owners let through, and of the requests that filtered ones make."""
    verdicts = _judged(conn, unit, notices)
    rows, requests = [], []
    for notice, verdict in zip(notices, verdicts, strict=True):
        if verdict is Verdict.DROP:
            continue
        notice_id = unit.ids.new()
        is_filtered = verdict is Verdict.FILTER
        rows.append(
            {
                "id": notice_id,
                "owner_id": notice.owner_id,
                "type": notice.type.value,
                "actor_id": notice.actor_id,
                "object_id": notice.object_id,
                "reference": notice.reference,
                "group_key": group_key(notice, notice_id, unit.now),
                "filtered": is_filtered,
                "created_at": unit.now,
                "event": notice.event,
            }
        )
        if is_filtered:
            requests.append((notice_id, notice))
    return rows, [
        {
            "id": unit.ids.new(),
            "owner_id": notice.owner_id,
            "actor_id": notice.actor_id,
            "created_at": unit.now,
            "updated_at": unit.now,
            "reference": notice_id,
        }
        for notice_id, notice in requests
    ]


def _judged(conn: Connection, unit: Unit, notices: Sequence[Notice]) -> list[Verdict]:
    policies = notifications.load_policies(conn, {notice.owner_id for notice in notices})
    if not policies and not notifications.has_limited_domains(conn):
        return [Verdict.ACCEPT] * len(notices)
    pairs = {(notice.owner_id, notice.actor_id) for notice in notices}
    standings = notifications.load_standings(conn, pairs, new_since=unit.now - NEW_FOR)
    return [
        judge(policies.get(notice.owner_id, DEFAULT_POLICY), notice, standings[notice.owner_id, notice.actor_id])
        for notice in notices
    ]
