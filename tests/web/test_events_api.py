"""Events and answers in the learning API: described, bounded, and closed to whom they are not for."""

import pytest

from node.clock import DAY
from node.domain.visibility import Visibility
from node.domain.zones import local_text
from node.services.posts.uploads import Words
from node.store.people import actors
from tests import media_files as files
from tests.happenings import event_record, publish
from tests.rows import each_row
from tests.web.conftest import Site

pytestmark = pytest.mark.usefixtures("each_database")

BASE = "/api/learning/v1/events"


@pytest.fixture
async def ada(site: Site):
    await site.set_up()
    return await site.store.read(actors.find_local_actor, "ada")


@pytest.fixture
async def event(site: Site, ada):
    return await publish(site.peer, ada)


async def call(site: Site, method: str, path: str, token: str = "", json=None, **headers: str):
    if token:
        headers["Authorization"] = f"Bearer {token}"
    async with site.peer.http.request(method, site.peer.origin + path, json=json, headers=headers) as reply:
        is_json = "json" in (reply.content_type or "")
        return reply.status, await reply.json() if is_json else None, reply.headers


async def test_a_picture_is_an_upload_of_ones_own_with_words(site, ada, tmp_path):
    token, ben = await site.peer.token(ada), await site.peer.add_actor("ben")
    (source := tmp_path / "x.jpg").write_bytes(files.picture())
    taken = [await site.peer.system.node.uploads.take(each.id, source, Words(), wait=True) for each in (ada, ben)]
    hers, his = [str(each.id) for each in taken]
    record = event_record()
    for wrong in ({"media": his}, {"media": "x"}, {"description": "A mould"}, {"media": hers, "description": 7}, "x"):
        status, told, _ = await call(site, "POST", BASE, token, {**record, "picture": wrong})
        assert status == 422, (wrong, told)
    sent = {**record, "picture": {"media": hers, "description": "A mould"}, "visibility": "public"}
    status, made, headers = await call(site, "POST", BASE, token, sent)
    assert (status, made["picture"]["description"]) == (201, "A mould")
    async with site.peer.http.get(made["picture"]["url"]) as reply:
        assert reply.content_type.startswith("image/")
    path, tag = f"{BASE}/{made['id']}", headers["ETag"]
    status, kept, headers = await call(site, "PUT", path, token, {**record, "capacity": 5}, **{"If-Match": tag})
    assert (status, kept["capacity"], kept["picture"]) == (200, 5, made["picture"])
    none = {**record, "picture": None}
    status, without, _ = await call(site, "PUT", path, token, none, **{"If-Match": headers["ETag"]})
    assert (status, without["picture"]) == (200, None)


async def test_organisers_are_chosen_and_dismissed_by_organisers(site, ada):
    token, ben = await site.peer.token(ada), await site.peer.add_actor("ben")
    theirs = await site.peer.token(ben)
    path = f"{BASE}/{(await publish(site.peer, ada)).id}/organisers"
    for caller, sent, status in (
        (theirs, {"actor": "ben"}, 403),
        ("", {"actor": "ben"}, 401),
        (token, {"actor": "nobody"}, 422),
        (token, {"actor": 7}, 422),
        (token, {"actor": (await site.peer.organisation()).uri}, 422),
    ):
        assert (await call(site, "POST", path, caller, sent))[0] == status, sent
    assert (await call(site, "GET", path, theirs))[0] == 403
    status, listed, _ = await call(site, "POST", path, token, {"actor": "@ben"})
    assert (status, [each["handle"].split("@")[1] for each in listed["items"]]) == (200, ["ada", "ben"])
    assert (await call(site, "GET", path, theirs))[1] == listed
    assert (await call(site, "DELETE", f"{path}?actor={ada.uri}", theirs))[0] == 204
    assert (await call(site, "DELETE", f"{path}?actor={ben.uri}", theirs))[0] == 409  # somebody has to
    assert (await call(site, "DELETE", f"{path}?actor=https://x.example/7", theirs))[0] == 404


async def test_one_date_of_a_series_is_listed_and_answered_alone(site, ada):
    token, ben = await site.peer.token(ada), await site.peer.add_actor("ben")
    theirs, begins = await site.peer.token(ben), local_text(site.peer.unit().now + 2 * DAY, "Europe/Berlin")
    weekly = {"frequency": "weekly", "count": 30}
    event = await publish(site.peer, ada, start=begins, end=None, capacity=1, recurrence=weekly)
    path = f"{BASE}/{event.id}/dates"
    status, listed, _ = await call(site, "GET", path)
    assert (status, len(listed["items"])) == (200, 13)  # of ninety days
    second = listed["items"][1]
    assert (second["event"], second["going"], second["answer"]) == (None, None, None)
    one = f"{path}/{second['day']}/answer"
    status, given, _ = await call(site, "PUT", one, theirs, {"answer": "going", "companions": 0})
    assert (status, given["state"]) == (200, "going")
    assert (await call(site, "PUT", one, token, {"answer": "going"}))[1]["placeInLine"] == 1
    listed = (await call(site, "GET", path, theirs))[1]["items"]
    assert [each["answer"] for each in listed[:3]] == [None, "going", None]
    assert (listed[1]["event"], listed[1]["remaining"]) == (given["event"], 0)
    shown = (await call(site, "GET", f"{BASE}/{given['event']}"))[1]
    assert (shown["series"], shown["day"]) == (str(event.id), second["day"])
    shown = (await call(site, "GET", BASE))[1]["items"]
    assert [each["id"] for each in shown] == [str(event.id)]
    for day, answer, status in (("2020-01-01", "going", 404), (second["day"], "perhaps", 422)):
        assert (await call(site, "PUT", f"{path}/{day}/answer", theirs, {"answer": answer}))[0] == status
    assert (await call(site, "PUT", one, "", {"answer": "going"}))[0] in {401, 403}
    edited = await call(site, "GET", f"{BASE}/{given['event']}")
    sent = {key: value for key, value in event.record.items() if key != "recurrence"}
    refused = await call(site, "PUT", f"{BASE}/{given['event']}", token, sent, **{"If-Match": edited[2]["ETag"]})
    assert refused[0] == 409


async def test_an_event_is_made_once_changed_answered_and_cancelled(site, ada):
    token = await site.peer.token(ada)
    sent = {**event_record(capacity=1), "visibility": "public"}
    status, made, headers = await call(site, "POST", BASE, token, sent, **{"Idempotency-Key": "one"})
    assert (status, made["remaining"], made["next"]) == (201, 1, "2099-05-07T18:00:00+02:00")
    again = await call(site, "POST", BASE, token, sent, **{"Idempotency-Key": "one"})
    assert again[1]["id"] == made["id"]
    path = f"{BASE}/{made['id']}"
    changed = event_record(capacity=1, place={"name": "Room 2"})
    assert (await call(site, "PUT", path, token, changed))[0] == 428
    assert (await call(site, "PUT", path, token, changed, **{"If-Match": '"old"'}))[0] == 412
    status, shown, _ = await call(site, "PUT", path, token, changed, **{"If-Match": headers["ETag"]})
    assert (status, shown["sequence"], shown["place"]) == (200, 1, {"name": "Room 2"})

    ben = await site.peer.add_actor("ben")
    theirs = await site.peer.token(ben)
    status, given, _ = await call(site, "PUT", f"{path}/answer", theirs, {"answer": "going", "note": "hello"})
    assert (status, given["state"], given["placeInLine"]) == (200, "going", None)
    assert (await call(site, "PUT", f"{path}/answer", token, {"answer": "going"}))[1]["placeInLine"] == 1
    assert (await call(site, "GET", f"{path}/answers", theirs))[0] == 403
    status, listed, _ = await call(site, "GET", f"{path}/answers", token)
    assert [(each["person"]["handle"].split("@")[1], each["note"]) for each in listed["items"]] == [
        ("ben", "hello"),
        ("ada", ""),
    ]
    async with site.browser.get(f"{site.peer.origin}{path}/answers") as reply:
        assert reply.status == 200, "who is signed in reads without a token of forms"
    assert (await call(site, "GET", path))[1]["going"] == 1
    assert (await call(site, "POST", f"{path}/cancel", theirs))[0] == 403
    assert (await call(site, "POST", f"{path}/cancel", token))[1]["status"] == "cancelled"
    assert (await call(site, "PUT", f"{path}/answer", theirs, {"answer": "going"}))[0] == 409
    assert (await call(site, "DELETE", path, token))[0] == 204
    assert (await call(site, "GET", path))[0] == 404


@each_row(
    "method, path, sent, status",
    [
        ("POST", "", {**event_record(), "visibility": "everybody"}, 422),
        ("POST", "", {**event_record(), "community": 7}, 422),
        ("POST", "", {**event_record(), "community": "7", "visibility": "public"}, 422),
        ("POST", "", {**event_record(end="2000-01-01T00:00:00Z")}, 422),
        ("POST", "", {**event_record(recurrence={"frequency": "daily"})}, 422),
        ("POST", "", {"visibility": "public"}, 422),
        ("PUT", "/{id}/answer", {"answer": "perhaps"}, 422),
        ("PUT", "/{id}/answer", {"answer": "going", "companions": 11}, 422),
        ("PUT", "/{id}/answer", {"answer": "going", "companions": "many"}, 422),
        ("PUT", "/{id}/answer", {"answer": "going", "note": "x" * 501}, 422),
        ("PUT", "/1/answer", {"answer": "going"}, 404),
        ("POST", "/{id}/answers/1", {"verdict": "admit"}, 404),
        ("POST", "/{id}/answers/1", {"verdict": "promote"}, 422),
        ("POST", "/{id}/invitations", {"person": "https://nobody.example/"}, 409),
        ("GET", "?show=everything", None, 400),
        ("GET", "/999", None, 404),
    ],
)
async def test_bad_input_is_a_problem_and_changes_nothing(site, ada, event, method, path, sent, status):
    token = await site.peer.token(ada)
    answered, problem, _ = await call(site, method, BASE + path.format(id=event.id), token, sent)
    assert answered == status, problem
    assert problem["title"]
    listed = (await call(site, "GET", BASE, token))[1]["items"]
    assert [(each["id"], each["going"], each["version"]) for each in listed] == [(str(event.id), 0, 1)]


async def test_strangers_and_narrow_tokens_write_nothing_and_see_nothing_closed(site, ada):
    event = await publish(site.peer, ada, Visibility.ORGANISATION)
    path, narrow = f"{BASE}/{event.id}", await site.peer.token(ada, "read")
    assert (await call(site, "GET", path))[0] == 404
    assert (await call(site, "GET", BASE))[1]["items"] == []
    assert (await call(site, "POST", BASE, json=event_record()))[0] == 401
    assert (await call(site, "POST", BASE, narrow, event_record()))[0] == 403
    assert (await call(site, "PUT", f"{path}/answer", narrow, {"answer": "going"}))[0] == 403
    assert (await call(site, "GET", f"{path}/answers"))[0] == 401


async def test_lists_go_on_where_they_ended(site, ada):
    token = await site.peer.token(ada)
    for day in (9, 8, 7):
        times = {"start": f"2099-05-0{day}T18:00:00+02:00", "end": f"2099-05-0{day}T20:00:00+02:00"}
        await publish(site.peer, ada, **times)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await call(site, "GET", f"{BASE}?limit=1&cursor={cursor}", token))[1]
        seen += [each["start"][8:10] for each in page["items"]]
        cursor = page["next"]
    assert seen == ["07", "08", "09"]
