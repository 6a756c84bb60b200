"""Resources written on pages: from nothing, from a draft, changed, withdrawn; nothing typed is ever lost."""

import html
import re
from typing import Any

import aiohttp
import pytest

from node.domain.visibility import Visibility
from node.store.library import drafts, resources
from node.store.posts import media
from tests import media_files
from tests.records import CC_BY, record
from tests.rows import each_row
from tests.web.conftest import Site

pytestmark = pytest.mark.usefixtures("each_database")

NEW = "/resources/new"
FORM = {
    "language-0": "en",
    "name-0": "Casting <script>alert(1)</script>",
    "description-0": "How **metal** flows.\n\n<script>alert(2)</script>",
    "language-1": "de",
    "name-1": "Gießen",
    "description-1": "Wie Metall *fließt*.",
    "kind": "article",
    "keywords": "casting, foundry; casting",
    "time": "1 h 30 min",
    "creators": "Ada L.\nBen <https://ben.example/>",
    "licence": CC_BY,
    "visibility": "public",
    "owner": "organisation",
    "educationalLevel:https://w3id.org/kim/educationalLevel/level_C": "on",
}


@pytest.fixture
async def ada(site: Site) -> Site:
    await site.set_up()
    return site


async def send(site: Site, path: str, status: int = 303, /, **fields: Any) -> str:
    """The form as a browser sends it, with the hidden fields that the page has."""
    data = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        data.add_field(name, value) if isinstance(value, str) else data.add_field(name, value, filename="x.png")
    url = site.peer.origin + path
    async with site.browser.post(url, data=data, headers={"Accept": "text/html"}, allow_redirects=False) as answer:
        text = await answer.text()
        assert answer.status == status, text[:3000]
        return answer.headers["Location"] if status == 303 else text


async def write(site: Site, status: int = 303, /, path: str = NEW, **changes: Any) -> str:
    csrf = await site.csrf(path)
    return await send(site, path.partition("?")[0], status, **{**FORM, "csrf": csrf, "do": "publish", **changes})


async def stored(site: Site, path: str) -> resources.Resource:
    slug = path.removeprefix("/r/").partition("?")[0]
    return await site.store.read(resources.load_by_slug, slug, resources.ANYBODY)


async def test_a_resource_is_written_in_two_languages_and_shown(ada: Site) -> None:
    place = await write(ada)
    assert "It is published: everybody can read it." in await ada.get(place)
    found = await stored(ada, place)
    assert found.record["name"] == {"en": FORM["name-0"], "de": "Gießen"}
    assert found.record["keywords"] == ["casting", "foundry"]
    assert found.record["timeRequired"] == "PT1H30M"
    assert found.record["inLanguage"] == ["en", "de"]
    assert [agent["name"] for agent in found.record["creator"]] == ["Ada L.", "Ben"]
    assert found.record["educationalLevel"][0]["id"].endswith("level_C")
    assert found.record["publisher"][0]["name"] == found.owner.title
    text = await ada.get(place)
    assert "<strong>metal</strong>" in text
    assert "<em>fließt</em>" in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert f"{found.path}/edit" in text


async def test_strangers_see_no_form(site: Site) -> None:
    for path in (NEW, "/resources/drafts", "/r/x/edit", "/r/x/withdraw"):
        assert (await site.get(path, 303)).startswith("/sign-in?next=")
    await site.post(NEW, 303, **{"name-0": "x"})


async def test_a_preview_shows_it_and_what_is_missing_and_stores_nothing(ada: Site) -> None:
    text = await write(ada, 200, do="preview")
    assert "How it will look" in text
    assert "<strong>metal</strong>" in text
    assert "Missing for AMB: " in text
    assert 'value="Gießen"' in text
    assert (await ada.get("/resources")).count("0 resources")


async def test_everything_that_was_typed_stays_when_something_is_wrong(ada: Site) -> None:
    wrong = {"name-0": "", "licence": "", "time": "soon", "url": "javascript:alert(1)", "content-languages": "???"}
    text = await write(ada, 422, **{**wrong, "kind": ""})
    for kept in ("Wie Metall *fließt*.", "soon", "javascript:alert(1)", "???", "Ben &lt;https://ben.example/&gt;"):
        assert kept in text
    for name in ("name-0", "licence", "time", "url", "content-languages", "kind"):
        assert f'href="#{name}"' in text, name
    assert "0 resources" in await ada.get("/resources")


async def test_what_the_form_may_not_say_is_not_taken(ada: Site) -> None:
    place = await write(ada, version="999", digest="0" * 64, id="https://evil.example/1", isBasedOn="x", state="x")
    found = await stored(ada, place)
    assert found.version == 1
    assert found.record["id"] == found.uri
    assert "isBasedOn" not in found.record


async def test_another_language_is_a_button_away(ada: Site) -> None:
    text = await write(ada, 200, do="language")
    assert 'name="name-2"' in text
    assert 'name="name-3"' not in text


# -- pictures and files ---------------------------------------------------------------------------------------------


async def test_a_picture_is_taken_in_kept_through_errors_and_shown(ada: Site) -> None:
    picture = media_files.picture("PNG")
    text = await write(ada, 422, picture=picture, **{"picture-alt": "A mould", "name-0": ""})
    (media_id,) = re.findall(r'name="media" value="(\d+)"', text)
    assert 'value="A mould"' in text
    place = await write(ada, media=media_id, **{f"alt-{media_id}": "A mould, opened"})
    found = await stored(ada, place)
    assert found.record["image"][0]["name"] == {"en": "A mould, opened"}
    upload = await ada.store.read(media.find_media, int(media_id))
    assert upload is not None
    assert upload.object_id == found.id
    form = await ada.get(f"{found.path}/edit")
    assert f'name="media" value="{media_id}"' in form
    csrf = await ada.csrf(f"{found.path}/edit")
    await send(ada, f"{found.path}/edit", 303, **{**FORM, "csrf": csrf, "media": media_id, f"remove-{media_id}": "on"})
    assert "image" not in (await stored(ada, place)).record
    upload = await ada.store.read(media.find_media, int(media_id))
    assert upload is not None
    assert upload.object_id is None


async def test_a_document_is_kept_as_it_came_and_served_to_be_saved(ada: Site) -> None:
    body = b"%PDF-1.7 a worksheet"
    text = await write(ada, 200, do="upload", file=body, **{"file-alt": "The worksheet"})
    (media_id,) = re.findall(r'name="media" value="(\d+)"', text)
    place = await write(ada, media=media_id, **{f"alt-{media_id}": "The worksheet"})
    (file,) = (await stored(ada, place)).record["encoding"]
    assert (file["encodingFormat"], file["name"], file["contentSize"]) == (
        "application/pdf", "The worksheet", str(len(body)),
    )  # fmt: skip
    async with ada.browser.get(file["contentUrl"]) as answer:
        assert await answer.read() == body
        assert answer.headers["Content-Disposition"] == "attachment"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_file_that_is_none_of_ours_is_refused_and_the_rest_stays(ada: Site) -> None:
    text = await write(ada, 422, picture=b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    assert 'href="#picture"' in text
    assert "Wie Metall *fließt*." in text


async def test_nobody_takes_anothers_upload(ada: Site) -> None:
    ben = await ada.peer.add_actor("ben")
    await ada.store.write(_upload, ada.peer.unit(), ben.id)
    place = await write(ada, media="77")
    assert "image" not in (await stored(ada, place)).record


def _upload(conn, unit, owner_id: int) -> None:
    media.insert_media(
        conn, id=77, owner_id=owner_id, purpose="attachment", created_at=unit.now, position=0, state="ready",
        kind="image", media_type="image/png", key="aa/bb/" + "a" * 32 + ".png",
    )  # fmt: skip


# -- drafts ---------------------------------------------------------------------------------------------------------


async def test_a_draft_is_kept_found_published_and_gone(ada: Site) -> None:
    place = await write(ada, do="draft", **{"name-0": "Half a thought", "licence": ""})
    assert "Half a thought" in await ada.get("/resources/drafts")
    assert 'value="Half a thought"' in await ada.get(place)
    assert "0 resources" in await ada.get("/resources")
    draft = re.search(r"draft=(\d+)", place)
    assert draft
    await write(ada, path=f"{NEW}?draft={draft[1]}", draft=draft[1])
    assert "There are none." in await ada.get("/resources/drafts")


async def test_uploads_of_a_draft_do_not_expire(ada: Site) -> None:
    place = await write(ada, do="draft", picture=media_files.picture("PNG"))
    found = await ada.store.read(_all_drafts)
    ada.clock.advance(3 * 86_400_000)
    await ada.peer.system.node.uploads.expire()
    text = await ada.get(place)
    assert re.search(r'name="media" value="\d+"', text)
    await ada.post(f"/resources/drafts/{found[0].id}/delete", csrf=await ada.csrf("/resources/drafts"))
    ada.clock.advance(3 * 86_400_000)
    await ada.peer.system.node.uploads.expire()
    assert await ada.store.read(media.count_all_bytes) == 0


def _all_drafts(conn) -> list[Any]:
    from sqlalchemy import select

    from node.store.tables import drafts as table

    return list(conn.execute(select(table)))


async def test_drafts_of_others_are_not_there(ada: Site) -> None:
    ben = await ada.peer.add_actor("ben")
    draft = drafts.Draft(4711, ben.id, None, {"name-0": "Secret thought"}, 1, 1, 1)
    await ada.store.write(drafts.insert_draft, draft)
    await ada.get(f"{NEW}?draft=4711", 404)
    await ada.get(f"{NEW}?draft=x", 404)
    csrf = await ada.csrf("/resources/new")
    await send(ada, NEW, 404, **{**FORM, "csrf": csrf, "draft": "4711", "do": "draft"})
    await ada.post("/resources/drafts/4711/delete", 404, csrf=csrf)
    assert "Secret thought" not in await ada.get("/resources/drafts")
    assert (await ada.store.read(drafts.load_draft, 4711, ben.id)).fields == {"name-0": "Secret thought"}


# -- changing -------------------------------------------------------------------------------------------------------


async def test_a_change_that_came_in_between_is_shown_beside_ones_own(ada: Site) -> None:
    place = (await write(ada)).partition("?")[0]
    edit = f"{place}/edit"
    csrf = await ada.csrf(edit)
    await send(ada, edit, 303, **{**FORM, "csrf": csrf, "version": "1", "name-0": "Theirs"})
    text = await send(ada, edit, 409, **{**FORM, "csrf": csrf, "version": "1", "name-0": "Mine"})
    assert 'value="Mine"' in text
    assert "Theirs" in text
    assert 'name="version" value="2"' in text
    await send(ada, edit, 303, **{**FORM, "csrf": csrf, "version": "2", "name-0": "Mine"})
    assert (await stored(ada, place)).record["name"]["en"] == "Mine"
    history = await ada.get(f"{place}/versions")
    assert "Theirs" in history
    assert "Theirs" in await ada.get(f"{place}/versions/2")
    await ada.get(f"{place}/versions/9", 404)


async def test_earlier_versions_for_members_stay_with_members(ada: Site) -> None:
    place = (await write(ada, visibility="organisation", **{"name-0": "Inside"})).partition("?")[0]
    edit = f"{place}/edit"
    await send(ada, edit, 303, **{**FORM, "csrf": await ada.csrf(edit), "name-0": "Outside"})
    assert "Inside" in await ada.get(f"{place}/versions")
    ada.browser.cookie_jar.clear()
    assert "Inside" not in await ada.get(f"{place}/versions")
    await ada.get(f"{place}/versions/1", 404)


async def test_what_no_field_shows_survives_an_edit(ada: Site) -> None:
    concept = {"id": "https://x.example/skill", "prefLabel": {"en": "Moulding"}}
    made = record(
        about=[{"id": "https://x.example/topic", "prefLabel": {"en": "Foundry work"}}],
        teaches=[concept],
        extensions={"x": 1},
        creator=[{"type": "Person", "name": "Cy", "honorificPrefix": "Dr."}],
    )
    result = await ada.peer.publish(made)
    edit = result.url.removeprefix(ada.peer.origin) + "/edit"
    text = await ada.get(edit)
    assert "Foundry work" in text
    fields = {
        "language-0": "en", "name-0": "Casting", "kind": "article", "licence": CC_BY, "visibility": "public",
        "creators": "Cy", "about:https://x.example/topic": "on",
    }  # fmt: skip
    await send(ada, edit, 303, **{**fields, "csrf": await ada.csrf(edit)})
    now = (await stored(ada, edit.removesuffix("/edit"))).record
    assert now["teaches"] == [concept]
    assert now["about"] == made["about"]
    assert now["extensions"] == {"x": 1}
    assert now["creator"] == made["creator"]


async def test_it_is_withdrawn_after_a_question(ada: Site) -> None:
    place = (await write(ada)).partition("?")[0]
    csrf = await ada.csrf(f"{place}/withdraw")
    assert "It is withdrawn" in await ada.get(await ada.post(f"{place}/withdraw", csrf=csrf))
    await ada.get(place, 410)
    await ada.post(f"{place}/withdraw", 410, csrf=csrf)


async def test_forms_of_other_sites_do_nothing(ada: Site) -> None:
    await send(ada, NEW, 403, **{**FORM, "csrf": "x", "do": "publish"})
    assert "0 resources" in await ada.get("/resources")


# -- others' works --------------------------------------------------------------------------------------------------

SOURCE = {"creator": [{"type": "Person", "name": "Cy"}], "name": {"en": "Moulds"}}


async def test_ones_own_is_made_from_anothers_with_credit(ada: Site) -> None:
    source = await ada.peer.publish(record(**SOURCE))
    slug = source.url.rsplit("/", 1)[1]
    assert f"/resources/new?from={slug}" in await ada.get(f"/r/{slug}")
    text = await ada.get(f"{NEW}?from={slug}")
    assert "Cy\nAda L." in text
    place = await write(ada, path=f"{NEW}?from={slug}", **{"from": slug, "name-0": "Moulds for beginners"})
    made = (await stored(ada, place)).record
    (based_on,) = made["isBasedOn"]
    assert (based_on["name"], based_on["creator"], based_on["license"]) == ("Moulds", SOURCE["creator"], CC_BY)
    page = await ada.get(place)
    assert f"“Moulds” by Cy, {source.url}, " in page
    assert f'href="/r/{slug}"' in page
    assert "Moulds for beginners" in await ada.get(f"/r/{slug}")


@each_row(
    "number, theirs, mine, status",
    [
        (1, "by-nd", "by", 403),
        (2, "by-sa", "by", 422),
        (3, "by-sa", "by-sa", 303),
        (4, "by-nc", "by", 422),
        (5, "by-nc", "by-nc-sa", 303),
    ],
)
async def test_licences_decide_what_is_made(ada: Site, number: int, theirs: str, mine: str, status: int) -> None:
    cc = "https://creativecommons.org/licenses/{}/4.0/".format
    source = await ada.peer.publish(record(id=f"https://uni.example/r/{number}", license=cc(theirs)))
    slug = source.url.rsplit("/", 1)[1]
    if status == 403:
        text = await ada.get(f"{NEW}?from={slug}", 403)
        assert "does not allow adaptations" in text
        csrf = await ada.csrf(NEW)
        await send(ada, NEW, 422, **{**FORM, "csrf": csrf, "do": "publish", "from": slug})
    else:
        await write(ada, status, path=f"{NEW}?from={slug}", **{"from": slug, "licence": cc(mine)})


async def test_what_one_may_not_read_cannot_be_built_on(ada: Site) -> None:
    eve = await ada.peer.add_actor("eve")
    source = await ada.peer.publish(record(), Visibility.PRIVATE, eve)
    slug = source.url.rsplit("/", 1)[1]
    await ada.get(f"{NEW}?from={slug}", 404)
    csrf = await ada.csrf(NEW)
    await send(ada, NEW, 404, **{**FORM, "csrf": csrf, "from": slug})


async def test_members_find_what_they_wrote_and_answer_what_they_read(ada: Site) -> None:
    """A level of one's own is listed nowhere else; a reply on the page stays with those who read the resource."""
    for level, word in {"private": "Private", "partners": "Partner organisations"}.items():
        place = (await write(ada, 303, visibility=level)).partition("?")[0]
        text = await ada.get("/resources/drafts")
        assert f'href="{place}"' in text
        assert word in text
    shown = await ada.get(place)
    reply = re.search(r'href="(/compose\?reply=[^"]+)"', shown)
    assert reply
    assert "Open it" not in shown  # it says all there is of it
    form = await ada.get(html.unescape(reply[1]))
    levels = re.search(r'<select id="visibility".*?</select>', form, re.DOTALL)
    assert levels
    assert re.findall(r'value="([a-z]+)"', levels[0]) == ["partners"]
