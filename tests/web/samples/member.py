"""The home of a member, full and empty."""

from node.clock import DAY, HOUR
from tests.web.samples import frame
from web.design.page import View
from web.design.parts import Link, Text
from web.events.views import EventCard, When
from web.member.views import MemberHomeView, TipRow, TopicRow

_WARDS = Link(label="Demenzfreundliche Orte in der Nachbarschaft", href="/c/wards")
_GRACE, _OLUFEMI = Link(label="Grace Hopper", href="/@grace"), Link(label="Olúfẹ́mi Adébáyọ̀", href="/@o@museum.example")


def views() -> dict[str, View]:
    page = frame.page(section="/", viewer=frame.ADMIN)
    now = page.now_at
    lamps = TopicRow(
        title=Text(
            value="Welche Leuchten lassen sich im Nachtdienst auf der Krankenhausstation dimmen?", language="de"
        ),
        path="/c/wards/t/1-leuchten",
        kind="question",
        author=_OLUFEMI,
        at=now - HOUR,
        replies=3,
        community=_WARDS,
    )
    talk = TopicRow(
        title=Text(value="A talk about light", language="en"),
        path="/p/2",
        kind="discussion",
        author=_GRACE,
        at=now - DAY,
    )
    full = MemberHomeView(
        page=page,
        name="Maeve Brennan",
        front_path="/?as=guest",
        follows_anybody=True,
        communities=(_WARDS, Link(label="Night shifts", href="/c/nights")),
        topics=(lamps, talk),
        tips=(
            TipRow(
                title=Text(value="Dementia-friendly wards: what a corridor can do", language="en"),
                path="/r/wards",
                form="video",
                by=(_GRACE, _OLUFEMI),
                others=4,
                origin="City Museum Aldingen",
            ),
            TipRow(
                title=Text(value="Hand hygiene"),
                path="/r/h",
                form="note",
                by=(_GRACE,),
                from_house=True,
                origin="Grace",
            ),
        ),
        coming=(
            EventCard(
                path="/e/1-walk",
                name=Text(value="Walk through the museum", language="en"),
                when=When(starts_at=now + 3 * DAY, ends_at=now + 3 * DAY + HOUR, timezone="Europe/Berlin"),
                place="Stadtmuseum Kranhafen, Foyer",
                answer="going",
                going=12,
                remaining=0,
            ),
            EventCard(path="/e/2", name=Text(value="Reading group"), when=When(starts_at=now + 9 * DAY), repeats=True),
        ),
        questions=(lamps,),
    )
    return {"member_home": full, "empty_member_home": MemberHomeView(page=page, name="Maeve", front_path="/?as=guest")}
