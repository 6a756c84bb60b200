"""A node without room takes nothing in, loses nothing that was written, and goes on when there is room (REL4)."""

from collections.abc import Callable
from importlib import import_module

import pytest

from node.errors import Unavailable
from tests.client import App, app_of
from tests.records import record
from tests.web.conftest import Site
from tests.web.library.test_editor import FORM
from web import room, routes
from web.room import NOT_STORED

WORDS = "Nobody types this twice."
#: Forms with what is written, by the field of the words.
FORMS = (
    ("/compose", "text", {"visibility": "public", "do": "publish"}),
    ("/resources/new", "name-0", {**FORM, "do": "publish"}),
    ("/resources/new", "name-0", {**FORM, "do": "draft"}),
    (
        "/events/new",
        "description",
        {"title": "Casting", "start": "2099-05-07T18:00", "timezone": "Europe/Berlin", "place": "Library"}
        | {"language": "en", "kind": "workshop", "join": "free", "visibility": "public"},
    ),
    ("/communities/new", "purpose", {"username": "metals", "name": "Metals", "join_policy": "open"}),
)


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Says whether the disk is nearly full."""
    return lambda is_low: monkeypatch.setattr("node.health.is_disk_low", lambda *_: is_low)


async def _app(site: Site) -> App:
    return await app_of(site.peer, "ben")


@pytest.mark.parametrize(("path", "name", "fields"), FORMS)
async def test_what_was_written_comes_back_until_there_is_room(site: Site, fill, path, name, fields) -> None:
    await site.set_up()
    form = {"csrf": await site.csrf(path), "key": "once", **fields, name: WORDS}
    fill(True)
    again = await site.post(path, 503, **form)
    assert WORDS in again
    assert NOT_STORED in again
    fill(False)
    await site.post(path, 303, **form)


async def test_what_was_written_about_something_comes_back_too(site: Site, fill) -> None:
    await site.set_up()
    resource = (await site.peer.publish(record())).url.removeprefix(site.peer.origin)
    group = await site.csrf("/communities/new")
    await site.post("/communities/new", csrf=group, username="metals", name="Metals", join_policy="open")
    for path, name, fields in (
        (f"{resource}/review", "text", {"rating": "4"}),
        (f"{resource}/used", "advice", {"outcome": "worked"}),
        ("/c/metals/settings", "purpose", {"name": "Metals"}),
    ):
        form = {"csrf": await site.csrf(path), **fields, name: WORDS}
        fill(True)
        again = await site.post(path, 503, **form)
        assert WORDS in again, path
        assert NOT_STORED in again, path
        fill(False)


async def test_a_post_that_the_database_cannot_store_comes_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await site.set_up()
    form = {"csrf": await site.csrf("/compose"), "key": "once", "text": WORDS, "visibility": "public", "do": "publish"}

    def full(*_: object) -> None:
        raise Unavailable("The database cannot be used right now.", retry_after_seconds=60)

    monkeypatch.setattr("web.threads.composer.publish", full)
    url = f"{site.peer.origin}/compose"
    async with site.browser.post(url, data=form, headers={"Accept": "text/html"}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
        assert WORDS in await answer.text()
    monkeypatch.undo()
    path = await site.post("/compose", **form)
    fill_again = {"csrf": await site.csrf("/compose"), "text": f"{WORDS} Changed.", "do": "save"}
    edit = f"/posts/{path.partition('?')[0].rpartition('/p')[2]}/edit"
    monkeypatch.setattr("web.threads.changing._save", full)
    assert f"{WORDS} Changed." in await site.post(edit, 503, **fill_again)


async def test_apps_are_told_when_to_try_again_and_read_on(site: Site, fill) -> None:
    app = await _app(site)
    posted = await app.post("v1/statuses", status="Before.")
    fill(True)
    for path, body in (("v1/statuses", {"status": "Later."}), (f"v1/statuses/{posted['id']}/favourite", {})):
        answer = await app.ask("POST", path, json=body)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "60"), path
        assert "no room" in (await answer.json())["error"]
    assert [each["id"] for each in await app.get("v1/timelines/home")] == [posted["id"]]
    await app.delete(f"v1/statuses/{posted['id']}")  # makes room
    fill(False)
    await app.post("v1/statuses", status="Later.")


def test_the_forms_that_ask_for_themselves_are_there() -> None:
    named = {route.kwargs.get("name") for area in routes.AREAS for route in import_module(area.module).ROUTES}
    assert named >= room.KEEPING


async def test_who_can_make_room_is_let_in(site: Site, fill) -> None:
    await site.set_up()
    fill(True)
    await site.post("/sign-out", csrf=await site.csrf("/"))
    await site.sign_in()
    rule = await site.csrf("/admin/house")
    await site.post("/admin/house/rules", csrf=rule, text="Be brief.")
    answer = await site.post("/settings", 503, csrf=rule, display_name="Ada", lang="en")
    assert "no room" in answer
