"""Lists of people: made, changed, filled and emptied by their owners, invisible to everybody else."""

import pytest

from tests.client import App, app_of
from tests.rows import each_row
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben")


async def test_a_list_is_made_changed_and_deleted(ada):
    made = await ada.post("v1/lists", title=" <b>Museums</b> ")
    assert made == {"id": made["id"], "title": "Museums", "replies_policy": "list", "exclusive": False}
    changed = await ada.put(f"v1/lists/{made['id']}", title="Houses", replies_policy="none", exclusive="1")
    assert changed == {"id": made["id"], "title": "Houses", "replies_policy": "none", "exclusive": True}
    assert await ada.put(f"v1/lists/{made['id']}", exclusive="0") == {**changed, "exclusive": False}
    assert await ada.get("v1/lists") == [{**changed, "exclusive": False}]
    assert await ada.delete(f"v1/lists/{made['id']}") == {}
    assert await ada.get("v1/lists") == []
    await ada.get(f"v1/lists/{made['id']}", 404)


@each_row(
    "sent", [{}, {"title": "  "}, {"title": "x" * 300}, {"title": "a", "replies_policy": "all"}, {"title": {"a": "b"}}]
)
async def test_a_list_that_is_none_is_refused(ada, sent):
    await ada.post("v1/lists", 422, **sent)
    assert await ada.get("v1/lists") == []


async def test_members_are_followed_ones_added_all_or_none(ada, ben):
    made = await ada.post("v1/lists", title="Museums")
    path = f"v1/lists/{made['id']}/accounts"
    await ada.post(path, 422, account_ids=[str(ben.me.id)])
    await ada.post(f"v1/accounts/{ben.me.id}/follow")
    await ada.post(path, 422, account_ids=[str(ben.me.id), "1"])
    assert await ada.get(f"v1/accounts/{ben.me.id}/lists") == []
    await ada.post(path, account_ids=[str(ben.me.id)])
    await ada.post(path, account_ids=str(ben.me.id))
    assert await ada.get(f"v1/accounts/{ben.me.id}/lists") == [made]
    await ada.delete(path, account_ids=[str(ben.me.id)])
    assert await ada.get(f"v1/accounts/{ben.me.id}/lists") == []
    await ada.post(path, account_ids=[str(ben.me.id)])
    await ada.post(f"v1/accounts/{ben.me.id}/unfollow")
    assert await ada.get(f"v1/accounts/{ben.me.id}/lists") == []


async def test_others_lists_are_not_there(ada, ben):
    made = await ada.post("v1/lists", title="Museums")
    await ada.post(f"v1/accounts/{ben.me.id}/follow")
    path = f"v1/lists/{made['id']}"
    for method, where in (("GET", path), ("PUT", path), ("DELETE", path), ("POST", f"{path}/accounts"),
                          ("DELETE", f"{path}/accounts")):  # fmt: skip
        await ben.call(method, where, 404, json={"title": "Mine", "account_ids": [str(ben.me.id)]})
    assert await ben.get("v1/lists") == []
    assert await ada.get("v1/lists") == [made]


async def test_lists_need_their_scope(site, ada):
    await App(site.peer).get("v1/lists", 401)
    reader = App(site.peer, await site.peer.token(ada.me, "read:lists"))
    await reader.get("v1/lists")
    await reader.post("v1/lists", 403, title="x")
    other = App(site.peer, await site.peer.token(ada.me, "read:accounts"))
    await other.get("v1/lists", 403)


async def test_there_is_an_end_to_lists(site, ada):
    for number in range(50):
        await ada.post("v1/lists", title=f"List {number}")
    await ada.post("v1/lists", 422, title="One more")
    with counted(site.store) as seen:
        assert len(await ada.get("v1/lists")) == 50
    assert len(seen) == 2
