"""Sample pages of communities, threads, questions and writing."""

from dataclasses import replace

from node.clock import DAY, HOUR, MINUTE
from node.domain.notices import NoticeType, Occasion
from node.sentences import Sentence
from tests.web.samples import frame
from tests.web.samples.resources import cards
from web.communities.rooms import rooms_of
from web.design.lists import Paging
from web.design.page import Notice, Page, View, Viewer
from web.design.parts import ActorCard, Field, Link, Origin, Prose, SafeHtml, Text
from web.design.posts import Acts, Compose, Poll, PollOption, PostCard, Reply, Shown
from web.events.views import EventCard, When
from web.notifications.views import NoticeRow, NotificationsView, RequestRow, RequestsView
from web.threads.views import (
    CommunityHead,
    CommunityView,
    ComposeView,
    DeleteView,
    KeptRow,
    KeptView,
    KindFilter,
    QuestionsView,
    ThreadCard,
    ThreadView,
    WaitingRow,
    WaitingView,
)

NOW = 1_793_000_000_000
VIEWER = Viewer(name="Brigid O'Malley", username="brigid", path="/@brigid", csrf="c" * 43)
HOST = "lernen.hochschule-nordheim-weserbergland.example"
ORLA = ActorCard(path="/@orla", name="Orla Daly", handle="@orla@learn.hospital.example")
MARTA = ActorCard(
    path=f"/@marta@{HOST}",
    name="Dr. Marta Kowalczyk-Sonnenberg",
    handle=f"@marta@{HOST}",
    origin=Origin(organisation="Hochschule Nordheim-Weserbergland", host=HOST, path=f"/@hs@{HOST}"),
)
PATH = "/c/dementia"


def _page(path: str, title: str, **changes: object) -> Page:
    return frame.page(path, title=title, **{"viewer": VIEWER, **changes})


def _head(**changes: object) -> CommunityHead:
    head = CommunityHead(
        path=PATH,
        name="Dementia-friendly places",
        handle="@dementia@learn.hospital.example",
        purpose=Prose(
            value=SafeHtml("<p>Corridors, gardens, museums: <strong>what helps people find their way</strong>.</p>")
        ),
        members=1_412,
        membership="member",
        may_write=True,
        csrf="c" * 43,
        topics=("dementia", "wayfinding"),
        rooms=rooms_of(PATH, is_inside=True, governs=False, lives_here=True),
    )
    return replace(head, **changes)  # type: ignore[arg-type]  # tests name fields freely


def _cards() -> tuple[ThreadCard, ...]:
    return (
        ThreadCard(
            path=f"{PATH}/t/7-corridor-lights",
            kind="question",
            title=Text(value="Which light in a corridor at night lets people find the bathroom?", language="en"),
            author=ORLA,
            published_at=NOW - 3 * HOUR,
            active_at=NOW - 10 * MINUTE,
            excerpt="We have tried amber strips along the floor, which some of our patients take for a step.",
            answers=4,
            answered=True,
            community=Link(label="Dementia-friendly places", href=PATH),
        ),
        ThreadCard(
            path=f"{PATH}/t/8-rundgang",
            kind="discussion",
            title=Text(
                value="Orientierungsrundgangserfahrungsaustausch: was wir bei der Begehung gelernt haben", language="de"
            ),
            author=MARTA,
            published_at=NOW - 2 * DAY,
            active_at=NOW - DAY,
            excerpt="Drei Stationen, zwei Häuser und eine Erkenntnis.",
            answers=1,
            locked=True,
            pinned=True,
        ),
        ThreadCard(
            path=f"{PATH}/t/9-film",
            kind="resource",
            title=Text(value="A film about gardens"),
            author=MARTA,
            published_at=NOW - 4 * DAY,
            active_at=NOW - 4 * DAY,
            warning="Shows somebody in distress",
            visibility="community",
        ),
        ThreadCard(
            path=f"{PATH}/t/10-note", kind="note", title=Text(value=""), author=ORLA, published_at=NOW, active_at=NOW
        ),
        ThreadCard(
            path=f"{PATH}/t/11-hall", kind="announcement", title=Text(value="The hall is closed"), author=ORLA,
            published_at=NOW - DAY, active_at=NOW - DAY,
        ),
        ThreadCard(
            path="/e/12-walk", kind="event", title=Text(value="A walk through two wards"), author=ORLA,
            published_at=NOW - DAY, active_at=NOW - DAY,
        ),
    )  # fmt: skip


def _kinds(selected: str = "") -> tuple[KindFilter, ...]:
    kinds = ("", "discussion", "question", "resource", "event", "note", "announcement")
    return tuple(KindFilter(kind=kind, path=f"{PATH}?kind={kind}", selected=kind == selected) for kind in kinds)


def community_page() -> CommunityView:
    return CommunityView(
        page=_page(PATH, "Dementia-friendly places", notice=Notice(text="You are a member now.")),
        head=_head(is_moderator=True),
        pinned=(_cards()[1],),
        threads=_cards(),
        kinds=_kinds(),
        newest_path=PATH,
        active_path=f"{PATH}?sort=active",
        paging=Paging(next_path=f"{PATH}?after=1-2"),
        rules=("Talk about places, not about people who can be recognised.", "Say what did not work, too."),
        moderators=(ORLA, MARTA),
        facilitators=(MARTA,),
        experts=(ORLA,),
        coming=(
            EventCard(
                path="/e/12-walk",
                name=Text(value="A walk through two wards"),
                when=When(starts_at=NOW + DAY, ends_at=NOW + DAY + HOUR, timezone="Europe/Berlin"),
                place="Ward 4, St. Brigid",
                answer="going",
                going=7,
            ),
        ),
        calendar_path=f"{PATH}/calendar.ics",
    )


def empty_community() -> CommunityView:
    return CommunityView(
        page=_page(PATH, "Dementia-friendly places", viewer=None),
        head=_head(membership="", may_write=False, csrf="", purpose=None, members=1, join_policy="invite"),
        kinds=_kinds("question"),
        by_activity=True,
        newest_path=PATH,
        active_path=f"{PATH}?sort=active",
    )


def closed_community() -> CommunityView:
    home = Link(label=HOST, href=f"https://{HOST}/c/dementia")
    head = _head(membership="asked", may_write=False, visibility="community", join_policy="request", home=home)
    return CommunityView(
        page=_page(PATH, "Dementia-friendly places"),
        head=replace(head, is_archived=True),
        closed=True,
        rules=("Talk about places.",),
    )


def _acts(number: int, **changes: object) -> Acts:
    acts = Acts(csrf="c" * 43, path=f"/posts/{number}", back=f"{PATH}/t/7-corridor-lights")
    return replace(acts, **changes)  # type: ignore[arg-type]  # as above


def _question() -> PostCard:
    return PostCard(
        path=f"/@orla/p{7}",
        author=ORLA,
        content=Prose(
            value=SafeHtml(
                "<p>We have tried amber strips along the floor.</p><ul><li>too bright</li><li>too dark</li></ul>"
            ),
            language="en",
        ),
        published_at=NOW - 3 * HOUR,
        edited_at=NOW - HOUR,
        likes=3,
        shares=1,
        replies=4,
        anchor="p7",
        acts=_acts(7, is_own=True, liked=True),
    )


def _answer(number: int, text: str, **changes: object) -> PostCard:
    card = PostCard(
        path=f"/@marta@{HOST}/p{number}",
        author=MARTA,
        content=Prose(value=SafeHtml(f"<p>{text}</p>"), language="de"),
        published_at=NOW - HOUR,
        anchor=f"p{number}",
        acts=_acts(number, accepts=True),
    )
    return replace(card, **changes)  # type: ignore[arg-type]  # as above


def thread_page() -> ThreadView:
    best = _answer(20, "Ein Licht, das von der Decke kommt und mit der Bewegung langsam heller wird.", accepted=True)
    deeper = _acts(22, shared=True, bookmarked=True, moderate_path=f"{PATH}/moderate?post=22")
    return ThreadView(
        page=_page(f"{PATH}/t/7-corridor-lights", "Which light in a corridor at night?"),
        kind="question",
        post=_question(),
        title=_cards()[0].title,
        address="https://learn.hospital.example/c/dementia/t/7-corridor-lights",
        head=_head(),
        answered=True,
        best=replace(best, anchor=""),
        replies=(
            Reply(post=best),
            Reply(post=_answer(21, "Das haben wir auch versucht."), depth=1),
            Reply(
                post=_answer(
                    22,
                    "Nein.",
                    warning="Streit",
                    acts=deeper,
                ),
                depth=2,
            ),
            Reply(post=_answer(23, "", gone=True)),
        ),
        answers=2,
        paging=Paging(next_path=f"{PATH}/t/7-corridor-lights?after=23"),
        compose=_form("answer", reply="7", language="en"),
        govern_path=f"{PATH}/moderate?post=7",
        pinned=True,
    )


def locked_thread() -> ThreadView:
    return ThreadView(
        page=_page(f"{PATH}/t/8-rundgang", "Rundgang", viewer=None),
        kind="discussion",
        post=replace(_question(), acts=None, warning="Streit"),
        title=_cards()[1].title,
        address="https://learn.hospital.example/c/dementia/t/8-rundgang",
        locked=True,
    )


def thread_of_strangers() -> ThreadView:
    return replace(locked_thread(), locked=False, title=Text(value=""), kind="note")


def questions_page() -> QuestionsView:
    cards = tuple(card for card in _cards() if card.kind == "question")
    return QuestionsView(
        page=_page("/questions", "Questions"),
        state="open",
        threads=cards,
        paging=Paging(next_path="/questions?after=1-2"),
    )


def no_questions() -> QuestionsView:
    return QuestionsView(page=_page("/questions", "Questions", viewer=None), state="answered")


def _form(mode: str, **changes: object) -> Compose:
    form = Compose(mode=mode, action="/compose", csrf="c" * 43, key="k", languages=("en", "de"))
    return replace(form, **changes)  # type: ignore[arg-type]  # as above


def compose_thread() -> ComposeView:
    return ComposeView(
        page=_page(f"{PATH}/new", "Begin a thread"),
        head=_head(),
        compose=_form(
            "thread",
            kind="question",
            kinds=("discussion", "question", "resource", "note", "announcement"),
            has_title=True,
            event_path="/events/new?community=dementia",
            poll=Field(value="Monday\nTuesday, if the weather allows for a walk through the gardens"),
            poll_days=Field(value="3"),
            poll_choices=tuple((f"{n}", Sentence("{n} day", "{n} days", n=n)) for n in (1, 3, 7, 30)),
            at=Field(value="2026-10-27T09:00"),
            zone="Europe/Berlin",
        ),
    )


def compose_question() -> ComposeView:
    links = tuple(Link(label=each, href=f"{PATH}/new?kind=question") for each in ("Demenzfreundliche Orte", "نبأ"))
    return ComposeView(
        page=_page("/questions/new", "Ask a question"),
        communities=links,
        compose=_form("question", kind="question", has_title=True),
    )


def scheduled() -> WaitingView:
    row = WaitingRow(
        key="5",
        at=NOW + 3_600_000,
        title="Which day?",
        text="For the walk through the gardens.",
        wall=Field(value="2026-10-27T09:00"),
    )
    return WaitingView(
        page=_page("/scheduled", "What waits for its time"),
        action="/scheduled",
        csrf="c" * 43,
        zone="Europe/Berlin",
        rows=(row, replace(row, key="6", title="", problem="Only members write in this community. Join it first.")),
        paging=Paging(next_path="/scheduled?before=5"),
    )


def nothing_scheduled() -> WaitingView:
    return replace(scheduled(), rows=(), paging=Paging())


def poll_thread() -> ThreadView:
    """Somebody may vote in it."""
    options = (PollOption(label="Monday", votes=3), PollOption(label="Tuesday, if the weather allows", votes=1))
    post = replace(thread_page().post, poll=Poll(options=options, multiple=True, key="7"))
    voted = replace(post, poll=Poll(options=(options[0], replace(options[1], chosen=True))), anchor="p8")
    return replace(thread_page(), post=post, best=voted)


def compose_wrong() -> ComposeView:
    media = (
        Shown(id="1", url="/sample/picture.svg", media_type="image/png", alt=Field(value="A corridor")),
        Shown(id="2", url="/sample/picture.svg", media_type="audio/mpeg", alt=Field()),
    )
    compose = compose_thread().compose
    return replace(
        compose_thread(),
        page=_page(
            f"{PATH}/new", "Begin a thread", notice=Notice(text="This form was too old to be taken.", tone="bad")
        ),
        compose=replace(
            compose,
            title=Field(value="", error="Give it a title of at most 300 characters."),
            text=Field(value="Words & words"),
            link=Field(value="x", error="Write an address that begins with https://."),
            media=media,
            media_error="This is no picture.",
        ),
        preview=replace(_question(), acts=None, anchor="", title=Text(value="A title")),
    )


def compose_post() -> ComposeView:
    return ComposeView(
        page=_page("/compose", "Write something"),
        compose=_form(
            "post", visibility="public", visibilities=("public", "unlisted", "followers", "organisation", "direct")
        ),
    )


def compose_answer() -> ComposeView:
    return ComposeView(
        page=_page("/compose", "Answer"),
        head=_head(),
        answered=replace(_question(), acts=None, anchor=""),
        compose=_form("answer", reply="7"),
    )


def delete_post() -> DeleteView:
    return DeleteView(
        page=_page("/posts/7/delete", "Delete this post?"),
        action="/posts/7/delete",
        csrf="c" * 43,
        back=f"{PATH}/t/7-corridor-lights",
        post=replace(_question(), acts=None, anchor=""),
    )


def notifications() -> NotificationsView:
    kinds = (*NoticeType, *Occasion)
    rows = tuple(
        NoticeRow(
            kind=kind.value,
            who=MARTA if number % 2 else ORLA,
            others=number % 3,
            at=NOW - number * HOUR,
            path=f"/@orla/p{number}",
            title=_cards()[1].title if number == 1 else None,
            excerpt="Ein Licht, das von der Decke kommt." if number < 12 else "",
            is_new=number < 4,
            request_path="/notifications/follows/7" if kind is NoticeType.FOLLOW_REQUEST else "",
        )
        for number, kind in enumerate(kinds)
    )
    rows += tuple(
        NoticeRow(kind=kind, about=about, who=MARTA, others=1, at=NOW, path="/e/7-tour")
        for kind in ("update", "reblog", "favourite", "quote")
        for about in ("event", "resource", "course", "question")
    )
    return NotificationsView(
        page=_page("/notifications", "Notifications"),
        csrf="c" * 43,
        only="",
        rows=rows,
        paging=Paging(next_path="/notifications?before=1"),
        requests=2,
        newest=9,
        has_new=True,
    )


def no_notifications() -> NotificationsView:
    return NotificationsView(page=_page("/notifications", "Notifications"), csrf="c" * 43, only="mentions")


def notification_requests() -> RequestsView:
    row = RequestRow(id="7", who=MARTA, total=3, at=NOW - HOUR, excerpt="Guten Tag!")
    return RequestsView(page=_page("/notifications/requests", "Kept apart"), csrf="c" * 43, rows=(row,))


def no_notification_requests() -> RequestsView:
    return RequestsView(page=_page("/notifications/requests", "Kept apart"), csrf="c" * 43)


def kept() -> KeptView:
    rows = (KeptRow(post=_question()), KeptRow(resource=cards()[0]))
    return KeptView(
        page=_page("/bookmarks", "Kept for later"), rows=rows, paging=Paging(next_path="/bookmarks?before=1")
    )


def nothing_kept() -> KeptView:
    return KeptView(page=_page("/bookmarks", "Kept for later"))


def views() -> dict[str, View]:
    """Each by a short name."""
    views = (
        community_page,
        empty_community,
        closed_community,
        thread_page,
        locked_thread,
        thread_of_strangers,
        questions_page,
        no_questions,
        compose_thread,
        compose_question,
        scheduled,
        nothing_scheduled,
        poll_thread,
        compose_wrong,
        compose_post,
        compose_answer,
        delete_post,
        notifications,
        no_notifications,
        kept,
        nothing_kept,
        notification_requests,
        no_notification_requests,
    )
    return {view.__name__: view() for view in views}
