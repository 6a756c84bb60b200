"""Pages of a running node: what they show, to whom, and at which cost."""

import re

import pytest
from sqlalchemy import Connection

from node.domain.visibility import Visibility
from node.store.posts import objects
from tests.records import full_record, record
from tests.statements import counted
from tests.web.conftest import Site


async def _publish(site: Site, count: int) -> None:
    for number in range(count):
        site.clock.advance(1000)
        await site.peer.publish(record(id=f"https://x.example/{number}", name={"en": f"Casting {number}"}))


async def test_home_shows_the_organisation_and_what_it_made(site: Site) -> None:
    await _publish(site, 2)
    text = await site.get("/")
    assert "Casting 1" in text
    assert f"@uni@{site.peer.system.node.config.host}" in text.replace("<wbr>", "")
    assert 'href="/r/casting-1"' in text


@pytest.mark.parametrize("path", ["/", "/resources", "/resources?q=casting"])
async def test_statements_do_not_grow_with_rows(site: Site, path: str) -> None:
    seen = []
    for more in (1, 19, 20):
        await _publish_more(site, more)
        with counted(site.store) as statements:
            await site.get(path)
        seen.append(len(statements))
    # A search walks fewer tiers once a page is full, so more rows may even cost less.
    assert seen[2] <= seen[1] <= seen[0] + 1
    assert seen[0] <= 30


async def _publish_more(site: Site, count: int) -> None:
    start = site.clock.now()
    for number in range(count):
        site.clock.advance(1000)
        name = {"en": f"Casting {start} {number}"}
        await site.peer.publish(record(id=f"https://x.example/{start}/{number}", name=name))


async def test_the_catalogue_narrows_sorts_and_goes_on(site: Site) -> None:
    await _publish(site, 25)
    await site.peer.publish(record(id="https://x.example/v", name={"en": "Forging"}, kind="video"))
    text = await site.get("/resources")
    assert "26 resources" in text
    assert "Next page" in text
    assert "Forging" in await site.get("/resources?kind=video")
    assert "1 resource" in await site.get("/resources?kind=video")
    assert "Nothing found" in await site.get("/resources?q=zeppelin")
    assert "First page" in await site.get(_link(text, "cursor="))
    await site.get("/resources?cursor=x", 400)


def _link(text: str, part: str) -> str:
    return next(each.split('"')[0] for each in text.split('href="') if part in each.split('"')[0]).replace("&amp;", "&")


async def test_a_resource_page_tells_people_and_machines(site: Site) -> None:
    result = await site.peer.publish(full_record())
    text = await site.get("/r/reading-a-phase-diagram")
    assert '<script type="application/ld+json">{"@context":"https://schema.org"' in text
    assert 'property="og:title"' in text
    assert f'href="{result.uri}"' in text
    url = site.peer.origin + "/r/reading-a-phase-diagram"
    headers = {"Accept": "application/activity+json"}
    async with site.browser.get(url, headers=headers, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, result.uri)
        assert "Accept" in answer.headers["Vary"]


async def test_private_and_missing_look_the_same(site: Site) -> None:
    await site.peer.publish(record(name={"en": "Secret"}), Visibility.ORGANISATION)
    assert await site.get("/r/secret", 404) == await site.get("/r/nothing", 404)
    await site.set_up()
    assert "Secret" in await site.get("/r/secret")
    assert "Secret" in await site.get("/resources")


async def test_actors_and_posts_with_their_thread(site: Site) -> None:
    person = await site.peer.add_actor("grace", name="Grace H.")
    unit = site.peer.unit()
    ids = [unit.ids.new() for _ in range(4)]

    def rows(conn: Connection) -> None:
        for place, number in enumerate(ids):
            parent = ids[place - 1] if place else None
            objects.insert_objects(conn, [_post(site, person, number, parent, place)])

    await site.store.write(rows)
    text = await site.get("/@grace")
    assert "Grace H." in text
    assert f'href="/@grace/p{ids[0]}"' in text
    text = await site.get(f"/@grace/p{ids[1]}")
    assert text.index("Post 0") < text.index("<p>Post 1") < text.index("Post 2")
    assert "Post 3" not in text, "a direct post is nobody else's"
    await site.get(f"/@grace/p{ids[3]}", 404)
    await site.get("/@grace/p1", 404)
    await site.get("/@nobody", 404)
    await site.get("/@grace@other.example", 404)


def _post(site, person, number, parent, place):
    origin = site.peer.origin
    return {
        "id": number,
        "uri": f"{origin}/ap/o/{number}",
        "kind": "note",
        "type": "Note",
        "actor_id": person.id,
        "local": True,
        "visibility": "direct" if place == 3 else "public",
        "content": f"<p>Post {place}</p>",
        "in_reply_to": f"{origin}/ap/o/{parent}" if parent else None,
        "in_reply_to_id": parent,
        "published_at": site.clock.now(),
        "received_at": site.clock.now(),
    }


async def test_what_others_sent_is_escaped(site: Site) -> None:
    await site.peer.publish(record(name={"en": "<script>alert(1)</script>"}, description={"en": "</script><b>x"}))
    slug = "script-alert-1-script"
    for path in ("/", "/resources", f"/r/{slug}"):
        assert "<script>alert" not in await site.get(path)


async def test_previews_elsewhere_show_the_picture_or_a_cover(site: Site) -> None:
    picture = {"contentUrl": "https://x.example/a.png", "name": {"en": "A phase diagram"}, "width": 960, "height": 540}
    await site.peer.publish(record(name={"en": "Seen"}, image=[picture]))
    await site.peer.publish(record(id="https://x.example/2", name={"en": "Unseen"}))
    text = await site.get("/r/seen")
    assert '<meta property="og:image" content="https://x.example/a.png">' in text
    assert '<meta property="og:image:alt" content="A phase diagram">' in text
    found = re.search(r'og:image" content="([^"]+/covers/[0-9]+\.png)"', await site.get("/r/unseen"))
    assert found is not None
    async with site.browser.get(found[1]) as cover:
        assert (cover.status, cover.content_type) == (200, "image/png")
