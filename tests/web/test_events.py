"""The pages of events: written, answered, changed, in calendars, and closed to whom they are not for."""

import datetime as dt
import re
from functools import partial
from zoneinfo import ZoneInfo

import aiohttp
import icalendar
import pytest
from lxml.html import fromstring
from sqlalchemy import Connection, insert

from node.clock import DAY
from node.domain.visibility import Visibility
from node.domain.zones import local_text
from node.services.events import events as services
from node.services.events.event_pictures import Picture
from node.services.events.events import EventDraft
from node.services.people.follows import follow, unfollow
from node.services.posts.uploads import Words
from node.store.events import event_answers
from node.store.events.events import Event
from node.store.people import actors
from node.store.tables import notifications
from tests import media_files as files
from tests.happenings import answer, change, copy_of, event_record, publish
from tests.network import running_peer
from tests.statements import counted
from tests.web.conftest import Site
from web.events.cards import path_of

pytestmark = pytest.mark.usefixtures("each_database")

FORM = {
    "title": "Gießen zuhause",
    "description": "Bring **safety glasses**.",
    "language": "en",
    "kind": "workshop",
    "start": "2099-05-07T18:00",
    "end": "2099-05-07T20:00",
    "timezone": "Europe/Berlin",
    "place": "City Library",
    "town": "Berlin",
    "capacity": "2",
    "waitlist": "on",
    "join": "free",
    "visibility": "public",
    "keywords": "metal, casting",
}

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:one@example
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20990507T180000
DURATION:PT1H
SUMMARY:From a file
LOCATION:Library
RRULE:FREQ=DAILY;COUNT=9999999
END:VEVENT
BEGIN:VEVENT
UID:two@example
SUMMARY:No time
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
async def ada(site: Site):
    await site.set_up()
    return await site.store.read(actors.find_local_actor, "ada")


async def written(site: Site, **changes: str) -> str:
    """An event that was written on the page; its path."""
    csrf = await site.csrf("/events/new")
    where = await site.post("/events/new", csrf=csrf, **(FORM | changes))
    return where.partition("?")[0]


async def test_what_is_wrong_is_said_in_whole_sentences_of_the_readers_language(site, ada):
    csrf = await site.csrf("/events/new")
    wrong = {"repeat": "weekly", "times": "3", "except": "tomorrow", "speakers": "Ada\n" * 101}
    page = await site.post("/events/new?lang=de", 422, csrf=csrf, **(FORM | wrong))
    assert "Bitte gib Tage wie 2026-12-24 an" in page
    page = await site.post("/events/new?lang=de", 422, csrf=csrf, **(FORM | {"speakers": "Ada\n" * 101}))
    assert "Bitte gib höchstens 100 Namen an" in page


async def test_whoever_plans_for_invited_people_is_led_to_their_invitations(site, ada):
    csrf = await site.csrf("/events/new")
    where = await site.post("/events/new", csrf=csrf, **(FORM | {"join": "invite"}))
    page = await site.get(where)
    assert "Only those whom you invite can answer" in page
    assert f'action="{where.partition("/answers")[0]}/invite"' in page


async def test_the_page_of_one_date_calls_its_series_in_the_language_of_the_reader(site, ada):
    name = {"en": "Casting at home", "de": "Gießen zuhause"}
    event = await publish(site.peer, ada, name=name, recurrence={"frequency": "weekly", "count": 4})
    date = f"{path_of(event)}/dates/2099-05-14"
    for language, shown in name.items():
        page = fromstring(await site.get(f"{date}?lang={language}"))
        series = page.xpath("//main//p/a[starts-with(@href, '/e/')]")
        assert [each.text_content() for each in series] == [shown]
        assert shown in page.findtext(".//title")


async def test_one_date_of_a_series_is_moved_cancelled_and_put_back(site, ada):
    path = await written(site, repeat="weekly", times="4", **{"on-TH": "on", "except": "2099-05-28"})
    page = await site.get(path)
    csrf = await site.csrf(path)
    assert re.findall(rf"{path}/dates/(\S+)\"", page) == ["2099-05-07", "2099-05-14", "2099-05-21"]
    date = f"{path}/dates/2099-05-14"
    assert 'value="2099-05-14T18:00"' in await site.get(date)
    said = {"start": "2099-05-15T19:00", "end": "2099-05-15T20:00", "place": "City Library, Berlin", "online": ""}
    assert await site.post(date, csrf=csrf, do="save", **said) == f"{path}?changed"
    page = await site.get(path)
    assert "Another time" in page
    assert "2099-05-15T19:00" in page
    assert await site.post(date, csrf=csrf, do="cancel") == f"{path}?changed"
    assert "Cancelled" in await site.get(path)
    body = icalendar.Calendar.from_ical(await site.get(f"{path}.ics"))
    [_, other] = body.walk("VEVENT")
    assert (other["status"], other["dtstart"].to_ical()) == ("CANCELLED", b"20990515T190000")
    assert 'class=" off"' in await site.get("/calendar?on=2099-05-15")
    # Whoever changes the event keeps what single dates say.
    fields = FORM | {"repeat": "weekly", "times": "5", "on-TH": "on", "except": "2099-05-28", "title": "Other"}
    assert (await site.post(f"{path}/edit", csrf=csrf, **fields)).endswith("?changed")
    assert "Cancelled" in await site.get(path)
    assert await site.post(date, csrf=csrf, do="reset") == f"{path}?changed"
    assert "2099-05-15T19:00" not in await site.get(path)
    for wrong, word in (({"start": "soon"}, "a day and a time"), ({"place": ""}, "where it takes place")):
        assert word in await site.post(date, 422, csrf=csrf, do="save", **(said | wrong))
    for day in ("2099-05-28", "2099-05-08", "9999-99-99"):
        await site.get(f"{path}/dates/{day}", 404)


async def test_an_event_is_written_shown_and_answered(site, ada):
    path = await written(site)
    assert re.fullmatch(r"/e/\d+-giessen-zuhause", path)
    page = await site.get(path)
    for said in ("Gießen zuhause", "18:00", "Europe/Berlin", "City Library", "<strong>safety glasses</strong>"):
        assert said in page
    assert '"@type":"EducationEvent"' in page
    csrf = await site.csrf(path)
    assert await site.post(f"{path}/answer", csrf=csrf, answer="going", note="vegetarian") == f"{path}?answered"
    page = await site.get(path)
    assert "You have a place" in page
    assert "1 free" in page
    listed = await site.get("/events")
    assert path in listed
    answers = await site.get(f"{path}/answers")
    assert "vegetarian" in answers
    guests = [await site.peer.add_actor(name) for name in ("ben", "cem")]
    for guest in guests:
        await answer(site.peer, guest, f"{site.peer.origin}/ap/o/{re.findall('[0-9]+', path)[0]}")
    news = await site.get("/notifications")
    assert "1 other</strong>" not in news
    assert "takes part" in news
    assert "waits for a place" in news
    assert f'href="{path}/answers"' in news
    mine = await site.get("/events?show=mine")
    assert path in mine
    assert "Nobody of this name" in await site.post(f"{path}/organisers", 422, csrf=csrf, organiser="nobody")
    await site.post(f"{path}/organisers", csrf=csrf, organiser="ben")
    chosen = re.findall(rf"{path}/organisers/\d+/remove", await site.get(f"{path}/answers"))
    assert len(chosen) == 2
    await site.post(chosen[1], csrf=csrf)
    assert "has to look after" in await site.post(chosen[0], 422, csrf=csrf)


async def test_what_was_typed_with_an_answer_that_is_refused_stays(site, ada):
    path = await written(site, capacity="1", waitlist="")
    csrf = await site.csrf(path)
    for status, companions in ((409, "2"), (422, "11")):
        answer = {"answer": "going", "note": "We need a ramp.", "companions": companions}
        form = fromstring(await site.post(f"{path}/answer", status, csrf=csrf, **answer)).forms
        [kept] = [each.form_values() for each in form if "note" in each.fields]
        assert {**dict(kept), "csrf": "", "answer": "going"} == {**answer, "csrf": ""}
    assert await site.post(f"{path}/answer", csrf=csrf, answer="interested", note="", companions="0")


async def test_one_date_of_a_series_is_answered_on_the_page(site, ada):
    """There the answer holds; the person's own calendar shows the dates that she comes to."""
    begins = dt.datetime.fromtimestamp(site.peer.unit().now / 1000, ZoneInfo("Europe/Berlin")) + dt.timedelta(days=2)
    wall = begins.replace(microsecond=0, tzinfo=None)
    path = await written(site, start=wall.isoformat(), end="", repeat="weekly", times="4", capacity="1")
    csrf, days = await site.csrf(path), [(wall + dt.timedelta(weeks=n)).date().isoformat() for n in range(4)]
    assert await site.post(f"{path}/dates/{days[1]}/answer", csrf=csrf, answer="going") == f"{path}?answered"
    page = await site.get(path)
    [date] = re.findall(r'<li><span><a href="(/e/[^"]+)">', page)
    shown = await site.get(date)
    assert "Your answer for this date" in shown
    assert "You have a place" in shown
    assert f'href="{path}/dates/{days[1]}"' in shown  # organisers move it there
    assert date in await site.get("/events?show=mine")
    assert date not in await site.get("/events")
    await site.post(f"{path}/answer", csrf=csrf, answer="going")
    await site.post(f"{path}/dates/{days[2]}/answer", csrf=csrf, answer="declined")
    made = await site.post("/calendar/addresses", 200, csrf=csrf, label="phone")
    found = await events_in(site, re.search(r"/calendar/[A-Za-z0-9_-]{43}\.ics", made)[0])
    [series] = [each for each in found if "RRULE" in each]
    assert {each.dts[0].dt.date().isoformat() for each in series["EXDATE"]} == set(days[1:3])
    assert [each["dtstart"].dt.date().isoformat() for each in found if each is not series] == [days[1]]
    shown = await site.get(f"/calendar?view=agenda&on={days[0]}&mine=1")
    assert shown.count(f'href="{date}"') == 1
    assert await site.post(f"{path}/dates/2020-01-01/answer", 404, csrf=csrf, answer="going")
    assert f'href="{path}/answers"' in await site.get(f"{date}/answers")  # of those who come to all dates


async def with_picture(site: Site, path: str, status: int, data: bytes, **fields: str) -> str:
    """Send a form of an event with a file; where it leads, or what it shows."""
    form = aiohttp.FormData({"csrf": await site.csrf(path), **FORM, **fields})
    form.add_field("picture", data, filename="x.jpg")
    async with site.browser.post(site.peer.origin + path, data=form, allow_redirects=False) as reply:
        text = await reply.text()
        assert reply.status == status, text
        return reply.headers["Location"] if status == 303 else text


async def test_an_event_has_a_picture_that_cards_and_other_servers_show(site, ada):
    words = {"picture-alt": "Liquid metal"}
    again = await with_picture(site, "/events/new", 422, files.picture(), **(words | {"start": "soon"}))
    [number] = re.findall(r'name="picture-id" value="(\d+)"', again)  # not lost with what was wrong
    csrf = await site.csrf("/events/new")
    path = (await site.post("/events/new", csrf=csrf, **(FORM | words | {"picture-id": number}))).partition("?")[0]
    assert 'alt="Liquid metal"' in await site.get(path)
    assert "<img" in await site.get("/events")
    uri = f"{site.peer.origin}/ap/o/{re.findall('[0-9]+', path)[0]}"
    async with site.peer.http.get(uri, headers={"Accept": "application/activity+json"}) as reply:
        [shown] = (await reply.json())["attachment"]
    assert (shown["type"], shown["name"], shown["mediaType"]) == ("Document", "Liquid metal", "image/jpeg")
    before = await copy_of(site.peer, uri)
    await site.post(f"{path}/edit", csrf=csrf, **(FORM | words | {"picture-id": number}))
    assert (await copy_of(site.peer, uri)).version == before.version  # nothing was changed
    await site.post(f"{path}/edit", csrf=csrf, **(FORM | {"picture-id": number, "picture-alt": "A mould"}))
    assert 'alt="A mould"' in await site.get(path)
    wrong = await with_picture(site, f"{path}/edit", 422, b"no picture")
    assert 'aria-invalid="true"' in wrong
    assert '<a href="#picture">' in wrong, "the page begins with it; the field stands far below"
    await with_picture(site, f"{path}/edit", 303, files.picture(width=80), **words)
    await site.post(f"{path}/edit", csrf=csrf, **(FORM | {"picture-id": number, "picture-remove": "on"}))
    assert "event-picture" not in await site.get(path)


async def test_nobody_shows_the_upload_of_somebody_else(site, ada, tmp_path):
    ben = await site.peer.add_actor("ben")
    (source := tmp_path / "x.jpg").write_bytes(files.picture())
    taken = await site.peer.system.node.uploads.take(ben.id, source, Words(), wait=True)
    csrf = await site.csrf("/events/new")
    page = await site.post("/events/new", 422, csrf=csrf, **(FORM | {"picture-id": str(taken.id)}))
    assert "Gießen zuhause" in page
    assert "There is no event here" in await site.get("/events")


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(site, ada):
    csrf = await site.csrf("/events/new")
    cases = [
        ({"end": "2099-05-07T17:00"}, "an end after the start"),
        ({"start": "soon"}, "a day and a time"),
        ({"timezone": "Mars/Olympus"}, "a day and a time"),
        ({"place": "", "town": ""}, "a place, or an address"),
        ({"capacity": "many"}, "capacity"),
        ({"repeat": "daily"}, "a count, or a last day"),
        ({"repeat": "daily", "times": "100000"}, "at most 750"),
        ({"repeat": "weekly", "until": "2199-01-01"}, "within two years"),
        ({"join": "external"}, "the address where one takes part"),
        ({"visibility": "everybody"}, "one of the levels"),
        ({"online": "javascript:alert(1)"}, "a web address"),
    ]
    for changes, said in cases:
        page = await site.post("/events/new", 422, csrf=csrf, **(FORM | changes))
        assert said in page or 'aria-invalid="true"' in page, changes
        assert "Gießen zuhause" in page
    assert "There is no event here" in await site.get("/events")


async def test_a_change_and_a_cancellation_are_shown_and_in_calendar_files(site, ada):
    path = await written(site)
    csrf = await site.csrf(f"{path}/edit")
    await site.post(f"{path}/edit", csrf=csrf, **(FORM | {"place": "Room 2"}))
    assert "Room 2" in await site.get(path)
    [found] = await events_in(site, f"{path}.ics")
    assert (found["sequence"], str(found["location"])) == (1, "Room 2, Berlin")
    await site.post(f"{path}/cancel", csrf=csrf)
    assert "has been cancelled" in await site.get(path)
    [found] = await events_in(site, f"{path}.ics")
    assert (found["sequence"], str(found["status"])) == (2, "CANCELLED")
    assert "I am coming" not in await site.get(path)
    refused = await site.post(f"{path}/answer", 409, csrf=csrf, answer="going")
    assert "has been cancelled" in refused


async def test_a_changed_event_is_told_as_an_event(site, ada):
    path = await written(site)
    event_id = int(re.findall("[0-9]+", path)[0])
    ben = await site.peer.add_actor("ben")

    def hear(conn: Connection) -> None:
        """Ada is told of her event as if Ben had changed it."""
        kept = {"owner_id": ada.id, "actor_id": ben.id, "object_id": event_id, "reference": event_id, "created_at": 1}
        rows = [{"id": number, "type": kind, "group_key": kind} for number, kind in ((1, "update"), (2, "favourite"))]
        conn.execute(insert(notifications), [row | kept for row in rows])

    await site.store.write(hear)
    news = await site.get("/notifications")
    assert "changed an event" in news
    assert "thanks you for your event" in news
    assert "your post" not in news


async def events_in(site: Site, path: str) -> list[icalendar.Event]:
    async with site.peer.http.get(site.peer.origin + path) as reply:
        assert reply.status == 200
        assert reply.content_type == "text/calendar"
        body = await reply.read()
    assert max(map(len, body.split(b"\r\n"))) <= 75
    return icalendar.Calendar.from_ical(body).walk("VEVENT")


async def test_a_private_address_shows_ones_own_calendar_until_it_is_taken_back(site, ada):
    path = await written(site, visibility="organisation", start="2027-05-07T18:00", end="2027-05-07T20:00")
    page = await site.post("/calendar/addresses", 200, csrf=await site.csrf("/calendar/addresses"), label="phone")
    assert re.search(r'href="webcal://[^"]+/calendar/[\w-]{43}\.ics"', page)  # phones ask whether to subscribe
    address = re.search(r"/calendar/[A-Za-z0-9_-]{43}\.ics", page)
    assert address
    [found] = await events_in(site, address[0])
    assert str(found["summary"]) == "Gießen zuhause"
    assert "mailto" not in str(found.to_ical()).lower()
    listed = await site.get("/calendar/addresses")
    assert "phone" in listed
    assert address[0] not in listed
    revoke = re.search(r"/calendar/addresses/\d+/revoke", listed)
    assert revoke
    await site.post(revoke[0], csrf=await site.csrf("/calendar/addresses"))
    assert await status_of(site, address[0]) == 404
    assert path


async def test_a_member_reads_the_calendar_of_a_closed_community_in_her_own_program(site, ada):
    """At an address of her own: nobody else's, and only as long as she belongs to it."""
    group = await site.peer.add_community("metals", ada, visibility=Visibility.COMMUNITY)
    await site.store.write(follow, site.peer.unit(), ada.id, group.id)
    soon = local_text(site.peer.unit().now + 7 * DAY, "Europe/Berlin")
    draft = EventDraft(event_record(start=soon, end=None), Visibility.COMMUNITY, community_id=group.id)
    event = await site.store.write(services.publish_event, site.peer.unit(), ada.id, draft)
    await publish(site.peer, ada, start=soon, end=None)  # of no community
    assert await status_of(site, "/c/metals/calendar.ics") == 404
    assert f'href="/calendar/addresses?of={group.id}"' in await site.get("/c/metals")
    csrf = await site.csrf("/calendar/addresses")
    refused = await site.post("/calendar/addresses", 422, csrf=csrf, label="phone", of=str(ada.id))
    assert "a community that you belong to" in refused
    page = await site.post("/calendar/addresses", 200, csrf=csrf, label="phone", of=str(group.id))
    address = re.search(r"/calendar/[A-Za-z0-9_-]{43}\.ics", page)[0]
    assert [str(each["uid"]) for each in await events_in(site, address)] == [event.uri]
    await site.store.write(unfollow, site.peer.unit(), ada.id, group.id)
    assert await status_of(site, address) == 404
    assert "belong to no more" in await site.get("/calendar/addresses")


async def status_of(site: Site, path: str, accept: str = "text/html") -> int:
    async with site.peer.http.get(site.peer.origin + path, headers={"Accept": accept}, allow_redirects=False) as reply:
        return reply.status


async def test_the_calendar_shows_each_time_of_a_series_on_its_day(site, ada):
    await written(site, repeat="weekly", times="3")
    month = await site.get("/calendar?view=month&on=2099-05-01")
    assert month.count("Gießen zuhause") == 3
    assert 'datetime="2099-05-14"' in month
    week = await site.get("/calendar?view=week&on=2099-05-14")
    assert week.count("Gießen zuhause") == 1
    agenda = await site.get("/calendar?view=agenda&on=2099-05-08")
    assert agenda.count("Gießen zuhause") == 2
    for odd in ("view=nonsense", "on=9999-99-99", "on=0001-01-01&view=week", "on=9999-12-31&view=agenda"):
        await site.get(f"/calendar?{odd}")


async def test_a_day_with_more_than_it_has_room_for_tells_the_rest_and_the_agenda_shows_it(site, ada):
    ben = await site.peer.add_actor("ben")
    full = [await publish(site.peer, ben, name={"en": f"Workshop {number}"}) for number in range(1, 8)]
    await answer(site.peer, ada, full[-1].uri)
    month = await site.get("/calendar?on=2099-05-01")
    assert re.findall(r"<bdi>(Workshop \d)</bdi>", month) == [f"Workshop {number}" for number in (1, 2, 7)]
    [rest] = re.findall(r'<a href="([^"]+)"[^>]*>and 4 more<', month)
    assert "und 4 weitere<" in await site.get("/calendar?on=2099-05-01&lang=de")
    with counted(site.store) as statements:
        agenda = await site.get(rest.replace("&amp;", "&"))
    assert 'datetime="2099-05-07"' in agenda
    assert len(re.findall(r"<bdi>Workshop \d</bdi>", agenda)) == 7
    with counted(site.store) as others:
        await site.get("/calendar?view=agenda&on=2098-05-07")
    assert len(statements) == len(others)


async def test_a_long_agenda_comes_in_pages(site, ada):
    for number in range(2):  # on 28 days each
        await publish(site.peer, ada, name={"en": f"Show {number}"}, end="2099-06-05T20:00:00+02:00")
    pages = [await site.get("/calendar?view=agenda&on=2099-05-08")]
    following = re.search(r'href="([^"]+)" rel="next"', pages[0])[1].replace("&amp;", "&")
    pages.append(await site.get(following))
    assert [len(re.findall(r"<bdi>Show \d</bdi>", page)) for page in pages] == [50, 6]
    assert 'rel="next"' not in pages[1]
    assert "First page" in pages[1]
    for odd in ("9" * 30, "-1", "x"):
        await site.get(f"/calendar?view=agenda&after={odd}")


async def test_a_private_event_is_shown_to_no_outsider_through_any_door(site, ada):
    event = await publish(site.peer, ada, Visibility.ORGANISATION)
    path = f"/e/{event.id}"
    assert await status_of(site, event.url.removeprefix(site.peer.origin)) == 404
    for door in (f"{path}.ics", f"{path}/answers", f"{path}/edit"):
        assert await status_of(site, door) in {303, 404}
    for door in (f"/ap/o/{event.id}", f"/api/v1/statuses/{event.id}", f"/@ada/p{event.id}"):
        assert await status_of(site, door, "application/activity+json") == 404
    for shown in ("/events", "/calendar?view=month&on=2099-05-01", "/calendar.ics", "/@ada"):
        async with site.peer.http.get(site.peer.origin + shown) as reply:
            assert "Casting at home" not in await reply.text(), shown


async def test_organisers_only_see_who_comes(site, ada):
    event = await publish(site.peer, ada)
    ben = await site.peer.add_actor("ben")
    given = await answer(site.peer, ben, event.uri, note="secret")
    path = f"/e/{event.id}"
    async with site.peer.http.get(site.peer.origin + event.url.removeprefix(site.peer.origin)) as reply:
        page = await reply.text()
        assert "1 person comes" in page
        assert "ben" not in page
    assert "secret" in await site.get(f"{path}/answers")
    csrf = await site.csrf(f"{path}/answers")
    await site.post(f"{path}/answers/{given.id}", csrf=csrf, verdict="remove")
    kept = await site.store.read(event_answers.find_by_id, given.id)
    assert kept.state == "refused"
    assert await site.post(f"{path}/answers/{given.id}", 422, csrf=csrf, verdict="attended")
    await site.post(f"{path}/answers/{given.id}", 404, csrf=csrf, verdict="promote")


async def test_a_calendar_file_becomes_events_once(site, ada):
    text = FILE.replace("\n", "\r\n")
    first = await bring(site, text)
    assert "New" in first
    assert "It says no time" in first
    assert "As before" in await bring(site, text)
    assert "Changed" in await bring(site, text.replace("LOCATION:Library", "LOCATION:Hall"))
    page = await site.get("/events")
    assert page.count("From a file") == 1


async def bring(site: Site, text: str) -> str:
    form = aiohttp.FormData({"csrf": await site.csrf("/events/import"), "timezone": "Europe/Berlin"})
    form.add_field("file", text.encode(), filename="a.ics", content_type="text/calendar")
    async with site.browser.post(site.peer.origin + "/events/import", data=form) as reply:
        assert reply.status == 200
        return await reply.text()


async def test_events_are_brought_from_the_address_of_a_calendar(site, ada, tmp_path):
    async with running_peer(tmp_path / "other", "museum", clock=site.clock) as museum:
        curator = await museum.add_actor("curator")
        record = event_record(start=local_text(site.clock.now() + DAY, "UTC"), end=None)
        (source := tmp_path / "x.jpg").write_bytes(files.picture())
        uploads = museum.system.node.uploads
        shown = Picture((await uploads.take(curator.id, source, Words("A mould"), wait=True)).id)
        draft, there = (
            EventDraft(record, Visibility.PUBLIC, picture=shown),
            partial(services.publish_event, links=uploads.links),
        )
        event = await museum.store.write(there, museum.unit(), curator.id, draft)
        csrf = await site.csrf("/events/import")
        fields = {"csrf": csrf, "timezone": "UTC", "address": f"{museum.origin}/calendar.ics"}
        assert "Casting at home" in await site.post("/events/import", 200, **fields)
        assert "As before" in await site.post("/events/import", 200, **fields)
        brought = re.search(r'href="(/e/[^"]+casting-at-home)"', await site.get("/events"))
        assert "event-picture" in await site.get(brought[1])  # which is ours now
        await change(museum, curator, event, place={"name": "Hall"})
        assert "Changed" in await site.post("/events/import", 200, **fields)
        for wrong in (site.peer.origin, "file:///etc/passwd", f"{museum.origin}/nothing"):  # ours, no web address, 404
            said = await site.post("/events/import", 422, **(fields | {"address": wrong}))
            assert "No calendar was found" in said


async def test_forms_of_others_and_strangers_change_nothing(site, ada):
    event: Event = await publish(site.peer, ada)
    path = f"/e/{event.id}"
    await site.post(f"{path}/answer", 403, csrf="wrong", answer="going")
    await site.post(f"{path}/cancel", 403, csrf="wrong")
    for door in ("answer", "cancel", "delete", "dates/2099-05-14", "edit", "invite"):
        async with site.peer.http.post(site.peer.origin + f"{path}/{door}", allow_redirects=False) as reply:
            assert reply.status == 303, door
            assert reply.headers["Location"].startswith("/sign-in")
