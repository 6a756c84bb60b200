"""One search over everything, on the page and over the API: what is found, by whom, and what is no search."""

from typing import Any

import pytest
from sqlalchemy import Connection, update

from node.domain.licences import NOT_STATED
from node.domain.visibility import Visibility
from node.store.search import indexing
from node.store.tables import actors
from tests.client import app_of
from tests.happenings import event_record
from tests.network import Peer
from tests.node.store.test_everything import event
from tests.records import full_record, record
from tests.shelf import Shelf
from tests.statements import counted
from tests.web.conftest import Site

pytestmark = pytest.mark.usefixtures("each_database")

API = "/api/learning/v1/search"


async def _fill(site: Site) -> None:
    await site.peer.publish(full_record())
    await site.peer.publish(
        record(id="https://x.example/1", name={"en": "Casting for members"}), Visibility.ORGANISATION
    )
    uma = await site.peer.add_actor("uma", name="Uma Casting")

    def more(conn: Connection) -> None:
        conn.execute(update(actors).where(actors.c.id == uma.id).values(discoverable=True))
        event(conn, Shelf(), uma, "Casting workshop", uri="https://x.example/e1", url="https://x.example/e1")
        while indexing.work_off(conn):
            pass

    await site.store.write(more)


async def _get(peer: Peer, query: str, status: int = 200, **headers: str) -> Any:
    async with peer.http.get(f"{peer.origin}{API}?{query}", headers=headers) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json(content_type=None)


async def test_the_page_shows_what_strangers_may_find_and_members_more(site: Site) -> None:
    await _fill(site)
    text = await site.get("/search?q=casting")
    for shown in ("Casting workshop", "Uma Casting", "2 found", "Event", "Person"):
        assert shown in text
    assert "Casting for members" not in text
    assert "Casting for members" in await _signed_in(site, "/search?q=casting")
    assert "Nothing found" in await site.get("/search?q=zeppelin")
    assert "phase diagram" in await site.get("/search?q=phase+diagrem")
    assert "Reading a phase diagram" in await site.get("/search?kind=video")
    await site.get("/search?cursor=x", 400)
    await site.get("/search?since=ever", 400)


async def _signed_in(site: Site, path: str) -> str:
    await site.set_up()
    return await site.get(path)


async def test_the_api_answers_the_same_with_facets_and_a_suggestion(site: Site) -> None:
    await _fill(site)
    answer = await _get(site.peer, "q=casting&facets=1")
    assert {(item["kind"], item["name"]) for item in answer["items"]} == {
        ("event", "Casting workshop"),
        ("person", "Uma Casting"),
    }
    (workshop,) = [item for item in answer["items"] if item["kind"] == "event"]
    assert workshop["starts"] == "2026-08-29T10:40:00Z"
    assert {each["value"] for each in answer["facets"]["kind"]} == {"event", "person"}
    assert (await _get(site.peer, "q=casting&starts=2026-08"))["total"] == 1
    found = await _get(site.peer, "q=phase+diagrem")
    assert (found["total"], found["items"], found["suggestion"]) == (0, [], "phase diagram")
    uma = (await _get(site.peer, "q=uma"))["items"][0]
    assert uma["summary"] == ""
    member = await site.peer.add_actor("omar")
    token = await site.peer.token(member, "read:search")
    seen = await _get(site.peer, "q=casting", Authorization=f"Bearer {token}")
    assert "Casting for members" in {item["name"] for item in seen["items"]}
    await _get(site.peer, "q=casting", 401, Authorization="Bearer nothing")


_WRONG = "sort=title sort=x since=ever from=soon until=2026-13-01 origin=moon cursor=%00 cursor=W10"


async def test_what_is_no_search_is_told_by_its_parameter(site: Site) -> None:
    for query in _WRONG.split():
        answer = await _get(site.peer, query, 400)
        assert answer["errors"][0]["path"] == query.partition("=")[0], query


async def test_a_search_takes_the_same_statements_for_few_and_many(site: Site) -> None:
    seen = []
    for start in (0, 20):
        for number in range(start, start + 20):
            await site.peer.publish(record(id=f"https://x.example/{number}", name={"en": f"Casting {number}"}))
        with counted(site.store) as statements:
            await site.get("/search?q=casting")
        seen.append(len(statements))
    assert seen[1] <= seen[0] <= 20  # fewer tiers are walked once a page is full


async def test_what_one_has_just_written_is_found_at_once(site: Site) -> None:
    """Before any job has run; what others wrote elsewhere waits its turn."""
    ann = await app_of(site.peer, "ann")
    asked = {"kind": "question", "title": "Why does bronze crack?", "content": "At the gate.", "visibility": "public"}
    await ann.post("/api/learning/v1/topics", 201, **asked)
    await ann.post("/api/learning/v1/events", 201, **event_record(name={"en": "Bronze day"}), visibility="organisation")
    own = {"name": {"en": "Bronze notes"}, "visibility": "private"}
    body = {key: value for key, value in record().items() if key != "id"}
    await ann.post("/api/learning/v1/resources", 201, **{**body, **own})
    found = await ann.get(API, q="bronze")
    assert sorted(each["name"] for each in found["items"]) == ["Bronze day", "Bronze notes", "Why does bronze crack?"]


async def test_a_card_says_what_an_event_is_about_and_not_again_when_it_is(site: Site) -> None:
    """Its summary, as other servers show it, is that line."""
    uma = await site.peer.add_actor("uma")

    def write(conn: Connection) -> None:
        told = {"summary": "Wed, 7 May, City Library", "content": "<p>Bring safety glasses.</p>"}
        event(conn, Shelf(), uma, "Casting workshop", uri="https://x.example/e1", url="https://x.example/e1", **told)
        while indexing.work_off(conn):
            pass

    await site.store.write(write)
    page = await site.get("/search?q=casting")
    assert "Bring safety glasses." in page
    assert "Wed, 7 May" not in page


async def test_what_is_no_name_of_a_licence_is_said_in_the_language_of_the_page(site: Site) -> None:
    await site.peer.publish(record(license=NOT_STATED))
    (name,) = record()["name"].values()
    for path in ("/resources", f"/search?q={name.split()[0]}"):
        joint = "&" if "?" in path else "?"
        page = await site.get(f"{path}{joint}lang=de")
        assert "Nicht angegeben" in page
        assert "Not stated" not in page
