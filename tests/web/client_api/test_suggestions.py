"""Suggestions and the directory: only who wants to be found, never whom one knows."""

import pytest

from node.domain.visibility import Visibility
from node.store.reading import suggestions
from tests.client import App, app_of
from tests.notes import publish_note
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada", discoverable=True)


def names(found):
    return [each["acct"] for each in found]


async def test_friends_of_friends_and_nobody_who_hides(site, ada):
    ben = await app_of(site.peer, "ben", discoverable=True)
    cleo = await app_of(site.peer, "cleo", discoverable=True)
    hidden, foe = await app_of(site.peer, "hidden"), await app_of(site.peer, "foe", discoverable=True)
    await ada.post(f"v1/accounts/{ben.me.id}/follow")
    for other in (cleo, hidden, foe, ada):
        await ben.post(f"v1/accounts/{other.me.id}/follow")
    await foe.post(f"v1/accounts/{ada.me.id}/block")
    found = await ada.get("v2/suggestions")
    assert found[0]["account"]["acct"] == "cleo"
    assert (found[0]["source"], found[0]["sources"]) == ("past_interactions", ["similar_to_recently_followed"])
    suggested = names(each["account"] for each in found)
    assert not {"ada", "ben", "hidden", "foe"} & set(suggested)
    assert names(await ada.get("v1/suggestions", limit=1)) == ["cleo"]
    await ada.delete(f"v1/suggestions/{cleo.me.id}")
    assert "cleo" not in names(await ada.get("v1/suggestions"))
    assert await ada.delete("v1/suggestions/1") == {}, "nobody is suggested under this id"
    reading = App(site.peer, await site.peer.token(ada.me, "read"))
    assert await reading.delete(f"v1/suggestions/{hidden.me.id}") == {}
    await App(site.peer).get("v2/suggestions", 401)


async def test_who_wrote_lately_about_what_one_follows(site, ada, monkeypatch):
    """However often a hashtag is used, its newest uses are looked at and no more."""
    monkeypatch.setattr(suggestions, "_USES", 2)
    for name in ("ben", "cleo", "dora", "eva"):
        other = await app_of(site.peer, name, discoverable=True)
        text, visibility = ("#Casting", Visibility.DIRECT if name == "eva" else Visibility.PUBLIC)
        await site.store.write(publish_note, site.peer.unit(), other.me.id, text, visibility)
        await site.store.write(publish_note, site.peer.unit(), other.me.id, "#other", visibility)
    await ada.post("v1/tags/casting/follow")
    near = [each for each in await ada.get("v2/suggestions") if each["sources"] == ["similar_to_recently_followed"]]
    assert names(each["account"] for each in near) == ["dora"]


async def test_the_directory_shows_who_wants_to_be_found(site, ada):
    ben = await app_of(site.peer, "ben", discoverable=True)
    await app_of(site.peer, "hidden")
    await site.store.write(publish_note, site.peer.unit(), ada.me.id, "Hello", Visibility.PUBLIC)
    reader = App(site.peer)
    active = names(await reader.get("v1/directory", local=True))
    assert active[0] == "ada"
    assert "hidden" not in active
    assert names(await reader.get("v1/directory", order="new"))[0] == "ben"
    assert names(await reader.get("v1/directory", order="new", offset=1, limit=1)) == ["ada"]
    await ben.post(f"v1/accounts/{ada.me.id}/block")
    assert "ben" not in names(await ada.get("v1/directory"))


async def test_more_people_cost_no_more_statements(site, ada):
    for number in range(12):
        await app_of(site.peer, f"p{number}", discoverable=True)
    for path in ("v1/directory", "v2/suggestions"):
        await ada.get(path)
        counts = set()
        for limit in (1, 12):
            with counted(site.store) as seen:
                assert len(await ada.get(path, limit=limit)) == limit
            counts.add(len(seen))
        assert len(counts) == 1
