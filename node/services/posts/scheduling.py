"""Posts that are written now and published later. Units of work, and the work that publishes them."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection

from node.domain.communities import TopicKind
from node.domain.drafts import MAX_SCHEDULED, MIN_AHEAD, Draft, NewPoll, visibility_of_reply
from node.domain.posts import QuotePolicy
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, NotFound, Problem
from node.jobs.kind import Kind, single
from node.jobs.kinds import SCHEDULED
from node.jobs.outcome import Done, Outcome
from node.media.links import MediaLinks
from node.sentences import Sentence
from node.services.context import Unit
from node.services.posts import polls, posts, texts
from node.store import jobs
from node.store.database.engine import Store
from node.store.jobs import Job, NewJob
from node.store.people.posting_defaults import load_posting_defaults
from node.store.posts import media as media_store
from node.store.posts import scheduled
from node.store.posts.scheduled import Scheduled


def schedule(
    conn: Connection, unit: Unit, author_id: int, draft: Draft, at: int, *, scheduled_id: int | None = None
) -> Scheduled:
    """Keep a draft until its time comes, for those whom it would be for now.

    Raises Invalid for a time too near, too many drafts, and bad drafts, NotFound where what is answered or quoted is
    not there for the author.
    """
    _check_time(unit, at)
    if scheduled.count_scheduled(conn, author_id) >= MAX_SCHEDULED:
        raise Invalid(Sentence("At most {n} posts can wait.", n=MAX_SCHEDULED))
    text, spoiler = texts.spoiler_or_text(draft.text, draft.spoiler)
    has_title = bool(draft.title.strip()) and draft.topic_kind is not None
    texts.check(text, spoiler, has_more=bool(draft.media_ids or draft.poll or draft.quoted_id or has_title))
    if draft.poll:
        polls.new_poll(draft.poll, unit.now)
    _keep_media(conn, author_id, draft, at)
    parent = posts.find_readable(conn, author_id, draft.in_reply_to_id)
    posts.find_readable(conn, author_id, draft.quoted_id)
    default = load_posting_defaults(conn, author_id).visibility
    visibility = visibility_of_reply(draft.visibility, default, Visibility(parent.visibility) if parent else None)
    draft = replace(draft, visibility=visibility)
    new = Scheduled(scheduled_id or unit.ids.new(), author_id, at, _as_json(draft))
    scheduled.insert_scheduled(conn, new, unit.now)
    _publish_then(conn, unit, new.id, at)
    return new


def reschedule(conn: Connection, unit: Unit, author_id: int, scheduled_id: int, at: int) -> Scheduled:
    """Another time for the same draft."""
    found = find_own(conn, author_id, scheduled_id)
    _check_time(unit, at)
    _keep_media(conn, author_id, read_draft(found), at)
    scheduled.move_scheduled(conn, found.id, at)
    _publish_then(conn, unit, found.id, at)
    return find_own(conn, author_id, scheduled_id)


def cancel(conn: Connection, author_id: int, scheduled_id: int) -> None:
    scheduled.delete_scheduled(conn, find_own(conn, author_id, scheduled_id).id)


def find_own(conn: Connection, author_id: int, scheduled_id: int) -> Scheduled:
    """Raises NotFound for what is not hers."""
    found = scheduled.find_scheduled(conn, scheduled_id)
    if found is None or found.actor_id != author_id:
        raise NotFound
    return found


def _check_time(unit: Unit, at: int) -> None:
    if at < unit.now + MIN_AHEAD:
        raise Invalid(problems=[Problem("$.scheduled_at", Sentence("at least 5 minutes from now"), "sooner")])


def _keep_media(conn: Connection, author_id: int, draft: Draft, at: int) -> None:
    """Uploads that nothing shows are forgotten after a day: these count from the time of the post."""
    found = media_store.load_media(conn, draft.media_ids)
    for media_id in draft.media_ids:
        if media_id not in found or found[media_id].owner_id != author_id or found[media_id].object_id is not None:
            raise Invalid(problems=[Problem("$.media_ids", "media of yours that no post shows", str(media_id))])
        media_store.update_media(conn, media_id, loose_since_at=at)


def _publish_then(conn: Connection, unit: Unit, scheduled_id: int, at: int) -> None:
    jobs.enqueue_many(conn, [NewJob(SCHEDULED, unit.ids.new(), at, ref=scheduled_id)])


def _as_json(draft: Draft) -> dict[str, Any]:
    return {name: value for name, value in asdict(draft).items() if value is not None}


def read_draft(found: Scheduled) -> Draft:
    """The draft as it was scheduled."""
    params = dict(found.params)
    poll = params.pop("poll", None)
    return Draft(
        **{
            **params,
            "media_ids": tuple(params.get("media_ids", ())),
            "visibility": Visibility(params["visibility"]) if params.get("visibility") else None,
            "quote_policy": QuotePolicy(params["quote_policy"]) if params.get("quote_policy") else None,
            "topic_kind": TopicKind(params["topic_kind"]) if params.get("topic_kind") else None,
            "poll": NewPoll(**{**poll, "options": tuple(poll["options"])}) if poll else None,
        }
    )


class Publishing:
    """Publishes what was written for now. What cannot be published stays in its author's list and says why."""

    def __init__(self, store: Store, unit: Callable[[], Unit], links: MediaLinks) -> None:
        self._store, self._unit, self._links = store, unit, links

    def kind(self) -> Kind:
        return single(SCHEDULED, self.run, slots=2)

    async def run(self, job: Job) -> Outcome:
        try:
            await self._store.write(_publish, self._unit(), job.ref or 0, self._links)
        except (Invalid, NotFound, Forbidden) as error:
            await self._store.write(scheduled.set_problem, job.ref or 0, _reason(error))
        return Done()


def _reason(error: Invalid | NotFound | Forbidden) -> str:
    """What an author can do something with; what is wrong in detail where it is told."""
    problems = error.problems if isinstance(error, Invalid) else ()
    return "; ".join(f"{each.path}: {each.expected}" for each in problems) or error.public


def _publish(conn: Connection, unit: Unit, scheduled_id: int, links: MediaLinks) -> None:
    found = scheduled.find_scheduled(conn, scheduled_id)
    if found is None or found.scheduled_at > unit.now:
        return  # taken back, or put off: another job has the new time
    posts.publish(conn, unit, found.actor_id, read_draft(found), links=links)
    scheduled.delete_scheduled(conn, found.id)
