"""Statuses as apps read them: complete, only what may be read, and every change at once."""

import pytest

from node.domain.visibility import Visibility
from node.store.people import actors
from node.store.posts import objects, reactions
from node.store.posts.reactions import Reaction
from tests.client import App, app_of
from tests.notes import publish_note
from tests.rows import each_row
from tests.statements import counted
from web.client_api.entities.look import LOOK
from web.client_api.remembering import ANSWERS

pytestmark = pytest.mark.usefixtures("each_database")


async def note(app, text, visibility=Visibility.PUBLIC, **more):
    """A post of an app's person, without the app."""
    return await app.peer.store.write(publish_note, app.peer.unit(), app.me.id, text, visibility, **more)


async def follow(app, other):
    await app.post(f"v1/accounts/{other.me.id}/follow")


async def react(app, found, kind):
    unit = app.peer.unit()
    reaction_id = unit.ids.new()
    new = Reaction(reaction_id, app.me.id, found.id, kind, "", f"{unit.origin}/ap/x/{reaction_id}", unit.now)
    await app.peer.store.write(reactions.insert_reaction, new)
    return new


@pytest.fixture
async def ada(site):
    return await app_of(site.peer, "ada", name="Ada L.")


@pytest.fixture
async def ben(site):
    return await app_of(site.peer, "ben")


async def test_home_shows_posts_of_followed_people(ada, ben):
    await follow(ben, ada)
    posted = await note(ada, "Hello #Casting @ben")
    (shown,) = await ben.get("v1/timelines/home")
    assert shown["id"] == str(posted.id)
    assert shown["account"]["acct"] == "ada"
    assert shown["account"]["display_name"] == "Ada L."
    assert [tag["name"] for tag in shown["tags"]] == ["Casting"]
    assert [mention["acct"] for mention in shown["mentions"]] == ["ben"]
    assert shown["quote_approval"]["current_user"] == "automatic"
    assert await ben.get(f"v1/statuses/{posted.id}") == shown
    assert "favourited" not in await App(ada.peer).get(f"v1/statuses/{posted.id}")


async def test_a_change_shows_at_once(ada, ben):
    await follow(ben, ada)
    posted = await note(ada, "first")

    async def seen():
        return (await ben.get("v1/timelines/home"))[0]

    assert (await seen())["content"] == "<p>first</p>"
    await react(ben, posted, reactions.LIKE)
    after = await seen()
    assert (after["favourites_count"], after["favourited"]) == (1, True)
    await note(ben, "an answer", in_reply_to=posted.uri)
    by_ada = await ada.get(f"v1/statuses/{posted.id}")
    assert by_ada["replies_count"] == 1
    await ada.peer.store.write(objects.update_object, posted.id, {"content": "<p>second</p>"})
    assert (await ada.get(f"v1/statuses/{posted.id}"))["content"] == "<p>second</p>"


async def test_a_boost_is_a_status_of_its_own(ada, ben, site):
    cleo = await app_of(site.peer, "cleo")
    posted = await note(ada, "worth it")
    share = await react(ben, posted, reactions.SHARE)
    await site.store.write(
        objects.insert_home_entries,
        [{"owner_id": cleo.me.id, "id": share.id, "object_id": posted.id, "shared_by_id": ben.me.id}],
    )
    (shown,) = await cleo.get("v1/timelines/home")
    assert (shown["id"], shown["account"]["acct"]) == (str(share.id), "ben")
    assert (shown["reblog"]["id"], shown["reblog"]["reblogs_count"]) == (str(posted.id), 1)
    assert await cleo.get(f"v1/statuses/{share.id}") == shown
    await cleo.post(f"v1/accounts/{ben.me.id}/block")
    assert await cleo.get("v1/timelines/home") == []


@each_row("visibility", list(Visibility))
async def test_only_what_may_be_read_is_answered(ada, site, visibility):
    ben = await app_of(site.peer, f"ben_{visibility}")
    posted = await note(ada, "hello", visibility)
    path = f"v1/statuses/{posted.id}"
    assert (await ada.get(path))["id"] == str(posted.id)
    members = visibility in {Visibility.PARTNERS, Visibility.ORGANISATION}
    await ben.get(path, 200 if visibility.is_open or members else 404)
    await App(site.peer).get(path, 200 if visibility.is_open else 404)
    await follow(ben, ada)
    for_followers = visibility is Visibility.FOLLOWERS
    await ben.get(path, 200 if visibility.is_open or members or for_followers else 404)
    await ada.post(f"v1/accounts/{ben.me.id}/block")
    await ben.get(path, 404)


async def test_who_is_named_reads_a_direct_post(ada, ben):
    posted = await note(ada, "only for @ben", Visibility.DIRECT)
    assert (await ben.get(f"v1/statuses/{posted.id}"))["visibility"] == "direct"


async def test_home_costs_the_same_for_any_number_of_posts(ada, ben, site):
    await follow(ben, ada)
    for number in range(40):
        await note(ada, f"post {number} for @ben #tag{number}")
    counts = []
    for limit in (1, 20, 40):
        with counted(site.store) as statements:
            assert len(await ben.get("v1/timelines/home", limit=limit)) == limit
        counts.append(len(statements))
    assert counts == [5, 4, 4]  # the first also asks for the token and renders the author
    site.peer.runner.app[ANSWERS].clear()
    with counted(site.store) as statements:
        await ben.get("v1/timelines/home", limit=40)
    assert len(statements) == 2


async def test_home_pages_without_gap(ada, ben):
    await follow(ben, ada)
    ids = [str((await note(ada, f"post {number}")).id) for number in range(5)]
    seen, path = [], "v1/timelines/home?limit=2"
    while path:
        answer = await ben.ask("GET", path)
        seen += [status["id"] for status in await answer.json()]
        path = answer.links["next"]["url"].path_qs if "next" in answer.links else None
    assert seen == ids[::-1]
    newer = await ben.get("v1/timelines/home", min_id=ids[1], limit=2)
    assert [status["id"] for status in newer] == [ids[3], ids[2]]


async def test_many_at_once_skips_what_is_not_there(ada, ben):
    first, second = await note(ada, "a"), await note(ada, "b", Visibility.DIRECT)
    third = await note(ada, "c")
    found = await ben.get("v1/statuses", id=[str(third.id), "nonsense", str(second.id), str(first.id)])
    assert [status["id"] for status in found] == [str(third.id), str(first.id)]


async def test_accounts(ada, ben):
    await follow(ben, ada)
    await note(ada, "a")
    shown = await ben.get(f"v1/accounts/{ada.me.id}")
    assert (shown["followers_count"], shown["statuses_count"]) == (1, 1)
    me = await ben.get("v1/accounts/verify_credentials")
    assert (me["following_count"], me["source"]["privacy"]) == (1, "public")
    await ben.get("v1/accounts/1", 404)


async def test_each_post_counts_at_once_wherever_its_author_is_shown(ada, ben, site):
    await follow(ben, ada)
    hers, his = await note(ada, "a @ben"), await note(ben, "b")
    await react(ada, his, reactions.SHARE)

    async def counts():
        shares = await ben.get(f"v1/accounts/{ada.me.id}/statuses")
        return {
            "profile": (await ben.get(f"v1/accounts/{ada.me.id}"))["statuses_count"],
            "herself": (await ada.get("v1/accounts/verify_credentials"))["statuses_count"],
            "status": (await ben.get(f"v1/statuses/{hers.id}"))["account"]["statuses_count"],
            "home": (await ben.get("v1/timelines/home", min_id=hers.id - 1))[-1]["account"]["statuses_count"],
            "sharer": next(each for each in shares if each["reblog"])["account"]["statuses_count"],
            "follower": (await ben.get(f"v1/accounts/{ben.me.id}/following"))[0]["statuses_count"],
            "news": (await ben.get("v1/notifications", types=["mention"]))[0]["account"]["statuses_count"],
            "handle": (await ben.get("v1/accounts/lookup", acct="ada"))["statuses_count"],
        }

    assert set((await counts()).values()) == {2}
    posted = await ada.post("v1/statuses", status="c")
    assert posted["account"]["statuses_count"] == 3
    assert set((await counts()).values()) == {3}
    await ada.delete(f"v1/statuses/{posted['id']}")
    assert set((await counts()).values()) == {2}
    await site.store.write(actors.update_actor, ada.me.id, name="Ada M.")
    shown = await ben.get(f"v1/accounts/{ada.me.id}")
    assert (shown["display_name"], shown["statuses_count"]) == ("Ada M.", 2)


async def test_who_moved_is_shown_with_the_account_she_moved_to(ada, ben, site):
    others = [await app_of(site.peer, f"old{number}") for number in range(20)]

    def move(conn, who, target):
        actors.update_actor(conn, who.me.id, moved_to=target.me.uri)

    for each in others:
        await note(each, "hello @ben")
        await site.store.write(move, each, ada)
    shown = await ben.get(f"v1/accounts/{others[0].me.id}")
    assert (shown["moved"]["acct"], shown["moved"]["moved"]) == ("ada", None)
    await site.store.write(actors.update_actor, ada.me.id, name="Ada M.")
    assert (await ben.get(f"v1/accounts/{others[0].me.id}"))["moved"]["display_name"] == "Ada M."
    assert (await others[0].get("v1/accounts/verify_credentials"))["moved"]["acct"] == "ada"
    counts = []
    for limit in (1, 20):
        site.peer.runner.app[LOOK].cache.clear()
        with counted(site.store) as statements:
            found = await ben.get("v1/timelines/public", limit=limit)
        counts.append(len(statements))
        assert [status["account"]["moved"]["acct"] for status in found] == ["ada"] * limit
    assert counts[0] == counts[1]


async def test_a_quote_says_why_it_shows_nothing(ada, ben):
    quoted = await note(ada, "to quote")
    posted = await ben.post("v1/statuses", status="see this", quoted_status_id=str(quoted.id))
    quote = (await ben.get(f"v1/statuses/{posted['id']}"))["quote"]
    assert (quote["state"], quote["quoted_status"]["id"]) == ("accepted", str(quoted.id))

    async def state():
        return (await ben.get(f"v1/statuses/{posted['id']}"))["quote"]["state"]

    change = objects.update_object
    await ada.peer.store.write(change, quoted.id, {"visibility": Visibility.DIRECT.value})
    assert await state() == "unauthorized"
    await ada.peer.store.write(change, quoted.id, {"visibility": Visibility.PUBLIC.value})
    assert await state() == "accepted"
    await ada.post(f"v1/accounts/{ben.me.id}/block")
    assert await state() == "unauthorized"
    await ada.delete(f"v1/statuses/{quoted.id}")
    assert await state() == "deleted"


_EACH_ITS_OWN = frozenset({"Date", "X-Request-ID", "X-RateLimit-Remaining", "X-RateLimit-Reset"})


async def test_what_is_not_for_somebody_is_as_if_it_had_never_been(ada, ben, site):
    """API3: private, deleted, by who has blocked the reader, never there: nothing of the answers differs."""
    private = await ada.post("v1/statuses", status="For followers", visibility="private")
    deleted = await ada.post("v1/statuses", status="Gone")
    await ada.delete(f"v1/statuses/{deleted['id']}")
    eve = await app_of(site.peer, "eve")
    blocked = await eve.post("v1/statuses", status="Not for Ben")
    await eve.post(f"v1/accounts/{ben.me.id}/block")
    told = set()
    for status_id in (private["id"], deleted["id"], blocked["id"], "117686"):
        for path in ("", "/context", "/favourited_by", "/history"):
            answer = await ben.ask("GET", f"v1/statuses/{status_id}{path}")
            headers = {each for each in answer.headers.items() if each[0] not in _EACH_ITS_OWN}
            told.add((answer.status, await answer.text(), frozenset(headers)))
    assert [status for status, *_ in told] == [404]
