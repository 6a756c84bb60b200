"""A person's own profile through apps: what changes, what is refused, what a second node sees."""

import io
import re

import aiohttp
import pytest
from aiohttp import web
from PIL import Image
from sqlalchemy import select

from node.services.people.profiles import ProfileChange, change_profile
from node.store.people import actors as actor_store
from node.store.tables import accounts
from tests.client import App, app_of
from tests.network import network
from tests.rows import each_row

pytestmark = pytest.mark.usefixtures("each_database")


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


async def test_a_profile_changes_where_it_is_told_to(ada):
    changed = await ada.patch(
        "v1/accounts/update_credentials",
        display_name="Ada <b>L.</b>",
        note="I *teach* <script>alert(1)</script>",
        locked="true",
        bot="1",
        discoverable=True,
        hide_collections="true",
        fields_attributes={"0": {"name": "Ward", "value": "4B"}, "1": {"name": "", "value": ""}},
        source={"privacy": "unlisted", "sensitive": "true", "language": "de", "quote_policy": "followers"},
        attribution_domains=["https://blog.example/x", "no domain"],
    )
    assert changed["display_name"] == "Ada L."
    assert "<em>teach</em>" in changed["note"]
    assert "<script" not in changed["note"]
    assert (changed["locked"], changed["bot"], changed["discoverable"], changed["indexable"]) == (
        True,
        True,
        True,
        False,
    )
    assert changed["fields"] == [{"name": "Ward", "value": "4B", "verified_at": None}]
    source = changed["source"]
    assert source["note"] == "I *teach* <script>alert(1)</script>"
    assert (source["privacy"], source["sensitive"], source["language"]) == ("unlisted", True, "de")
    assert (source["quote_policy"], source["hide_collections"]) == ("followers", True)
    assert source["attribution_domains"] == ["blog.example"]
    assert await ada.patch("v1/accounts/update_credentials") == changed
    assert (await ada.get("v1/accounts/verify_credentials"))["source"] == source
    assert (await ada.get("v1/preferences"))["posting:default:visibility"] == "unlisted"
    assert (await ada.put("v1/profile", fields_attributes=[{"name": "A", "value": "B"}]))["fields"][0]["name"] == "A"
    assert (await ada.get("v1/profile"))["display_name"] == "Ada L."
    back = await ada.patch("v1/accounts/update_credentials", bot=False, note="")
    assert (back["bot"], back["note"]) == (False, "")


async def test_a_note_links_whom_it_mentions(ada, site):
    ben = await app_of(site.peer, "ben")
    note = (await ada.patch("v1/accounts/update_credentials", note="With @ben and @nobody, about #Casting"))["note"]
    (link,) = re.findall(r'<a [^>]*class="u-url mention"[^>]*>', note)
    assert f'href="{(await ben.get("v1/accounts/verify_credentials"))["url"]}"' in link
    assert 'class="mention hashtag"' in note


async def test_a_form_with_pictures(site, ada):
    form = aiohttp.FormData()
    form.add_field("display_name", "Ada")
    form.add_field("fields_attributes[0][name]", "Ward")
    form.add_field("fields_attributes[0][value]", "4B")
    form.add_field("avatar", picture(), filename="../../x.png", content_type="image/png")
    changed = await ada.call("PATCH", "v1/accounts/update_credentials", data=form)
    assert changed["display_name"] == "Ada"
    assert "/media/" in changed["avatar"]
    shown = await App(site.peer).ask("GET", changed["avatar"].removeprefix(site.peer.origin))
    assert shown.status == 200
    form = aiohttp.FormData()
    form.add_field("display_name", "Not changed")
    form.add_field("avatar", b"<svg onload=alert(1)>", filename="x.svg", content_type="image/svg+xml")
    await ada.call("PATCH", "v1/accounts/update_credentials", 422, data=form)
    assert await ada.get("v1/profile") == changed
    gone = await ada.patch("v1/accounts/update_credentials", avatar="")
    assert "/media/" not in gone["avatar"]


@each_row("sent",
    [
        {"display_name": "x" * 101}, {"note": "x" * 2_001}, {"fields_attributes": [{"name": "a", "value": "b"}] * 7},
        {"locked": "perhaps"}, {"source": {"privacy": "direct"}}, {"source": {"privacy": "everybody"}},
        {"source": {"quote_policy": "x"}}, {"source": "text"}, {"fields_attributes": [{"name": "", "value": "v"}]},
    ],
)  # fmt: skip
async def test_what_is_wrong_changes_nothing(ada, sent):
    before = await ada.get("v1/profile")
    await ada.patch("v1/accounts/update_credentials", 422, discoverable=True, **sent)
    assert await ada.get("v1/profile") == before


async def test_nobody_makes_herself_what_she_is_not(site, ada):
    before = await ada.get("v1/profile")
    after = await ada.patch(
        "v1/accounts/update_credentials", id="1", role="admin", state="active", username="root", acct="root",
        followers_count=9, uri="https://x.example/", email="x@example.org", local=False, created_at=1,
        source={"role": "admin", "follow_requests_count": 7},
    )  # fmt: skip
    assert after == before
    roles = await site.store.read(lambda conn: list(conn.scalars(select(accounts.c.role))))
    assert set(roles) == {"member"}
    reader = App(site.peer, await site.peer.token(ada.me, "read"))
    await reader.patch("v1/accounts/update_credentials", 403, display_name="x")


async def test_who_is_locked_no_more_accepts_who_waited(site):
    lena, ben = await app_of(site.peer, "lena", locked=True), await app_of(site.peer, "ben")
    await ben.post(f"v1/accounts/{lena.me.id}/follow")
    assert (await lena.get("v1/profile"))["source"]["follow_requests_count"] == 1
    changed = await lena.patch("v1/accounts/update_credentials", locked=False)
    assert (changed["followers_count"], changed["source"]["follow_requests_count"]) == (1, 0)


async def test_a_profile_reaches_followers_elsewhere(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        ann, ben = await app_of(hospital, "ann"), await app_of(university, "ben")
        await university.follow(ben.me, ann.me.uri)
        await net.settle()
        await ann.patch("v1/accounts/update_credentials", display_name="Ann of ward 4", bot=True)
        await net.settle()
        known = await university.store.read(actor_store.find_actor, ann.me.uri)
        seen = await ben.get(f"v1/accounts/{known.id}")
        assert (seen["display_name"], seen["bot"]) == ("Ann of ward 4", True)


async def test_a_link_that_leads_back_is_verified(site, ada):
    pages = {"/good": f'<a rel="nofollow me" href="{site.peer.origin}/@ada">me</a>', "/bad": "<a href='/'>nobody</a>"}

    async def show(request):
        return web.Response(text=pages[request.path], content_type="text/html")

    app = web.Application()
    app.add_routes([web.get(path, show) for path in pages])
    runner = web.AppRunner(app)
    await runner.setup()
    port_site = web.TCPSite(runner, "127.0.0.1", 0)
    await port_site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    links = [("Good", f"{base}/good"), ("Bad", f"{base}/bad"), ("Text", "no link")]
    await site.store.write(change_profile, site.peer.unit(), ada.me.id, ProfileChange(fields=links))
    await site.peer.system.worker.drain()
    fields = {field["name"]: field["verified_at"] for field in (await ada.get("v1/profile"))["fields"]}
    assert fields["Good"]
    assert (fields["Bad"], fields["Text"]) == (None, None)
    kept = await ada.patch(
        "v1/accounts/update_credentials",
        fields_attributes=[{"name": "Site", "value": links[0][1]}, {"name": "Other", "value": f"{base}/other"}],
    )
    assert [bool(field["verified_at"]) for field in kept["fields"]] == [True, False]
    await runner.cleanup()


async def test_an_account_moves_with_its_followers(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        ann, new = await app_of(hospital, "ann"), await app_of(university, "annie")
        fan = await app_of(university, "fan")
        await university.follow(fan.me, ann.me.uri)
        await net.settle()
        await ann.post("v1/accounts/move", 403, moved_to_uri=new.me.uri, password="wrong")
        await new.post("v1/accounts/alias", 422, also_known_as_uris=["not an address"])
        await new.post("v1/accounts/alias", also_known_as_uris=[ann.me.uri])
        from node.services.access.passwords import hash_password
        from node.store.access.accounts import set_password

        await hospital.store.write(set_password, ann.me.id, hash_password("correct horse"), 1)
        again = App(hospital, await hospital.token(ann.me), ann.me)
        await again.post("v1/accounts/move", 422, moved_to_uri=f"{university.origin}/nobody", password="correct horse")
        assert await again.post("v1/accounts/move", moved_to_uri=new.me.uri, password="correct horse") == {}
        await net.settle()
        followers = await new.get(f"v1/accounts/{new.me.id}/followers")
        assert [each["acct"] for each in followers] == ["fan"]
        await new.post("v1/accounts/alias", also_known_as_uris=[])


async def test_an_app_cannot_guess_the_password_by_moving(site, ada):
    """The same few tries as on the pages: a token that may write is no way around them."""
    for number in range(10):
        await ada.post("v1/accounts/move", 403, moved_to_uri="https://x.example/a", password=f"guess {number}")
    await ada.post("v1/accounts/move", 429, moved_to_uri="https://x.example/a", password="correct horse")
