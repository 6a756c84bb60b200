"""The client API as a whole: each route has a schema, errors are JSON, and browsers of other origins may ask."""

import html
import re

import schemas
from tests.answers import ANSWERS, is_client_route
from tests.client import App, app_of
from tests.happenings import publish as publish_event
from tests.records import record
from tests.rows import each_row
from web.client_api.routes import ROUTES

LEVELS = ("public", "unlisted", "private")


def test_every_route_says_what_it_answers():
    missing = [f"{route.method} {route.path}" for route in ROUTES if is_client_route(route.path) and _is_unknown(route)]
    assert missing == []


def _is_unknown(route):
    return route.kwargs.get("name", "").removesuffix(".slash") not in ANSWERS


def test_every_entity_has_a_schema():
    entities = {each[0] if isinstance(each, list) else each for each in ANSWERS.values()} - {None}
    for entity in sorted(entities):
        schemas.load(f"client/{entity}")


@each_row("path, method", [("/api/v1/nothing", "GET"), ("/api/v9/x", "POST"), ("/api/v1/timelines/home", "PATCH")])
async def test_errors_are_json_and_open_to_browsers(site, path, method):
    answer = await App(site.peer).ask(method, path, headers={"Accept": "text/html"})
    assert answer.status in {404, 405}
    assert (await answer.json())["error"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@each_row("path", ["/api/v1/statuses", "/oauth/token", "/.well-known/nodeinfo", "/nodeinfo/2.0"])
async def test_a_browser_may_ask_first_without_a_token(site, path):
    asked = {"Origin": "https://app.example", "Access-Control-Request-Headers": "authorization"}
    answer = await App(site.peer).ask("OPTIONS", path, headers=asked)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization"
    assert "DELETE" in answer.headers["Access-Control-Allow-Methods"]


async def test_a_slash_at_the_end_changes_nothing(site):
    app = App(site.peer)
    assert await app.get("v2/instance/") == await app.get("v2/instance")


async def test_lists_of_what_is_not_here_are_empty(site):
    ada = await app_of(site.peer, "ada")
    for name in ("collections", "in_collections"):
        assert await ada.get(f"v1/accounts/{ada.me.id}/{name}") == {"collections": []}
    assert await ada.get("v1/annual_reports") == {"annual_reports": [], "accounts": [], "statuses": []}
    await App(site.peer).get("v1/annual_reports", 401)
    await ada.get("v1/annual_reports/2025", 404)


async def test_a_public_post_is_told_to_sites_that_link_to_it(site):
    ada, stranger = await app_of(site.peer, "ada"), App(site.peer)
    made = {level: await ada.post("v1/statuses", status="Slow cooling", visibility=level) for level in LEVELS}
    pages = {level: f"{site.peer.origin}/@ada/p{each['id']}" for level, each in made.items()}
    said = await stranger.get("oembed", url=pages["public"])
    assert (said["version"], said["type"], said["title"], said["author_url"]) == (
        "1.0",
        "link",
        "Slow cooling",
        f"{site.peer.origin}/@ada",
    )
    resource = await site.peer.publish(record())
    assert (await stranger.get("oembed", url=resource.url))["title"] == record()["name"]["en"]
    for url in (
        pages["unlisted"],
        pages["private"],
        "https://x.example/@ada/p1",
        f"{site.peer.origin}/@ada/p1",
        "",
        "/",
    ):
        await stranger.get("oembed", 404, url=url)
    await ada.get("oembed", 404, url=pages["private"])
    await stranger.get("oembed", 501, url=pages["public"], format="xml")
    event = await publish_event(site.peer, ada.me)
    topic = {"kind": "question", "title": "Why do castings crack?", "content": "Near the gate.", "visibility": "public"}
    thread = await ada.call("POST", "learning/v1/topics", 201, json=topic)
    for path in (pages["public"], resource.url, event.url, thread["page"]):
        page = await stranger.ask("GET", path.removeprefix(site.peer.origin), headers={"Accept": "text/html"})
        (told,) = re.findall(r'json\+oembed" href="([^"]+)"', await page.text())
        await stranger.get(html.unescape(told).removeprefix(f"{site.peer.origin}/api/"))


async def test_pages_are_not_open_to_other_origins(site):
    """Browsers read answers for programs from any origin, pages from ours alone (API10)."""
    answer = await App(site.peer).ask("GET", "/")
    assert "Access-Control-Allow-Origin" not in answer.headers
