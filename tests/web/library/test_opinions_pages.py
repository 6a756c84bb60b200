"""Saying on a page how something was used and what one thinks of it."""

import pytest

from node.store.library import opinions
from node.store.people import actors
from tests.client import App, app_of
from tests.records import record
from tests.statements import counted
from tests.web.conftest import Site

pytestmark = pytest.mark.usefixtures("each_database")

NOTE = {
    "language": "en", "context": "In a class <script>alert(1)</script>", "outcome": "worked", "people-min": "12",
    "people-max": "", "since": "2026-01-12", "advice": "Bring gloves.", "visibility": "organisation",
}  # fmt: skip


async def _resource(site: Site) -> str:
    await site.set_up()
    result = await site.peer.publish(record())
    return result.url.removeprefix(site.peer.origin)


async def test_a_note_is_written_changed_and_deleted(site: Site) -> None:
    path = await _resource(site)
    csrf = await site.csrf(f"{path}/used")
    await site.post(f"{path}/used", csrf=csrf, **NOTE)
    text = await site.get(path)
    assert "1 organisation used it" in text
    assert "In a class &lt;script&gt;" in text
    assert "<script>alert" not in text
    uri = (await site.store.read(_uris))[0]
    (note,) = await site.store.read(opinions.list_notes, uri, None) or await site.store.read(_notes, uri)
    assert note.note["audienceSize"] == {"min": 12, "max": 12}
    form = await site.get(f"{path}/used?note={note.object_id}")
    assert 'value="2026-01-12"' in form
    changed = {**NOTE, "note": str(note.object_id), "outcome": "did-not-fit"}
    await site.post(f"{path}/used", csrf=csrf, **changed)
    assert "It did not fit" in await site.get(path)
    await site.post(f"{path}/used/{note.object_id}/delete", csrf=csrf)
    assert "Has your organisation used it?" in await site.get(path)


async def test_a_note_that_was_widened_tells_others_nothing_of_what_members_read_before(site: Site) -> None:
    path = await _resource(site)
    csrf = await site.csrf(f"{path}/used")
    await site.post(f"{path}/used", csrf=csrf, **{**NOTE, "advice": "Ward four failed."})
    (note,) = await site.store.read(_notes, (await site.store.read(_uris))[0])
    changed = {**NOTE, "note": str(note.object_id), "visibility": "public"}
    await site.post(f"{path}/used", csrf=csrf, **changed)
    history = f"v1/statuses/{note.object_id}/history"
    stranger, member = App(site.peer), await app_of(site.peer, "uma")
    told, known = str(await stranger.get(history)), str(await member.get(history))
    assert ("Bring gloves" in told, "Ward four" in told) == (True, False)
    assert "Ward four" in known


def _uris(conn) -> list[str]:
    from sqlalchemy import select

    from node.store.tables import objects

    return list(conn.scalars(select(objects.c.uri).where(objects.c.kind == "resource")))


def _notes(conn, uri: str) -> list[opinions.StoredNote]:
    from sqlalchemy import select

    from node.store.tables import adoption_notes

    ids = conn.scalars(select(adoption_notes.c.object_id).where(adoption_notes.c.about == uri))
    return [found for i in ids if (found := opinions.find_note(conn, i))]


async def test_what_is_wrong_is_told_and_the_rest_stays(site: Site) -> None:
    path = await _resource(site)
    csrf = await site.csrf(f"{path}/used")
    wrong = {**NOTE, "outcome": "", "people-max": "3", "contact": "Bea", "contact-url": "javascript:alert(1)"}
    text = await site.post(f"{path}/used", 422, csrf=csrf, **wrong)
    for name in ("outcome", "contact-url"):
        assert f'href="#{name}"' in text, name
    assert "Bring gloves." in text
    wrong = {"outcome": "worked", "people-min": "9", "people-max": "3", "since": "2026-03-02", "until": "2026-03-01"}
    text = await site.post(f"{path}/used?lang=de", 422, csrf=csrf, **{**NOTE, **wrong})
    assert "die kleinere zuerst" in text
    assert "den früheren zuerst" in text
    assert "Erwartet" not in text
    text = await site.post(f"{path}/review", 422, csrf=csrf, text="", rating="9", visibility="public")
    assert 'href="#text"' in text
    await site.post(f"{path}/review", 403, csrf="x", text="x")


async def test_a_review_is_written_once_and_changed(site: Site) -> None:
    path = await _resource(site)
    csrf = await site.csrf(f"{path}/review")
    review = {"text": "Clear and *short*.", "rating": "4", "used-for": "first week", "visibility": "public"}
    await site.post(f"{path}/review", csrf=csrf, **review)
    assert "Your review has been saved." in await site.get(
        await site.post(f"{path}/review", csrf=csrf, **{**review, "rating": "5"})
    )
    text = await site.get(path)
    assert "5.0 of 5 from 1" in text
    assert "<em>short</em>" in text
    assert "Clear and *short*." in await site.get(f"{path}/review")
    assert "Your review has been deleted." in await site.get(await site.post(f"{path}/review/delete", csrf=csrf))
    assert "Write a review" in await site.get(path)


async def test_statements_do_not_grow_with_what_is_said(site: Site) -> None:
    path = await _resource(site)
    csrf = await site.csrf(f"{path}/used")
    seen = []
    for count in (1, 4):
        for _ in range(count):
            await site.post(f"{path}/used", csrf=csrf, **NOTE)
        await site.get(path)
        with counted(site.store) as statements:
            await site.get(path)
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 22, seen


async def test_the_catalogue_puts_first_what_organisations_used(site: Site) -> None:
    await site.set_up()
    used = await site.peer.publish(record())
    await site.peer.publish(record(id="https://x.example/2", name={"en": "Bells"}))
    ada = await site.store.read(actors.find_local_actor, "ada")
    app = App(site.peer, await site.peer.token(ada))
    note = {"context": {"en": "In a workshop."}, "defaultLanguage": "en", "outcome": "worked"}
    await app.post(f"/api/learning/v1/resources/{used.url.rsplit('/', 1)[1]}/adoptions", 201, **note)
    text = await site.get("/resources?sort=used")
    assert text.index("Casting basics") < text.index("Bells")
    assert text.count("1 organisation used it") == 1
