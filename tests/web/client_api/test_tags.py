"""Hashtags and trends as client apps see them, and the page that hashtags lead to."""

import pytest

from node.clock import DAY
from node.domain.tags import key_of
from node.domain.visibility import Visibility
from node.store.posts import reactions
from node.store.posts.reactions import LIKE, Reaction
from node.store.tables import object_tags
from tests.client import App, app_of
from tests.notes import publish_note
from tests.rows import each_row
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


async def post(app: App, text: str, *tags: str, visibility: Visibility = Visibility.PUBLIC) -> int:
    unit = app.peer.unit()

    def write(conn):
        note = publish_note(conn, unit, app.me.id, text, visibility)
        known = set(
            conn.scalars(
                object_tags.select().with_only_columns(object_tags.c.tag).where(object_tags.c.object_id == note.id)
            )
        )
        for tag in {key_of(each) for each in tags} - known:
            conn.execute(object_tags.insert().values(object_id=note.id, tag=tag))
        return note.id

    return await app.peer.store.write(write)


async def like(app: App, object_id: int) -> None:
    unit = app.peer.unit()
    new = Reaction(unit.ids.new(), app.me.id, object_id, LIKE, "", f"{unit.origin}/ap/x/{unit.ids.new()}", unit.now)
    await app.peer.store.write(reactions.insert_reaction, new)


async def test_a_hashtag_is_followed_and_left_again(site) -> None:
    ada = await app_of(site.peer, "ada")
    assert (await ada.get("v1/tags/Casting"))["following"] is False
    followed = await ada.post("v1/tags/Casting/follow")
    assert (followed["name"], followed["following"]) == ("Casting", True)
    assert await ada.post("v1/tags/casting/follow")
    assert [tag["name"] for tag in await ada.get("v1/followed_tags")] == ["Casting"]
    assert (await ada.post("v1/tags/CASTING/unfollow"))["following"] is False
    assert await ada.get("v1/followed_tags") == []


async def test_followed_hashtags_page_by_the_follow(site) -> None:
    ada = await app_of(site.peer, "ada")
    for name in ("one", "two", "three"):
        await ada.post(f"v1/tags/{name}/follow")
    answer = await ada.ask("GET", "v1/followed_tags", params={"limit": "2"})
    assert [tag["name"] for tag in await answer.json()] == ["three", "two"]
    rest = await ada.ask("GET", str(answer.links["next"]["url"]).removeprefix(site.peer.origin))
    assert [tag["name"] for tag in await rest.json()] == ["one"]


async def test_use_is_counted_by_day_and_by_people(site) -> None:
    ada, ben = await app_of(site.peer, "ada"), await app_of(site.peer, "ben")
    await post(ada, "a #Casting", "casting")
    site.clock.advance(DAY)
    await post(ada, "b #casting", "casting")
    await post(ben, "c #CASTING", "casting")
    await post(ben, "only for followers #casting", "casting", visibility=Visibility.FOLLOWERS)
    history = (await App(site.peer).get("v1/tags/casting"))["history"]
    assert [(day["uses"], day["accounts"]) for day in history[:3]] == [("2", "2"), ("1", "1"), ("0", "0")]


async def test_a_trend_needs_more_than_one_person(site) -> None:
    ada, ben = await app_of(site.peer, "ada"), await app_of(site.peer, "ben")
    for _ in range(3):
        await post(ada, "me #alone", "alone")
    await post(ada, "we #together", "together")
    await post(ben, "we #together", "together")
    for path in ("v1/trends", "v1/trends/tags"):
        assert [tag["name"] for tag in await App(site.peer).get(path)] == ["together"]
    site.clock.advance(9 * DAY)
    assert await App(site.peer).get("v1/trends/tags") == []


async def test_posts_trend_by_what_people_do_with_them(site) -> None:
    ada, ben = await app_of(site.peer, "ada"), await app_of(site.peer, "ben")
    quiet, liked, private = [
        await post(ada, text, visibility=visibility)
        for text, visibility in (
            ("quiet", Visibility.PUBLIC),
            ("liked", Visibility.PUBLIC),
            ("x", Visibility.FOLLOWERS),
        )
    ]
    await like(ben, liked)
    await like(ben, private)
    found = await App(site.peer).get("v1/trends/statuses")
    assert [status["id"] for status in found] == [str(liked)]
    assert str(quiet) not in {status["id"] for status in found}
    assert await App(site.peer).get("v1/trends/statuses", offset=1) == []


async def test_trending_posts_leave_out_what_somebody_does_not_want_to_read(site) -> None:
    ada, ben, cleo = [await app_of(site.peer, name) for name in ("ada", "ben", "cleo")]
    said = ((ben, "golf"), (cleo, "mould"), (ben, "cast"), (ada, "golf"))
    posts = [await post(app, text) for app, text in said]
    fans = [await app_of(site.peer, f"fan{number}") for number in range(4)]
    for less, each in enumerate(posts):
        for fan in fans[less:]:
            await like(fan, each)

    async def shown(app: App, **query: int) -> list[int]:
        return [int(status["id"]) for status in await app.get("v1/trends/statuses", **query)]

    assert await shown(ada) == posts
    words = [{"keyword": "golf"}]
    await ada.post("v2/filters", title="S", context=["public"], filter_action="hide", keywords_attributes=words)
    assert await shown(ada) == posts[1:], "her own stay"
    await ada.post(f"v1/accounts/{cleo.me.id}/mute")
    assert await shown(ada) == posts[2:]
    assert await shown(App(site.peer)) == posts
    first = await ada.ask("GET", "v1/trends/statuses?limit=3")
    assert [int(each["id"]) for each in await first.json()] == [posts[2]]
    assert first.links["next"]["url"].query["offset"] == "3", "a part of which something is hidden is not the last"
    assert await shown(ada, limit=3, offset=3) == [posts[3]]


async def test_hashtags_stand_on_profiles(site) -> None:
    ada = await app_of(site.peer, "ada")
    await post(ada, "a #Casting", "casting")
    await post(ada, "b #gating", "gating")
    assert {tag["name"] for tag in await ada.get("v1/featured_tags/suggestions")} == {"casting", "gating"}
    made = await ada.post("v1/featured_tags", name="#Casting")
    assert (made["name"], made["statuses_count"]) == ("Casting", "1")
    assert await ada.post("v1/featured_tags", name="casting") == made
    assert (await ada.get("v1/tags/casting"))["featuring"] is True
    assert await App(site.peer).get(f"v1/accounts/{ada.me.id}/featured_tags") == [made]
    await ada.delete(f"v1/featured_tags/{made['id']}")
    assert await ada.get("v1/featured_tags") == []
    await ada.post("v1/tags/gating/feature")
    assert (await ada.post("v1/tags/gating/unfeature"))["featuring"] is False


@each_row(
    "method, path, body, status",
    [
        ("POST", "v1/tags/12/follow", {}, 422),
        ("POST", "v1/tags/%3Cscript%3E/follow", {}, 422),
        ("POST", f"v1/tags/{'x' * 300}/follow", {}, 422),
        ("POST", "v1/featured_tags", {}, 422),
        ("POST", "v1/featured_tags", {"name": "two words"}, 422),
        ("DELETE", "v1/featured_tags/99", {}, 404),
        ("GET", "v1/accounts/99/featured_tags", {}, 404),
        ("GET", "v1/trends/tags?limit=-1&offset=-5", {}, 200),
    ],
)
async def test_bad_input_changes_nothing(ada, method, path, body, status) -> None:
    await ada.call(method, path, status, **({"json": body} if method == "POST" else {}))
    assert await ada.get("v1/followed_tags") == []
    assert await ada.get("v1/featured_tags") == []


async def test_what_is_personal_needs_a_token(site) -> None:
    other = await app_of(site.peer, "eve", scopes="read:lists")
    for path in ("v1/followed_tags", "v1/featured_tags", "v1/featured_tags/suggestions"):
        await App(site.peer).get(path, 401)
        await other.get(path, 403)


async def test_others_cannot_take_a_hashtag_off_a_profile(site) -> None:
    ada, eve = await app_of(site.peer, "ada"), await app_of(site.peer, "eve")
    made = await ada.post("v1/featured_tags", name="casting")
    await eve.delete(f"v1/featured_tags/{made['id']}", 404)
    assert await ada.get("v1/featured_tags") == [made]


async def test_lists_need_the_same_statements_for_any_length(site) -> None:
    ada = await app_of(site.peer, "ada")
    counts = []
    for wanted in (1, 20, 40):
        for number in range(len(counts) and 0, wanted):
            await ada.post(f"v1/tags/tag{chr(97 + number % 26)}{chr(97 + number // 26)}/follow")
        with counted(site.store) as seen:
            assert len(await ada.get("v1/followed_tags")) == wanted
        counts.append(len(seen))
    assert len(set(counts)) == 1


async def test_the_page_of_a_hashtag(site) -> None:
    ada = await app_of(site.peer, "ada")
    await post(ada, "see #Casting", "casting")
    await post(ada, "secret #casting", "casting", visibility=Visibility.FOLLOWERS)
    text = await site.get("/tags/CASTING")
    assert "see " in text
    assert "secret" not in text
    assert "No post" in await site.get("/tags/nothing")
    await site.get("/tags/%3Cscript%3E", 404)
