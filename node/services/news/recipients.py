"""Who is told of what happened: for each kind of it, a function that answers notices."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from node.domain.notices import Notice, NoticeType, Occasion
from node.domain.visibility import Visibility
from node.services.news.happened import (
    Accepted,
    Announced,
    Answered,
    Concerning,
    Deleted,
    Edited,
    Enrolled,
    FiltersChanged,
    Followed,
    Merged,
    News,
    Official,
    PollEnded,
    Posted,
    Quoted,
    Reacted,
    Refreshed,
    Reminded,
    Reported,
    Shared,
    SignedUp,
)
from node.store.events import events
from node.store.news import notifications
from node.store.news.notifications import Told

ToldById = Mapping[int, Told]
Find = Callable[[Connection, Sequence[Any], ToldById], Iterable[Notice]]


def _of_posts(conn: Connection, items: Sequence[Posted], told: ToldById) -> Iterable[Notice]:
    """Whom a post names, answers or quotes, and those who want to hear whenever its author posts."""
    reached = notifications.load_reached(conn, [item.object_id for item in items if item.reaches])
    yield from _mentioning(reached[notifications.NAMED], told)
    yield from _quoting(reached[notifications.QUOTED], told)
    for object_id, owner_id in reached[notifications.SUBSCRIBED]:
        yield Notice(owner_id, NoticeType.STATUS, told[object_id].actor_id, object_id, object_id)


def _mentioning(reached: Iterable[tuple[int, int]], told: ToldById) -> Iterable[Notice]:
    for object_id, owner_id in dict.fromkeys(reached):
        post = told[object_id]
        is_private = post.visibility == Visibility.DIRECT
        yield Notice(owner_id, NoticeType.MENTION, post.actor_id, object_id, object_id, is_private=is_private)


def _quoting(reached: Iterable[tuple[int, int]], told: ToldById) -> Iterable[Notice]:
    for object_id, owner_id in reached:
        yield Notice(owner_id, NoticeType.QUOTE, told[object_id].actor_id, object_id, object_id)


def _of_edits(conn: Connection, items: Sequence[Edited], told: ToldById) -> Iterable[Notice]:
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


def _of_reactions(kind: NoticeType) -> Find:
    def find(_conn: Connection, items: Sequence[Reacted | Shared], told: ToldById) -> Iterable[Notice]:
        for item in items:
            post = told[item.object_id]
            if post.local:
                yield Notice(post.actor_id, kind, item.actor_id, item.reaction_id, post.id)

    return find


def _of_quotes(conn: Connection, items: Sequence[Quoted], told: ToldById) -> Iterable[Notice]:
    return _quoting(notifications.load_quoted_here(conn, [item.object_id for item in items]), told)


def _of_concerns(_conn: Connection, items: Sequence[Concerning], told: ToldById) -> Iterable[Notice]:
    """Apps know no type for this; that somebody is named is the nearest."""
    for item in items:
        actor_id = told[item.object_id].actor_id
        yield Notice(item.owner_id, NoticeType.MENTION, actor_id, item.object_id, item.object_id)


def _of_follows(_conn: Connection, items: Sequence[Followed], _told: ToldById) -> Iterable[Notice]:
    for item in items:
        kind = NoticeType.FOLLOW_REQUEST if item.asks else NoticeType.FOLLOW
        yield Notice(item.followed_id, kind, item.follower_id, item.follow_id)


def _of_polls(conn: Connection, items: Sequence[PollEnded], told: ToldById) -> Iterable[Notice]:
    ids = [item.object_id for item in items]
    for object_id, owner_id in notifications.load_voters_here(conn, ids):
        yield Notice(owner_id, NoticeType.POLL, told[object_id].actor_id, object_id, object_id)
    for object_id in ids:
        if told[object_id].local:
            author_id = told[object_id].actor_id
            yield Notice(author_id, NoticeType.POLL, author_id, object_id, object_id)


def _of_accepted(conn: Connection, items: Sequence[Accepted], told: ToldById) -> Iterable[Notice]:
    """The question is shown, with its answer; apps say that its author has posted."""
    answers = notifications.load_told(conn, {item.answer_id for item in items})
    for item in items:
        answer = answers.get(item.answer_id)
        if answer is not None and answer.local:
            asker_id = told[item.object_id].actor_id
            event = {"occasion": Occasion.ACCEPTED.value}
            yield Notice(answer.actor_id, NoticeType.STATUS, asker_id, answer.id, item.object_id, event=event)


def _of_reminders(conn: Connection, items: Sequence[Reminded], told: ToldById) -> Iterable[Notice]:
    """``reference`` tells the times of a series apart: of each one hears once."""
    starts = {item.object_id: item.start_at for item in items}
    spared = {(item.object_id, actor_id) for item in items for actor_id in item.but}
    for object_id, owner_id in events.load_hearing_here(conn, starts):
        if (object_id, owner_id) in spared:
            continue
        author_id, event = told[object_id].actor_id, {"occasion": Occasion.REMINDED.value}
        yield Notice(owner_id, NoticeType.STATUS, author_id, starts[object_id], object_id, event=event)


def _of_answers(conn: Connection, items: Sequence[Answered], told: ToldById) -> Iterable[Notice]:
    """The newest of each answer only, so that who cannot make up her mind is told of once."""
    notifications.delete_for(conn, [item.answer_id for item in items])
    for item in items:
        event = {"occasion": item.occasion.value}
        for owner_id in sorted({told[item.object_id].actor_id, *events.list_organisers(conn, item.object_id)}):
            yield Notice(owner_id, NoticeType.STATUS, item.actor_id, item.answer_id, item.object_id, event=event)


def _of_sign_ups(conn: Connection, items: Sequence[SignedUp], _told: ToldById) -> Iterable[Notice]:
    staff = notifications.load_staff(conn)
    return [Notice(owner, NoticeType.SIGN_UP, item.actor_id, item.actor_id) for item in items for owner in staff]


def _of_reports(conn: Connection, items: Sequence[Reported], _told: ToldById) -> Iterable[Notice]:
    staff = notifications.load_staff(conn)
    return [Notice(owner, NoticeType.REPORT, item.reporter_id, item.report_id) for item in items for owner in staff]


def _of_decisions(_conn: Connection, items: Sequence[Official], _told: ToldById) -> Iterable[Notice]:
    for item in items:
        yield Notice(item.owner_id, item.type, item.actor_id, item.reference, event=dict(item.event))


def _of_enrolments(conn: Connection, items: Sequence[Enrolled], _told: ToldById) -> Iterable[Notice]:
    notifications.delete_for(conn, {item.reference for item in items}, {item.owner_id for item in items})
    for item in items:
        event = {"occasion": item.occasion.value}
        yield Notice(item.owner_id, NoticeType.STATUS, item.actor_id, item.reference, item.object_id, event=event)


def _of_nothing(_conn: Connection, _items: Sequence[News], _told: ToldById) -> Iterable[Notice]:
    return ()


NOTICES: Mapping[type[News], Find] = MappingProxyType(
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
