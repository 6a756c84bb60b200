"""The consent page: who may answer it, where the answer goes, and what is refused on the way."""

import re
from itertools import product
from urllib.parse import parse_qs, quote, urlsplit

from tests.web.oauth.flow import OUT_OF_BAND, REDIRECT, VERIFIER, ClientApp, fields_of

# Everything that a state may look like; it comes back as it was sent, byte for byte.
STATES = ["a%26b%3Dc", "x%2By+z", "%7e~%7E", "%E2%82%AC", "%FF%00", "a=b==", "%22%3E%3Cscript%3E", "%25%32%36"]


async def test_the_page_is_as_the_contract_fixes_it(app: ClientApp):
    text = await app.site.get(app.consent_path(scope="read write:lists"))
    (form,) = re.findall(r"<form.*?</form>", text, re.DOTALL)
    assert 'action="/oauth/authorize" method="post"' in form
    buttons = re.findall(r'<button class="[^"]*" type="submit" name="decision" value="(\w+)">(\w+)<', form)
    assert buttons == [("authorize", "Authorize"), ("deny", "Deny")]
    assert set(fields_of(form)) == {"csrf", "query"}
    for told in ("Trellis", "app.example", "@ada@", "Change: lists"):
        assert told in text.replace("<wbr>", "")


async def test_signing_in_leads_back_to_the_question(app: ClientApp):
    app.site.browser.cookie_jar.clear()
    path = app.consent_path(state="a&b")
    text = await app.page(await app.page(path, 303))
    assert text.count("<form") == 1
    assert (await app.site.sign_in(next_path=fields_of(text)["next"])) == path
    assert "state=a%26b" in await app.answer(path)


async def test_state_comes_back_byte_for_byte(app: ClientApp):
    for state, decision in product(STATES, ("authorize", "deny")):
        location = await app.answer(f"{app.consent_path()}&state={state}", decision)
        assert location.endswith(f"&state={state}")


async def test_state_survives_sign_in(app: ClientApp):
    app.site.browser.cookie_jar.clear()
    for state in STATES:
        path = f"{app.consent_path()}&state={state}"
        text = await app.page(await app.page(path, 303))
        assert fields_of(text)["next"] == path


async def test_force_login_asks_again_with_a_session_and_once(app: ClientApp):
    path = app.consent_path(force_login="true", state="s")
    text = await app.page(await app.page(path, 303))
    assert "An app asks who you are" in text
    assert 'name="login" type="text" value=""' in text
    after = await app.site.sign_in(next_path=fields_of(text)["next"])
    assert after == app.consent_path(state="s")
    assert "Let Trellis in?" in await app.site.get(after)


async def test_deny_tells_the_app_and_gives_nothing(app: ClientApp):
    location = await app.answer(app.consent_path(state="s"), "deny")
    assert parse_qs(urlsplit(location).query) == {
        "error": ["access_denied"],
        "error_description": ["The person did not agree."],
        "state": ["s"],
    }


async def test_out_of_band_the_code_stands_in_a_field(app: ClientApp):
    await app.register(OUT_OF_BAND)
    fields = fields_of(await app.site.get(app.consent_path(redirect_uri=OUT_OF_BAND)))
    text = await app.site.post("/oauth/authorize", 200, **fields, decision="authorize")
    found = re.search(r'name="code" type="text" value="([^"]+)" readonly', text)
    assert found
    assert (await app.change(found[1], redirect_uri=OUT_OF_BAND))["scope"] == "read"


async def test_browsers_may_follow_to_the_app_and_nobody_may_frame(app: ClientApp):
    sources = {
        REDIRECT: " https://app.example",
        "http://localhost:4000/x": " http://localhost:4000",
        "trellis-auth://callback": " trellis-auth:",
        OUT_OF_BAND: "",
    }
    await app.register(list(sources))
    for redirect, source in sources.items():
        url = app.site.peer.origin + app.consent_path(redirect_uri=redirect)
        async with app.site.browser.get(url) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert f"form-action 'self'{source};" in policy
            assert "frame-ancestors 'none'" in policy
            assert "Cross-Origin-Opener-Policy" not in answer.headers
            assert answer.headers["Cache-Control"] == "private, no-store"


STRANGE: tuple[dict[str, str | None], ...] = (
    {"client_id": "nobody"},
    {"client_id": None},
    {"redirect_uri": None},
    {"redirect_uri": "https://evil.example/"},
    {"redirect_uri": REDIRECT + "/"},
    {"redirect_uri": REDIRECT.upper()},
    {"redirect_uri": REDIRECT + "?x=1"},
    {"redirect_uri": OUT_OF_BAND},
)


async def test_an_unknown_app_or_address_is_a_page_and_no_redirect(app: ClientApp):
    """AUT1; also when the form comes, and before anybody is asked to sign in."""
    csrf = fields_of(await app.site.get(app.consent_path()))["csrf"]
    for wrong in STRANGE:
        path = app.consent_path(**wrong)
        assert "evil.example" not in await app.site.get(path, 400)
        await app.site.post("/oauth/authorize", 400, csrf=csrf, query=path.partition("?")[2], decision="authorize")
    app.site.browser.cookie_jar.clear()
    for wrong in STRANGE:
        await app.site.get(app.consent_path(**wrong), 400)


MISTAKES: tuple[tuple[dict[str, str | None], str], ...] = (
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": None}, "unsupported_response_type"),
    ({"scope": "read push"}, "invalid_scope"),
    ({"scope": "follow"}, "invalid_scope"),
    ({"scope": "admin:read"}, "invalid_scope"),
    ({"code_challenge": VERIFIER}, "invalid_request"),
    ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
)


async def test_other_mistakes_are_told_to_the_app(app: ClientApp):
    for wrong, error in MISTAKES:
        location = await app.page(app.consent_path(**wrong, state="a&b"), 302)
        assert location.startswith(f"{REDIRECT}?error={error}&")
        assert location.endswith("&state=a%26b")


async def test_narrower_scopes_than_registered_may_be_asked(app: ClientApp):
    code = await app.code(scope="read:statuses write:lists")
    assert (await app.change(code))["scope"] == "read:statuses write:lists"


async def test_another_site_cannot_answer_for_a_person(app: ClientApp):
    fields = fields_of(await app.site.get(app.consent_path()))
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        await app.site.post_as("/oauth/authorize", headers, 403, **fields, decision="authorize")
    await app.site.post("/oauth/authorize", 403, **{**fields, "csrf": "x"}, decision="authorize")
    app.site.browser.cookie_jar.clear()
    await app.site.post("/oauth/authorize", 403, **fields, decision="authorize")


async def test_script_in_what_an_app_says_is_text(app: ClientApp):
    said = {"client_name": "<script>alert(1)</script>", "redirect_uris": REDIRECT}
    app.registered = await app.http.post("/api/v1/apps", **said)
    text = await app.site.get(f"{app.consent_path()}&state={quote('<script>')}&x=%3Cscript%3E")
    assert "<script" not in text


async def test_long_and_odd_queries_are_no_accident(app: ClientApp):
    await app.site.get("/oauth/authorize", 400)
    await app.site.get("/oauth/authorize?" + "&".join("a=b" for _ in range(200)), 400)
    await app.site.get(f"{app.consent_path()}&state={'s' * 4000}")
