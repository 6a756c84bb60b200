"""``/compose``, ``/c/NAME/new`` and ``/questions/new``: what is written on pages, and answered."""

from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.discovery.mentions import look_up_mentions
from federation.state import FEDERATION
from node.clock import from_rfc3339
from node.domain.communities import TopicKind
from node.domain.drafts import Draft
from node.domain.numbers import number_in
from node.domain.visibility import Visibility
from node.domain.zones import from_wall
from node.errors import Forbidden, Gone, Invalid, NotFound, Problem
from node.media.links import MediaLinks
from node.sentences import Sentence, sentences
from node.services.context import Unit
from node.services.posts import media as media_service
from node.services.posts import placing, posts, scheduling, texts
from node.state import NODE
from node.store.access import idempotency
from node.store.news import briefing
from node.store.people import actors
from node.store.people.posting_defaults import load_posting_defaults
from node.store.posts import media as media_store
from node.store.posts import objects, scheduled, topics
from node.store.posts.media import Media
from node.store.reading import entries, showing, threads
from web import sessions
from web.design.cards import Reader, actor_card, post_card
from web.design.frame import done, html, page_of
from web.design.page import Notice
from web.design.parts import Link, Prose, SafeHtml, Text
from web.design.posts import Attachment, Poll, PollOption, PostCard
from web.design.reader import reader_of
from web.events.timezones import own_zone
from web.posted import read_posted
from web.state import WEB
from web.threads import forms
from web.threads.access import Seen, find_around, find_community
from web.threads.cards import community_head
from web.threads.forms import KINDS, LEVELS, Typed, Wrong, wrong_of
from web.threads.paths import community_path, thread_path
from web.threads.views import ComposeView
from web.threads.waiting import PATH as WAITING
from web.uploads import roomy

ENDED = Sentence(
    "You are not signed in any more. Sign in in another window, then send this again: nothing of it is lost."
)
OLD = Sentence("This form was too old to be taken. Please send it again: nothing of it is lost.")
_WAITS = (WAITING, "waits")  # where what is for later stands, and the word for that page
_DESCRIBE = Sentence("The files are here. Say what is to be seen or heard in them, then publish.")


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


# -- showing ---------------------------------------------------------------------------------------------------------


async def show(request: web.Request) -> web.Response:
    """The form, empty; a text in the address stands in it (``text``, ``title``, ``link``, ``kind``)."""
    session, node = sessions.require_person(request), request.app[NODE]
    query = request.query
    typed = Typed(
        kind=query.get("kind", "")[:20],
        title=query.get("title", "")[:300],
        text=query.get("text", "")[:2_000],
        link=query.get("link", "")[:2_000],
        reply=number_in(query.get("reply", "")),
        back=forms.own_path(query.get("back", "")[:500]),
    )
    desk = await node.store.read(_sit_down, node.unit(), _place(request), typed.reply, session.actor_id)
    kind = typed.kind if typed.kind in desk.kinds else next(iter(desk.kinds), "")
    typed = replace(
        typed,
        kind=TopicKind.QUESTION.value if desk.mode == "question" else kind,
        language=desk.default_language,
        visibility=_level(desk),
    )
    return _page(request, desk, typed)


def _level(desk: Desk) -> str:
    """What stands in the list first: as the author posts otherwise, an answer as what it answers."""
    if not desk.levels:
        return ""
    wanted = desk.above.visibility if desk.above is not None else desk.default_visibility.value
    return wanted if wanted in desk.levels else desk.levels[0]


def _place(request: web.Request) -> str:
    """``/c/NAME/new``: the community; ``/questions/new``: a question; '' for anything else."""
    return request.match_info.get("name", "?" if request.path.startswith("/questions") else "")


def _sit_down(conn: Connection, unit: Unit, place: str, reply: int | None, author_id: int) -> Desk:
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


# -- sending ---------------------------------------------------------------------------------------------------------


async def send(request: web.Request) -> web.Response:
    """Publish, or show how it will look; whatever is wrong, the form comes back as it was sent."""
    sessions.check_origin(request)
    session, node = sessions.session_of(request), request.app[NODE]
    if session is None:
        typed = forms.read_typed(await read_posted(request))
        return _page(request, Desk(_mode(request, typed), request.path), typed, Wrong(general=ENDED), status=401)
    async with roomy(request, files=media_service.MAX_ATTACHED) as wide:
        sent = await read_posted(wide)
        typed = forms.read_typed(sent)
        if not sessions.is_own_form(request, sent):
            desk = await node.store.read(_sit_down, node.unit(), _place(request), typed.reply, session.actor_id)
            return await _again(request, desk, typed, Wrong(general=OLD), status=403)
        typed, problem, has_new = await forms.take_files(request, session.actor_id, sent, typed)
    desk = await node.store.read(_sit_down, node.unit(), _place(request), typed.reply, session.actor_id)
    if desk.mode == "question":
        typed = replace(typed, kind=TopicKind.QUESTION.value)
    if problem:
        return await _again(request, desk, typed, Wrong({"files": problem}), status=422)
    if has_new and sent.get("do") != "preview":
        return await _again(request, desk, typed, Wrong(general=_DESCRIBE))
    if sent.get("do") == "preview":
        return await _again(request, desk, typed, Wrong(), preview=True)
    await look_up_mentions(request.app[FEDERATION], node, typed.text)
    links = request.app[WEB].pictures.links
    try:
        asked = (session.actor_id, typed, desk, links, own_zone(request))
        path, word = await node.store.write(_publish, node.unit(), *asked)
    except Invalid as error:
        return await _again(request, desk, typed, wrong_of(error), status=422)
    except Forbidden as error:
        return await _again(request, desk, typed, Wrong(general=error.public), status=403)
    return done(path, word)


def _mode(request: web.Request, typed: Typed) -> str:
    if typed.reply is not None:
        return "answer"
    return {"": "post", "?": "question"}.get(_place(request), "thread")


def _publish(
    conn: Connection, unit: Unit, author_id: int, typed: Typed, desk: Desk, links: MediaLinks, zone: str
) -> tuple[str, str]:
    """Answers the path of the page that shows it, and the word for that page. The same form again leads to what it
    made.
    """
    made_id = unit.ids.new()
    if typed.key:
        claimed = idempotency.claim(conn, author_id, f"page|{typed.key}", made_id, unit.now)
        if claimed != made_id:
            return _WAITS if scheduled.find_scheduled(conn, claimed) else (path_of(conn, claimed), "published")
    for media_id, alt in typed.media:
        media_service.describe(conn, author_id, media_id, description=alt, focus=None)
    draft = typed.draft(desk.community_id if desk.mode == "thread" else None)
    if desk.mode in {"post", "answer"}:
        draft = replace(draft, topic_kind=None, title="", link="")
    if desk.levels == () or typed.visibility not in desk.levels:
        draft = replace(draft, visibility=_wanted(desk))
    if typed.at and desk.mode != "answer":
        _schedule(conn, unit, author_id, draft, typed.at, zone, made_id)
        return _WAITS
    made = posts.publish(conn, unit, author_id, draft, links=links, post_id=made_id)
    return path_of(conn, made.id), "published"


def _schedule(conn: Connection, unit: Unit, author_id: int, draft: Draft, wall: str, zone: str, made_id: int) -> None:
    """For later; what a community would not take, it is told now."""
    at = from_rfc3339(from_wall(wall, zone) or "")
    if at is None:
        raise Invalid(problems=[Problem("$.scheduled_at", Sentence("a date and a time"), wall[:40])])
    placing.find_place(conn, unit, actors.load_actors_by_id(conn, [author_id])[author_id], draft, None, ())
    scheduling.schedule(conn, unit, author_id, draft, at, scheduled_id=made_id)


def _wanted(desk: Desk) -> Visibility | None:
    """An answer is for those who read what it answers."""
    return Visibility(desk.above.visibility) if desk.above is not None else None


def path_of(conn: Connection, object_id: int) -> str:
    """The page of a post of ours: that of its thread, with its place there."""
    found = objects.find_object_by_id(conn, object_id)
    if found is None:
        raise NotFound
    if found.state != objects.LIVE:
        raise Gone
    topic = topics.find_topic_of(conn, found.context) if found.in_reply_to else topics.find_topic(conn, found.id)
    root = objects.find_rows(conn, [topic.object_id]).get(topic.object_id) if topic else None
    if topic is None or root is None:
        author = actors.load_actors_by_id(conn, [found.actor_id])[found.actor_id]
        return f"/@{author.username}/p{found.id}"
    group = actors.find_actor_by_id(conn, topic.community_id) if topic.community_id else None
    path = thread_path(_Root(root, topic.kind), group)
    return path if root.id == found.id else f"{path}?answer={found.id}#p{found.id}"


class _Root:
    """A row of ``objects`` with the kind of its topic, as ``thread_path`` reads it."""

    def __init__(self, row: Any, kind: str) -> None:
        self.id, self.kind, self.name, self.topic_kind = row.id, row.kind, row.name, kind
        self.content, self.summary = row.content, row.summary


# -- the page --------------------------------------------------------------------------------------------------------

_TITLES = sentences(
    {
        "thread": "Begin a thread",
        "question": "Ask a question",
        "answer": "Answer",
        "post": "Write something",
    }
)


async def _again(
    request: web.Request, desk: Desk, typed: Typed, wrong: Wrong, *, status: int = 200, preview: bool = False
) -> web.Response:
    """The form as it was sent, with its media and, if asked for, how it will look."""
    node, session = request.app[NODE], sessions.require_person(request)
    shown = await node.store.read(load_media, session.actor_id, typed)
    card = None
    if preview:
        reader = reader_of(request)
        card = await node.store.read(_preview, node.unit(), session.actor_id, typed, desk, shown, reader)
    return _page(request, desk, typed, wrong, shown=shown, preview=card, status=status)


def load_media(conn: Connection, owner_id: int, typed: Typed) -> list[Media]:
    """Those files of the form that are really hers."""
    found = media_store.load_media(conn, [media_id for media_id, _ in typed.media])
    return [found[each] for each, _ in typed.media if each in found and found[each].owner_id == owner_id]


def _preview(
    conn: Connection,
    unit: Unit,
    author_id: int,
    typed: Typed,
    desk: Desk,
    shown: list[Media],
    reader: Reader,
) -> PostCard:
    """How it will look; nothing is stored."""
    author = showing.load_rows(conn, [author_id])[author_id]
    text, warning = texts.spoiler_or_text(typed.text, typed.warning)
    content = texts.render(text, unit, texts.find_mentioned(conn, unit, text), is_markdown=True)
    alts, asked = dict(typed.media), typed.new_poll
    return PostCard(
        path="",
        author=actor_card(author, reader),
        content=Prose(value=SafeHtml(content), language=typed.language),
        published_at=unit.now,
        title=Text(value=typed.title, language=typed.language) if typed.title and desk.mode != "post" else None,
        warning=warning,
        poll=Poll(options=tuple(PollOption(label=each) for each in asked.options)) if asked else None,
        attachments=tuple(
            Attachment(
                url=reader.links.stored(each.key),
                media_type=each.media_type,
                alt=alts.get(each.id, ""),
                width=each.width,
                height=each.height,
                preview_url=reader.links.stored(each.small_key),
            )
            for each in shown
        ),
    )


def _page(
    request: web.Request,
    desk: Desk,
    typed: Typed,
    wrong: Wrong | None = None,
    *,
    shown: list[Media] | None = None,
    preview: PostCard | None = None,
    status: int = 200,
) -> web.Response:
    reader, told = reader_of(request), wrong or Wrong()
    head = None
    if desk.seen is not None:
        seen = desk.seen
        head = community_head(request, seen.row, seen.community, seen.standing, reader)
    is_bad = status >= web.HTTPBadRequest.status_code
    view = ComposeView(
        page=page_of(
            request,
            desk.action,
            title=_TITLES[desk.mode],
            noindex=True,
            notice=Notice(text=told.general, tone="bad" if is_bad else "info") if told.general else None,
        ),
        head=head,
        answered=post_card(desk.above, desk.author_above, reader) if desk.above is not None else None,
        preview=preview,
        communities=tuple(
            Link(label=each.name or each.username, href=f"{community_path(each)}/new?kind=question")
            for each in desk.joined
        ),
        compose=forms.form_of(
            request,
            typed,
            mode=desk.mode,
            action=desk.action,
            kinds=desk.kinds,
            visibilities=desk.levels,
            has_title=desk.mode in {"thread", "question"},
            is_new=desk.mode != "answer",
            wrong=told,
            shown=shown or (),
            event_path=f"/events/new?community={posts.community_name(desk.seen.group)}"
            if desk.mode == "thread" and desk.seen is not None
            else "",
        ),
    )
    return html(request, view, status)
