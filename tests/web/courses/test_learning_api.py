"""Enrolling over the learning API: what becomes of it, who sees it, and what is refused."""

import pytest

from node.domain.courses import key_of
from node.store.library import resources
from node.store.library.resources import ANYBODY
from node.store.people import actors
from tests.statements import counted
from tests.web.conftest import Site
from tests.web.courses.test_pages import ONE, course
from tests.web.test_events_api import call

pytestmark = pytest.mark.usefixtures("each_database")

KEY = key_of(ONE)


async def path_of(site: Site, **parts) -> str:
    published = await site.peer.publish(course(1, **parts))
    found = await site.store.read(resources.load_by_slug, "casting-course-1", ANYBODY)
    assert found.id == published.object_id
    return f"/api/learning/v1/resources/{found.slug}"


@pytest.fixture
async def holder(site: Site) -> str:
    """The token of an administrator, who holds what the organisation offers."""
    await site.set_up()
    ada = await site.store.read(actors.find_local_actor, "ada")
    assert ada is not None
    return await site.peer.token(ada)


async def person(site: Site, name: str) -> str:
    return await site.peer.token(await site.peer.add_actor(name))


async def test_places_are_given_waited_for_and_left(site: Site, holder: str) -> None:
    path = await path_of(site, capacity=1)
    mine, ben, cleo = f"{path}/instances/{KEY}/enrolment", await person(site, "ben"), await person(site, "cleo")
    assert (await call(site, "GET", mine, ben))[0] == 404
    status, found, _ = await call(site, "PUT", mine, ben, {"note": "at last"})
    assert (status, found["state"], found["note"], found["instance"]) == (200, "enrolled", "at last", KEY)
    assert (await call(site, "PUT", mine, ben, {}))[1]["note"] == "at last", "again changes nothing"
    assert (await call(site, "PUT", mine, cleo, {}))[1]["state"] == "waiting"
    assert (await call(site, "DELETE", mine, ben))[0] == 204
    assert (await call(site, "GET", mine, cleo))[1]["state"] == "enrolled"
    assert (await call(site, "GET", f"{path}/enrolments", cleo))[0] == 404
    status, listed, _ = await call(site, "GET", f"{path}/enrolments", holder)
    assert [(each["person"]["handle"].split("@")[1], each["state"]) for each in listed["items"]] == [
        ("cleo", "enrolled")
    ]


async def test_requests_are_decided_and_people_invited(site: Site, holder: str) -> None:
    path = await path_of(site, mode="request")
    mine, ben = f"{path}/instances/{KEY}/enrolment", await person(site, "ben")
    assert (await call(site, "PUT", mine, ben, {}))[1]["state"] == "requested"
    asked = (await call(site, "GET", f"{path}/enrolments", holder))[1]["items"][0]
    decided = f"{path}/enrolments/{asked['id']}"
    assert (await call(site, "POST", decided, ben, {"verdict": "accept"}))[0] == 404
    assert (await call(site, "POST", decided, holder, {"verdict": "perhaps"}))[0] == 422
    assert (await call(site, "POST", decided, holder, {"verdict": "accept"}))[1]["state"] == "enrolled"
    cleo = await site.peer.add_actor("cleo")
    invitations = f"{path}/instances/{KEY}/invitations"
    assert (await call(site, "POST", invitations, holder, {"person": "https://x.example/nobody"}))[0] == 409
    status, invited, _ = await call(site, "POST", invitations, holder, {"person": cleo.uri})
    assert (status, invited["state"]) == (201, "invited")


async def test_what_is_wrong_changes_nothing(site: Site, holder: str) -> None:
    path = await path_of(site, mode="closed")
    ben = await person(site, "ben")
    mine = f"{path}/instances/{KEY}/enrolment"
    for method, address, token, sent, status in (
        ("PUT", mine, "", {}, 401),
        ("PUT", mine, ben, {}, 409),
        ("PUT", mine, ben, {"note": 7}, 422),
        ("PUT", mine, ben, {"note": "x" * 1_001}, 422),
        ("PUT", mine.replace(KEY, "i" + "0" * 11), ben, {}, 404),
        ("GET", f"{path}/enrolments", "", None, 401),
        ("POST", f"{path}/enrolments/1", holder, {"verdict": "accept"}, 404),
        ("POST", f"{path}/instances/{KEY}/invitations", holder, {"person": 7}, 422),
    ):
        assert (await call(site, method, address, token, sent))[0] == status, (method, address, sent)
    assert (await call(site, "GET", f"{path}/enrolments", holder))[1] == {"items": [], "next": None}


async def test_the_list_costs_the_same_for_any_number(site: Site, holder: str) -> None:
    path = await path_of(site)
    for number in range(20):
        token = await person(site, f"p{number}")
        await call(site, "PUT", f"{path}/instances/{KEY}/enrolment", token, {})
    counts = []
    for limit in (1, 1, 20):
        with counted(site.store) as statements:
            listed = (await call(site, "GET", f"{path}/enrolments?limit={limit}", holder))[1]
        assert len(listed["items"]) == limit
        counts.append(len(statements))
    assert counts[1] == counts[2]
    following = (await call(site, "GET", f"{path}/enrolments?limit=15", holder))[1]["next"]
    assert len((await call(site, "GET", f"{path}/enrolments?cursor={following}", holder))[1]["items"]) == 5
