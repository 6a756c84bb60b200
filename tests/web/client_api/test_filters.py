"""Filters through an app, in both versions of the API, and what they take away."""

import pytest

from node.domain.filters import Filter, FilterContext, Keyword, compile_filters
from node.domain.visibility import Visibility
from node.store.reading import filters
from tests.client import App, app_of
from tests.notes import publish_note
from tests.rows import each_row

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben")


async def note(app, text, visibility=Visibility.PUBLIC):
    return await app.peer.store.write(publish_note, app.peer.unit(), app.me.id, text, visibility)


async def test_a_filter_is_made_changed_and_deleted(ada, ben):
    made = await ada.post(
        "v2/filters", title="Sport", context=["home", "public"], filter_action="hide", expires_in=3600,
        keywords_attributes=[{"keyword": "football"}, {"keyword": "golf", "whole_word": False}],
    )  # fmt: skip
    assert (made["title"], made["context"], made["filter_action"]) == ("Sport", ["home", "public"], "hide")
    assert [(each["keyword"], each["whole_word"]) for each in made["keywords"]] == [("football", True), ("golf", False)]
    assert await ada.get("v2/filters") == [made]
    path = f"v2/filters/{made['id']}"
    assert await ada.get(path) == made
    first, second = made["keywords"]
    changed = await ada.put(
        path, title="Games", expires_in="", filter_action="blur",
        keywords_attributes=[{"id": first["id"], "_destroy": "1"}, {"id": second["id"], "keyword": "golfing"}],
    )  # fmt: skip
    assert (changed["title"], changed["expires_at"], changed["filter_action"]) == ("Games", None, "blur")
    assert [each["keyword"] for each in changed["keywords"]] == ["golfing"]
    added = await ada.post(f"{path}/keywords", keyword="tennis", whole_word="false")
    assert await ada.get(f"v2/filters/keywords/{added['id']}") == added
    assert (await ada.put(f"v2/filters/keywords/{added['id']}", keyword="rugby"))["keyword"] == "rugby"
    assert len(await ada.get(f"{path}/keywords")) == 2
    await ada.delete(f"v2/filters/keywords/{added['id']}")
    assert len(await ada.get(f"{path}/keywords")) == 1
    await ada.delete(path)
    assert await ada.get("v2/filters") == []


async def test_one_post_can_be_filtered(ada, ben):
    posted = await note(ben, "Hello")
    hidden = await note(ben, "secret", Visibility.FOLLOWERS)
    made = await ada.post("v2/filters", title="This one", context=["home"])
    path = f"v2/filters/{made['id']}/statuses"
    entry = await ada.post(path, status_id=str(posted.id))
    assert entry["status_id"] == str(posted.id)
    assert await ada.post(path, status_id=str(posted.id)) == entry
    assert await ada.get(path) == [entry]
    assert await ada.get(f"v2/filters/statuses/{entry['id']}") == entry
    await ada.post(path, 404, status_id=str(hidden.id))
    await ben.delete(f"v2/filters/statuses/{entry['id']}", 404)
    await ada.delete(f"v2/filters/statuses/{entry['id']}")
    assert await ada.get(path) == []


async def test_the_first_version_shows_each_word_as_a_filter(ada, ben):
    made = await ada.post("v1/filters", phrase="golf", context=["home"], irreversible="true", whole_word="1")
    assert made["irreversible"] is True
    assert made["whole_word"] is True
    (whole,) = await ada.get("v2/filters")
    assert (whole["title"], whole["filter_action"]) == ("golf", "hide")
    assert await ada.get("v1/filters") == [made]
    path = f"v1/filters/{made['id']}"
    changed = await ada.put(path, phrase="golfing", context=["public"], irreversible=False)
    assert (changed["phrase"], changed["context"], changed["irreversible"]) == ("golfing", ["public"], False)
    assert await ada.get(path) == changed
    await ben.get(path, 404)
    await ben.delete(path, 404)
    await ada.delete(path)
    assert await ada.get("v2/filters") == []


@each_row(
    "body",
    [
        {"context": ["home"]},
        {"title": " ", "context": ["home"]},
        {"title": "x"},
        {"title": "x", "context": ["nowhere"]},
        {"title": "x" * 300, "context": ["home"]},
        {"title": "x", "context": ["home"], "filter_action": "destroy"},
        {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": ""}]},
        {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "y" * 600}]},
        {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "y"}] * 300},
        {"title": "x", "context": ["home"], "keywords_attributes": "words"},
        {"title": "x", "context": ["home"], "expires_in": "soon"},
    ],
)
async def test_a_bad_filter_is_refused_and_leaves_nothing(ada, body):
    await ada.post("v2/filters", 422, **body)
    assert await ada.get("v2/filters") == []


async def test_filters_of_others_are_not_there(ada, ben):
    made = await ada.post("v2/filters", title="x", context=["home"], keywords_attributes=[{"keyword": "y"}])
    word = made["keywords"][0]["id"]
    for method, path in (
        ("GET", f"v2/filters/{made['id']}"), ("PUT", f"v2/filters/{made['id']}"),
        ("DELETE", f"v2/filters/{made['id']}"), ("POST", f"v2/filters/{made['id']}/keywords"),
        ("GET", f"v2/filters/keywords/{word}"), ("PUT", f"v2/filters/keywords/{word}"),
        ("DELETE", f"v2/filters/keywords/{word}"), ("GET", f"v1/filters/{word}"),
    ):  # fmt: skip
        assert (await ben.ask(method, path, json={"keyword": "z"} if method != "GET" else None)).status == 404
    mine = await ben.post("v2/filters", title="x", context=["home"])
    await ben.put(f"v2/filters/{mine['id']}", 404, keywords_attributes=[{"id": word, "keyword": "z"}])
    assert await ada.get(f"v2/filters/{made['id']}") == made


async def test_statuses_say_which_filters_apply(ada, ben):
    made = await ada.post("v2/filters", title="Sport", context=["home"], keywords_attributes=[{"keyword": "golf"}])
    posted = await note(ben, "Golf, and golf again")
    other = await note(ben, "Tennis")
    (result,) = (await ada.get(f"v1/statuses/{posted.id}"))["filtered"]
    assert (result["filter"]["id"], result["filter"]["title"]) == (made["id"], "Sport")
    assert (result["keyword_matches"], result["status_matches"]) == (["Golf", "golf"], None)
    assert (await ada.get(f"v1/statuses/{other.id}"))["filtered"] == []
    assert (await ben.get(f"v1/statuses/{posted.id}"))["filtered"] == []
    await ada.post(f"v2/filters/{made['id']}/statuses", status_id=str(other.id))
    (result,) = (await ada.get(f"v1/statuses/{other.id}"))["filtered"]
    assert (result["keyword_matches"], result["status_matches"]) == (None, [str(other.id)])
    await ada.delete(f"v2/filters/{made['id']}")
    assert (await ada.get(f"v1/statuses/{posted.id}"))["filtered"] == []


async def test_hidden_posts_are_left_out_of_timelines_but_ones_own_stay(ada, ben):
    await ada.post(f"v1/accounts/{ben.me.id}/follow")
    await ada.post("v2/filters", title="x", context=["home", "public"], filter_action="hide",
                   keywords_attributes=[{"keyword": "golf"}])  # fmt: skip
    mine = await note(ada, "My golf")
    await note(ben, "golf")
    seen = await note(ben, "Tennis")
    for path in ("v1/timelines/home", "v1/timelines/public"):
        assert [each["id"] for each in await ada.get(path)] == [str(seen.id), str(mine.id)]
    assert len(await ada.get(f"v1/accounts/{ben.me.id}/statuses")) == 2


async def test_no_page_is_empty_before_the_end_however_much_is_hidden(ada, ben):
    """Apps take an empty page for the end of the list."""
    await ada.post(f"v1/accounts/{ben.me.id}/follow")
    made = await ada.post("v1/lists", title="Games")
    await ada.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(ben.me.id)])
    await ada.post("v2/filters", title="x", context=["home", "public", "account"], filter_action="hide",
                   keywords_attributes=[{"keyword": "golf"}])  # fmt: skip
    texts = ["Tennis #game", *["golf #game"] * 5, "Rugby #game", *["golf #game"] * 5]
    posted = [await note(ben, text) for text in texts]
    first, second = str(posted[0].id), str(posted[6].id)
    for path in ("timelines/home", "timelines/public", "timelines/tag/game", f"timelines/list/{made['id']}",
                 f"accounts/{ben.me.id}/statuses"):  # fmt: skip
        seen, url = [], f"{ada.peer.origin}/api/v1/{path}?limit=2"
        for _ in range(3):
            answer = await ada.peer.http.get(url, headers={"Authorization": f"Bearer {ada.token}"})
            seen.append([each["id"] for each in await answer.json()])
            if (following := answer.links.get("next")) is None:
                break
            url = str(following["url"])
        assert seen[:2] == [[second], [first]], path
        assert seen[2:] in ([], [[]]), path
        above = await ada.get(f"v1/{path}", limit=2, min_id=str(posted[0].id))
        assert [each["id"] for each in above] == [second], path


async def test_hidden_posts_are_left_out_of_notifications(ada, ben):
    await ada.post("v2/filters", title="x", context=["notifications"], filter_action="hide",
                   keywords_attributes=[{"keyword": "golf"}])  # fmt: skip
    await note(ben, "@ada golf!")
    await note(ben, "@ada golfing")
    (told,) = await ada.get("v1/notifications")
    assert "golfing" in told["status"]["content"]
    (group,) = (await ada.get("v2/notifications"))["notification_groups"]
    for _ in range(4):
        await note(ben, "@ada golf!")
    assert [each["id"] for each in await ada.get("v1/notifications", limit=2)] == [told["id"]], "no page is empty"
    found = await ada.get("v2/notifications", limit=2)
    assert [each["group_key"] for each in found["notification_groups"]] == [group["group_key"]]
    for version in ("v1", "v2"):
        path = f"{version}/notifications/unread_count"
        assert await ada.get(path) == {"count": 1}, "nobody could read the others"
        assert await ada.get(path, limit=1) == {"count": 1}, "below newer ones that are hidden"


@each_row(
    "keyword, whole, text, found",
    [
        ("golf", True, "Golf!", True),
        ("golf", True, "golfing", False),
        ("golf", False, "golfing", True),
        ("#tag", True, "a #tag b", True),
        ("#tag", True, "a #tags", False),
        ("two words", True, "Two\nwords", True),
        (".*", False, "anything", False),
        ("(((", True, "a ((( b", True),
        ("größe", True, "GRÖSSE Größe", True),
    ],
)
def test_words_are_found_as_they_are(keyword, whole, text, found):
    one = Filter(1, "x", ("home",), "warn", None, (Keyword(1, keyword, whole),))
    compiled = compile_filters([one])
    assert bool(compiled.match(FilterContext.HOME, 1, lambda: text, 0)) is found
    assert compiled.match(FilterContext.PUBLIC, 1, lambda: text, 0) == []


def test_a_filter_that_is_over_finds_nothing():
    one = Filter(1, "x", ("home",), "warn", 1_000, (Keyword(1, "a", True),))
    compiled = compile_filters([one])
    assert compiled.match(FilterContext.HOME, 1, lambda: "a", 999)
    assert not compiled.match(FilterContext.HOME, 1, lambda: "a", 1_000)


async def test_a_change_shows_at_once(ada):
    def load(conn):
        return filters.filters_for(conn, ada.me.id)

    assert not await ada.peer.store.read(load)
    made = await ada.post("v2/filters", title="x", context=["home"], keywords_attributes=[{"keyword": "a"}])
    assert (await ada.peer.store.read(load)).match(None, 1, lambda: "a", 0)
    await ada.put(f"v2/filters/keywords/{made['keywords'][0]['id']}", keyword="b")
    assert not (await ada.peer.store.read(load)).match(None, 1, lambda: "a", 0)
