"""Mastodon.py drives a live node: registration, sign-in, and a person's day with her app."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError, StreamListener

from node.clock import FixedClock
from tests.clients.living import greet, living
from tests.clients.pictures import png
from tests.web.conftest import Site
from tests.web.oauth.flow import OUT_OF_BAND, ClientApp, fields_of

pytestmark = pytest.mark.usefixtures("each_database")

SCOPES = ["read", "write", "follow", "push"]


class Heard(StreamListener):
    """Remembers what came, and says when a status with some words did."""

    def __init__(self, words: str) -> None:
        self.words, self.arrived, self.notified = words, threading.Event(), threading.Event()

    def on_update(self, status: Any) -> None:
        if self.words in status.content:
            self.arrived.set()

    def on_notification(self, notification: Any) -> None:
        if notification.type == "mention":
            self.notified.set()


def until(ask: Callable[[], Any]) -> Any:
    """What is answered as soon as it is something."""
    for _ in range(300):
        if found := ask():
            return found
        threading.Event().wait(0.1)
    raise AssertionError("nothing has come")


async def sign_in(site: Site) -> Mastodon:
    """Through our pages: registration, sign-in, consent, out-of-band code."""
    client_id, secret = await asyncio.to_thread(
        Mastodon.create_app, "Trellis", scopes=SCOPES, redirect_uris=OUT_OF_BAND, api_base_url=site.peer.origin
    )
    client = Mastodon(client_id=client_id, client_secret=secret, api_base_url=site.peer.origin)
    address = urlsplit(
        await asyncio.to_thread(client.auth_request_url, scopes=SCOPES, redirect_uris=OUT_OF_BAND, allow_http=True)
    )
    app = ClientApp(site)
    path = f"{address.path}?{address.query}"
    fields = fields_of(await app.page(path)) | {"decision": "authorize"}
    async with site.browser.post(site.peer.origin + "/oauth/authorize", data=fields) as answer:
        text = await answer.text()
    code = text.split('readonly value="')[-1] if 'readonly value="' in text else text.split('value="')[-1]
    code = code.partition('"')[0]
    await asyncio.to_thread(client.log_in, code=code, redirect_uri=OUT_OF_BAND, scopes=SCOPES, allow_http=True)
    return client


async def test_a_day_with_mastodon_py(tmp_path: Path) -> None:
    async with (
        living(tmp_path, "uni", "museum") as (uni, museum),
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
    ):
        site = Site(uni, browser, FixedClock(uni.unit().now))
        await site.set_up()
        eve = await museum.add_actor("eve")
        client = await sign_in(site)
        greeting = f"Hello @ada@{uni.system.node.config.host} from the museum"
        await asyncio.gather(asyncio.to_thread(a_day, client, f"eve@{eve.host}"), greet(museum, eve, greeting))


def a_day(client: Mastodon, friend: str) -> None:
    """What she does, one thing after the other, in a thread of its own as in any script."""
    assert client.account_verify_credentials().username == "ada"
    assert client.instance_v2().domain
    listener = Heard("from Mastodon.py")
    stream = client.stream_user(listener, run_async=True)
    media = client.media_post(png(), "image/png", description="A violet square")
    status = client.status_post("Hello from Mastodon.py", media_ids=[media], idempotency_key="one")
    again = client.status_post("Hello from Mastodon.py", media_ids=[media], idempotency_key="one")
    assert again.id == status.id
    assert listener.arrived.wait(30)
    assert client.status_favourite(status).favourites_count == 1
    assert client.status_unfavourite(status).favourites_count == 0
    boost = client.status_reblog(status)
    assert boost.reblog.id == status.id
    assert client.status_unreblog(status).reblogs_count == 0
    assert client.status_bookmark(status).bookmarked
    assert [each.id for each in client.bookmarks()] == [status.id]
    answer = client.status_reply(status, "more", untag=True)
    assert [each.id for each in client.status_context(status).descendants] == [answer.id]
    assert client.status_update(status, "Changed, from Mastodon.py").content.startswith("<p>Changed")
    assert len(client.status_history(status)) == 2
    poll = client.status_post("Which?", poll=client.make_poll(["a", "b"], expires_in=600), sensitive=False)
    with pytest.raises(MastodonAPIError):
        client.poll_vote(poll.poll, [0])
    (found,) = client.account_search(f"@{friend}", resolve=True)
    client.account_follow(found)
    assert until(lambda: client.account_relationships(found)[0].following)
    assert [each.acct for each in client.account_following(client.me())] == [friend]
    assert client.timeline_home(limit=2)._pagination_next
    (told,) = until(client.notifications)
    assert (told.type, told.account.acct) == ("mention", friend)
    assert "from the museum" in told.status.content
    assert until(lambda: client.timeline_home()[0].id == told.status.id)
    assert listener.notified.wait(30)
    client.notifications_clear()
    assert client.notifications() == []
    listed = client.list_create("Museums")
    client.list_accounts_add(listed, found)
    assert [each.acct for each in client.list_accounts(listed)] == [friend]
    assert client.status_delete(poll).text == "Which?"
    with pytest.raises(MastodonNotFoundError):
        client.status(poll.id)
    stream.close()
