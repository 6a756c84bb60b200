"""Courses on pages: listed, enrolled in by buttons, seen only by those who may."""

import re
from pathlib import Path

import icalendar
import pytest
from sqlalchemy import Connection, select

from node.clock import HOUR
from node.domain.courses import State, key_of
from node.domain.visibility import Visibility
from node.services.library import enrolling
from node.store.library import resources
from node.store.library.resources import Viewer
from node.store.people.actors import Actor
from node.store.tables import enrolments
from tests.records import CC_BY, record
from tests.statements import counted
from tests.web.conftest import Site, opened_site
from tests.web.library.test_editor import stored, write

pytestmark = pytest.mark.usefixtures("each_database")

ONE = "https://x.example/c#1"
KEY = key_of(ONE)


def course(number: int = 1, mode: str = "open", **parts):
    instance = {
        "id": ONE,
        "name": {"en": "Autumn"},
        "courseMode": ["onsite"],
        "startDate": "2199-09-07",
        "enrolment": {"mode": mode},
        **parts,
    }
    return record(
        id=f"https://x.example/c{number}",
        name={"en": f"Casting course {number}"},
        kind="course",
        isAccessibleForFree=True,
        syllabus=[{"name": {"en": "Sand"}}],
        hasCourseInstance=[instance],
    )


async def _states(site: Site) -> list[str]:
    def load(conn: Connection) -> list[str]:
        return list(conn.scalars(select(enrolments.c.state).order_by(enrolments.c.id)))

    return await site.store.read(load)


async def test_courses_are_listed_with_what_starts_next(site: Site) -> None:
    assert "Nobody offers a course here yet" in await site.get("/courses")
    await site.peer.publish(course(1))
    await site.peer.publish(course(2, startDate="2198-01-01"))
    await site.peer.publish(record(id="https://x.example/r", name={"en": "Forging"}))
    text = await site.get("/courses")
    assert "2 courses" in text
    assert "Forging" not in text
    assert text.index("starts 1 January 2198") < text.index("starts 7 September 2199")
    assert "1 course for" in await site.get("/courses?q=course+2")
    assert "No course found" in await site.get("/courses?q=zeppelin")
    await site.get("/courses?cursor=x", 400)


async def test_a_page_shows_what_a_course_is_and_search_engines_too(site: Site) -> None:
    await site.peer.publish(course())
    text = await site.get("/r/casting-course-1")
    for shown in ("Dates and enrolment", "Autumn", "Free of charge", "Syllabus", "Sand", "Sign in to enrol"):
        assert shown in text
    assert '"hasCourseInstance":[{' in text
    assert '"offers":[{"price":0' in text.replace('"@type":"Offer",', "")
    assert "/enrol" not in text


async def test_somebody_enrols_and_leaves_by_buttons(site: Site) -> None:
    await site.peer.publish(course())
    await site.set_up()
    page = "/r/casting-course-1"
    path = f"/courses/casting-course-1/{KEY}"
    csrf = await site.csrf(page)
    assert await site.post(f"{path}/enrol", csrf=csrf) == f"{page}?course-enrolled#{KEY}"
    assert await site.post(f"{path}/enrol", csrf=csrf) == f"{page}?course-enrolled#{KEY}"  # again: once
    assert "You take part." in await site.get(f"{page}?course-enrolled")
    assert await _states(site) == [State.ENROLLED]
    text = await site.get(page)
    assert ("Enrolled" in text, f"{path}/leave" in text, f"{path}/enrol" in text) == (True, True, False)
    assert "Your courses" in await site.get("/courses")
    assert await site.post(f"{path}/leave", csrf=csrf) == f"{page}?course-left#{KEY}"
    assert await _states(site) == []


async def test_dates_stand_in_the_calendar_and_in_the_files_of_those_who_take_part(site: Site) -> None:
    weekly = {"byDay": ["Saturday"], "startTime": "10:00", "endTime": "12:00", "scheduleTimezone": "Europe/Berlin"}
    await site.peer.publish(course(1, endDate="2199-09-28", courseSchedule=weekly))  # begins on a Saturday
    await site.peer.publish(course(2, endDate="2199-10-16"))
    await site.set_up()
    page = await site.get("/calendar?on=2199-09-01")
    assert page.count("Casting course 1: Autumn") == 4
    assert page.count("Casting course 2: Autumn") == 1
    assert "Last day" in await site.get("/calendar?view=agenda&on=2199-10-10")
    assert "Casting course" not in await site.get("/calendar?on=2199-09-01&mine=1")
    for number in (1, 2):
        path = f"/courses/casting-course-{number}/{KEY}/enrol"
        await site.post(path, csrf=await site.csrf(f"/r/casting-course-{number}"))
    assert "Casting course 1: Autumn" in await site.get("/calendar?on=2199-09-01&mine=1")
    made = await site.post("/calendar/addresses", 200, csrf=await site.csrf("/calendar/addresses"), label="phone")
    address = re.search(r"/calendar/[\w-]{43}\.ics", made)
    assert address
    # Far dates are out of every file; those of next year are in it.
    await site.peer.publish(course(3, startDate="2026-09-07", endDate="2026-10-16"))
    soon = icalendar.Calendar.from_ical(await site.get("/calendar.ics"))
    shown = [
        (str(each["uid"])[-4:], each["dtstart"].to_ical(), each["dtend"].to_ical()) for each in soon.walk("VEVENT")
    ]
    assert [each[1:] for each in shown] == [(b"20260907", b"20260908"), (b"20261016", b"20261017")]
    assert shown[1][0] == "#end"
    await site.post(f"/courses/casting-course-3/{KEY}/enrol", csrf=await site.csrf("/r/casting-course-3"))
    own = await site.get(address[0])
    assert own.count("You have a place") == 5  # far ones, too: a seat is a seat
    assert "RRULE:FREQ=WEEKLY;UNTIL=21990928T215959Z;BYDAY=SA" in own


async def test_what_names_no_zone_is_in_that_of_the_node(tmp_path: Path) -> None:
    async with opened_site(tmp_path, node={"timezone": "Asia/Tokyo"}) as site:
        enrolment = {"mode": "open", "until": "2026-09-21"}  # which is today for another hour there
        await site.peer.publish(course(startDate="2026-10-07T09:00:00Z", enrolment=enrolment))
        await site.set_up()
        assert "DTSTART;TZID=Asia/Tokyo:20261007T180000" in await site.get("/calendar.ics")
        assert 'value="Asia/Tokyo"' in await site.get("/events/new")
        page = "/r/casting-course-1"
        assert f"{KEY}/enrol" in await site.get(page)
        csrf = await site.csrf(page)
        site.clock.advance(HOUR)
        assert f"{KEY}/enrol" not in await site.get(page)
        await site.post(f"/courses/casting-course-1/{KEY}/enrol", 409, csrf=csrf)


async def test_who_holds_the_course_decides_and_invites(site: Site) -> None:
    await site.peer.publish(course(mode="request"))
    await site.set_up()
    uma = await site.peer.add_actor("uma")
    page = "/r/casting-course-1"
    await site.post(f"/courses/casting-course-1/{KEY}/enrol", csrf=await site.csrf(page), note="I would like to")
    lists = "/courses/casting-course-1/enrolments"
    text = await site.get(lists)
    assert "I would like to" in text
    decide = re.search(rf'action="({lists}/\d+)"', text)
    assert decide
    csrf = await site.csrf(lists)
    assert await site.post(decide[1], csrf=csrf, decision="accept") == f"{lists}?done"
    assert await _states(site) == [State.ENROLLED]
    invite = f"/courses/casting-course-1/{KEY}/invite"
    assert "Nobody is known here" in await site.post(invite, 422, csrf=csrf, handle="zoe")
    await site.post(invite, csrf=csrf, handle="uma")
    assert await _states(site) == [State.ENROLLED, State.INVITED]
    await enrol(site, uma)
    news = await site.get("/notifications")
    assert "takes part" in news
    [link, *_] = re.findall(r'href="(/@\S+/p\d+)"', news)
    assert await site.get(link, 302) == ""  # which leads to the course
    assert uma.title in await site.get(lists)
    await site.post(decide[1], csrf=csrf, decision="refuse")
    assert await _states(site) == [State.REFUSED, State.ENROLLED]


async def enrol(site: Site, person: Actor) -> None:
    def write(conn: Connection) -> None:
        found = resources.load_by_slug(conn, "casting-course-1", Viewer(person.id))
        enrolling.enrol(conn, site.peer.unit(), person, found, KEY)

    await site.store.write(write)


@pytest.mark.parametrize(
    ("parts", "status", "says"),
    [
        ({"enrolment": {"mode": "closed"}}, 409, "Enrolment is closed"),
        ({"enrolment": {"mode": "invite"}}, 403, "by invitation"),
        ({"enrolment": {"mode": "external", "url": "https://lms.example/"}}, 409, "elsewhere"),
        ({"startDate": "2001-01-01"}, 409, "over"),
        ({"status": "cancelled"}, 409, "cancelled"),
    ],
)
async def test_bad_requests_get_a_sentence_and_change_nothing(site: Site, parts, status: int, says: str) -> None:
    await site.peer.publish(course(**parts))
    await site.set_up()
    csrf = await site.csrf("/settings")
    path = f"/courses/casting-course-1/{KEY}"
    assert says in await site.post(f"{path}/enrol", status, csrf=csrf)
    await site.post(f"{path}/enrol", 403, csrf="forged")
    await site.post("/courses/casting-course-1/i00000000000/enrol", 404, csrf=csrf)
    await site.post(f"/courses/nothing/{KEY}/enrol", 404, csrf=csrf)
    await site.post("/courses/casting-course-1/enrolments/99", 404, csrf=csrf, decision="accept")
    assert await _states(site) == []


async def test_outsiders_do_not_see_who_enrolled_nor_courses_for_members(site: Site) -> None:
    await site.peer.publish(course(), Visibility.ORGANISATION)
    await site.peer.publish(course(2))
    assert "Casting course 1" not in await site.get("/courses")
    await site.get("/r/casting-course-1", 404)
    await site.get("/courses/casting-course-2/enrolments", 303)  # to the sign-in page
    await site.set_up()
    assert "Casting course 1" in await site.get("/courses")


async def test_members_who_do_not_hold_it_do_not_see_who_enrolled(site: Site) -> None:
    await site.peer.publish(course())
    await site.set_up()
    uma = await site.peer.add_actor("uma")
    found = await site.store.read(resources.load_by_slug, "casting-course-1", resources.ANYBODY)

    def asks(conn: Connection) -> bool:
        from node.services.library import enrolling

        return enrolling.may_hold(conn, found, uma.id)

    assert not await site.store.read(asks)


async def test_statements_do_not_grow_with_courses(site: Site) -> None:
    seen = []
    for start in (0, 10):
        for number in range(start, start + 10):
            await site.peer.publish(course(number + 1))
        with counted(site.store) as statements:
            await site.get("/courses")
        seen.append(len(statements))
    assert seen[0] == seen[1]
    assert seen[0] <= 20


# -- writing one ----------------------------------------------------------------------------------------------------

_FORM = {
    "language-0": "en",
    "name-0": "Casting for carers",
    "kind": "course",
    "creators": "Ada L.",
    "licence": CC_BY,
    "visibility": "public",
    "owner": "organisation",
    "course-provider": "Uni",
    "course-hours": "4",
    "course-syllabus": "Sand\nMoulds",
    "run-0": "new",
    "run-0-name": "Autumn",
    "run-0-start": "2199-09-07",
    "run-0-end": "2199-10-16",
    "run-0-mode": "onsite",
    "run-0-way": "open",
    "run-0-capacity": "12",
    "run-0-place": "City Library",
    "run-0-teachers": "Ada L.",
    "run-0-price": "0",
}


async def test_a_course_is_written_and_changed_on_a_page_and_keeps_what_the_form_does_not_show(site: Site) -> None:
    await site.set_up()
    path = (await write(site, path="/resources/new?kind=course", **_FORM)).partition("?")[0]
    found = await stored(site, path)
    (instance,) = found.record["hasCourseInstance"]
    assert found.record["type"] == ["LearningResource", "Course"]
    assert (found.record["workload"], [each["name"] for each in found.record["syllabus"]]) == (
        "PT4H",
        [{"en": "Sand"}, {"en": "Moulds"}],
    )
    assert instance == {
        "id": f"{found.record['id']}#instance-1",
        "name": {"en": "Autumn"},
        "courseMode": ["onsite"],
        "startDate": "2199-09-07",
        "endDate": "2199-10-16",
        "instructor": [{"type": "Person", "name": "Ada L."}],
        "location": [{"type": "Place", "name": "City Library"}],
        "capacity": 12,
        "enrolment": {"mode": "open"},
        "offers": [{"priceCurrency": "EUR", "price": 0, "category": "Free"}],
    }
    form = await site.get(f"{path}/edit")
    assert instance["id"] in form
    assert "Add another date" in form
    changed = {**_FORM, "version": "1", "run-0": instance["id"], "run-0-capacity": "20", "run-1": "new"}
    await write(site, path=f"{path}/edit", **changed, **{"run-1-start": "2200-01-10", "run-1-way": "request"})
    first, second = (await stored(site, path)).record["hasCourseInstance"]
    assert first == {**instance, "capacity": 20}
    assert (second["startDate"], second["enrolment"]) == ("2200-01-10", {"mode": "request"})
    dropped = {**_FORM, "version": "2", "run-0": instance["id"], "run-0-drop": "on", "run-1": second["id"]}
    await write(site, path=f"{path}/edit", **dropped, **{"run-1-start": "2200-01-10"})
    assert [each["id"] for each in (await stored(site, path)).record["hasCourseInstance"]] == [second["id"]]
    await write(site, path=f"{path}/edit", **{**_FORM, "version": "3", "kind": "article"})
    assert "hasCourseInstance" not in (await stored(site, path)).record


async def test_what_is_wrong_with_a_date_is_told_beside_it_and_nothing_is_lost(site: Site) -> None:
    await site.set_up()
    wrong = {
        "run-0-start": "soon",
        "run-0-end": "2199-13-01",
        "run-0-capacity": "many",
        "run-0-price": "-1",
        "run-0-way": "external",
        "run-0-room": "javascript:alert(1)",
    }
    text = await write(site, 422, path="/resources/new?kind=course", **{**_FORM, **wrong})
    for field in ("start", "end", "capacity", "price", "url", "room"):
        assert f'id="run-0-{field}-error"' in text, field
    assert 'value="City Library"' in text


async def test_who_takes_part_no_longer_reads_a_course_that_was_narrowed(site: Site) -> None:
    """A place is not a key: lists, calendar and calendar files ask who may read, each time."""
    ann = await site.peer.add_actor("ann")
    await site.peer.publish(course(startDate="2026-10-07"), owner=ann)
    await site.set_up()
    await site.post(f"/courses/casting-course-1/{KEY}/enrol", csrf=await site.csrf("/r/casting-course-1"))
    made = await site.post("/calendar/addresses", 200, csrf=await site.csrf("/calendar/addresses"), label="phone")
    address = re.search(r"/calendar/[\w-]{43}\.ics", made)
    assert address
    pages = ("/courses", "/calendar?on=2026-10-01", "/calendar?on=2026-10-01&mine=1", address[0], "/")
    assert ["Casting course 1" in await site.get(page) for page in pages[:4]] == [True] * 4
    await site.peer.publish(course(startDate="2026-10-07") | {"name": {"en": "Redundancies"}}, Visibility.PRIVATE, ann)
    await site.get("/r/casting-course-1", 404)
    for page in pages:
        text = await site.get(page)
        assert "Redundancies" not in text, page
        assert "Casting course 1" not in text, page
