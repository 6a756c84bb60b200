"""What apps read at every start: the instance documents, and what administrators write about the node."""

import re
from typing import Any

import pytest
from sqlalchemy import insert

from node.clock import DAY, MINUTE
from node.domain.visibility import Visibility
from node.domain.words import MAX_MARKDOWN
from node.store.tables import hosts
from tests.client import App, app_of
from tests.notes import publish_note
from tests.rows import each_row
from tests.statements import counted


@pytest.fixture
def reader(site) -> App:
    return App(site.peer)


def numbers(value: Any) -> list[Any]:
    """All numbers in a document."""
    if isinstance(value, dict):
        return [found for each in value.values() for found in numbers(each)]
    if isinstance(value, list):
        return [found for each in value for found in numbers(each)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


async def test_both_documents_say_what_apps_compare(site, reader):
    first, second = await reader.get("v1/instance"), await reader.get("v2/instance")
    host = site.peer.system.node.config.host
    assert (first["uri"], second["domain"]) == (host, host)
    assert first["version"] == second["version"]
    assert first["version"].startswith("4.5.0 (compatible; Rhizome ")
    assert first["urls"]["streaming_api"] == second["configuration"]["urls"]["streaming"] == f"ws://{host}"
    assert {type(each) for each in [*numbers(first), *numbers(second)]} == {int}
    assert "urls" not in first["configuration"]
    assert second["registrations"]["enabled"] is False
    assert second["api_versions"]["mastodon"] == 7
    assert (
        second["configuration"]["polls"]["min_expiration"] == first["configuration"]["polls"]["min_expiration"] == 300
    )
    picture = await reader.ask("GET", second["thumbnail"]["url"].removeprefix(site.peer.origin))
    assert (picture.status, picture.content_type) == (200, "image/png")
    answer = await reader.ask("GET", "v2/instance")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_the_documents_are_made_once_a_minute(site, reader):
    await reader.get("v1/instance")
    with counted(site.store) as seen:
        await reader.get("v1/instance")
        await reader.get("v2/instance")
    assert seen == []
    ada = await app_of(site.peer, "ada")
    await site.store.write(publish_note, site.peer.unit(), ada.me.id, "Hello", Visibility.PUBLIC)
    await site.store.write(
        lambda conn: conn.execute(insert(hosts).values(host="b.example", created_at=1, last_success_at=1))
    )
    assert (await reader.get("v1/instance"))["stats"]["user_count"] == 0
    site.clock.advance(MINUTE)
    stats = (await reader.get("v1/instance"))["stats"]
    assert stats == {"user_count": 1, "status_count": 1, "domain_count": 1}
    assert (await reader.get("v2/instance"))["usage"]["users"]["active_month"] == 1
    assert await reader.get("v1/instance/peers") == ["b.example"]
    weeks = await reader.get("v1/instance/activity")
    assert len(weeks) == 12
    assert weeks[0] | {"week": ""} == {"week": "", "statuses": "1", "logins": "1", "registrations": "1"}
    assert (int(weeks[0]["week"]) - 4 * 86_400) % (7 * 86_400) == 0
    site.clock.advance(40 * DAY)
    assert (await reader.get("v2/instance"))["usage"]["users"]["active_month"] == 0


async def test_administrators_write_rules_and_texts(site, reader):
    await site.set_up()
    assert await reader.get("v1/instance/rules") == []
    await reader.get("v2/instance")
    csrf = await site.csrf("/admin/house")
    for text in ("Be <b>kind</b>", "Name your sources"):
        await site.post("/admin/house/rules", csrf=csrf, text=text, hint="<script>alert(1)</script>why")
    rules = await reader.get("v1/instance/rules")
    assert [(rule["text"], rule["hint"]) for rule in rules] == [
        ("Be kind", "alert(1)why"), ("Name your sources", "alert(1)why"),
    ]  # fmt: skip
    assert (await reader.get("v2/instance"))["rules"] == rules
    await site.post(f"/admin/house/rules/{rules[1]['id']}/raise", csrf=csrf)
    await site.post(f"/admin/house/rules/{rules[0]['id']}", csrf=csrf, text="Be kind always", hint="")
    assert [rule["text"] for rule in await reader.get("v1/instance/rules")] == ["Name your sources", "Be kind always"]
    await site.post(f"/admin/house/rules/{rules[1]['id']}/remove", csrf=csrf)
    await site.post(f"/admin/house/rules/{rules[1]['id']}/remove", 404, csrf=csrf)
    text = await site.post("/admin/house/rules", 422, csrf=csrf, text="  ", hint="Because")
    assert "A rule has 1 to 500 characters" in text
    assert 'value="Because"' in text
    text = await site.post(f"/admin/house/rules/{rules[0]['id']}", 422, csrf=csrf, text="x" * 501)
    assert re.search(f'id="text-{rules[0]["id"]}" [^>]* value="x{{501}}"[^>]* aria-invalid', text)
    page = await site.get("/about")
    assert "Be kind always" in page
    assert "/privacy-policy" not in page


async def test_texts_are_shown_in_apps_and_on_pages(site, reader):
    await site.set_up()
    await reader.get("v1/instance/privacy_policy", 404)
    await reader.get("v1/instance/terms_of_service", 404)
    assert (await reader.get("v1/instance/extended_description"))["content"] == ""
    await site.get("/privacy-policy", 404)
    csrf = await site.csrf("/admin/house")
    for name in ("about", "privacy-policy", "terms-of-service"):
        await site.post(f"/admin/house/texts/{name}", csrf=csrf, text=f"We *say* {name} <script>x</script>")
    await site.post("/admin/house/texts/other", 400, csrf=csrf, text="x")
    assert "x" * MAX_MARKDOWN in await site.post(
        "/admin/house/texts/about", 422, csrf=csrf, text="x" * (MAX_MARKDOWN + 1)
    )
    for path in ("extended_description", "privacy_policy", "terms_of_service"):
        content = (await reader.get(f"v1/instance/{path}"))["content"]
        assert content.startswith("<p>We <em>say</em> ")
        assert "<script" not in content
    assert (await reader.get("v2/instance"))["configuration"]["urls"]["privacy_policy"].endswith("/privacy-policy")
    assert "<em>say</em> privacy-policy" in await site.get("/privacy-policy")
    assert 'href="/terms-of-service"' in await site.get("/about")
    await site.post("/admin/house/texts/privacy-policy", csrf=csrf, text=" ")
    await reader.get("v1/instance/privacy_policy", 404)


async def test_strangers_do_not_write_rules(site, reader):
    assert (await site.post("/admin/house/rules", 303, text="Mine")).startswith("/sign-in")
    assert (await site.get("/admin/house", 303)).startswith("/sign-in")
    assert await reader.get("v1/instance/rules") == []


async def test_policies_are_told_to_members_without_reasons(site, reader):
    await site.set_up()
    csrf = await site.csrf("/admin/policies")
    decided = {"bad": "block", "loud": "limit", "dull": "media-free", "quiet": "limit-media-free"}
    for domain, effect in ((f"{name}.example", effect) for name, effect in decided.items()):
        await site.post("/admin/policies", csrf=csrf, domain=domain, effect=effect, reason="secret")
    await reader.get("v1/instance/domain_blocks", 401)
    ben = await app_of(site.peer, "ben")
    found = await ben.get("v1/instance/domain_blocks")
    assert [(each["domain"], each["severity"], each["comment"]) for each in found] == [
        ("bad.example", "suspend", ""), ("loud.example", "silence", ""), ("quiet.example", "silence", ""),
    ]  # fmt: skip


@each_row(
    "path, expected",
    [("v1/custom_emojis", []), ("v1/instance/translation_languages", {}), ("v1/instance/peers", [])],
)
async def test_what_there_is_none_of(reader, path, expected):
    assert await reader.get(path) == expected


async def test_languages_and_health(reader):
    assert {"code": "de", "name": "German"} in await reader.get("v1/instance/languages")
    health = await reader.ask("GET", "/health")
    assert (health.status, await health.text()) == (200, "OK")
