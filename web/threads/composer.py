"""``/compose``, ``/c/NAME/new`` and ``/questions/new``: what is written on pages, and answered."""

from dataclasses import replace

from aiohttp import web
from sqlalchemy import Connection

from federation.discovery.mentions import look_up_mentions
from federation.state import FEDERATION
from node.domain.communities import TopicKind
from node.domain.numbers import number_in
from node.errors import Forbidden, Invalid, Unavailable
from node.sentences import Sentence, sentences
from node.services.context import Unit
from node.services.posts import media as media_service
from node.services.posts import texts
from node.state import NODE
from node.store.posts import media as media_store
from node.store.posts.media import Media
from node.store.reading import showing
from web import room, sessions
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
from web.threads.cards import community_head
from web.threads.desk import Desk, level_of, mode_of, place_of, sit_down
from web.threads.forms import Typed, Wrong, wrong_of
from web.threads.paths import community_path
from web.threads.publishing import publish
from web.threads.views import ComposeView
from web.uploads import roomy

ENDED = Sentence(
    "You are not signed in any more. Sign in in another window, then send this again: nothing of it is lost."
)
OLD = Sentence("This form was too old to be taken. Please send it again: nothing of it is lost.")
_DESCRIBE = Sentence("The files are here. Say what is to be seen or heard in them, then publish.")


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
    desk = await node.store.read(sit_down, node.unit(), place_of(request), typed.reply, session.actor_id)
    kind = typed.kind if typed.kind in desk.kinds else next(iter(desk.kinds), "")
    typed = replace(
        typed,
        kind=TopicKind.QUESTION.value if desk.mode == "question" else kind,
        language=desk.default_language,
        visibility=level_of(desk),
    )
    return _page(request, desk, typed)


# -- sending ---------------------------------------------------------------------------------------------------------


async def send(request: web.Request) -> web.Response:
    """Publish, or show how it will look; whatever is wrong, the form comes back as it was sent."""
    sessions.check_origin(request)
    session, node = sessions.session_of(request), request.app[NODE]
    if session is None:
        typed = forms.read_typed(await read_posted(request))
        return _page(request, Desk(mode_of(request, typed), request.path), typed, Wrong(general=ENDED), status=401)
    async with roomy(request, files=media_service.MAX_ATTACHED) as wide:
        sent = await read_posted(wide)
        typed = forms.read_typed(sent)
        if not sessions.is_own_form(request, sent):
            desk = await node.store.read(sit_down, node.unit(), place_of(request), typed.reply, session.actor_id)
            return await _again(request, desk, typed, Wrong(general=OLD), status=403)
        typed, problem, has_new = await forms.take_files(request, session.actor_id, sent, typed)
    desk = await node.store.read(sit_down, node.unit(), place_of(request), typed.reply, session.actor_id)
    if desk.mode == "question":
        typed = replace(typed, kind=TopicKind.QUESTION.value)
    if problem:
        return await _again(request, desk, typed, Wrong({"files": problem}), status=422)
    if has_new and sent.get("do") != "preview":
        return await _again(request, desk, typed, Wrong(general=_DESCRIBE))
    if sent.get("do") == "preview":
        return await _again(request, desk, typed, Wrong(), preview=True)
    links = request.app[WEB].pictures.links
    try:
        room.check(request)
        await look_up_mentions(request.app[FEDERATION], node, typed.text)
        asked = (session.actor_id, typed, desk, links, own_zone(request))
        path, word = await node.store.write(publish, node.unit(), *asked)
    except Invalid as error:
        return await _again(request, desk, typed, wrong_of(error), status=422)
    except Forbidden as error:
        return await _again(request, desk, typed, Wrong(general=error.public), status=403)
    except Unavailable as error:
        return room.later(await _again(request, desk, typed, Wrong(general=room.NOT_STORED), status=503), error)
    return done(path, word)


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
        compose=forms.form_of(request, typed, desk.form, wrong=told, shown=shown or ()),
    )
    return html(request, view, status)
