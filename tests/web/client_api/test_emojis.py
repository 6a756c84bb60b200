"""Emojis of the node: given on a page, used in posts, profiles and reactions, shown by a second node and in pages."""

import aiohttp

from node.services.posts.uploads import MAX_EMOJI_BYTES, MAX_EMOJI_SIDE
from tests import media_files as files
from tests.client import App, app_of
from tests.network import Peer, network
from tests.web.conftest import Site

PATH = "/admin/emojis"


async def give(peer: Peer, shortcode: str, picture: bytes, folder, category: str = "") -> None:
    """As the command line does."""
    place = folder / f"{shortcode}.bin"
    place.write_bytes(picture)
    await peer.system.node.uploads.add_emoji(shortcode, category, place, by=None)


async def send(site: Site, status: int, shortcode: str, picture: bytes | None, csrf: str) -> str:
    form = aiohttp.FormData()
    form.add_field("csrf", csrf)
    form.add_field("shortcode", shortcode)
    form.add_field("category", "Birds")
    if picture is not None:
        form.add_field("picture", picture, filename="owl.svg", content_type="text/html")
    url = site.peer.origin + PATH
    async with site.browser.post(url, data=form, headers={"Accept": "text/html"}, allow_redirects=False) as answer:
        text = await answer.text()
        assert answer.status == status, text
        return text


async def test_emojis_are_given_disabled_and_removed_on_a_page(site: Site) -> None:
    await site.set_up()
    app = await app_of(site.peer, "ben")
    assert await app.get("v1/custom_emojis") == []
    csrf = await site.csrf(PATH)
    await send(site, 303, ":owl:", files.animation("GIF"), csrf)
    (owl,) = await App(site.peer).get("v1/custom_emojis")
    assert (owl["shortcode"], owl["category"], owl["visible_in_picker"]) == ("owl", "Birds", True)
    for address, kind in ((owl["url"], "image/gif"), (owl["static_url"], "image/png")):
        async with site.browser.get(address) as answer:
            assert (answer.status, answer.content_type) == (200, kind)
    assert ":owl:" in await site.get(PATH)
    await site.post(f"{PATH}/owl/enabled", csrf=csrf, enabled="")
    assert await app.get("v1/custom_emojis") == []
    assert (await app.post("v1/statuses", status=":owl:"))["emojis"] == []
    await site.post(f"{PATH}/owl/enabled", csrf=csrf, enabled="1")
    written = await app.post("v1/statuses", status="At night :owl:, by day b:owl:c")
    assert [each["url"] for each in written["emojis"]] == [owl["url"]]
    assert f'<img class="emoji" src="{owl["url"]}" alt=":owl:"' in await site.get(f"/@ben/p{written['id']}")
    await site.post(f"{PATH}/owl/remove", csrf=csrf)
    assert await app.get("v1/custom_emojis") == []
    await site.peer.system.worker.drain()
    async with site.browser.get(owl["url"]) as answer:
        assert answer.status == 404
    left = await app.get(f"v1/statuses/{written['id']}")  # what was written with it shows its name
    assert ":owl:" in left["content"]
    assert ":owl:" in await site.get(f"/@ben/p{written['id']}")


async def test_what_is_no_emoji_changes_nothing(site: Site) -> None:
    await site.set_up()
    csrf = await site.csrf(PATH)
    await send(site, 303, "owl", files.picture("PNG"), csrf)
    side = MAX_EMOJI_SIDE + 1
    for shortcode, picture, said in (
        ("owl", files.picture("PNG"), "There is an emoji of this name already"),
        ("o", files.picture("PNG"), "has 2 to 64 letters"),
        ("my owl", files.picture("PNG"), "has 2 to 64 letters"),
        ("o/../wl", files.picture("PNG"), "has 2 to 64 letters"),
        ("cat", None, "Please choose a picture."),
        ("cat", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "This is no picture"),
        ("cat", files.picture("JPEG"), "PNG, GIF or WebP"),
        ("cat", files.wav(), "PNG, GIF or WebP"),
        ("cat", files.bomb(), "at most"),
        ("cat", files.picture("PNG")[:60], "damaged"),
        ("cat", files.animation("GIF", width=side, height=4), f"at most {MAX_EMOJI_SIDE} pixels"),
        ("cat", files.picture("PNG") + bytes(MAX_EMOJI_BYTES), "at most 256 KiB"),
    ):
        assert said in await send(site, 422, shortcode, picture, csrf), (shortcode, said)
    await send(site, 403, "cat", files.picture("PNG"), "x" * 43)
    assert len(await App(site.peer).get("v1/custom_emojis")) == 1


async def test_they_are_small(site: Site, tmp_path) -> None:
    await give(site.peer, "wide", files.picture("PNG", 900, 300), tmp_path)
    (wide,) = await App(site.peer).get("v1/custom_emojis")
    async with site.browser.get(wide["url"]) as answer:
        width, height = files.size_of(await answer.read())
    assert (round(width / height), width * height <= 128 * 128) == (3, True)


async def test_announcements_and_their_reactions_show_them(site: Site, tmp_path) -> None:
    await site.set_up()
    ben = await app_of(site.peer, "ben")
    await give(site.peer, "owl", files.picture("PNG"), tmp_path)
    await site.post("/admin/announcements", csrf=await site.csrf("/admin/announcements"), text="Late :owl: today")
    (shown,) = await ben.get("v1/announcements")
    assert [each["shortcode"] for each in shown["emojis"]] == ["owl"]
    await ben.put(f"v1/announcements/{shown['id']}/reactions/owl")
    await ben.put(f"v1/announcements/{shown['id']}/reactions/cat", 422)
    ((reaction,),) = [each["reactions"] for each in await ben.get("v1/announcements")]
    assert reaction == {
        "name": "owl", "count": 1, "me": True,
        "url": shown["emojis"][0]["url"], "static_url": shown["emojis"][0]["static_url"],
    }  # fmt: skip


async def test_a_second_node_shows_them_in_posts_and_profiles(tmp_path) -> None:
    async with network(tmp_path, "uni", "museum") as net:
        here, there = net.peers
        ada, ben = await app_of(here, "ada"), await app_of(there, "ben")
        await give(here, "owl", files.picture("PNG"), tmp_path)
        await give(here, "cat", files.picture("WEBP"), tmp_path)
        me = await ada.patch("v1/accounts/update_credentials", display_name="Ada :owl:", note="with a :cat:")
        assert [each["shortcode"] for each in me["emojis"]] == ["owl", "cat"]
        await there.follow(ben.me, ada.me.uri)
        await net.settle()
        poll = {"options": [":owl: yes", "no"], "expires_in": 600}
        posted = await ada.post("v1/statuses", status="Which? :cat: :none:", spoiler_text=":cat:", poll=poll)
        assert [each["shortcode"] for each in posted["poll"]["emojis"]] == ["owl"]
        _, document = await here.get(posted["uri"])
        assert [each["icon"]["mediaType"] for each in document["tag"] if each["type"] == "Emoji"] == [
            "image/webp", "image/png",
        ]  # fmt: skip
        await net.settle()
        (seen,) = await ben.get("v1/timelines/home")
        assert [each["shortcode"] for each in seen["emojis"]] == ["cat", "owl"]
        assert [each["shortcode"] for each in seen["poll"]["emojis"]] == ["owl"]
        assert [each["shortcode"] for each in seen["account"]["emojis"]] == ["owl", "cat"]
        assert seen["account"]["display_name"] == "Ada :owl:"
        async with there.http.get(seen["account"]["emojis"][0]["url"]) as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
        await ada.put(f"v1/statuses/{posted['id']}", status="None of both")
        await ada.patch("v1/accounts/update_credentials", display_name="Ada", note="")
        await net.settle()
        (seen,) = await ben.get("v1/timelines/home")
        assert ([each["shortcode"] for each in seen["emojis"]], seen["account"]["emojis"]) == (["owl"], [])


async def test_names_on_pages_leave_them_out(site: Site, tmp_path) -> None:
    await give(site.peer, "owl", files.picture("PNG"), tmp_path)
    ada = await app_of(site.peer, "ada")
    await ada.patch("v1/accounts/update_credentials", display_name="Ada :owl:", note='I :owl: "&<b>')
    shown = await site.get("/@ada")
    assert ":owl:</h1>" not in shown
    assert '<img class="emoji"' in shown
