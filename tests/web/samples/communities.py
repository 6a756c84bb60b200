"""Sample pages of communities."""

from dataclasses import replace
from typing import Any

from node.clock import DAY, HOUR
from node.domain.communities import LEVELS, Act, JoinPolicy, PostPolicy, Role
from node.sentences import Sentence
from tests.web.samples import frame
from tests.web.samples.account import pictures_form
from web.communities.rooms import rooms_of
from web.communities.views import (
    Choice,
    CommunityCard,
    CommunityReportRow,
    CommunityReportsView,
    FormView,
    Head,
    ListView,
    LogRow,
    LogView,
    MembersView,
    ModerateView,
    PersonRow,
    ReportedPost,
)
from web.communities.words import (
    ACTS,
    BUTTONS,
    JOINING,
    JOINING_HINTS,
    PARTS,
    READING,
    READING_HINTS,
    ROLES,
    SETTINGS,
    WRITING,
    WRITING_HINTS,
)
from web.design.lists import Paging
from web.design.page import View
from web.design.parts import ActorCard, Field, Prose, SafeHtml

NOW = 1_793_000_000_000
LONG = "Demenzsensible Orte: Orientierungshilfen in Krankenhäusern, Museen und Lesesälen"


def views() -> dict[str, View]:

    def card(name: str, **parts: Any) -> CommunityCard:
        actor = ActorCard(
            path="/c/places",
            name=name,
            handle="@places@learn.museum-der-stadt-aldingen.example",
            kind="group",
            summary="People who make places easier to find one's way in.",
        )
        values = {"path": "/c/places", "members": 1_204, "threads": 87, "way_in": JOINING[JoinPolicy.REQUEST]}
        return CommunityCard(actor=actor, **{**values, **parts})

    def person(name: str, *acts: Act, **parts: Any) -> PersonRow:
        actor = ActorCard(path="/@ines", name=name, handle="@ines@lernen.hochschule-nordheim.example", kind="person")
        return PersonRow(
            actor=actor,
            uri="https://lernen.hochschule-nordheim.example/ap/a/1",
            acts=tuple((act.value, BUTTONS[act]) for act in acts),
            **parts,
        )

    def choices(words: Any, labels: Any, hints: Any) -> tuple[Choice, ...]:
        return tuple(
            Choice(value=word.value, label=labels[word], hint=hints[word], on=place == 0)
            for place, word in enumerate(words)
        )

    rooms = rooms_of("/c/places", is_inside=True, governs=True, lives_here=True, requests=2, reports=1)
    head = Head(name=LONG, path="/c/places", handle="@places@learn.museum.example", may_govern=True, rooms=rooms)
    framed = {"section": "/communities", "viewer": frame.ADMIN}
    listed = ListView(
        page=frame.page("/communities", title="Communities", **framed),
        mine=(card(LONG, part=PARTS["moderator"], topics=("demenz", "barrierefreiheit")),),
        invitations=(card("Night shifts", is_closed=True, way_in=JOINING[JoinPolicy.INVITE]),),
        others=(card("Reading groups"), card("Öffentlichkeitsarbeit", members=1, threads=0)),
        may_found=True,
        paging=Paging(next_path="/communities?before=5"),
    )
    form = FormView(
        page=frame.page("/communities/new", title="Found a community", **framed),
        action="/communities/new",
        csrf="t",
        is_new=True,
        back_path="/communities",
        username=Field(value="Places!", error="1 to 30 of the characters a-z, 0-9 and _."),
        name=Field(value=LONG),
        purpose=Field(value="For **everybody**."),
        rules=Field(value="Be kind."),
        topics=Field(value="demenz"),
        languages=Field(value="de en"),
        visibility=choices(LEVELS, READING, READING_HINTS),
        join_policy=choices(JoinPolicy, JOINING, JOINING_HINTS),
        post_policy=choices(PostPolicy, WRITING, WRITING_HINTS),
        host="learn.museum.example",
        problems=(("username", "1 to 30 of the characters a-z, 0-9 and _."),),
        close_path="/c/places/settings",
    )
    settings = replace(
        form,
        page=frame.page("/c/places/settings", title="Settings of the community", **framed),
        action="/c/places/settings",
        is_new=False,
        username=Field(),
        problems=(),
        head=head,
        pictures=pictures_form("/c/places/pictures", "Pictures"),
    )
    members = MembersView(
        page=frame.page("/c/places/members", title="Members", **framed),
        head=head,
        csrf="t",
        action="/c/places/members",
        moderators=(person("Dr. Ines Brandt", Act.DISMISS, is_open=False),),
        facilitators=(person("Orla Ní Bhriain", Act.DISMISS_FACILITATOR, is_open=False),),
        experts=(person("Tomasz", Act.DISMISS_EXPERT, is_open=False),),
        members=(
            person("Ben", Act.APPOINT, Act.EXPEL, Act.BAN, is_open=False, roles=(ROLES[Role.EXPERT],)),
            person(LONG, Act.EXPEL, Act.BAN, is_open=False),
        ),
        durations=tuple((f"{n}", Sentence("for {n} day", "for {n} days", n=n)) for n in (1, 7)),
        hint=Sentence("{host} does not answer now. Shown are those whom this node knows.", host="museum.example"),
        total=1_204,
        requests=(person("Cleo", Act.ADMIT, Act.REFUSE),),
        invited=(person("Dan", Act.UNINVITE),),
        banned=(person("Mallory", Act.UNBAN, note="Sold things.", at=NOW - DAY),),
        paging=Paging(next_path="/c/places/members?before=7"),
    )
    log = LogView(
        page=frame.page("/c/places/log", title="What moderators did", **framed),
        head=head,
        rows=(
            LogRow(
                act=ACTS[Act.REMOVE],
                by="Dr. Ines Brandt",
                by_path="/@ines",
                target="Buy tin!",
                target_path="",
                reason="Advertising is against our rules.",
                at=NOW - HOUR,
            ),
            LogRow(
                act=ACTS[Act.SETTINGS],
                by="Ada",
                by_path="",
                target="",
                target_path="",
                reason="",
                at=NOW - HOUR,
                refusal="Only moderators of this community may do this.",
                until_at=NOW + DAY,
                changed=(SETTINGS["rules"], SETTINGS["join_policy"]),
            ),
            LogRow(act=ACTS[Act.FOUND], by="Ada", by_path="", target="", target_path="", reason="", at=NOW - DAY),
        ),
    )
    moderate = ModerateView(
        page=frame.page("/c/places/moderate", title="Moderate a post", **framed),
        head=head,
        csrf="t",
        action="/c/places/moderate",
        title="Buy tin!",
        excerpt=Prose(value=SafeHtml("<p>Cheap tin, write to me.</p>"), language="en"),
        author=person("Mallory").actor,
        uri="https://lernen.hochschule-nordheim.example/ap/o/1",
        acts=tuple((act.value, BUTTONS[act]) for act in (Act.REMOVE, Act.PIN, Act.LOCK)),
    )
    report = CommunityReportRow(
        number="17",
        comment="This sells something, and it is the third time this week.",
        category="spam",
        at=NOW - HOUR,
        posts=(
            ReportedPost(
                title="Buy tin!",
                text="Cheap tin, write to me.",
                author=person("Mallory").actor,
                moderate_path="/c/places/moderate?post=9",
            ),
            ReportedPost(title="", text=""),
        ),
    )
    reports = CommunityReportsView(
        page=frame.page("/c/places/reports", title="Reports", **framed),
        head=head,
        csrf="t",
        action="/c/places/reports",
        is_open=True,
        open_path="/c/places/reports",
        closed_path="/c/places/reports?state=closed",
        rows=(report, replace(report, number="16", comment="", posts=(), handed_on=True)),
        paging=Paging(next_path="/c/places/reports?state=open&before=16"),
    )
    closed = replace(reports, is_open=False, rows=(replace(report, closed_by="Dr. Ines Brandt"),))
    return {
        "community_reports": reports,
        "community_reports_closed": closed,
        "community_communities": listed,
        "community_form": form,
        "community_settings": settings,
        "community_members": members,
        "community_log": log,
        "community_moderate": moderate,
    }
