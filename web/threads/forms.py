"""The form to write with: what was typed is read, kept, shown again and turned into a post.

Nothing that somebody typed is lost. Whatever is wrong (a title that is missing, a community that does not take it, a
session that ended meanwhile, a form that is too old), the same form comes back with everything in it; files are taken
as they come and named in the form from then on.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField
from multidict import MultiMapping

from node.clock import DAY
from node.domain.communities import TopicKind
from node.domain.drafts import MAX_OPTION, MAX_OPTIONS, Draft, NewPoll
from node.domain.numbers import number_in
from node.domain.topics import MAX_TITLE
from node.domain.visibility import Visibility
from node.errors import Invalid, Malformed, Unavailable
from node.sentences import Sentence
from node.services.posts.media import MAX_ATTACHED
from node.services.posts.uploads import Words
from node.state import NODE
from node.store.posts.media import Media
from web import sessions
from web.design.parts import Field
from web.design.posts import Compose, Shown
from web.events.timezones import own_zone
from web.state import WEB
from web.uploads import on_disk

KINDS = (TopicKind.DISCUSSION, TopicKind.QUESTION, TopicKind.RESOURCE, TopicKind.NOTE, TopicKind.ANNOUNCEMENT)
#: What can be chosen where no community says who reads it.
LEVELS = (
    Visibility.PUBLIC,
    Visibility.UNLISTED,
    Visibility.FOLLOWERS,
    Visibility.PARTNERS,
    Visibility.ORGANISATION,
    Visibility.DIRECT,
)
_LONGEST = 20_000
#: Path of a problem -> the field that it is about.
_FIELDS = {
    "$.title": "title",
    "$.link": "link",
    "$.kind": "text",
    "$.media_ids": "files",
    "$.poll.options": "poll",
    "$.scheduled_at": "at",
}
#: What stands beside a field.
_WRONG = {
    "title": Sentence("Give it a title of at most {n} characters.", n=MAX_TITLE),
    "link": Sentence("Write an address that begins with https://."),
    "text": Sentence("Choose what it is."),
    "files": Sentence("Choose the files again: at most {n}, of yours and in no other post.", n=MAX_ATTACHED),
    "poll": Sentence(
        "Give 2 to {n} answers that differ, of at most {most} characters.", n=MAX_OPTIONS, most=MAX_OPTION
    ),
    "at": Sentence("Choose a date and a time at least 5 minutes from now."),
}
#: How many days a poll takes votes.
POLL_DAYS = (1, 3, 7, 30)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form; ``media``: id and description of each file that was taken."""

    kind: str = ""
    title: str = ""
    text: str = ""
    link: str = ""
    warning: str = ""
    language: str = ""
    visibility: str = ""
    media: tuple[tuple[int, str], ...] = ()
    key: str = ""
    reply: int | None = None
    back: str = ""
    poll: str = ""  # an option in each line
    poll_days: str = ""
    poll_multiple: bool = False
    at: str = ""  # when to publish, as a field for date and time holds it; '' for now

    def draft(self, community_id: int | None) -> Draft:
        """The post that it asks for."""
        return Draft(
            text=self.text,
            visibility=next((level for level in LEVELS if level.value == self.visibility), None),
            spoiler=self.warning,
            language=self.language,
            in_reply_to_id=self.reply,
            media_ids=tuple(media_id for media_id, _ in self.media),
            is_markdown=True,
            community_id=community_id,
            topic_kind=self.topic_kind,
            title=self.title,
            link=self.link,
            names_author=True,
            poll=self.new_poll,
        )

    @property
    def new_poll(self) -> NewPoll | None:
        options = tuple(line.strip() for line in self.poll.splitlines() if line.strip())
        days = next((days for days in POLL_DAYS if str(days) == self.poll_days), POLL_DAYS[0])
        return NewPoll(options, days * DAY, multiple=self.poll_multiple) if options else None

    @property
    def topic_kind(self) -> TopicKind | None:
        return next((kind for kind in TopicKind if kind.value == self.kind), None)


def read_typed(sent: MultiMapping[Any]) -> Typed:
    """What was sent, whatever it is."""

    def text(name: str, most: int = _LONGEST) -> str:
        value = sent.get(name, "")
        return value.replace("\r\n", "\n")[:most] if isinstance(value, str) else ""

    dropped = sent.getall("drop", ())
    named = [value for value in sent.getall("media", ()) if isinstance(value, str) and value not in dropped]
    media = [(number, text(f"alt-{number}").strip()) for each in named if (number := number_in(each)) is not None]
    back = text("back", 500)
    return Typed(
        kind=text("kind", 20),
        title=" ".join(text("title", 1_000).split()),
        text=text("text").strip(),
        link=text("link", 3_000).strip(),
        warning=text("warning", 1_000).strip(),
        language=text("language", 35),
        visibility=text("visibility", 20),
        media=tuple(dict.fromkeys(media))[:MAX_ATTACHED],
        key=text("key", 64),
        reply=number_in(text("reply", 19)),
        back=own_path(back),
        poll=text("poll", 2_000),
        poll_days=text("poll_days", 3),
        poll_multiple=bool(text("poll_multiple", 3)),
        at=text("at", 19).strip(),
    )


def own_path(path: str) -> str:
    """A path of this node; empty for anything that could lead elsewhere."""
    try:
        return sessions.own_path(path) if path else ""
    except Malformed:
        return ""


def new_key() -> str:
    """What makes that a form which is sent twice posts once."""
    return secrets.token_urlsafe(18)


# -- files -----------------------------------------------------------------------------------------------------------


async def take_files(
    request: web.Request, owner_id: int, sent: MultiMapping[Any], typed: Typed
) -> tuple[Typed, str, bool]:
    """Take what was chosen. Answers the form with it, what is wrong with a file, and whether there is something new."""
    files = [each for each in sent.getall("files", ()) if isinstance(each, FileField) and each.filename]
    room, problem, taken = MAX_ATTACHED - len(typed.media), "", list[tuple[int, str]]()
    if len(files) > room:
        files, problem = files[:room], Sentence("A post shows at most {n} files.", n=MAX_ATTACHED)
    async with on_disk(request, *files) as places:
        for place in places:
            assert place is not None
            try:
                found = await request.app[NODE].uploads.take(owner_id, place, Words(), wait=True)
                taken.append((found.id, ""))
            except (Invalid, Unavailable) as error:
                problem = error.public
    return replace(typed, media=(*typed.media, *taken)), problem, bool(taken)


# -- the form --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, by field; ``general`` is about the whole."""

    fields: Mapping[str, str] = field(default_factory=dict)
    general: str = ""

    def of(self, name: str) -> str:
        return self.fields.get(name, "")


def wrong_of(error: Invalid) -> Wrong:
    """Where in the form an error belongs."""
    told = {name: _WRONG[name] for each in error.problems if (name := _FIELDS.get(each.path))}
    return Wrong(told) if told else Wrong({"text": error.public})


@dataclass(frozen=True, slots=True)
class Form:
    """What a form asks for; ``is_new``: also for a poll, and when to publish."""

    mode: str  # thread, question, answer, post, edit
    action: str
    kinds: tuple[str, ...] = ()
    visibilities: tuple[str, ...] = ()
    has_title: bool = False
    event_path: str = ""
    is_new: bool = False


def form_of(
    request: web.Request, typed: Typed, form: Form, *, wrong: Wrong | None = None, shown: Sequence[Media] = ()
) -> Compose:
    """The form with what is typed; ``shown``: the rows of its media."""
    session, told = sessions.session_of(request), wrong or Wrong()
    return Compose(
        mode=form.mode,
        action=form.action,
        csrf=session.csrf if session else "none",
        key=typed.key or new_key(),
        reply=str(typed.reply or ""),
        back=typed.back,
        kind=typed.kind,
        kinds=form.kinds,
        title=Field(value=typed.title, error=told.of("title")),
        text=Field(value=typed.text, error=told.of("text")),
        link=Field(value=typed.link, error=told.of("link")),
        warning=Field(value=typed.warning, error=told.of("warning")),
        language=typed.language,
        languages=languages_of(request, typed.language),
        visibility=typed.visibility,
        visibilities=form.visibilities,
        media=_media(request, typed, told, shown),
        media_error=told.of("files"),
        has_title=form.has_title,
        event_path=form.event_path,
        poll=Field(value=typed.poll, error=told.of("poll")) if form.is_new and form.mode != "question" else None,
        poll_days=Field(value=typed.poll_days or str(POLL_DAYS[0])),
        poll_multiple=typed.poll_multiple,
        poll_choices=tuple((str(days), Sentence("{n} day", "{n} days", n=days)) for days in POLL_DAYS),
        at=Field(value=typed.at, error=told.of("at")) if form.is_new else None,
        zone=own_zone(request) if form.is_new else "",
    )


def _media(request: web.Request, typed: Typed, told: Wrong, shown: Sequence[Media]) -> tuple[Shown, ...]:
    links, said = request.app[WEB].pictures.links, dict(typed.media)
    return tuple(
        Shown(
            id=str(each.id),
            url=links.stored(each.small_key or each.key),
            media_type=each.media_type,
            alt=Field(value=said.get(each.id, "") or each.description, error=told.of(f"alt-{each.id}")),
        )
        for each in shown
    )


def languages_of(request: web.Request, chosen: str) -> tuple[str, ...]:
    """What can be chosen: the languages of the node, and what the text has already."""
    known = tuple(request.app[NODE].config.node.languages)
    return known if not chosen or chosen in known else (*known, chosen)


def answer_form(request: web.Request, row: Any, path: str) -> Compose:
    """The form below a thread."""
    typed = Typed(reply=row.id, back=path, language=row.language)
    return form_of(request, typed, Form(mode="answer", action="/compose"))
