"""Searching through apps: three lists always, addresses of ours and others', nobody's network but people's."""

import pytest
from sqlalchemy import select

from node.domain.moderation import DomainPolicy
from node.domain.visibility import Visibility
from node.indexing import Indexing
from node.services.house import moderate
from node.store.tables import resources
from tests.client import App, app_of
from tests.network import network, running_peer
from tests.notes import publish_note
from tests.records import record
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada", name="Ada Lovelace", indexable=True)


async def post(app: App, text: str, visibility: Visibility = Visibility.PUBLIC):
    unit = app.peer.unit()
    return await app.peer.store.write(publish_note, unit, app.me.id, text, visibility)


def names(found):
    return [each["acct"] for each in found["accounts"]]


async def test_three_lists_always(site, ada):
    note = await post(ada, "Casting steel #Casting")
    await Indexing(site.store).run()
    for query in ("casting", "ada", "nothing", "@ada", "#casting", "   ", "%_\\'\"", "x" * 5_000):
        found = await ada.get("v2/search", q=query)
        assert set(found) == {"accounts", "statuses", "hashtags"}
    found = await ada.get("v2/search", q="casting")
    assert [each["id"] for each in found["statuses"]] == [str(note.id)]
    assert names(await ada.get("v2/search", q="love")) == ["ada"]
    only = await ada.get("v2/search", q="ada", type="accounts")
    assert (names(only), only["statuses"], only["hashtags"]) == (["ada"], [], [])
    assert await ada.get("v2/search") == {"accounts": [], "statuses": [], "hashtags": []}
    assert names(await ada.get("v1/search", q="ada")) == ["ada"]


async def test_strangers_search_without_network_and_posts(site, ada):
    await post(ada, "Casting steel")
    await Indexing(site.store).run()
    reader = App(site.peer)
    assert names(await reader.get("v2/search", q="ada")) == ["ada"]
    assert (await reader.get("v2/search", q="casting"))["statuses"] == []
    await reader.get("v2/search", 401, q="ada", resolve=True)
    await reader.get("v2/search", 401, q="ada", offset=5)
    await reader.get("v1/accounts/search", 401, q="ada")
    other = App(site.peer, await site.peer.token(ada.me, "read:statuses"))
    await other.get("v2/search", 403, q="ada")


async def test_addresses_of_our_own_pages(site, ada):
    note = await post(ada, "Casting steel")
    hidden = await post(await app_of(site.peer, "ben"), "secret", Visibility.DIRECT)
    published = await site.peer.publish(record())
    for address in (note.uri, note.url, f"{note.url}#top"):
        found = await ada.get("v2/search", q=address)
        assert [each["id"] for each in found["statuses"]] == [str(note.id)], address
    slug = await site.store.read(lambda conn: conn.scalar(select(resources.c.slug)))
    found = await ada.get("v2/search", q=f"{site.peer.origin}/r/{slug}")
    assert [each["id"] for each in found["statuses"]] == [str(published.object_id)]
    for address in (ada.me.uri, f"{site.peer.origin}/@ada"):
        assert names(await ada.get("v2/search", q=address)) == ["ada"]
    for handle in (f"@ada@{site.peer.system.node.config.host}", f"acct:Ada@{site.peer.system.node.config.host}"):
        assert names(await ada.get("v2/search", q=handle, resolve=True)) == ["ada"], "be she indexed or not"
        assert [each["acct"] for each in await ada.get("v1/accounts/search", q=handle)] == ["ada"]
    for address in (
        hidden.uri,
        f"{site.peer.origin}/@nobody",
        f"{site.peer.origin}/r/nothing",
        "https://far.example/x",
    ):
        assert await ada.get("v2/search", q=address) == {"accounts": [], "statuses": [], "hashtags": []}


async def test_searching_for_accounts_while_typing(site, ada):
    people = [await app_of(site.peer, f"casper{number}") for number in range(12)]
    await Indexing(site.store).run()
    await ada.post(f"v1/accounts/{people[7].me.id}/follow")
    found = await ada.get("v1/accounts/search", q="cas", limit=5)
    assert found[0]["acct"] == "casper7"
    assert len(found) == 5
    assert [each["acct"] for each in await ada.get("v1/accounts/search", q="cas", following=True)] == ["casper7"]
    assert await ada.get("v1/accounts/search", q="") == []
    await ada.get("v1/accounts/search", q="cas")  # renders all
    counts = set()
    for limit in (1, 5, 12):
        with counted(site.store) as seen:
            assert len(await ada.get("v1/accounts/search", q="cas", limit=limit)) == limit
        counts.add(len(seen))
    assert counts == {2}


async def test_searching_for_hashtags_while_typing(site, ada):
    """By their beginnings and by name; what nobody may read gives away no word."""

    async def found(text: str, **more: int) -> list[str]:
        return [each["name"] for each in (await ada.get("v2/search", q=text, type="hashtags", **more))["hashtags"]]

    for _ in range(3):
        await post(ada, "#Casting of #casts, a #castle and #Cäsium in a #cellar")
    await post(ada, "#cast_secret", Visibility.DIRECT)
    await post(ada, "#cast_among_followers", Visibility.FOLLOWERS)
    await post(ada, "#cast_quiet", Visibility.UNLISTED)
    assert await found("cast") == await found("#CAST") == ["casting", "castle", "casts"]
    assert await found("castle") == ["castle"]
    assert await found("cast", limit=2) == ["casting", "castle"]
    assert await found("cast", limit=2, offset=2) == ["casts"]
    assert await found("castles") == await found("%") == await found("cast_") == []
    counts = set()
    for limit in (1, 2, 3):
        with counted(site.store) as seen:
            assert len(await found("cast", limit=limit)) == limit
        counts.add(len(seen))
    assert len(counts) == 1


async def test_people_and_posts_of_other_servers_are_found_on_purpose(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        ann, ben = await app_of(hospital, "ann"), await app_of(university, "ben")
        note = await post(ben, "Casting steel")
        handle = f"@ben@{university.system.node.config.host}"
        assert names(await ann.get("v2/search", q=handle)) == []
        assert names(await ann.get("v2/search", q=handle, resolve=True)) == [handle[1:]]
        assert names(await ann.get("v2/search", q=handle)) == [handle[1:]]
        assert [each["acct"] for each in await ann.get("v1/accounts/search", q="ben")] == [handle[1:]]
        found = await ann.get("v2/search", q=note.uri, resolve=True)
        assert [each["uri"] for each in found["statuses"]] == [note.uri]
        gone = f"{university.origin}/ap/o/1"
        assert (await ann.get("v2/search", q=gone, resolve=True))["statuses"] == []
        host = university.system.node.config.host
        await hospital.store.write(moderate.set_policy, hospital.unit(), None, host, DomainPolicy.BLOCK, "")
        await hospital.system.federation.policies.load()
        for path in ("v2/search?q=ben", f"v2/search?q={handle}", "v1/accounts/search?q=ben", f"v2/search?q={note.uri}"):
            assert ben.me.uri not in await (await ann.ask("GET", path)).text(), path
        await hospital.store.write(moderate.remove_policy, hospital.unit(), None, host)
        await hospital.system.federation.policies.load()
        nobody = f"@nobody@{university.system.node.config.host}"
        assert names(await ann.get("v2/search", q=nobody, resolve=True)) == []


async def test_pages_of_other_servers_lead_to_what_they_are_about(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        ann = await app_of(hospital, "ann")
        made, group = await university.publish(record()), await university.add_community("metals")
        organisation = await university.organisation()
        for path in ("/versions", "/versions/1", ""):
            found = await ann.get("v2/search", q=made.url + path, resolve=True)
            assert [each["uri"] for each in found["statuses"]] == [made.uri], path
        for page, actor in (("/", organisation), ("/c/metals", group)):
            found = await ann.get("v2/search", q=university.origin + page, resolve=True)
            assert [each["uri"] for each in found["accounts"]] == [actor.uri], page
        inside = await university.publish(record(), Visibility.ORGANISATION)
        pages = [f"{university.origin}{path}" for path in ("/c/metals/members", "/communities")]
        for page in (*pages, f"{inside.url}/versions"):
            found = await ann.get("v2/search", q=page, resolve=True)
            assert found == {"accounts": [], "statuses": [], "hashtags": []}, page


@pytest.mark.parametrize(("exempt", "last"), [([], 429), (["127.0.0.0/8"], 200)])
async def test_one_person_cannot_send_this_node_anywhere_without_end(tmp_path, exempt, last):
    """30 looks in five minutes (API9)."""
    async with running_peer(tmp_path, "uni", sections={"limits": {"exempt": exempt}}) as peer:
        ada = await app_of(peer, "ada")
        statuses = []
        for number in range(35):
            answer = await ada.ask("GET", f"v2/search?resolve=true&q=http://127.0.0.1:1/{number}")
            statuses.append(answer.status)
    assert statuses[:30] == [200] * 30
    assert statuses[-1] == last
