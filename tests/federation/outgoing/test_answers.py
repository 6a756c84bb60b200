"""What the outgoing client takes for a document, and what a status means: OUT10 and OUT14."""

import pytest

from federation.transport.mediatype import ACCEPT_ACTIVITY, LD_JSON_AS2
from node.errors import RemoteGone, RemoteMalformed, RemoteNotFound, RemoteUnavailable
from tests.broken_peers import ACTIVITY, BrokenPeer, response, says, says_json
from tests.federation.outgoing.clients import get_activity


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json",
        "application/activity+json; charset=utf-8",
        "Application/Activity+JSON;charset=UTF-8",
        LD_JSON_AS2,
        'application/ld+json;profile="https://www.w3.org/ns/activitystreams https://example.com/more"; charset=utf-8',
        "application/ld+json ; PROFILE=https://www.w3.org/ns/activitystreams",
    ],
)
async def test_out10_an_activitypub_document_is_read(client, content_type):
    async with BrokenPeer(says_json('{"id": "x"}', content_type)) as peer:
        document = await get_activity(client, peer.url("/o"))
        assert (document.url, document.data, document.raw) == (peer.url("/o"), {"id": "x"}, b'{"id": "x"}')
        assert peer.requests[0].headers["accept"] == ACCEPT_ACTIVITY


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/html",
        "text/plain; application/activity+json",
        "application/octet-stream",
        "image/png",
        "application/ld+json",
        'application/ld+json; profile="https://example.com/other"',
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams#"',
        "application/activity+jsonx",
        "application/x-activity+json",
        "application/json; profile=application/activity+json",
        "application/json, application/activity+json",
        "",
    ],
)
async def test_out10_any_other_content_type_is_malformed(client, content_type):
    async with BrokenPeer(says_json('{"id": "x"}', content_type)) as peer:
        with pytest.raises(RemoteMalformed):
            await get_activity(client, peer.url())


async def test_out10_no_content_type_is_malformed(client):
    async with BrokenPeer(says(response(b"{}"))) as peer:
        with pytest.raises(RemoteMalformed):
            await get_activity(client, peer.url())


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"a": NaN}', '{"a": 1, "a": 2}', "\udcff" * 3, "[" * 2_000])
async def test_a_body_that_is_no_json_object_is_malformed(client, text):
    async with BrokenPeer(says(response(text.encode("utf-8", "surrogateescape"), Content_Type=ACTIVITY))) as peer:
        with pytest.raises(RemoteMalformed):
            await get_activity(client, peer.url())
        with pytest.raises(RemoteMalformed):
            await client.get_json(peer.url())


STATUSES = {
    "404 -": RemoteNotFound, "410 -": RemoteGone, "401 -": RemoteNotFound, "403 -": RemoteNotFound,
    "400 -": RemoteMalformed, "406 -": RemoteMalformed, "501 -": RemoteMalformed, "204 -": RemoteMalformed,
    "203 -": RemoteMalformed, "304 -": RemoteMalformed, "408 -": RemoteUnavailable, "425 -": RemoteUnavailable,
    "429 -": RemoteUnavailable, "500 -": RemoteUnavailable, "503 -": RemoteUnavailable, "599 -": RemoteUnavailable,
}  # fmt: skip


@pytest.mark.parametrize(("status", "error"), STATUSES.items())
async def test_only_200_is_a_document(client, status, error):
    async with BrokenPeer(says_json("{}", status=status)) as peer:
        with pytest.raises(error) as refusal:
            await get_activity(client, peer.url())
        assert type(refusal.value) is error
        assert (await client.get(peer.url())).status == int(status[:3])


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 1),
        ("99999999999999999999", 86_400),
        ("Mon, 21 Sep 2026 14:14:20 GMT", 60),
        ("Mon, 21 Sep 2020 14:14:20 GMT", 1),
        ("Mon, 21 Sep 2036 14:14:20 GMT", 86_400),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("Mon, 99 Sep 99999 14:14:20 GMT", None),
    ],
)
async def test_a_server_may_say_when_to_come_back(client, value, seconds):
    async with BrokenPeer(says(response(status="503 -", Retry_After=value))) as peer:
        with pytest.raises(RemoteUnavailable) as refusal:
            await client.get_json(peer.url())
        assert refusal.value.retry_after_seconds == seconds


async def test_out14_what_a_server_says_about_its_error_is_one_short_line_for_the_log(client):
    text = b"<b>\x1b[31mforged\r\nINFO all is well\x00\xff" + b"x" * 5_000
    async with BrokenPeer(says(response(text, status="500 -"))) as peer:
        with pytest.raises(RemoteUnavailable) as refusal:
            await client.get_json(peer.url())
        assert refusal.value.public == "Another server could not be reached."
        assert "\\x1b[31mforged\\x0d\\x0aINFO" in refusal.value.detail
        assert refusal.value.detail.isprintable()
        assert len(refusal.value.detail) < 300
