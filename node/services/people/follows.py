"""Following: people here follow, are followed, answer requests; each change is told to whom it concerns elsewhere.

Units of work over a connection. ``me`` is one of ours; whoever is named by id and cannot be seen is ``NotFound``.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from node import events
from node.clock import DAY, HOUR
from node.domain.communities import Answer
from node.errors import Forbidden, NotFound
from node.jobs.kinds import FEATURED, OUTBOX
from node.services import membership
from node.services.communities import join_requests
from node.services.context import Unit
from node.services.news import happened, news
from node.store import jobs
from node.store.jobs import NewJob
from node.store.people import actors, blocks, follows, lists
from node.store.people.actors import Actor
from node.store.people.follows import ACCEPTED, PENDING, Follow
from node.store.reading import homes

_NOT_FOLLOWED = frozenset({"application"})


@dataclass(frozen=True, slots=True)
class Options:
    """How somebody is followed; None leaves as it is, or as usual."""

    reblogs: bool | None = None
    notify: bool | None = None
    languages: Sequence[str] | None = None


_AS_IT_IS = Options()


def load_target(conn: Connection, target_id: int) -> Actor:
    """Whom an act is about. Raises NotFound for ids that nobody has, and for who is gone."""
    target = actors.find_actor_by_id(conn, target_id)
    if target is None or target.state == "gone":
        raise NotFound
    return target


def follow(
    conn: Connection,
    unit: Unit,
    me: int,
    target_id: int,
    options: Options = _AS_IT_IS,
    *,
    is_blocked: Callable[[str], bool] = lambda _: False,
) -> Follow:
    """Follow, or ask to; doing so again changes the options alone. ``is_blocked``: what the node thinks of a host.

    Raises Forbidden for oneself, for who has blocked or is blocked, and for who has moved or takes no followers.
    """
    target = load_target(conn, target_id)
    known = follows.find_follow(conn, me, target.id)
    if known is None:
        _refuse(conn, me, target)
        if not target.local and is_blocked(target.host):
            raise Forbidden("This node does not deal with that server.")
        known = _begin(conn, unit, me, target, options)
    elif known.state == PENDING and not target.local:
        events.record(conn, unit.ids, unit.now, events.FollowRequested(known.id), about=target.uri)
    _set_options(conn, known.id, options)
    return known


def _set_options(conn: Connection, follow_id: int, options: Options) -> None:
    follows.set_options(conn, follow_id, reblogs=options.reblogs, notify=options.notify, languages=options.languages)


def _refuse(conn: Connection, me: int, target: Actor) -> None:
    if target.id == me or target.kind in _NOT_FOLLOWED or target.moved_to or not target.is_active:
        raise Forbidden("This account cannot be followed.")
    if blocks.are_apart(conn, me, target.id):
        raise Forbidden("You cannot follow this account.")


def _begin(conn: Connection, unit: Unit, me: int, target: Actor, options: Options) -> Follow:
    follow_id = unit.ids.new()
    joins = membership.decide_follow(conn, unit, _me(conn, me), target)
    is_welcome = joins is Answer.ACCEPTED if joins is not None else not target.locked
    state = ACCEPTED if target.local and is_welcome else PENDING
    new = Follow(follow_id, me, target.id, f"{unit.origin}/ap/x/{follow_id}", state, unit.now)
    follows.save_follow(conn, new)
    _set_options(conn, follow_id, options)
    if target.local:
        news.tell(conn, unit, happened.Followed(follow_id, me, target.id, asks=state == PENDING))
        if joins is Answer.ASKED:
            join_requests.ask(conn, unit, target, _me(conn, me), new)
    else:
        events.record(conn, unit.ids, unit.now, events.FollowRequested(follow_id), about=target.uri)
    if state == ACCEPTED:
        homes.merge(conn, me, target.id)
    return new


def _me(conn: Connection, actor_id: int) -> Actor:
    return actors.load_actors_by_id(conn, [actor_id])[actor_id]


def unfollow(conn: Connection, unit: Unit, me: int, target_id: int) -> bool:
    """Follow no more, or take the request back; answers whether there was one."""
    return end_follow(conn, unit, me, load_target(conn, target_id))


def end_follow(conn: Connection, unit: Unit, me: int, target: Actor) -> bool:
    """The same for an actor who is loaded."""
    known = follows.find_follow(conn, me, target.id)
    if known is None:
        return False
    follows.delete_follow(conn, known.id)
    homes.drop(conn, me, target.id)
    lists.remove_everywhere(conn, me, target.id)
    if target.local:
        join_requests.settle(conn, unit, target.id, known)
    else:
        ended = events.FollowEnded(me, target.id, known.uri)
        events.record(conn, unit.ids, unit.now, ended, about=target.uri)
    return True


def remove_follower(conn: Connection, unit: Unit, me: int, follower_id: int) -> None:
    """Somebody follows no more; no error where she did not."""
    end_follower(conn, unit, me, load_target(conn, follower_id))


def end_follower(conn: Connection, unit: Unit, me: int, follower: Actor) -> None:
    """The same for an actor who is loaded: an accepted follow, or a request."""
    known = follows.find_follow(conn, follower.id, me)
    if known is None:
        return
    follows.delete_follow(conn, known.id)
    join_requests.settle(conn, unit, me, known)
    if follower.local:
        homes.drop(conn, follower.id, me)
        lists.remove_everywhere(conn, follower.id, me)
    else:
        _answer(conn, unit, me, follower, known, accepted=False)


def authorize(conn: Connection, unit: Unit, me: int, follower_id: int) -> None:
    """Let somebody follow who has asked. Raises NotFound where nobody has."""
    follower, request = _request(conn, me, follower_id)
    follows.accept_follow(conn, request.id, unit.now)
    join_requests.settle(conn, unit, me, request)
    if follower.local:
        homes.merge(conn, follower.id, me)
    else:
        _answer(conn, unit, me, follower, request, accepted=True)


def reject(conn: Connection, unit: Unit, me: int, follower_id: int) -> None:
    """Refuse somebody who has asked. Raises NotFound where nobody has."""
    follower, request = _request(conn, me, follower_id)
    follows.delete_follow(conn, request.id)
    join_requests.settle(conn, unit, me, request)
    if not follower.local:
        _answer(conn, unit, me, follower, request, accepted=False)


def accept_all(conn: Connection, unit: Unit, me: int) -> None:
    """Let everybody follow who has asked: the account is locked no more."""
    for follower_id in follows.load_pending_followers(conn, me):
        authorize(conn, unit, me, follower_id)


def _request(conn: Connection, me: int, follower_id: int) -> tuple[Actor, Follow]:
    follower = load_target(conn, follower_id)
    request = follows.find_follow(conn, follower.id, me)
    if request is None or request.state != PENDING:
        raise NotFound
    return follower, request


def _answer(conn: Connection, unit: Unit, me: int, follower: Actor, found: Follow, *, accepted: bool) -> None:
    answered = events.FollowAnswered(follower.id, me, found.uri, accepted=accepted)
    events.record(conn, unit.ids, unit.now, answered, about=follower.uri)


def ask_for_pins(conn: Connection, unit: Unit, accounts: Iterable[Actor], *, spread: int = 0) -> None:
    """Have read what these accounts elsewhere show first, within ``spread`` milliseconds; one job waits for each."""
    new = [
        NewJob(
            FEATURED,
            unit.ids.new(),
            unit.now + random.randint(0, spread),  # noqa: S311 (spreads load)
            ref=each.id,
            host=each.host,
            lock_key=f"featured|{each.id}",
        )
        for each in accounts
    ]
    jobs.enqueue_many(conn, new)


def ask_for_all_pins(conn: Connection, unit: Unit) -> None:
    """Have read, in the course of a day, what everybody elsewhere shows first whom somebody here follows."""
    followed = actors.load_actors_by_id(conn, follows.load_with_pins(conn))
    ask_for_pins(conn, unit, followed.values(), spread=DAY - HOUR)


def ask_for_posts(conn: Connection, unit: Unit, account: Actor) -> None:
    """Have read what this account elsewhere wrote last; at most one job waits for it."""
    key = f"outbox|{account.id}"
    jobs.enqueue_many(conn, [NewJob(OUTBOX, unit.ids.new(), unit.now, ref=account.id, host=account.host, lock_key=key)])
