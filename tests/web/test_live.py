"""What open pages are told of, and what their scripts do with it in a real browser; every page is whole without."""

import asyncio

import pytest

from node.clock import DAY, HOUR, to_rfc3339
from node.domain.visibility import Visibility
from node.store.people import actors
from tests.client import app_of
from tests.happenings import publish
from tests.notes import publish_note
from tests.records import record
from web.streaming.handlers import HUB
from web.streaming.hub import MAX_OF_ONE

SECONDS = 30


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


async def test_who_goes_from_page_to_page_hears_on_each(site, ben):
    """A page that was left counts no more, long before the hub looks for those who have gone."""
    for _ in range(MAX_OF_ONE + 2):
        await site.get("/questions")
        answer, events = await opened(site)
        assert await anext(events) == ("news", "0")
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


# -- in a browser ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def tab(chromium, site, ben):
    """A window in which ada is signed in."""
    async with chromium.tab() as opened:
        await opened.carry(site.browser.cookie_jar, site.peer.origin)
        yield opened


async def comes(tab, condition):
    """Wait until a condition of the page holds, at most five seconds."""
    return await tab.evaluate(
        f"""new Promise((done, failed) => {{
          const began = performance.now();
          const look = () => {{
            let value;
            try {{ value = {condition}; }} catch {{ value = false; }}
            if (value) done(value);
            else if (performance.now() - began > 5000) failed(new Error("it did not come: " + document.body.innerText));
            else setTimeout(look, 10);
          }};
          look();
        }})"""
    )


def button(words):
    return f"[...document.querySelectorAll('.acts button')].find((e) => e.textContent.includes('{words}'))"


async def test_a_button_shows_at_once_what_it_does_and_the_page_stays(site, ben, tab):
    posted = await write(site, ben, "Look at this")
    await tab.open(f"{site.peer.origin}/@ben/p{posted.id}")
    await tab.evaluate("window.stayed = true")
    pressed = f"{button('Thank')}.click(), {button('Thank')}.classList.contains('on')"
    assert await tab.evaluate(f"{button('Thank')}.focus(), {pressed}") is True, "before the node has answered"
    await comes(tab, f"{button('Thanked')} && !document.querySelector('[aria-busy]')")
    assert await tab.evaluate("document.querySelector('.counts').textContent.includes('1')")
    assert await tab.evaluate("document.activeElement.textContent.includes('Thanked') && window.stayed")
    await tab.evaluate(f"{button('Thanked')}.click()")
    await comes(tab, f"!{button('Thanked')}")
    assert tab.complaints == []


async def test_the_keyboard_stays_where_it_was_though_the_page_has_other_buttons(site, ben, tab):
    """Once she has a place, links to the dates and a badge stand before the button."""
    soon = {name: to_rfc3339(site.clock.now() + DAY + hour * HOUR) for name, hour in (("start", 0), ("end", 1))}
    event = await publish(site.peer, ben.me, recurrence={"frequency": "weekly", "count": 3}, **soon)
    await tab.open(event.url)
    place = "document.querySelectorAll('.times button')[1]"
    await tab.evaluate(f"window.where = {place}.form.action, {place}.focus(), {place}.click()")
    await comes(tab, "document.querySelector('[data-part=notice] .notice')")
    assert await tab.evaluate("document.activeElement.matches('.times button[value=declined]')")
    assert await tab.evaluate("document.activeElement.form.action === window.where")


#: Where the word for what was done is to be seen, and what it is about.
PLACES = (
    "['main .notice', '#step-10 .entry-title'].map((e) => document.querySelector(e).getBoundingClientRect().toJSON())"
)


async def test_who_does_something_far_down_is_told_there_that_it_is_done(site, tab):
    """With script where she is; without, the word goes along to where the page opens."""
    steps = [{"name": f"Step {n}", "step": {"key": str(n), "action": "practise"}} for n in range(1, 21)]
    made = await site.peer.publish(record(id="https://x.example/p", kind="pathway", hasPart=steps))
    seen = "(e) => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; }"
    await tab.open(made.url)
    await tab.evaluate("document.querySelector('#step-19').scrollIntoView({behavior: 'instant'})")
    await tab.evaluate("document.querySelector('#step-19 [value=done]').click()")
    assert await comes(tab, "document.querySelector('.told')?.textContent") == "You have done this step."
    assert await tab.evaluate(f"({seen})(document.querySelector('.told p'))")
    for width, word in ((1280, "step-done"), (320, "course-asked&lang=de")):  # the shortest word, and the longest
        await tab.open(f"{site.peer.origin}/about", width=width)
        await tab.evaluate(f"void location.assign('{made.url}?{word}#step-10')")
        await tab.arrive()
        above, below = await tab.evaluate(PLACES)
        assert 0 <= above["top"] < above["bottom"] <= below["top"], (width, above, below)


async def test_what_the_node_refuses_is_told_and_taken_back(site, ben, tab):
    posted = await write(site, ben, "Soon gone")
    await tab.open(f"{site.peer.origin}/@ben/p{posted.id}")
    await tab.evaluate("document.querySelectorAll('[name=csrf]').forEach((e) => { e.value = 'x'; })")
    await tab.evaluate(f"{button('Thank')}.click()")
    assert "not valid any more" in await comes(tab, "document.querySelector('.told')?.textContent")
    assert await tab.evaluate(f"{button('Thank')}.classList.contains('on')") is False


async def test_a_page_that_is_open_counts_news_and_offers_answers(site, ben, tab):
    posted = await write(site, ben, "@ada who knows?")
    await tab.open(f"{site.peer.origin}/@ben/p{posted.id}")
    assert await comes(tab, "document.querySelector('.site-nav .count')?.textContent") == "1"
    await write(site, ben, "@ada you do", in_reply_to=posted.uri)
    await comes(tab, "document.querySelector('.site-nav .count').textContent === '2'")
    await comes(tab, "document.querySelector('button.arrived')?.textContent.includes('1')")
    assert await tab.evaluate("document.body.innerText.includes('you do')") is False, "nothing moves by itself"
    await tab.evaluate("document.querySelector('button.arrived').click()")
    await comes(
        tab, "document.querySelector('.thread').innerText.includes('you do') && !document.querySelector('.arrived')"
    )


async def test_what_is_written_is_shown_as_it_will_look(site, ben, tab):
    await tab.open(f"{site.peer.origin}/compose")
    await tab.evaluate(
        "(() => { const area = document.querySelector('textarea[name=text]'); area.value = 'A **bold** word';"
        " area.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    await comes(tab, "document.querySelector('[data-part=preview] strong')?.textContent === 'bold'")
    assert await tab.evaluate("document.querySelector('textarea[name=text]').value") == "A **bold** word"


async def test_every_act_works_without_script(site, ben, tab):
    posted = await write(site, ben, "Look at this")
    await tab.call("Emulation.setScriptExecutionDisabled", value=True)
    await tab.open(f"{site.peer.origin}/@ben/p{posted.id}")
    assert await tab.evaluate("document.querySelector('.site-nav .count')") is None
    await tab.evaluate(f"{button('Thank')}.click()")
    await tab.arrive()
    assert await tab.evaluate(f"Boolean({button('Thanked')})")
    assert site.peer.runner.app[HUB].size == 0


async def test_readers_in_another_time_zone_read_their_own_hour(site, tab):
    """Across the change of the clocks, too; who lives where it happens reads one hour alone."""
    ada = await site.store.read(actors.find_local_actor, "ada")
    weekly = {"frequency": "weekly", "count": 2}
    times = {"start": "2099-10-22T23:30:00+02:00", "end": "2099-10-23T00:30:00+02:00", "recurrence": weekly}
    event = await publish(site.peer, ada, **times)
    said = "[...document.querySelectorAll('.times .own-time')].map((each) => each.textContent)"
    await tab.call("Emulation.setTimezoneOverride", timezoneId="America/New_York")
    await tab.open(f"{site.peer.origin}/e/{event.id}")
    # Berlin has put its clocks back by the second time, New York has not.
    assert await tab.evaluate(said) == ["17:30–18:30 on your clock", "18:30–19:30 on your clock"]
    await tab.call("Emulation.setTimezoneOverride", timezoneId="Asia/Tokyo")
    await tab.open(f"{site.peer.origin}/e/{event.id}")
    assert (await tab.evaluate(said))[0] == "Fri 23 Oct, 06:30–07:30 on your clock"
    await tab.call("Emulation.setTimezoneOverride", timezoneId="Europe/Vienna")
    await tab.open(f"{site.peer.origin}/e/{event.id}")
    assert await tab.evaluate(said) == []
