"""News: what happened that people here want to hear of at once.

Whoever writes something calls ``tell`` in the same transaction, with all that happened in it:

    news.tell(conn, unit, news.Posted(note.id))
    news.tell(conn, unit, *(news.Reacted(like.id, like.actor_id, like.object_id) for like in likes))

``tell`` writes the rows of ``notifications`` and conversations, leaves a job where an app sleeps, and sends one short
message under ``TOPIC``, which every process hears after the commit (``Store.hear``): from it streams learn what to
show to whom. It takes the same number of statements for one piece of news as for a hundred. Taking back needs no
call: a reaction, a follow or an object that is deleted takes what was told of it along; only ``Deleted`` must be
told, before the object is buried, so that open timelines drop it.

Nobody is told of their own acts, of people they have muted or blocked or who have blocked them, or of conversations
that they have muted.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Connection

from node.domain.notices import DEFAULT_POLICY, NEW_FOR, Notice, NoticeType, Occasion, Verdict, group_key, judge
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.services.news import push
from node.store.database.engine import send
from node.store.events import events
from node.store.news import notifications
from node.store.news.notifications import Told
from node.store.posts import conversations, objects
from node.store.posts.conversations import Message
from node.store.posts.objects import Object
from node.store.reading import hearing

TOPIC = "news"
#: So many ids, of 19 digits each, fit in one message (``engine.MAX_MESSAGE``).
_IDS_AT_MOST = 300
_OWNERS_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Posted:
    """A post is new here, ours or another's; its row, its mentions and its home entries are written."""

    object_id: int


@dataclass(frozen=True, slots=True)
class Edited:
    """The text of a post has changed."""

    object_id: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What apps show of a post has changed, but not its text: a card, what it quotes, votes."""

    object_id: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """A post is about to be buried: tell it before, with its home entries still there."""

    found: Object


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody likes a post, be it with an emoji."""

    reaction_id: int
    actor_id: int
    object_id: int


@dataclass(frozen=True, slots=True)
class Shared:
    """Somebody shared a post; the home entries that it brought are written."""

    reaction_id: int
    actor_id: int
    object_id: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """The author of a post (or its policy) lets another post quote it."""

    object_id: int  # the quoting post


@dataclass(frozen=True, slots=True)
class Concerning:
    """Something new is based on, or about, what one of ours wrote: ``owner_id`` is told."""

    object_id: int  # what is new
    owner_id: int


@dataclass(frozen=True, slots=True)
class Followed:
    """Somebody follows one of ours, or asks to where ``asks``."""

    follow_id: int
    follower_id: int
    followed_id: int
    asks: bool = False


@dataclass(frozen=True, slots=True)
class PollEnded:
    """The time of a poll is over."""

    object_id: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who asked a question says which answer helped: its author is told."""

    object_id: int  # the question
    answer_id: int


@dataclass(frozen=True, slots=True)
class Reminded:
    """An event begins in a day, at ``start_at``: those who answered or keep it are told, but these."""

    object_id: int
    start_at: int
    but: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SignedUp:
    """Somebody has an account here, or asks for one: those who look after the node are told."""

    actor_id: int


@dataclass(frozen=True, slots=True)
class Reported:
    """Somebody reported something: those who look after the node are told."""

    report_id: int
    reporter_id: int


@dataclass(frozen=True, slots=True)
class Official:
    """The node tells one person of a decision: ``event`` is what clients show of it.

    ``type`` is ``SEVERED`` or ``WARNING``; ``reference`` the id of the decision, ``actor_id`` whom it is about.
    """

    type: NoticeType
    owner_id: int
    actor_id: int
    reference: int
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody answered an event of ours: its organisers are told what is new of the answer."""

    object_id: int
    answer_id: int
    actor_id: int
    occasion: Occasion


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody enrolled in a course, or what became of it: one person is told the newest, with the course.

    ``actor_id``: whom it comes from; ``reference``: the id of the enrolment.
    """

    object_id: int
    owner_id: int
    actor_id: int
    reference: int
    occasion: Occasion


@dataclass(frozen=True, slots=True)
class FiltersChanged:
    """Somebody changed what they do not want to read."""

    owner_id: int


@dataclass(frozen=True, slots=True)
class Merged:
    """Filtered news that were accepted stand among the others now."""

    owner_id: int


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement of the node is new or changed; ``event`` as clients know it: ``announcement``,
    ``announcement.reaction`` (``name`` says which) or ``announcement.delete``.
    """

    announcement_id: int
    event: str = "announcement"
    name: str = ""


News = (
    Posted
    | Edited
    | Refreshed
    | Deleted
    | Reacted
    | Shared
    | Quoted
    | Concerning
    | Followed
    | PollEnded
    | Accepted
    | Reminded
    | Answered
    | SignedUp
    | Reported
    | Official
    | Enrolled
    | FiltersChanged
    | Merged
    | Announced
)


def tell(conn: Connection, unit: Unit, *happened: News) -> None:
    """See the module; a unit of work."""
    by_kind: defaultdict[type[News], list[Any]] = defaultdict(list)
    for item in happened:
        by_kind[type(item)].append(item)
    told = notifications.load_told(conn, {about for item in happened if (about := _about(item)) is not None})
    wanted: list[Notice] = []
    for kind, items in by_kind.items():
        known = [item for item in items if (about := _about(item)) is None or about in told]
        for said in _SAYINGS[kind](conn, unit, known, told):
            send(conn, TOPIC, said)
        wanted += _NOTICES[kind](conn, known, told)
    _notify(conn, unit, wanted)


def _about(item: News) -> int | None:
    """The post that it is about; news of one that has gone meanwhile are none."""
    return getattr(item, "object_id", None)


def read(message: str) -> dict[str, Any]:
    """What a message under ``TOPIC`` says: ``event`` as clients know it, and the ids that it is about."""
    said: dict[str, Any] = orjson.loads(message)
    return said


# -- who is told ------------------------------------------------------------------------------------------------------

_Told = Mapping[int, Told]
_Find = Callable[[Connection, Sequence[Any], _Told], Iterable[Notice]]


def _of_posts(conn: Connection, items: Sequence[Posted], told: _Told) -> Iterable[Notice]:
    """Whom a post names, answers or quotes, and those who want to hear whenever its author posts."""
    reached = notifications.load_reached(conn, [item.object_id for item in items])
    yield from _mentioning(reached[notifications.NAMED], told)
    yield from _quoting(reached[notifications.QUOTED], told)
    for object_id, owner_id in reached[notifications.SUBSCRIBED]:
        yield Notice(owner_id, NoticeType.STATUS, told[object_id].actor_id, object_id, object_id)


def _mentioning(reached: Iterable[tuple[int, int]], told: _Told) -> Iterable[Notice]:
    for object_id, owner_id in dict.fromkeys(reached):
        post = told[object_id]
        is_private = post.visibility == Visibility.DIRECT
        yield Notice(owner_id, NoticeType.MENTION, post.actor_id, object_id, object_id, is_private=is_private)


def _quoting(reached: Iterable[tuple[int, int]], told: _Told) -> Iterable[Notice]:
    for object_id, owner_id in reached:
        yield Notice(owner_id, NoticeType.QUOTE, told[object_id].actor_id, object_id, object_id)


def _of_edits(conn: Connection, items: Sequence[Edited], told: _Told) -> Iterable[Notice]:
    """Whom the edit names now, those who shared it as it was, and of an event those who answered or keep it."""
    ids = [item.object_id for item in items]
    if not ids:
        return
    yield from _mentioning(notifications.load_named_here(conn, ids), told)
    notifications.delete_updates(conn, ids, [NoticeType.UPDATE, NoticeType.QUOTED_UPDATE])
    for object_id, owner_id in {*notifications.load_sharers_here(conn, ids), *events.load_hearing_here(conn, ids)}:
        yield Notice(owner_id, NoticeType.UPDATE, told[object_id].actor_id, object_id, object_id)
    for object_id, quoting_id, owner_id in notifications.load_quoters_here(conn, ids):
        yield Notice(owner_id, NoticeType.QUOTED_UPDATE, told[object_id].actor_id, quoting_id, quoting_id)


def _of_reactions(kind: NoticeType) -> _Find:
    def find(_conn: Connection, items: Sequence[Reacted | Shared], told: _Told) -> Iterable[Notice]:
        for item in items:
            post = told[item.object_id]
            if post.local:
                yield Notice(post.actor_id, kind, item.actor_id, item.reaction_id, post.id)

    return find


def _of_quotes(conn: Connection, items: Sequence[Quoted], told: _Told) -> Iterable[Notice]:
    return _quoting(notifications.load_quoted_here(conn, [item.object_id for item in items]), told)


def _of_concerns(_conn: Connection, items: Sequence[Concerning], told: _Told) -> Iterable[Notice]:
    """Apps know no type for this; that somebody is named is the nearest."""
    for item in items:
        actor_id = told[item.object_id].actor_id
        yield Notice(item.owner_id, NoticeType.MENTION, actor_id, item.object_id, item.object_id)


def _of_follows(_conn: Connection, items: Sequence[Followed], _told: _Told) -> Iterable[Notice]:
    for item in items:
        kind = NoticeType.FOLLOW_REQUEST if item.asks else NoticeType.FOLLOW
        yield Notice(item.followed_id, kind, item.follower_id, item.follow_id)


def _of_polls(conn: Connection, items: Sequence[PollEnded], told: _Told) -> Iterable[Notice]:
    ids = [item.object_id for item in items]
    for object_id, owner_id in notifications.load_voters_here(conn, ids):
        yield Notice(owner_id, NoticeType.POLL, told[object_id].actor_id, object_id, object_id)
    for object_id in ids:
        if told[object_id].local:
            author_id = told[object_id].actor_id
            yield Notice(author_id, NoticeType.POLL, author_id, object_id, object_id)


def _of_accepted(conn: Connection, items: Sequence[Accepted], told: _Told) -> Iterable[Notice]:
    """The question is shown, with its answer; apps say that its author has posted."""
    answers = notifications.load_told(conn, {item.answer_id for item in items})
    for item in items:
        answer = answers.get(item.answer_id)
        if answer is not None and answer.local:
            asker_id = told[item.object_id].actor_id
            event = {"occasion": Occasion.ACCEPTED.value}
            yield Notice(answer.actor_id, NoticeType.STATUS, asker_id, answer.id, item.object_id, event=event)


def _of_reminders(conn: Connection, items: Sequence[Reminded], told: _Told) -> Iterable[Notice]:
    """``reference`` tells the times of a series apart: of each one hears once."""
    starts = {item.object_id: item.start_at for item in items}
    spared = {(item.object_id, actor_id) for item in items for actor_id in item.but}
    for object_id, owner_id in events.load_hearing_here(conn, starts):
        if (object_id, owner_id) in spared:
            continue
        author_id, event = told[object_id].actor_id, {"occasion": Occasion.REMINDED.value}
        yield Notice(owner_id, NoticeType.STATUS, author_id, starts[object_id], object_id, event=event)


def _of_answers(conn: Connection, items: Sequence[Answered], told: _Told) -> Iterable[Notice]:
    """The newest of each answer only, so that who cannot make up her mind is told of once."""
    notifications.delete_for(conn, [item.answer_id for item in items])
    for item in items:
        event = {"occasion": item.occasion.value}
        for owner_id in sorted({told[item.object_id].actor_id, *events.list_organisers(conn, item.object_id)}):
            yield Notice(owner_id, NoticeType.STATUS, item.actor_id, item.answer_id, item.object_id, event=event)


def _of_sign_ups(conn: Connection, items: Sequence[SignedUp], _told: _Told) -> Iterable[Notice]:
    staff = notifications.load_staff(conn)
    return [Notice(owner, NoticeType.SIGN_UP, item.actor_id, item.actor_id) for item in items for owner in staff]


def _of_reports(conn: Connection, items: Sequence[Reported], _told: _Told) -> Iterable[Notice]:
    staff = notifications.load_staff(conn)
    return [Notice(owner, NoticeType.REPORT, item.reporter_id, item.report_id) for item in items for owner in staff]


def _of_decisions(_conn: Connection, items: Sequence[Official], _told: _Told) -> Iterable[Notice]:
    for item in items:
        yield Notice(item.owner_id, item.type, item.actor_id, item.reference, event=dict(item.event))


def _of_enrolments(conn: Connection, items: Sequence[Enrolled], _told: _Told) -> Iterable[Notice]:
    notifications.delete_for(conn, {item.reference for item in items}, {item.owner_id for item in items})
    for item in items:
        event = {"occasion": item.occasion.value}
        yield Notice(item.owner_id, NoticeType.STATUS, item.actor_id, item.reference, item.object_id, event=event)


def _of_nothing(_conn: Connection, _items: Sequence[News], _told: _Told) -> Iterable[Notice]:
    return ()


_NOTICES: Mapping[type[News], _Find] = MappingProxyType(
    {
        Posted: _of_posts,
        Edited: _of_edits,
        Refreshed: _of_nothing,
        Deleted: _of_nothing,
        Reacted: _of_reactions(NoticeType.FAVOURITE),
        Shared: _of_reactions(NoticeType.REBLOG),
        Quoted: _of_quotes,
        Concerning: _of_concerns,
        Followed: _of_follows,
        PollEnded: _of_polls,
        Accepted: _of_accepted,
        Reminded: _of_reminders,
        Answered: _of_answers,
        SignedUp: _of_sign_ups,
        Reported: _of_reports,
        Official: _of_decisions,
        Enrolled: _of_enrolments,
        FiltersChanged: _of_nothing,
        Merged: _of_nothing,
        Announced: _of_nothing,
    }
)
#: What one may be told of although one did it.
_OWN = frozenset({NoticeType.POLL, NoticeType.SEVERED, NoticeType.WARNING})


def _notify(conn: Connection, unit: Unit, wanted: Sequence[Notice]) -> None:
    notices = [notice for notice in wanted if notice.owner_id != notice.actor_id or notice.type in _OWN]
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
        if notice.type in _OWN
        or ((notice.owner_id, notice.actor_id) not in deaf and (notice.owner_id, notice.object_id) not in muted)
    ]
    rows, requests = _rows(conn, unit, notices)
    new = notifications.insert_notifications(conn, rows)
    notifications.insert_requests(conn, [row for row in requests if row["reference"] in new])
    heard = [row for row in rows if row["id"] in new and not row["filtered"]]
    push.enqueue(conn, unit, heard)
    for part in _parts([(row["id"], row["owner_id"]) for row in heard], _IDS_AT_MOST // 2):
        send(conn, TOPIC, _said("notification", ids=[i for i, _ in part], owners=[owner for _, owner in part]))


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


# -- what streams hear ------------------------------------------------------------------------------------------------

_Say = Callable[[Connection, Unit, Sequence[Any], _Told], Iterable[str]]


def _said(event: str, **about: Any) -> str:
    return orjson.dumps({"event": event, **about}).decode()


def _parts(items: Sequence[Any], size: int = _IDS_AT_MOST) -> Iterable[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _say_posts(conn: Connection, unit: Unit, items: Sequence[Posted], told: _Told) -> Iterable[str]:
    """A new post, and the conversations that a direct one belongs to."""
    ids = [item.object_id for item in items]
    yield from (_said("update", ids=list(part)) for part in _parts(ids))
    changed = _add_to_conversations(conn, unit, [told[each] for each in ids])
    yield from (_said("conversation", ids=list(part)) for part in _parts(changed))


def _say_shares(_conn: Connection, _unit: Unit, items: Sequence[Shared], _told: _Told) -> Iterable[str]:
    return [_said("share", ids=list(part)) for part in _parts([item.reaction_id for item in items])]


def _say_edits(_conn: Connection, _unit: Unit, items: Sequence[Edited | Refreshed], _told: _Told) -> Iterable[str]:
    return [_said("status.update", ids=list(part)) for part in _parts([item.object_id for item in items])]


def _say_deletions(conn: Connection, _unit: Unit, items: Sequence[Deleted], _told: _Told) -> Iterable[str]:
    """``owners`` are those who have it on their timelines; None where they are too many to name."""
    for item in items:
        found = item.found
        owners = objects.list_home_owners(conn, found.id, limit=_OWNERS_AT_MOST + 1)
        yield _said(
            "delete",
            ids=[found.id],
            actor=found.actor_id,
            visibility=found.visibility,
            owners=owners if len(owners) <= _OWNERS_AT_MOST else None,
        )


def _say_nothing(_conn: Connection, _unit: Unit, _items: Sequence[News], _told: _Told) -> Iterable[str]:
    return ()


def _say_to_owners(event: str) -> _Say:
    def say(_conn: Connection, _unit: Unit, items: Sequence[FiltersChanged | Merged], _told: _Told) -> Iterable[str]:
        return [_said(event, owners=list(part)) for part in _parts([item.owner_id for item in items])]

    return say


def _say_announcements(_conn: Connection, _unit: Unit, items: Sequence[Announced], _told: _Told) -> Iterable[str]:
    return [_said(item.event, ids=[item.announcement_id], name=item.name) for item in items]


_SAYINGS: Mapping[type[News], _Say] = MappingProxyType(
    {
        Posted: _say_posts,
        Edited: _say_edits,
        Refreshed: _say_edits,
        Deleted: _say_deletions,
        Reacted: _say_nothing,
        Shared: _say_shares,
        Quoted: _say_nothing,
        Concerning: _say_nothing,
        Followed: _say_nothing,
        PollEnded: _say_nothing,
        Accepted: _say_nothing,
        Reminded: _say_nothing,
        Answered: _say_nothing,
        SignedUp: _say_nothing,
        Reported: _say_nothing,
        Official: _say_nothing,
        Enrolled: _say_nothing,
        FiltersChanged: _say_to_owners("filters_changed"),
        Merged: _say_to_owners("notifications_merged"),
        Announced: _say_announcements,
    }
)


def _add_to_conversations(conn: Connection, unit: Unit, posts: Sequence[Told]) -> list[int]:
    """Direct messages among ``posts`` join the conversations of those of ours who take part; answers which."""
    direct = [post for post in posts if post.visibility == Visibility.DIRECT]
    if not direct:
        return []
    named = conversations.load_participants(conn, [post.id for post in direct])
    everybody = {post.actor_id for post in direct} | {each for actors in named.values() for each in actors}
    owners = notifications.load_owners(conn, everybody)
    deaf = hearing.load_deaf(conn, owners, {post.actor_id for post in direct}, unit.now, notices=False)
    messages = [
        (unit.ids.new(), _message(post, owner, {post.actor_id, *named.get(post.id, ())}))
        for post in direct
        for owner in sorted(owners & {post.actor_id, *named.get(post.id, ())})
        if (owner, post.actor_id) not in deaf
    ]
    return conversations.add_messages(conn, messages)


def _message(post: Told, owner_id: int, participants: Collection[int]) -> Message:
    others = tuple(sorted(set(participants) - {owner_id}))
    return Message(owner_id, post.context, post.id, others, unread=post.actor_id != owner_id)
