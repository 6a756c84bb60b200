"""What all addresses have in common: who may ask, how errors look, what browsers may read, how bodies are sent."""

import re
from typing import Any

import aiohttp
import pytest

from tests.rows import each_row

pytestmark = pytest.mark.asyncio(loop_scope="package")

#: Everything that apps read at their start or every day, and what it answers.
OWN = {
    "v1/accounts/verify_credentials": dict, "v1/preferences": dict, "v2/filters": list, "v1/filters": list,
    "v1/lists": list, "v1/followed_tags": list, "v1/announcements": list, "v1/follow_requests": list,
    "v1/markers?timeline[]=home": dict, "v1/timelines/home": list, "v1/notifications": list, "v2/notifications": dict,
    "v1/bookmarks": list, "v1/favourites": list, "v1/blocks": list, "v1/mutes": list, "v1/domain_blocks": list,
    "v1/conversations": list, "v1/scheduled_statuses": list, "v2/notifications/policy": dict,
    "v1/notifications/requests": list, "v1/notifications/unread_count": dict, "v2/notifications/unread_count": dict,
    "v1/featured_tags": list, "v1/featured_tags/suggestions": list, "v1/endorsements": list, "v1/profile": dict,
    "v2/suggestions": list, "v1/timelines/direct": list, "v1/accounts/relationships?id[]=1": list,
    "v1/accounts/familiar_followers?id[]=1": list,
}  # fmt: skip
PUBLIC = {
    "v1/instance": dict, "v2/instance": dict, "v1/custom_emojis": list, "v1/instance/rules": list,
    "v1/instance/peers": list, "v1/instance/activity": list, "v1/instance/extended_description": dict,
    "v1/instance/languages": list, "v1/instance/translation_languages": dict,
    "v1/timelines/public": list, "v1/timelines/public?local=true": list, "v1/timelines/tag/none": list,
    "v1/timelines/link?url=https://x.example/": list, "v1/trends": list, "v1/trends/tags": list,
    "v1/trends/statuses": list, "v1/trends/links": list, "v1/directory": list, "v1/tags/none": dict,
    "v1/statuses?id[]=1": list, "v1/accounts?id[]=1": list, "v2/search?q=none": dict,
}  # fmt: skip


@each_row("path", [*OWN, *PUBLIC])
async def test_it_is_answered(town, path):
    assert isinstance(await town.ada.get(path), (OWN | PUBLIC)[path])


@each_row("path", PUBLIC)
async def test_strangers_read_what_is_public(town, path):
    assert isinstance(await town.nobody.get(path), PUBLIC[path])


@each_row("path", OWN)
async def test_own_things_need_a_person(town, path):
    for app, statuses in ((town.nobody, {401}), (town.forged, {401}), (town.program, {401, 403})):
        answer = await app.ask("GET", path)
        assert answer.status in statuses
        assert (await answer.json())["error"]


@pytest.mark.parametrize(
    ("method", "path", "who", "status"),
    [
        ("GET", "v1/nothing/there", "ada", 404),
        ("GET", "v9/instance", "nobody", 404),
        ("GET", "/api/", "nobody", 404),
        ("POST", "v1/instance", "nobody", 405),
        ("DELETE", "v1/timelines/home", "ada", 405),
        ("GET", "v1/accounts/404", "nobody", 404),
        ("GET", "v1/statuses/404", "nobody", 404),
        ("GET", "v1/statuses/nonsense", "ada", 404),
        ("GET", "v1/lists/404", "ada", 404),
        ("GET", "v2/filters/404", "ada", 404),
        ("GET", "v1/polls/404", "ada", 404),
        ("GET", "v1/media/404", "ada", 404),
        ("GET", "v1/notifications/404", "ada", 404),
        ("GET", "v1/scheduled_statuses/404", "ada", 404),
        ("GET", "v1/push/subscription", "ada", 404),
        ("GET", "v1/accounts/lookup?acct=nobody", "ada", 404),
        ("GET", "v1/timelines/list/404", "ada", 404),
        ("POST", "v1/statuses/404/favourite", "ada", 404),
        ("POST", "v1/statuses/404/translate", "ada", 404),
        ("POST", "v1/follow_requests/404/authorize", "ada", 404),
        ("POST", "v1/accounts/404/follow", "ada", 404),
        ("POST", "v1/statuses", "reading", 403),
        ("POST", "v1/lists", "reading", 403),
        ("PATCH", "v1/accounts/update_credentials", "reading", 403),
        ("POST", "v1/notifications/clear", "reading", 403),
        ("POST", "v2/media", "reading", 403),
        ("POST", "v1/reports", "reading", 403),
        ("POST", "v1/push/subscription", "reading", 403),
        ("POST", "v1/statuses", "nobody", 401),
        ("POST", "v1/statuses", "forged", 401),
        ("GET", "v1/instance", "forged", 200),
        ("POST", "v1/statuses", "ada", 422),
        ("POST", "v1/lists", "ada", 422),
        ("POST", "v2/filters", "ada", 422),
        ("POST", "v2/media", "ada", 422),
        ("POST", "v1/apps", "nobody", 422),
        ("POST", "v1/accounts", "nobody", 401),
        ("GET", "v2/search?q=x&resolve=true", "nobody", 401),
        ("GET", "v2/search?q=x&offset=20", "nobody", 401),
    ],
)
async def test_errors_are_json_that_browsers_may_read(town, method, path, who, status):
    answer = await town.app(who).ask(method, path)
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/json"
    if status >= 400:
        assert isinstance((await answer.json())["error"], str)
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    exposed = answer.headers["Access-Control-Expose-Headers"]
    for name in ("Link", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-Id"):
        assert name in exposed


async def test_a_token_stands_in_the_header_or_in_a_form(town):
    token = town.ada.token
    assert await town.nobody.call("POST", "v1/statuses", data={"access_token": token, "status": "by form"})
    await town.nobody.call("POST", "v1/statuses", 401, data={"access_token": "x", "status": "by form"})
    await town.nobody.call("POST", "v1/statuses", 401, json={"access_token": token, "status": "by JSON"})
    await town.nobody.get("v1/accounts/verify_credentials", 401, access_token=token)


@pytest.mark.parametrize(
    "path",
    [
        "v1/statuses", "v2/instance", "v1/nothing/there", "/oauth/token", "/oauth/revoke",
        "/.well-known/oauth-authorization-server", "/.well-known/nodeinfo", "/nodeinfo/2.0", "/media/nothing",
    ],
)  # fmt: skip
async def test_browsers_ask_first_without_a_token(town, path):
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key,x-other",
    }
    answer = await town.nobody.ask("OPTIONS", path, headers=asked)
    assert answer.status in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == asked["Access-Control-Request-Headers"]
    assert answer.headers["Access-Control-Max-Age"] == "86400"
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert method in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("path", ["/oauth/authorize", "/sign-in", "/"])
async def test_pages_for_people_are_not_for_other_origins(town, path):
    assert "Access-Control-Allow-Origin" not in (await town.nobody.ask("GET", path)).headers


@pytest.mark.parametrize("who", ["nobody", "ada", "program"])
async def test_it_is_told_how_much_may_be_asked(town, who):
    headers = (await town.app(who).ask("GET", "v1/instance/rules")).headers
    assert int(headers["X-RateLimit-Limit"]) == 300
    assert int(headers["X-RateLimit-Remaining"]) < 300
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", headers["X-RateLimit-Reset"])


# -- bodies ----------------------------------------------------------------------------------------------------------

POLL = {"options": ["a", "b"], "expires_in": 300}
#: Path -> what is sent, as JSON, and the same as names with brackets.
BODIES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "v1/statuses": (
        {"status": "asks", "poll": POLL, "sensitive": True},
        [("status", "asks"), ("poll[options][]", "a"), ("poll[options][]", "b"), ("poll[expires_in]", "300"),
         ("sensitive", "on")],
    ),
    "v1/lists": ({"title": "mine", "exclusive": True}, [("title", "mine"), ("exclusive", "1")]),
    "v2/filters": (
        {"title": "f", "context": ["home"], "keywords_attributes": [{"keyword": "k"}]},
        [("title", "f"), ("context[]", "home"), ("keywords_attributes[][keyword]", "k")],
    ),
    "v1/filters": ({"phrase": "p", "context": ["home"]}, [("phrase", "p"), ("context[]", "home")]),
    "v1/markers": ({"home": {"last_read_id": "5"}}, [("home[last_read_id]", "5")]),
    "v1/apps": (
        {"client_name": "x", "redirect_uris": ["https://x.example/", "x://y"]},
        [("client_name", "x"), ("redirect_uris", "https://x.example/\nx://y")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", ["json", "form", "multipart"])
@pytest.mark.parametrize("path", BODIES)
async def test_each_body_is_read_in_each_form(town, path, form):
    tree, pairs = BODIES[path]
    told = {"json": {"json": tree}, "form": {"data": pairs}, "multipart": {"data": _multipart(pairs)}}[form]
    made = await town.dan.call("POST", path, **told)
    for name in ("title", "exclusive", "context", "phrase", "sensitive", "client_name"):
        if name in tree and name in made:
            assert made[name] == tree[name]
    if path == "v1/statuses":
        assert [option["title"] for option in made["poll"]["options"]] == ["a", "b"]
    if path == "v1/apps":
        assert made["redirect_uris"] == ["https://x.example/", "x://y"]
    if path == "v2/filters":
        assert [each["keyword"] for each in made["keywords"]] == ["k"]


def _multipart(pairs: list[tuple[str, str]]) -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in pairs:
        form.add_field(name, value)
    return form


@pytest.mark.parametrize(
    ("said", "meant"),
    [(True, True), ("true", True), ("1", True), (1, True), ("on", True), (False, False), ("false", False), ("0", False),
     (0, False), ("off", False)],
)  # fmt: skip
async def test_booleans_are_also_texts_inside_json(town, said, meant):
    assert (await town.say(town.dan, "x", sensitive=said, poll=POLL))["sensitive"] is meant


@pytest.mark.parametrize("query", ["id[]={0}&id[]={1}", "id={0}&id={1}"])
async def test_lists_of_ids_in_queries(town, query):
    asked = query.format(town.ben.me.id, town.cleo.me.id)
    found = await town.ada.get(f"v1/accounts/relationships?{asked}")
    assert [each["id"] for each in found] == [str(town.ben.me.id), str(town.cleo.me.id)]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("application/json", b"{"), ("application/json", b"[1]"), ("text/html", b"<p>"), ("multipart/form-data", b"x")],
)
async def test_unreadable_bodies_change_nothing(town, content_type, body):
    before = await town.ada.get("v1/lists")
    answer = await town.ada.ask("POST", "v1/lists", data=body, headers={"Content-Type": content_type})
    assert answer.status in (400, 422)
    assert await town.ada.get("v1/lists") == before


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("application/json", b""), ("application/json", b" "), ("application/json", b"null"),
     ("application/x-www-form-urlencoded", b""), ("multipart/form-data; boundary=x", b"")],
)  # fmt: skip
async def test_bodies_of_nothing_say_nothing(town, content_type, body):
    """Libraries write them where an act has no parameters."""
    path, headers = f"v1/statuses/{(await town.say(town.ada))['id']}", {"Content-Type": content_type}
    for act in ("favourite", "reblog"):
        await town.ben.call("POST", f"{path}/{act}", data=body, headers=headers)


# -- values ----------------------------------------------------------------------------------------------------------

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@each_row("path", [*OWN, *PUBLIC])
async def test_ids_are_texts_and_times_are_utc_with_milliseconds(town, path):
    for name, value in _values(await town.ada.get(path)):
        if name == "id" or name.endswith("_id"):
            assert value is None or isinstance(value, str), (name, value)
        if name == "last_status_at":
            assert value is None or re.fullmatch(r"\d{4}-\d\d-\d\d", value)
        elif name.endswith("_at"):
            assert value is None or _TIME.fullmatch(value), (name, value)
        if name.endswith("_count") and name != "statuses_count":
            assert isinstance(value, int), (name, value)


def _values(tree: Any):
    if isinstance(tree, list):
        for each in tree:
            yield from _values(each)
    elif isinstance(tree, dict):
        for name, value in tree.items():
            yield name, value
            yield from _values(value)
