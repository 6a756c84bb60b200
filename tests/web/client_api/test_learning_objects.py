"""Learning objects in apps: a complete post, a card from data, an address that is found."""

import datetime as dt
import re

import orjson
import pytest

from node.clock import DAY, day_at
from node.domain.preferences import PATHWAY_LISTS
from node.domain.visibility import Visibility
from node.store.access import accounts
from node.store.reading.by_url import find_by_url
from tests.client import App, app_of
from tests.records import course_record, record
from tests.rows import each_row
from web.client_api.entities.look import Look
from web.client_api.entities.texts import content_of

FACTS = {
    "description": {"en": "How bronze is cast, step by step. " * 20},
    "keywords": ["Bronze", "Casting"],
    "timeRequired": "PT1H30M",
}


@pytest.fixture
async def ben(site):
    return await app_of(site.peer, "ben")


async def test_a_resource_is_a_complete_post(ben, site):
    made = await site.peer.publish(record(**FACTS))
    shown = await App(site.peer).get(f"v1/statuses/{made.object_id}")
    assert shown["content"].startswith("<p><strong>Casting basics</strong></p><p>How bronze")
    assert "<p>Web page · 1 h 30 min · CC BY 4.0 · en</p>" in shown["content"]
    assert shown["content"].count("CC BY 4.0") == 1, "facts are told once, beside the description"
    assert len(shown["content"]) < 1_500
    assert {tag["name"].lower() for tag in shown["tags"]} >= {"bronze", "casting"}
    assert not shown["url"].rstrip("/").rpartition("/")[2].isdigit()
    card = shown["card"]
    assert (card["title"], card["type"], card["url"]) == ("Casting basics", "link", made.url)
    assert card["provider_name"] == shown["account"]["display_name"]
    assert card["authors"] == [
        {"name": card["provider_name"], "url": card["provider_url"], "account": shown["account"]}
    ]
    async with site.browser.get(card["image"]) as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert (await answer.read()).startswith(b"\x89PNG")


async def test_a_resource_speaks_its_own_language_and_needs_no_description(site):
    said = {"name": {"de": "Bronze gießen"}, "defaultLanguage": "de", "inLanguage": ["de"], "kind": "worksheet"}
    made = await site.peer.publish(record(**said))
    shown = await App(site.peer).get(f"v1/statuses/{made.object_id}")
    begins = "<p><strong>Bronze gießen</strong></p><p>Arbeitsblatt · CC BY 4.0 · de</p><p><a "
    assert shown["content"].startswith(begins)


async def test_much_used_resources_are_cards_that_name_whom_to_follow(ben, site):
    made = await site.peer.publish(record(**FACTS))
    await ben.post(f"v1/statuses/{made.object_id}/favourite")
    site.clock.advance(DAY)
    for text in ("good", "and again"):
        await ben.post("v1/statuses", status=text, in_reply_to_id=str(made.object_id), visibility="public")
    (card,) = await ben.get("v1/trends/links")
    days = [(each["uses"], each["accounts"]) for each in card["history"]]
    assert (card["url"], days[:3], len(days)) == (made.url, [("2", "1"), ("1", "1"), ("0", "0")], 7)
    assert card["authors"][0]["account"]["id"] == str((await site.peer.organisation()).id)
    await site.peer.publish(record(**FACTS), Visibility.ORGANISATION)
    assert await ben.get("v1/trends/links") == []


async def test_a_new_version_shows_at_once(ben, site):
    made = await site.peer.publish(record())
    site.clock.advance(60_000)
    await site.peer.publish(record(name={"en": "Casting, better"}))
    shown = await ben.get(f"v1/statuses/{made.object_id}")
    assert shown["content"].startswith("<p><strong>Casting, better</strong></p>")
    assert shown["edited_at"]


async def test_addresses_of_our_pages_are_found(ben, site):
    made = await site.peer.publish(record())
    posted = await ben.call("POST", "v1/statuses", json={"status": "hello"})
    organisation = await site.peer.organisation()
    group = await site.peer.add_community("metals", ben.me)
    asked = await ben.call("POST", "v1/statuses", json={"status": "@metals Why does bronze crack?"})
    origin = site.peer.origin
    for url, object_id, actor_id in (
        (made.url, made.object_id, None),
        (made.uri, made.object_id, None),
        (posted["url"], int(posted["id"]), None),
        (f"{posted['url']}?x=1#y", int(posted["id"]), None),
        (asked["url"], int(asked["id"]), None),
        (f"{origin}/questions/{posted['id']}-hello", int(posted["id"]), None),
        (f"{origin}/e/{posted['id']}-hello/answers", int(posted["id"]), None),
        (f"{origin}/e/{posted['id']}-hello.ics", int(posted["id"]), None),
        (f"{origin}/e/{posted['id']}-hello/dates/2026-05-07", int(posted["id"]), None),
        (f"{made.url}/versions", made.object_id, None),
        (f"{origin}/c/metals", None, group.id),
        (f"{origin}/c/metals/members", None, group.id),
        (f"{origin}/@ben@{ben.me.host}", None, ben.me.id),
        (f"{origin}/@ben", None, ben.me.id),
        (ben.me.uri, None, ben.me.id),
        (origin + "/", None, organisation.id),
        (f"{origin}/@nobody", None, None),
        (f"{origin}/r/nothing", None, None),
        (f"{origin}/c/new", None, None),
        (f"{origin}/c/metals/t/7-gone", None, None),
        ("https://far.example/x", None, None),
    ):
        found = await site.store.read(find_by_url, origin, url)
        assert (found.object_id, found.actor_id) == (object_id, actor_id), url
    assert [each["id"] for each in (await ben.get("v2/search", q=asked["url"]))["statuses"]] == [asked["id"]]
    tags = await ben.get("v2/search", q=f"{origin}/tags/B%C3%A4ume?x=1")
    assert ([each["name"] for each in tags["hashtags"]], tags["accounts"]) == (["Bäume"], [])


class _Row:
    def __init__(self, **values):
        self.__dict__.update(
            {
                "kind": "event",
                "name": "",
                "language": "",
                "summary": "",
                "content": "",
                "record": None,
                "details": {},
                "uri": "",
                "url": "",
            }
            | values
        )


@each_row(
    "event, expected",
    [
        ({"start_at": 1_772_355_600_000, "timezone": "Europe/Berlin"}, "Sun, 1 Mar 2026, 10:00 (Europe/Berlin)"),
        ({"start_at": 1_772_355_600_000, "end_at": 1_772_359_200_000}, "Sun, 1 Mar 2026, 09:00\N{EN DASH}10:00 (UTC)"),
        ({"start_at": 1_772_355_600_000, "timezone": "No/Where", "place": "Hall <1>"}, "Hall &lt;1&gt;"),
        ({"online_url": "https://meet.example/"}, "online"),
        ({"status": "cancelled"}, "CANCELLED: A day"),
    ],
)
def test_an_event_tells_when_and_where(event, expected):
    row = _Row(name="A day", details=orjson.loads(orjson.dumps({"event": event})), url="https://far.example/e")
    look = type("_Look", (), {"origin": "https://learn.uni.example"})()
    assert expected in content_of(row, look)


@pytest.mark.parametrize(
    ("zone", "told"), [("Pacific/Auckland", "runs since 1 March 2026"), ("UTC", "starts 1 March 2026")]
)
def test_a_course_begins_by_the_day_of_the_organisation(zone, told):
    record = course_record()
    record["hasCourseInstance"][0] |= {"startDate": "2026-03-01", "endDate": ""}
    look = Look("https://learn.uni.example", "learn.uni.example", None, None, None, zone, 1_772_366_400_000)
    assert told in content_of(_Row(name="Casting", record=record), look)


async def test_what_is_kept_of_a_course_is_told_anew_when_the_day_is_over(ben, site):
    course = course_record()
    start = day_at(site.clock.now()) + dt.timedelta(days=1)
    end = start + dt.timedelta(days=9)
    course["hasCourseInstance"][0] |= {"startDate": f"{start}", "endDate": f"{end}"}
    made = await site.peer.publish(course)
    for told in (f"starts {start.day} ", f"starts {start.day} ", f"runs until {end.day} "):
        assert told in (await ben.get(f"v1/statuses/{made.object_id}"))["content"]
        site.clock.advance(DAY)


def pathway(steps: int):
    parts = [{"id": f"https://lib.city.example/r/{number}", "name": f"Step <{number}>"} for number in range(1, steps)]
    return record(name={"en": "From atoms to alloys"}, kind="pathway", hasPart=[*parts, {"name": "Talk to a founder"}])


async def test_a_pathway_shows_its_steps(ben, site):
    made = await site.peer.publish(pathway(3))
    shown = await ben.get(f"v1/statuses/{made.object_id}")
    assert (
        '<p>1. <a href="https://lib.city.example/r/1">Step &lt;1&gt;</a><br>'
        '2. <a href="https://lib.city.example/r/2">Step &lt;2&gt;</a><br>3. Talk to a founder</p>'
    ) in shown["content"]
    assert "pathway" in shown["content"]
    page = (await site.get(made.url.removeprefix(site.peer.origin))).partition("<main")[2]
    assert page.index("Step &lt;1&gt;") < page.index("Talk to a founder")
    _, document = await site.peer.get(made.uri)
    assert '<ol><li><a href="https://lib.city.example/r/1">' in document["content"]
    assert "<li>Talk to a founder</li></ol>" in document["content"]


async def test_of_many_steps_the_first_are_shown(ben, site):
    made = await site.peer.publish(pathway(12))
    shown = await ben.get(f"v1/statuses/{made.object_id}")
    assert shown["content"].count("https://lib.city.example/r/") == 8
    assert "<br>… +4</p>" in shown["content"]


async def test_a_pathway_that_one_follows_is_a_list_where_one_wants_that(ben, site):
    """Its steps that are held here are the posts; it is read and never changed."""
    films = [await site.peer.publish(record(id=f"https://x.example/{n}", name={"en": f"Film {n}"})) for n in range(3)]
    parts = [{"id": f"https://x.example/{n}", "name": f"Film {n}"} for n in range(3)] + [{"name": "Ask"}]
    made = await site.peer.publish(pathway(1) | {"hasPart": parts})
    slug = made.url.rsplit("/", 1)[1]
    assert (await ben.ask("POST", f"/api/learning/v1/pathways/{slug}/follow")).status == 204
    assert await ben.get("v1/lists") == []
    await ben.get(f"v1/timelines/list/{made.object_id}", 404)
    await site.store.write(accounts.set_defaults, ben.me.id, {"preferences": {PATHWAY_LISTS: True}})
    (found,) = await ben.get("v1/lists")
    assert (found["id"], found["title"]) == (str(made.object_id), "Pathway: From atoms to alloys")
    assert await ben.get(f"v1/lists/{found['id']}") == found
    assert await ben.get(f"v1/lists/{found['id']}/accounts") == []
    path = f"v1/timelines/list/{found['id']}"
    newest = [str(each.object_id) for each in reversed(films)]
    assert [each["id"] for each in await ben.get(path)] == newest
    assert [each["id"] for each in await ben.get(path, limit=1, max_id=newest[0])] == newest[1:2]
    assert [each["id"] for each in await ben.get(path, min_id=newest[2], limit=1)] == newest[1:2]
    for method, where in (("PUT", ""), ("DELETE", ""), ("POST", "/accounts"), ("DELETE", "/accounts")):
        said = {"title": "x", "account_ids": [str(ben.me.id)]}
        refused = await ben.call(method, f"v1/lists/{found['id']}{where}", 422, json=said)
        assert "pathway" in refused["error"]


async def test_the_history_of_a_resource_tells_nobody_what_was_not_for_her(site):
    """It was begun for its author alone and widened later: apps show of it what pages show, version by version."""
    ann, ben = await app_of(site.peer, "ann"), await app_of(site.peer, "ben")
    levels = (Visibility.PRIVATE, Visibility.ORGANISATION, Visibility.PUBLIC, Visibility.PUBLIC)
    for number, level in enumerate(levels):
        site.clock.advance(60_000)
        said = record(id="https://x.example/c1", name={"en": f"Draft {number}"})
        made = await site.peer.publish(said, level, ann.me)
    path = f"v1/statuses/{made.object_id}/history"
    for app, told in ((App(site.peer), "23"), (ben, "123"), (ann, "0123")):
        shown = [re.findall(r"Draft (\d)", each["content"])[0] for each in await app.get(path)]
        assert "".join(shown) == told
