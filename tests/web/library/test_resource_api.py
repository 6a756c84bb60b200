"""Resources written by the learning API: published, changed, withdrawn, refused with what is wrong."""

import asyncio
from typing import Any

import pytest

from tests.client import App, app_of
from tests.network import network
from tests.records import CC_BY, full_record

pytestmark = pytest.mark.usefixtures("each_database")

RESOURCES = "/api/learning/v1/resources"
BY_ND = "https://creativecommons.org/licenses/by-nd/4.0/"
BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"
BY_NC = "https://creativecommons.org/licenses/by-nc/4.0/"


@pytest.fixture
async def net(tmp_path):
    async with network(tmp_path, "university") as made:
        yield made


@pytest.fixture
async def ann(net) -> App:
    return await app_of(net.peers[0], "ann")


def work(**parts: Any) -> dict[str, Any]:
    """What somebody sends to publish something."""
    return {
        "name": {"en": "Casting basics", "de": "Gießen lernen"},
        "defaultLanguage": "en",
        "type": ["LearningResource"],
        "inLanguage": ["en"],
        "license": CC_BY,
        "description": {"en": "How **metal** flows."},
        "descriptionFormat": "text/markdown",
        "visibility": "public",
        **parts,
    }


async def change(app: App, slug: str, body: dict[str, Any], status: int = 200, **headers: str) -> Any:
    seen = await app.ask("GET", f"{RESOURCES}/{slug}")
    asked = {"If-Match": seen.headers["ETag"], **headers}
    return await app.call("PUT", f"{RESOURCES}/{slug}", status, json=body, headers=asked)


def slug_of(made: dict[str, Any]) -> str:
    return made["page"].rsplit("/", 1)[1]


async def test_a_record_is_published_changed_and_withdrawn(net, ann):
    made = await ann.post(RESOURCES, 201, **work())
    slug = slug_of(made)
    assert (made["version"], made["visibility"]) == (1, "public")
    assert made["id"] == made["uri"]
    assert made["publisher"][0]["id"] == (await net.peers[0].organisation()).uri
    changed = await change(ann, slug, {**made, "name": {"en": "Casting, second try"}})
    assert (changed["version"], changed["id"]) == (2, made["id"])
    versions = await ann.get(f"{RESOURCES}/{slug}/versions")
    assert [(each["version"], each["record"]["name"]["en"]) for each in versions["items"]] == [
        (2, "Casting, second try"),
        (1, "Casting basics"),
    ]
    assert (await ann.ask("DELETE", f"{RESOURCES}/{slug}")).status == 204
    await ann.get(f"{RESOURCES}/{slug}", 410)
    await ann.call("DELETE", f"{RESOURCES}/{slug}", 410)


async def test_what_is_not_said_is_for_members_only_and_only_they_read_it(net, ann):
    body = {key: value for key, value in work().items() if key != "visibility"}
    made = await ann.post(RESOURCES, 201, **body)
    assert made["visibility"] == "organisation"
    await App(net.peers[0]).get(f"{RESOURCES}/{slug_of(made)}", 404)
    await ann.get(f"{RESOURCES}/{slug_of(made)}")


async def test_somebody_elses_change_is_never_overwritten(ann):
    made = await ann.post(RESOURCES, 201, **work())
    slug = slug_of(made)
    seen = await ann.ask("GET", f"{RESOURCES}/{slug}")
    await change(ann, slug, work(name={"en": "First"}))
    old = {"If-Match": seen.headers["ETag"]}
    await ann.call("PUT", f"{RESOURCES}/{slug}", 412, json=work(name={"en": "Second"}), headers=old)
    await ann.call("PUT", f"{RESOURCES}/{slug}", 428, json=work(name={"en": "Second"}))
    await ann.call("DELETE", f"{RESOURCES}/{slug}", 412, headers=old)
    assert (await ann.get(f"{RESOURCES}/{slug}"))["name"] == {"en": "First"}


async def test_the_same_key_makes_one_resource(ann):
    key = {"Idempotency-Key": "once"}
    made = [await ann.call("POST", RESOURCES, 201, json=work(), headers=key) for _ in range(2)]
    assert made[0]["id"] == made[1]["id"]
    assert (await ann.get(RESOURCES))["total"] == 1


async def test_who_may_change_what(net, ann):
    peer = net.peers[0]
    ben, ada = await app_of(peer, "ben"), await app_of(peer, "ada")
    await peer.store.write(_make_admin, ada.me.id)
    for_all = slug_of(await ann.post(RESOURCES, 201, **work()))
    her_own = slug_of(await ann.call("POST", f"{RESOURCES}?owner=me", 201, json=work(name={"en": "Mine"})))
    assert (await ann.get(f"{RESOURCES}/{her_own}"))["owner"]["uri"] == ann.me.uri
    for slug in (for_all, her_own):
        await ben.call("PUT", f"{RESOURCES}/{slug}", 403, json=work(), headers={"If-Match": "*"})
        await ben.call("DELETE", f"{RESOURCES}/{slug}", 403)
    await ada.call("DELETE", f"{RESOURCES}/{her_own}", 403)
    await change(ada, for_all, work(name={"en": "By the administrator"}))
    await change(ann, for_all, work(name={"en": "By its author again"}))


def _make_admin(conn, actor_id: int) -> None:
    from node.store.access import accounts

    accounts.set_role(conn, actor_id, accounts.ADMIN)


async def test_of_two_who_change_the_same_state_at_once_one_is_told(ann):
    slug = slug_of(await ann.post(RESOURCES, 201, **work()))
    seen = (await ann.ask("GET", f"{RESOURCES}/{slug}")).headers["ETag"]

    async def put(title: str) -> int:
        body = work(name={"en": title, "de": title})
        return (await ann.ask("PUT", f"{RESOURCES}/{slug}", json=body, headers={"If-Match": seen})).status

    statuses = await asyncio.gather(*(put(f"Edition {number}") for number in range(4)))
    assert sorted(statuses) == [200, 412, 412, 412]
    assert len((await ann.get(f"{RESOURCES}/{slug}/versions"))["items"]) == 2


async def test_whoever_looks_after_an_original_hides_branches_on_its_page(net, ann):
    ben = await app_of(net.peers[0], "ben")
    original = await ann.post(RESOURCES, 201, **work())
    branch = await ben.post(
        RESOURCES, 201, **work(name={"en": "Rude bells"}, isBasedOn=[{"id": original["id"], "license": CC_BY}])
    )
    at, page = f"{RESOURCES}/{slug_of(original)}/branches", f"/r/{slug_of(original)}"

    async def listed(app: App) -> tuple[list[str], list[str] | None]:
        seen = await app.get(at)
        hidden = [each["uri"] for each in seen["hidden"]] if "hidden" in seen else None
        return [each["uri"] for each in seen["branches"]], hidden

    async def text() -> str:
        return await (await App(ann.peer).ask("GET", page, headers={"Accept": "text/html"})).text()

    assert "Rude bells" in await text()
    path = f"{at}/{slug_of(branch)}"
    assert (await ben.ask("DELETE", path)).status == 403
    assert (await App(ann.peer).ask("DELETE", path)).status == 401
    assert (await ann.ask("DELETE", f"{at}/{slug_of(original)}")).status == 404
    assert [(await ann.ask("DELETE", path)).status for _ in range(2)] == [204, 204]
    assert "Rude bells" not in await text()
    assert (await listed(ann), await listed(ben)) == (([], [branch["uri"]]), ([], None))
    assert (await ben.get(f"{RESOURCES}/{slug_of(branch)}"))["isBasedOn"]  # what ben says of his own work stays
    assert (await ann.ask("PUT", path)).status == 204
    assert (await listed(ann), await listed(ben)) == (([branch["uri"]], []), ([branch["uri"]], None))


BAD = {
    "no licence": ({"license": None}, "$.license"),
    "an unknown key": ({"stars": 5}, "$"),
    "no title": ({"name": {}}, "$.name"),
    "a language that is none": ({"name": {"en": "A", "../x": "B"}}, "$.name"),
    "a level of posts": ({"visibility": "followers"}, "$.visibility"),
    "a community that it does not name": ({"visibility": "community"}, "$.community"),
    "another identity": ({"id": "https://museum.example/r/1"}, "$.id"),
    "an address that runs": ({"url": "javascript:alert(1)"}, "$.url"),
    "internal terms for all": ({"license": "https://w3id.org/rhizome#internal-terms"}, "$.visibility"),
    "a title of 301 characters": ({"name": {"en": "x" * 301}}, "$.name.en"),
    "too large": ({"description": {"en": "x" * 199_000, "de": "y" * 199_000}}, "$"),
    "no derivatives": ({"isBasedOn": [{"id": "https://x.example/1", "license": BY_ND}]}, "$.isBasedOn[0]"),
    "share alike under another": ({"isBasedOn": [{"id": "https://x.example/1", "license": BY_SA}]}, "$.isBasedOn[0]"),
    "commercial use": ({"isBasedOn": [{"id": "https://x.example/1", "license": BY_NC}]}, "$.isBasedOn[0]"),
}


async def test_what_is_wrong_is_told_with_its_place_and_nothing_is_kept(ann):
    for name, (parts, path) in BAD.items():
        body = {key: value for key, value in work(**parts).items() if value is not None}
        answer = await ann.post(RESOURCES, 422, **body)
        found = [each["path"] for each in answer["errors"]]
        assert any(each == path or each.startswith(path) for each in found), (name, found)
        assert (await ann.get(RESOURCES))["total"] == 0, name


async def test_what_the_node_keeps_is_not_taken_from_anybody(net, ann):
    made = await ann.post(
        RESOURCES, 201, **work(version=99, digest="0" * 64, owner={"uri": "https://evil.example"}, created="1999-01-01")
    )
    assert made["version"] == 1
    assert made["digest"] != "0" * 64
    assert made["owner"]["uri"] == (await net.peers[0].organisation()).uri


async def test_callers_without_rights_change_nothing(net, ann):
    peer = net.peers[0]
    reader = App(peer, await peer.token(ann.me, "read"))
    slug = slug_of(await ann.post(RESOURCES, 201, **work()))
    for app, status in ((App(peer), 401), (reader, 403), (App(peer, "x" * 43), 401)):
        await app.post(RESOURCES, status, **work())
        await app.call("PUT", f"{RESOURCES}/{slug}", status, json=work(), headers={"If-Match": "*"})
        await app.call("DELETE", f"{RESOURCES}/{slug}", status)
    await ann.call("POST", RESOURCES, 415, data="name=x")
    await ann.call("POST", RESOURCES, 400, data="{", headers={"Content-Type": "application/json"})
    await ann.call("PUT", f"{RESOURCES}/nowhere", 404, json=work(), headers={"If-Match": "*"})
    assert (await ann.get(RESOURCES))["total"] == 1


PATHWAYS = "/api/learning/v1/pathways"


async def test_a_pathway_is_read_step_by_step_and_walked_by_each_alone(net, ann):
    peer, ben = net.peers[0], await app_of(net.peers[0], "ben")
    secret = await ann.post(RESOURCES, 201, **work(visibility="private"))
    film = await ann.post(RESOURCES, 201, **work())
    steps = [{"id": film["uri"]}, {"id": secret["uri"]}, {"name": "Ask", "step": {"action": "ask"}}]
    said = work(kind="pathway", hasPart=steps)
    await ann.post(RESOURCES, 422, **said)  # its readers would hear of what is private
    await ann.post(RESOURCES, 422, **{**said, "hasPart": [{"name": "A", "step": {"action": "fly"}}]})
    await ann.post(RESOURCES, 422, **work(hasPart=[{"name": "A", "step": {"key": "1"}}]))
    made = await ann.post(RESOURCES, 201, **{**said, "hasPart": [steps[0], steps[2]]})
    path = f"{PATHWAYS}/{made['page'].rsplit('/', 1)[1]}"
    stranger = await App(peer).get(path)
    assert [(each["name"], each["action"]) for each in stranger["steps"]] == [("Casting basics", "use"), ("Ask", "ask")]
    assert "progress" not in stranger
    assert "state" not in stranger["steps"][0]
    done = await ann.call("PUT", f"{path}/progress", 200, json={"step": "1", "state": "done"})
    assert done["progress"] == {"done": 1, "total": 2}
    assert [each["state"] for each in (await ben.get(path))["steps"]] == ["open", "open"]
    (begun,) = (await ann.get(f"{PATHWAYS}?begun=1"))["items"]
    assert begun["progress"] == {"done": 1, "total": 2}
    assert (await ben.get(f"{PATHWAYS}?begun=1"))["items"] == []
    assert len((await App(peer).get(PATHWAYS))["items"]) == 1
    assert (await ben.ask("POST", f"{path}/follow")).status == 204
    for app, status, body in (
        (App(peer), 401, {"step": "1", "state": "done"}), (ann, 404, {"step": "none", "state": "done"}),
        (ann, 422, {"step": "1", "state": "flown"}), (ann, 422, {"step": "1"}),
    ):  # fmt: skip
        await app.call("PUT", f"{path}/progress", status, json=body)
    await ann.get(f"{PATHWAYS}/{film['page'].rsplit('/', 1)[1]}", 404)
    await App(peer).get(f"{PATHWAYS}?begun=1", 401)
    tag = (await ann.ask("GET", path)).headers["ETag"]
    assert (await ann.ask("GET", path, headers={"If-None-Match": tag})).status == 304


async def test_every_key_of_a_record_may_be_written(ann):
    body = {key: value for key, value in full_record().items() if key not in {"id", "isBasedOn"}}
    made = await ann.post(RESOURCES, 201, **body)
    kept = {key: value for key, value in body.items() if key not in {"previousVersion", "visibility"}}
    assert {key: made[key] for key in kept if key not in {"version", "digest", "created", "updated"}} == {
        key: value for key, value in kept.items() if key not in {"version", "digest", "created", "updated"}
    }
