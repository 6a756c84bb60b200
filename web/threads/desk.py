"""Where something is written, and what can be chosen there."""

from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.communities import TopicKind
from node.domain.visibility import Visibility
from node.errors import NotFound
from node.services.context import Unit
from node.services.posts import posts
from node.store.news import briefing
from node.store.people import actors
from node.store.people.posting_defaults import load_posting_defaults
from node.store.reading import entries, showing, threads
from web.threads.access import Seen, find_around, find_community
from web.threads.forms import KINDS, LEVELS, Form, Typed


@dataclass(frozen=True, slots=True)
class Desk:
    """Where something is written: in a community, as a question, as an answer to ``above``, or simply so."""

    mode: str  # thread, question, answer, post
    action: str
    seen: Seen | None = None
    above: Any | None = None
    author_above: Any | None = None
    default_language: str = ""
    default_visibility: Visibility = Visibility.PUBLIC
    joined: tuple[Any, ...] = ()  # rows of the communities in which a question could be asked instead

    @property
    def community_id(self) -> int | None:
        return self.seen.group.id if self.seen else None

    @property
    def kinds(self) -> tuple[str, ...]:
        if self.mode != "thread" or self.seen is None:
            return ()
        may_announce = self.seen.standing.may_announce
        return tuple(kind.value for kind in KINDS if kind is not TopicKind.ANNOUNCEMENT or may_announce)

    @property
    def levels(self) -> tuple[str, ...]:
        """What can be chosen: nothing where a community says who reads it; an answer is for no more than its thread."""
        if self.seen is not None:
            return ()
        if self.above is None:
            return tuple(level.value for level in LEVELS)
        open_ones = self.above.visibility in {Visibility.PUBLIC.value, Visibility.UNLISTED.value}
        return tuple(level.value for level in LEVELS) if open_ones else (self.above.visibility,)

    @property
    def form(self) -> Form:
        """The form that lies on it."""
        group = self.seen.group if self.mode == "thread" and self.seen is not None else None
        return Form(
            mode=self.mode,
            action=self.action,
            kinds=self.kinds,
            visibilities=self.levels,
            has_title=self.mode in {"thread", "question"},
            is_new=self.mode != "answer",
            event_path=f"/events/new?community={posts.community_name(group)}" if group is not None else "",
        )


def place_of(request: web.Request) -> str:
    """``/c/NAME/new``: the community; ``/questions/new``: a question; '' for anything else."""
    return request.match_info.get("name", "?" if request.path.startswith("/questions") else "")


def mode_of(request: web.Request, typed: Typed) -> str:
    """What is written there, for whoever is signed in no more and has no desk."""
    if typed.reply is not None:
        return "answer"
    return {"": "post", "?": "question"}.get(place_of(request), "thread")


def sit_down(conn: Connection, unit: Unit, place: str, reply: int | None, author_id: int) -> Desk:
    """Raises NotFound where there is no such community, or nothing to answer, for this person."""
    defaults = load_posting_defaults(conn, author_id)
    desk = Desk("post", "/compose", default_language=defaults.language, default_visibility=defaults.visibility)
    if reply is not None and place == "":
        return _answering(conn, unit, desk, reply, author_id)
    if place == "?":
        joined = showing.load_rows(conn, briefing.load_joined(conn, author_id))
        return replace(desk, mode="question", action="/questions/new", joined=tuple(joined.values()))
    if place:
        seen = find_community(conn, unit, place, author_id)
        return replace(desk, mode="thread", action=f"/c/{place}/new", seen=seen)
    return desk


def _answering(conn: Connection, unit: Unit, desk: Desk, reply: int, author_id: int) -> Desk:
    entry = entries.load_entries(conn, [reply], author_id).get(reply)
    row = threads.load_post(conn, entry.object_id, author_id) if entry else None
    if row is None:
        raise NotFound
    group = actors.find_actor(conn, row.audience) if row.audience else None
    author = showing.load_rows(conn, [row.actor_id])[row.actor_id]
    return replace(
        desk,
        mode="answer",
        seen=find_around(conn, unit, group, author_id),
        above=row,
        author_above=author,
        default_language=desk.default_language or row.language,
    )


def level_of(desk: Desk) -> str:
    """What stands in the list first: as the author posts otherwise, an answer as what it answers."""
    if not desk.levels:
        return ""
    wanted = desk.above.visibility if desk.above is not None else desk.default_visibility.value
    return wanted if wanted in desk.levels else desk.levels[0]
