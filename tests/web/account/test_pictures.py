"""Avatars and headers: chosen on a page or taken away, shown here and told to other servers."""

import io
import re

import aiohttp
from PIL import Image

from node.domain.media import MediaPurpose
from node.services.posts import media as service
from node.store.people.actors import find_local_actor, load_local_actors, load_profile
from tests import media_files as files
from tests.client import App
from tests.web.conftest import Site

PATH = "/settings/pictures"


async def send(site: Site, path: str = PATH, status: int = 303, *, csrf: str = "", **parts: bytes | str) -> str:
    form = aiohttp.FormData()
    form.add_field("csrf", csrf or await site.csrf(path))
    for name, value in parts.items():
        if isinstance(value, bytes):
            form.add_field(name, io.BytesIO(value), filename="x.png", content_type="image/png")
        else:
            form.add_field(name, value)
    url, asked = site.peer.origin + path, {"Accept": "text/html"}
    async with site.browser.post(url, data=form, headers=asked, allow_redirects=False) as answer:
        text = await answer.text()
        assert answer.status == status, text[:2000]
        return text


async def icon_of(site: Site, name: str = "ada") -> str:
    actor = await site.store.read(find_local_actor, name)
    assert actor is not None
    return (await site.store.read(load_profile, actor.id)).icon


async def loaded(site: Site, url: str) -> tuple[int, str, tuple[int, int]]:
    async with site.browser.get(url) as answer:
        data = await answer.read()
        size = Image.open(io.BytesIO(data)).size if answer.status == 200 else (0, 0)
        return answer.status, answer.content_type, size


async def test_pictures_are_chosen_replaced_and_taken_away(ada: Site):
    text = await ada.get(PATH)
    assert "/static/avatar." in text
    await send(ada, avatar=files.picture("JPEG", 800, 600), header=files.picture("PNG", 90, 90))
    first = await icon_of(ada)
    assert await loaded(ada, first) == (200, "image/jpeg", (400, 400))
    assert first in await ada.get("/@ada")
    assert "Saved." in await ada.get(f"{PATH}?saved")
    await send(ada, avatar=files.animation("GIF", width=60, height=60))
    second = await icon_of(ada)
    assert second != first
    app = App(ada.peer, await ada.peer.token(await ada.store.read(find_local_actor, "ada")))
    me = await app.get("v1/accounts/verify_credentials")
    assert me["avatar"] == second
    assert await loaded(ada, me["avatar"]) == (200, "image/webp", (60, 60))
    assert await loaded(ada, me["avatar_static"]) == (200, "image/png", (60, 60))
    assert me["header"] == me["header_static"]
    assert (await loaded(ada, me["header"]))[2] == (90, 30)
    await ada.peer.system.worker.drain()
    assert (await loaded(ada, first))[0] == 404
    await send(ada, remove="header")
    gone = await app.delete("v1/profile/avatar")
    assert gone["avatar"].endswith(".png")
    assert (await loaded(ada, gone["avatar"]))[2] == (400, 400)
    assert (await loaded(ada, gone["header"]))[2] == (1500, 500)
    assert await icon_of(ada) == ""


async def test_others_are_told_of_a_new_picture(ada: Site):
    await send(ada, avatar=files.picture("PNG"))
    actor = await ada.store.read(find_local_actor, "ada")
    _, document = await ada.peer.get(actor.uri)
    assert document["icon"] == {"type": "Image", "url": await icon_of(ada)}


async def test_the_organisation_has_pictures_too(ada: Site):
    await send(ada, "/admin/pictures", avatar=files.picture("PNG"))
    (organisation,) = await ada.store.read(load_local_actors, ["organization"])
    assert (await ada.store.read(load_profile, organisation.id)).icon
    assert await icon_of(ada) == ""


async def test_what_is_wrong_changes_nothing(site: Site, ada: Site):
    await send(ada, avatar=files.picture("PNG"))
    before = await icon_of(ada)
    csrf = await ada.csrf(PATH)
    for wrong in (files.bomb(), b"<svg onload='alert(1)'/>", files.wav(), files.picture("PNG")[:60]):
        assert re.search(r'id="avatar-error">[^<]+\.<', await send(ada, status=422, csrf=csrf, avatar=wrong))
    await send(ada, status=403, csrf="x" * 43, avatar=files.picture("PNG"))
    assert await icon_of(ada) == before
    async with aiohttp.ClientSession() as stranger, stranger.get(ada.peer.origin + PATH, allow_redirects=False) as seen:
        assert seen.headers["Location"] == f"/sign-in?next={PATH}"
    bo = await ada.peer.add_actor("bo")
    reader = App(ada.peer, await ada.peer.token(bo, "read"), bo)
    await reader.delete("v1/profile/avatar", 403)
    await App(ada.peer).delete("v1/profile/header", 401)


async def test_a_profile_picture_is_no_attachment(ada: Site):
    found = await ada.peer.system.node.uploads.take_picture(
        (await ada.store.read(find_local_actor, "ada")).id, _laid(ada), MediaPurpose.AVATAR
    )
    app = App(ada.peer, await ada.peer.token(await ada.store.read(find_local_actor, "ada")))
    await app.get(f"v1/media/{found.id}", 404)
    assert await ada.store.write(service.expire, ada.peer.unit()) == 0


def _laid(site: Site):
    place = site.peer.system.node.config.data_dir / "picture"
    place.write_bytes(files.picture("PNG"))
    return place
