"""What open pages are told of, and what their scripts do with it in a real browser; every page is whole without."""

import asyncio

import pytest

from node.domain.visibility import Visibility
from node.services.posts import publish_note
from tests.client import app_of
from web.streaming.handlers import HUB

SECONDS = 5


async def opened(site, query=""):
    """The event stream of a page, and the events that it tells, one by one."""
    answer = await site.browser.get(f"{site.peer.origin}/live{query}")
    return answer, told(answer)


async def told(answer):
    name = ""
    while line := (await asyncio.wait_for(answer.content.readline(), SECONDS)).decode().strip("\n"):
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, line.removeprefix("data: ")
            await answer.content.readline()


async def write(site, who, text, visibility=Visibility.PUBLIC, **more):
    return await site.store.write(publish_note, site.peer.unit(), who.me.id, text, visibility, **more)


@pytest.fixture
async def ben(site):
    await site.set_up()
    return await app_of(site.peer, "ben")


async def test_a_page_hears_how_many_notifications_are_new(site, ben):
    answer, events = await opened(site)
    assert (answer.status, answer.content_type) == (200, "text/event-stream")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert await anext(events) == ("news", "0")
    await write(site, ben, "@ada good morning")
    assert await anext(events) == ("news", "1")
    answer.close()


async def test_a_page_hears_of_answers_in_its_thread_and_of_no_other(site, ben):
    question = await write(site, ben, "Who knows?")
    other = await write(site, ben, "Something else")
    answer, events = await opened(site, f"?post={question.id}")
    assert await anext(events) == ("news", "0")
    await write(site, ben, "not here", in_reply_to=other.uri)
    await write(site, ben, "@ada for you alone", Visibility.DIRECT, in_reply_to=question.uri)
    assert await anext(events) == ("news", "1")
    await write(site, ben, "I do", in_reply_to=question.uri)
    assert await anext(events) == ("answers", "1")
    answer.close()


async def test_only_who_is_signed_in_listens_and_only_to_what_she_may_see(site, ben):
    secret = await write(site, ben, "dear diary", Visibility.DIRECT)
    for query in (f"?post={secret.id}", "?post=1", "?post=x", "?post=" + "9" * 40):
        assert (await site.browser.get(f"{site.peer.origin}/live{query}")).status == 404
    site.browser.cookie_jar.clear()
    answer = await site.browser.get(f"{site.peer.origin}/live", allow_redirects=False)
    assert answer.status in {303, 401}


async def test_signing_out_ends_the_stream(site, ben):
    answer, events = await opened(site)
    await anext(events)
    await site.post("/sign-out", csrf=await site.csrf("/"))
    await site.peer.runner.app[HUB].check_tokens()
    assert (await asyncio.wait_for(answer.content.read(), SECONDS)).strip() == b""
