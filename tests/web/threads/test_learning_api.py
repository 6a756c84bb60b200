"""Topics, questions and answers over the learning API: with a token, with a session, and as strangers."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from node.domain.communities import TopicKind
from node.domain.visibility import Visibility
from node.store.posts import objects, topics
from tests.client import App
from tests.notes import count_own_objects
from tests.statements import counted
from tests.web.threads.conftest import House, Person
from web.learning_api.routes import build_openapi

pytestmark = pytest.mark.usefixtures("each_database")

TOPICS = "/api/learning/v1/topics"
QUESTIONS = "/api/learning/v1/questions"
ASKED = {"kind": "question", "community": "metals", "title": "Why do castings crack?", "content": "Near the **gate**."}


async def app_of(person: Person, scopes: str = "read write") -> App:
    assert person.me is not None
    return App(person.peer, await person.peer.token(person.me, scopes), person.me)


def fits(base: str, name: str, answer: Any) -> None:
    described = build_openapi(base)
    registry: Registry[Any] = Registry().with_resource(
        "urn:openapi", Resource.from_contents(described, default_specification=DRAFT202012)
    )
    schema = {"$ref": f"urn:openapi#/components/schemas/{name}"}
    assert [each.message for each in Draft202012Validator(schema, registry=registry).iter_errors(answer)] == []


async def test_a_question_from_asking_to_accepting(house: House):
    ada, ben, stranger = await app_of(house.ada), await app_of(house.ben), App(house.peer)
    made = await ben.ask("POST", TOPICS, json=ASKED, headers={"Idempotency-Key": "a"})
    assert made.status == 201
    topic = await made.json()
    fits(house.peer.origin, "Topic", topic)
    assert (topic["kind"], topic["title"], topic["content"]) == (
        "question",
        "Why do castings crack?",
        "<p>Near the <strong>gate</strong>.</p>",
    )
    assert topic["community"]["handle"].startswith("@metals@")
    again = await ben.ask("POST", TOPICS, json=ASKED, headers={"Idempotency-Key": "a"})
    assert (await again.json())["id"] == topic["id"]
    path = made.headers["Location"]
    assert await stranger.get(path) == topic
    assert (await stranger.ask("GET", path, headers={"If-None-Match": made.headers["ETag"]})).status == 304

    answer = await ada.post(f"{path}/answers", 201, content="Slower.")
    fits(house.peer.origin, "Answer", answer)
    deeper = await ben.post(f"{path}/answers", 201, content="How slow?", inReplyTo=answer["id"])
    await ada.put(f"{path}/accepted-answer", 403, answer=answer["id"])
    accepted = await ben.put(f"{path}/accepted-answer", answer=answer["id"])
    assert accepted["acceptedAnswer"] == {"id": answer["id"], "uri": answer["uri"]}
    listed = await stranger.get(f"{path}/answers")
    fits(house.peer.origin, "Answers", listed)
    assert [(each["id"], each["inReplyTo"], each["isAccepted"]) for each in listed["items"]] == [
        (answer["id"], topic["id"], True),
        (deeper["id"], answer["id"], False),
    ]
    assert [each["id"] for each in (await stranger.get(f"{QUESTIONS}?state=answered"))["items"]] == [topic["id"]]
    assert (await stranger.get(f"{QUESTIONS}?state=open"))["items"] == []
    assert (await ben.delete(f"{path}/accepted-answer"))["acceptedAnswer"] is None


async def test_a_topic_is_changed_by_whoever_has_seen_it(house: House):
    ben, eve = await app_of(house.ben), await app_of(house.eve)
    made = await ben.ask("POST", TOPICS, json={**ASKED, "kind": "discussion"})
    path, etag = made.headers["Location"], made.headers["ETag"]
    changed = {"kind": "discussion", "title": "Cracks", "content": "Everywhere.", "link": "https://x.example/a"}
    assert (await ben.ask("PUT", path, json=changed)).status == 428
    assert (await ben.ask("PUT", path, json=changed, headers={"If-Match": '"old"'})).status == 412
    assert (await eve.ask("PUT", path, json=changed, headers={"If-Match": etag})).status == 404
    answer = await ben.ask("PUT", path, json=changed, headers={"If-Match": etag})
    topic = await answer.json()
    assert (topic["title"], topic["link"], topic["version"]) == ("Cracks", "https://x.example/a", 2)
    other_kind = {**changed, "kind": "note"}
    assert (await ben.ask("PUT", path, json=other_kind, headers={"If-Match": "*"})).status == 422
    assert (await eve.ask("DELETE", path)).status == 404
    assert (await ben.ask("DELETE", path)).status == 204
    await ben.get(path, 404)


async def test_a_session_writes_with_its_token_alone(house: House):
    url, person = house.peer.origin + TOPICS, house.ben
    for headers, status in (
        ({}, 403),
        ({"X-CSRF-Token": "wrong"}, 403),
        ({"X-CSRF-Token": await person.csrf(), "Origin": "https://evil.example"}, 403),
        ({"X-CSRF-Token": await person.csrf()}, 201),
    ):
        async with person.browser.post(url, json=ASKED, headers=headers) as answer:
            assert answer.status == status, headers
    async with house.stranger.browser.post(url, json=ASKED) as answer:
        assert answer.status == 401


SCRIPT = "<script>alert(1)</script>"
BAD: list[tuple[str, Any, int, str]] = [
    ("no object", [], 400, ""),
    ("nothing", {}, 422, "$.kind"),
    ("an unknown kind", {**ASKED, "kind": "rumour"}, 422, "$.kind"),
    ("an event", {**ASKED, "kind": "event"}, 422, "$.kind"),
    ("an unknown key", {**ASKED, "colour": "red"}, 422, "$.colour"),
    ("a title of 301", {**ASKED, "title": "x" * 301}, 422, "$.title"),
    ("no title", {**ASKED, "title": ""}, 422, "$.title"),
    ("a title of spaces", {**ASKED, "title": "  "}, 422, "$.title"),
    ("too long a text", {**ASKED, "content": "x" * 16_385}, 422, "$.content"),
    ("a link that is none", {**ASKED, "link": "javascript:alert(1)"}, 422, "$.link"),
    ("no such community", {**ASKED, "community": "nothing"}, 404, ""),
    ("a person", {**ASKED, "community": "ada"}, 404, ""),
    ("a community elsewhere", {**ASKED, "community": "https://x.example/c/y"}, 404, ""),
    ("its own visibility", {**ASKED, "visibility": "public"}, 422, "$.visibility"),
    ("an announcement of a member", {**ASKED, "kind": "announcement"}, 403, ""),
    ("a discussion with everybody", {"kind": "discussion", "title": "T", "content": "x"}, 422, "$.kind"),
    ("a language that is none", {**ASKED, "language": SCRIPT}, 422, "$.language"),
    ("the picture of somebody", {**ASKED, "media": ["7"]}, 422, "$.media_ids"),
    ("five pictures", {**ASKED, "media": ["1", "2", "3", "4", "5"]}, 422, "$.media"),
]


async def test_bad_input_is_told_with_its_place_and_changes_nothing(house: House):
    ben = await app_of(house.ben)
    for name, body, status, place in BAD:
        answer = await ben.ask("POST", TOPICS, json=body)
        assert answer.status == status, (name, await answer.text())
        assert answer.content_type == "application/problem+json", name
        if place:
            assert place in [each["path"] for each in (await answer.json())["errors"]], name
    for data, kind, status in ((b"{", "application/json", 400), (b"x=1", "application/x-www-form-urlencoded", 415)):
        answer = await ben.ask("POST", TOPICS, data=data, headers={"Content-Type": kind})
        assert answer.status == status
    assert (await (await app_of(house.ben, "read")).ask("POST", TOPICS, json=ASKED)).status == 403
    assert (await App(house.peer, "no token").ask("POST", TOPICS, json=ASKED)).status == 401
    assert await house.peer.store.read(count_own_objects) == 0


async def test_answers_that_are_not_taken(house: House):
    ben, eve = await app_of(house.ben), await app_of(house.eve)
    thread = await house.thread(house.ada, topic_kind=TopicKind.QUESTION)
    other = await house.thread(house.ada, "Another", topic_kind=TopicKind.QUESTION)
    path, before = f"{TOPICS}/{thread.id}", await house.peer.store.read(count_own_objects)
    await ben.post(f"{path}/answers", 422, content="")
    await ben.post(f"{path}/answers", 422, content="x", inReplyTo=str(other.id))
    await ben.post(f"{path}/answers", 422, content="x", inReplyTo="<script>")
    await ben.post(f"{TOPICS}/7/answers", 404, content="x")
    await eve.post(f"{path}/answers", 403, content="x")
    await house.peer.store.write(topics.update_topics, [thread.id], locked=True)
    await ben.post(f"{path}/answers", 403, content="x")
    for wrong in (7, "x", None, str(other.id)):
        await ben.put(f"{path}/accepted-answer", 403 if wrong == str(other.id) else 422, answer=wrong)
    assert await house.peer.store.read(count_own_objects) == before


async def test_what_is_closed_is_not_there_for_others(house: House):
    ada, eve, stranger = await app_of(house.ada), await app_of(house.eve), App(house.peer)
    hidden = await house.thread(house.ada, topic_kind=TopicKind.QUESTION)
    await house.peer.store.write(objects.update_object, hidden.id, {"visibility": Visibility.COMMUNITY.value})
    path = f"{TOPICS}/{hidden.id}"
    for app in (eve, stranger):
        await app.get(path, 404)
        await app.get(f"{path}/answers", 404)
        for each in (TOPICS, QUESTIONS, f"{TOPICS}?community=metals"):
            assert (await app.get(each))["items"] == []
    await eve.post(f"{path}/answers", 404, content="x")
    await eve.put(f"{path}/accepted-answer", 404, answer=str(hidden.id))
    assert (await ada.get(path))["visibility"] == "community"
    assert len((await ada.get(TOPICS))["items"]) == 1


@pytest.mark.parametrize("order", ["newest", "active"])
async def test_pages_follow_each_other_and_cost_the_same(house: House, order: str):
    for number in range(7):
        house.clock.advance(1_000)
        await house.thread(house.ada, f"Topic {number}", topic_kind=TopicKind.DISCUSSION)
    stranger, seen, cursor, costs = App(house.peer), [], "", set()
    while True:
        with counted(house.peer.store) as statements:
            page = await stranger.get(f"{TOPICS}?limit=3&order={order}{cursor}")
        costs.add(len(statements))
        fits(house.peer.origin, "Topics", page)
        seen += [each["title"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [f"Topic {number}" for number in reversed(range(7))]
    assert costs == {2}
    for query in ("cursor=x", "order=colour", "state=maybe", "kind=rumour"):
        await stranger.get(f"{TOPICS}?{query}", 400)
