"""Sample pages of courses."""

from collections.abc import Callable
from dataclasses import replace

from node.clock import DAY
from tests.web.samples import frame
from tests.web.samples.catalogue import catalogue
from web.courses.parts import CourseSection, InstanceCard, PlaceLine, SyllabusSection
from web.courses.views import CoursesView, EnrolmentGroup, EnrolmentRow, EnrolmentsView, StartCard
from web.design.lists import Paging
from web.design.page import View
from web.design.parts import Field, Link, Prose, Text
from web.design.resources import Agent, Concept, Reference
from web.pages.views import ResourceView

NOW = 1_793_000_000_000
LONG = "Demenzsensible Raumgestaltung: Orientierungshilfen in Aufenthaltsbereichen und Krankenhausfluren"


def _autumn(**parts: object) -> InstanceCard:
    values: dict[str, object] = {
        "key": "i0123456789a",
        "name": Text(value="Herbst 2026, berufsbegleitend", language="de"),
        "starts_on": "2026-11-09",
        "ends_on": "2026-12-18",
        "modes": ("blended", "synchronous"),
        "days": ("Monday", "Thursday"),
        "hours": "18:00 (Europe/Berlin)",
        "times": 6,
        "workload": "PT4H",
        "places": (
            PlaceLine(label="Stadtbibliothek Nordheim", address="Breite Straße 30, 10178 Nordheim"),
            PlaceLine(label="meet.hochschule-nordheim.example", url="https://meet.example/raum", is_online=True),
        ),
        "instructors": (Agent(name="Dr. Ines Brandt", href="https://uni.example/@ines", affiliation="Uni"),),
        "languages": ("de", "en"),
        "is_free": True,
        "capacity": 20,
        "taken": 12,
        "enrol_until": "2026-11-01",
        "enrol_path": "/courses/raumgestaltung/i0123456789a/enrol",
        "address": "https://learn.hochschule-nordheim-weserbergland.example/ap/o/18/instances/i0123456789a",
    }
    return InstanceCard(**(values | parts))  # type: ignore[arg-type]


def _section(*coming: InstanceCard, **parts: object) -> CourseSection:
    values: dict[str, object] = {
        "code": "MAT-101",
        "provider": Agent(name="Hochschule Nordheim-Weserbergland", href="https://uni.example/"),
        "workload": "PT4H",
        "credits": "3 ECTS",
        "prerequisites": (Concept(label=Text(value="Grundlagen der Pflege", language="de")),),
        "awards": (Reference(label=Text(value="Abzeichen Raumgestaltung")),),
        "languages": ("de", "en"),
        "syllabus": (
            SyllabusSection(
                name=Text(value="Licht und Farbe", language="de"),
                description=Prose(value="Was Menschen mit Demenz sehen.\n\nWarum Kontraste helfen.", language="de"),
                time_required="PT4H",
                parts=(Reference(label=Text(value="Farbtafeln"), href="https://uni.example/r/farbtafeln"),),
            ),
            SyllabusSection(name=Text(value="Practice on your own ward")),
        ),
        "coming": coming,
        "past": (_autumn(key="i0123456789b", door="over", enrol_path="", enrol_until=""),),
        "csrf": "c" * 43,
        "is_signed_in": True,
    }
    return CourseSection(**(values | parts))  # type: ignore[arg-type]


def _page(course: CourseSection) -> ResourceView:
    return ResourceView(
        page=frame.page("/r/raumgestaltung", title=LONG),
        iri="https://learn.hochschule-nordheim-weserbergland.example/r/raumgestaltung#resource",
        names=(Text(value=LONG, language="de"),),
        kind="course",
        version=2,
        digest="a" * 64,
        updated_at=NOW,
        descriptions=(Prose(value="Ein Kurs über sechs Wochen."),),
        course=course,
    )


def course_to_enrol_in() -> ResourceView:
    asks = _autumn(key="i0123456789c", mode="request", capacity=0, taken=-1, is_free=False, prices=("120 EUR",))
    elsewhere = InstanceCard(
        key="i0123456789d", door="external", mode="external", modes=("online",), external_url="https://lms.example/"
    )
    return _page(_section(_autumn(), asks, elsewhere, enrolments_path="/courses/raumgestaltung/enrolments"))


def course_with_places_taken() -> ResourceView:
    leave = "/courses/raumgestaltung/i0123456789a/leave"
    cards = [
        _autumn(key=f"i0123456789{number}", state=state, enrol_path="", leave_path=leave)
        for number, state in enumerate(("enrolled", "waiting", "requested", "asked"))
    ]
    full = _autumn(key="i0123456789e", taken=20, waiting=3)
    off = _autumn(key="i0123456789f", door="cancelled", enrol_path="")
    return _page(_section(*cards, full, off))


def course_for_strangers() -> ResourceView:
    cards = (
        _autumn(enrol_path=""),
        _autumn(key="i0123456789c", name=None, mode="invite", enrol_path=""),
        InstanceCard(key="i0123456789d", door="not-yet", enrol_from="2026-12-01"),
        InstanceCard(key="i0123456789e", door="closed"),
    )
    return _page(_section(*cards, csrf="", is_signed_in=False, past=(), syllabus=(), code="", credits=""))


def courses() -> CoursesView:
    found = catalogue()
    start = StartCard(
        path="/r/raumgestaltung#i0123456789a",
        course=Text(value=LONG, language="de"),
        name=Text(value="Herbst 2026"),
        line="starts 9 November 2026 · online and on site · 4 h a week · enrol until 1 November 2026",
        starts_on="2026-11-09",
        host="learn.hochschule-nordheim-weserbergland.example",
    )
    any_time = StartCard(path="/r/x#i0123456789b", course=Text(value="Hand hygiene"), line="start at any time")
    mine = StartCard(
        path="/r/x#i0123456789c", course=Text(value="Hand hygiene"), state="waiting", starts_on="2026-12-01"
    )
    return CoursesView(
        page=frame.page("/courses", title="Courses", section="/courses"),
        search_path="/courses",
        total=len(found.cards),
        mine=(mine,),
        soon=(start, any_time),
        cards=found.cards,
        facets=found.facets,
        chips=found.chips,
        sorts=found.sorts,
        paging=Paging(next_path="/courses?cursor=x"),
        new_path="/resources/new?kind=course",
    )


def no_courses() -> CoursesView:
    return CoursesView(page=frame.page("/courses", title="Courses", section="/courses"), search_path="/courses")


def enrolments() -> EnrolmentsView:
    rows = tuple(
        EnrolmentRow(
            name=f"Friedrich-Wilhelm Müller-Lüdenscheidt {number}",
            handle="@friedrich.wilhelm@learn.hochschule-nordheim-weserbergland.example",
            path="/@friedrich",
            state=state,
            since=NOW - number * DAY,
            note="Ich arbeite auf Station 4 und komme mit der Kollegin." if state == "requested" else "",
            decide_path="" if state == "refused" else "/courses/raumgestaltung/enrolments/7",
            can_accept=state == "requested",
        )
        for number, state in enumerate(("requested", "enrolled", "waiting", "invited", "refused"))
    )
    return EnrolmentsView(
        page=frame.page("/courses/raumgestaltung/enrolments", title="Enrolments", noindex=True),
        course=Link(label=LONG, href="/r/raumgestaltung"),
        csrf="c" * 43,
        groups=(
            EnrolmentGroup(
                key="i0123456789a",
                title=Text(value="Herbst 2026", language="de"),
                capacity=20,
                taken=1,
                waiting=1,
                invite_path="/courses/raumgestaltung/i0123456789a/invite",
                rows=rows,
            ),
            EnrolmentGroup(
                key="i0123456789b", title=Text(value=""), starts_on="2026-12-01", invite_path="/courses/r/i/invite"
            ),
        ),
        handle=Field(value="zoe", error="Nobody is known here by this name."),
    )


def enrolments_elsewhere() -> EnrolmentsView:
    """What a course of another node asks one who teaches it to decide."""
    whole = enrolments()
    asked = replace(whole.groups[0], rows=whole.groups[0].rows[:1], invite_path="", is_counted=False)
    return replace(whole, home="learn.museum.example", groups=(asked,))


def views() -> dict[str, View]:
    views: tuple[Callable[[], View], ...] = (
        course_to_enrol_in,
        course_with_places_taken,
        course_for_strangers,
        courses,
        no_courses,
        enrolments,
        enrolments_elsewhere,
    )
    return {view.__name__: view() for view in views}
