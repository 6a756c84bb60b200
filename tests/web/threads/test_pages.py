"""Communities, threads, questions and the forms to write with, as people use them in a browser without script."""

import json
import re

import pytest

from node.domain.communities import JoinPolicy, TopicKind
from node.domain.visibility import Visibility
from node.domain.zones import to_wall
from node.services.posts import answers
from node.store.communities import communities
from node.store.people import actors
from node.store.posts import objects, topics
from tests.client import App
from tests.media_files import picture
from tests.notes import count_own_objects
from tests.records import record
from tests.rows import each_row
from tests.web.threads.conftest import House

pytestmark = pytest.mark.usefixtures("each_database")

PNG = picture("PNG")


def hrefs(page, text: str) -> list[str]:
    return [each.get("href") for each in page.xpath("//main//a") if text in each.text_content()]


def words(page, query: str) -> list[str]:
    return [" ".join(each.text_content().split()) for each in page.xpath(query)]


async def test_the_address_of_an_answer_leads_to_the_page_on_which_it_stands(house: House, monkeypatch):
    monkeypatch.setattr("web.threads.thread._PAGE", 2)
    question = await house.thread(house.ben, topic_kind=TopicKind.QUESTION)
    answers_of = [await house.write(house.ben, text=f"Say {n}.", in_reply_to_id=question.id) for n in range(5)]
    below = await house.write(house.ben, text="Below.", in_reply_to_id=answers_of[3].id)
    for answer in (answers_of[0], answers_of[4], below):
        target = await house.ada.get(f"/c/metals/t/{question.id}-old-words?answer={answer.id}", 302)
        page = await house.ada.page(target)
        assert page.xpath(f"//article[@id='p{answer.id}']"), target
        assert bool(hrefs(page, "First page")) is (answer is not answers_of[0])
        (form, *_) = page.xpath(f"//form[contains(@action, '/posts/{answer.id}/like')]")
        back = form.xpath("input[@name='back']/@value")[0]
        assert house.ada.me is not None
        thanked = await house.ada.post(f"/posts/{answer.id}/like", back=back)
        assert (await house.ada.page(thanked)).xpath(f"//article[@id='p{answer.id}']"), thanked
    elsewhere = await house.thread(house.ben, "Other words")
    path = await house.ada.get(f"/c/metals/t/{question.id}-old-words?answer={elsewhere.id}", 302)
    assert "Say 0." in await house.ada.get(path)


async def test_a_thread_from_its_beginning_to_its_answer(house: House):
    page = await house.ben.page("/c/metals")
    assert hrefs(page, "Begin a thread") == ["/c/metals/new"]
    form = await house.ben.page("/c/metals/new")
    assert words(form, "//fieldset//label") == ["Discussion", "Question", "Resource", "Note"]
    path = await house.ben.post(
        "/c/metals/new",
        kind="question",
        title="Why do castings crack?",
        text="Near the **gate**.",
        key="k1",
        do="publish",
    )
    assert path.startswith("/c/metals/t/")
    assert path.endswith("-why-do-castings-crack?published")
    thread = await house.ben.page(path)
    assert words(thread, "//*[@role='status']") == ["It is published."]
    path = path.partition("?")[0]
    assert words(thread, "//h1") == ["Why do castings crack?"]
    assert words(thread, "//article//h2") == []
    assert thread.xpath("//article//strong")[0].text == "gate"
    question = path.rpartition("/")[2].partition("-")[0]

    answered = await house.ada.post("/compose", reply=question, back=path, text="Cool it slower.", do="publish")
    answer = answered.partition("#p")[2]
    assert answered == f"{path}?answer={answer}&published#p{answer}"
    answered = answered.replace("&published", "")
    assert words(await house.stranger.page(path), "//section[@aria-labelledby='answers']//article//p")[1] == (
        "Cool it slower."
    )
    assert (await house.ben.page(f"/@ada/p{answer}")).xpath("//main//a[@class='more']/@href")[0] == answered

    # only who asked says what helped
    assert "This helped" not in await house.ada.get(path)
    assert await house.ben.post(f"/posts/{answer}/accept", back=path) == f"{path}#p{answer}"
    page = await house.stranger.page(path)
    assert words(page, "//section[@aria-labelledby='answers']//article/p[@class='helped']") == ["This answer helped."]
    assert not page.xpath("//section[@aria-labelledby='best']")
    (data,) = [json.loads(each.text) for each in page.xpath("//script[@type='application/ld+json']")]
    assert data["@type"] == "QAPage"
    assert data["mainEntity"]["name"] == "Why do castings crack?"
    assert data["mainEntity"]["acceptedAnswer"]["text"] == "Cool it slower."
    assert data["mainEntity"]["suggestedAnswer"] == []
    assert "Answered" in await house.stranger.get("/c/metals")
    assert "Why do castings crack?" not in await house.stranger.get("/questions")
    assert "Why do castings crack?" in await house.stranger.get("/questions?state=answered")
    await house.ben.post(f"/posts/{answer}/unaccept", back=path)
    assert "Why do castings crack?" in await house.stranger.get("/questions")


async def test_lists_are_narrowed_and_go_on(house: House):
    for number in range(23):
        house.clock.advance(1_000)
        await house.thread(house.ada, f"Thread number {number}", topic_kind=TopicKind.DISCUSSION)
    question = await house.thread(house.ada, "Asked?", topic_kind=TopicKind.QUESTION)
    page = await house.stranger.page("/c/metals")
    assert words(page, "//h3")[0] == "Asked?"
    assert len(page.xpath("//h3")) == 20
    (onward,) = page.xpath("//a[@rel='next']/@href")
    assert words(await house.stranger.page(onward), "//h3")[-1] == "Thread number 0"
    assert words(await house.stranger.page("/c/metals?kind=question"), "//h3") == ["Asked?"]
    first = words(await house.stranger.page("/c/metals?kind=nonsense&after=nonsense"), "//h3")
    assert first[0] == "Asked?"
    await house.write(house.ben, in_reply_to_id=question.id)
    await house.peer.store.write(topics.update_topics, [question.id], pinned_at=1)
    page = await house.stranger.page("/c/metals?sort=active")
    assert words(page, "//section[@aria-labelledby='pinned']//h3") == ["Asked?"]


async def test_nothing_typed_is_lost(house: House):
    """Whatever is wrong, the form holds what was sent; sent twice it makes one post."""
    typed = {"kind": "discussion", "title": "Moulds", "text": "Long <b>words</b> & more", "warning": "Heat", "key": "k"}
    cases = [
        ("no title", 422, {"title": ""}, "Give it a title"),
        ("no address", 422, {"link": "javascript:alert(1)"}, "Write an address"),
        ("too long", 422, {"text": "x" * 6_000}, "at most 5,000 characters"),
        ("an old form", 403, {"csrf": "old"}, "too old"),
    ]
    for name, status, changes, sentence in cases:
        text = await house.ben.post("/c/metals/new", status, **{**typed, "do": "publish", **changes})
        assert sentence in text, name
        for field in ("title", "text", "warning"):
            value = {**typed, **changes}[field]
            assert value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in text, (name, field)
    text = await house.eve.post("/c/metals/new", 403, **typed, do="publish")
    assert "Join it first" in text
    assert "Moulds" in text
    text = await house.stranger.post("/c/metals/new", 401, csrf="none", **typed, do="publish")
    assert "not signed in" in text
    assert "Moulds" in text
    assert await house.peer.store.read(count_own_objects) == 0
    first = await house.ben.post("/c/metals/new", **typed, do="publish")
    assert await house.ben.post("/c/metals/new", **typed, do="publish") == first
    assert await house.peer.store.read(count_own_objects) == 1


async def test_what_only_those_mentioned_read_is_not_called_published(house: House):
    typed = {"text": "@ada See you at nine?", "visibility": "direct", "key": "k", "do": "publish"}
    place = await house.ben.post("/compose", **typed)
    assert "It is sent. Only those whom it mentions can read it." in await house.ben.get(place)
    assert await house.ben.post("/compose", **typed) == place
    place = await house.ben.post("/compose", text="See you all at nine", visibility="public", do="publish")
    assert "It is published." in await house.ben.get(place)


async def test_a_preview_stores_nothing(house: House):
    text = await house.ben.post("/c/metals/new", 200, kind="note", text="A *word*.", do="preview", key="k")
    assert "<em>word</em>" in text
    assert "A *word*." in text
    assert await house.peer.store.read(count_own_objects) == 0


async def test_pictures_come_with_words(house: House):
    """Taken with the first sending, described, left out or published with the second."""
    text = await house.ben.post(
        "/compose", 200, text="Look", visibility="public", files=[PNG, PNG], do="publish", key="k"
    )
    assert "Say what is to be seen" in text
    one, two = re.findall(r'name="media" value="(\d+)"', text)
    said = {"text": "Look", "visibility": "public", "media": [one, two], "drop": two, f"alt_{one}": "A crack"}
    path = await house.ben.post("/compose", **said, do="publish", key="k")
    page = await house.stranger.page(path)
    assert page.xpath("//article//img/@alt")[-1] == "A crack"
    assert len(page.xpath("//div[@class='media']//img")) == 1
    text = await house.ben.post("/compose", 422, text="Look", files=[b"no picture"], do="publish", key="k2")
    assert "This is no picture" in text
    assert "Look" in text
    # the files of others are not shown to anybody who names them
    text = await house.eve.post("/compose", 200, text="Mine", media=[one], do="preview", key="k3")
    assert f'value="{one}"' not in text


async def test_authors_edit_and_delete(house: House):
    path = await house.ben.post("/c/metals/new", kind="discussion", title="Moulds", text="Sand", do="publish", key="a")
    path, post = path.partition("?")[0], path.rpartition("/")[2].partition("-")[0]
    assert "Sand" in await house.ben.get(f"/posts/{post}/edit")
    await house.eve.get(f"/posts/{post}/edit", 404)
    await house.eve.post(f"/posts/{post}/edit", 404, text="Mine")
    assert "Give it a title" in await house.ben.post(f"/posts/{post}/edit", 422, title="", text="Clay")
    changed = await house.ben.post(f"/posts/{post}/edit", title="Moulds of clay", text="Clay", link="https://x.example")
    assert changed.endswith("-moulds-of-clay?saved")
    assert words(await house.ben.page(changed), "//*[@role='status']") == ["Saved."]
    page = await house.stranger.page(changed)
    assert words(page, "//h1") == ["Moulds of clay"]
    assert words(page, "//*[@role='status']") == []
    changed = changed.partition("?")[0]
    assert await house.stranger.get(path, 302) == changed
    await house.eve.post(f"/posts/{post}/delete", 404)
    assert await house.ben.post(f"/posts/{post}/delete") == "/c/metals?deleted"
    await house.stranger.get(changed, 404)


async def test_thanks_and_the_rest_are_plain_forms(house: House):
    thread = await house.thread(house.ada, topic_kind=TopicKind.DISCUSSION)
    path = f"/c/metals/t/{thread.id}-cooling"
    for act, shown in (("like", "Thanked"), ("share", "Recommended"), ("bookmark", "Kept")):
        assert await house.ben.post(f"/posts/{thread.id}/{act}", back=path) == f"{path}#p{thread.id}"
        (button,) = (await house.ben.page(path)).xpath(f"//form[contains(@action, '/un{act}')]")
        assert shown in button.text_content()
        await house.ben.post(f"/posts/{thread.id}/un{act}", back=path)
        assert f"/un{act}" not in await house.ben.get(path)
    assert await house.ben.post(f"/posts/{thread.id}/like", back="//evil.example") == f"/#p{thread.id}"
    await house.ben.post(f"/posts/{thread.id}/like", 403, csrf="wrong", back=path)
    await house.stranger.post(f"/posts/{thread.id}/like", 303, csrf="x", back=path)  # to sign in
    private = await house.write(house.ada, visibility=Visibility.PRIVATE)
    await house.ben.post(f"/posts/{private.id}/like", 404, back=path)
    assert "/posts/" not in await house.stranger.get(path)


async def test_posts_of_a_profile_and_a_hashtag_can_be_acted_on(house: House):
    post = await house.write(house.ada, text="Look at this. #zinc")
    for path in ("/@ada", "/tags/zinc"):
        (form,) = (await house.ben.page(path)).xpath("//form[contains(@action, 'like')]")
        assert form.get("action") == f"/posts/{post.id}/like"
        assert form.xpath(".//input[@name='back']/@value") == [path]
        assert "/posts/" not in await house.stranger.get(path)


async def test_the_profile_of_a_community_is_its_page(house: House):
    assert await house.stranger.get("/@metals", 302) == "/c/metals"
    await house.thread(house.ben, "Old words", topic_kind=TopicKind.DISCUSSION)
    await house.thread(house.ada, "New words", topic_kind=TopicKind.DISCUSSION)
    for person in (house.ada, house.ben):
        assert person.me is not None
        await house.peer.store.write(actors.update_actor, person.me.id, indexable=person is house.ada)
    page = await house.stranger.page("/c/metals")
    (data,) = [json.loads(each.text) for each in page.xpath("//script[@type='application/ld+json']")]
    assert (data["@type"], data["name"]) == ("ProfilePage", house.group.title)
    assert [each["headline"] for each in data["hasPart"]] == ["New words"]
    assert await house.stranger.get(data["hasPart"][0]["url"].removeprefix(house.peer.origin))
    hidden = {"visibility": Visibility.COMMUNITY, "join_policy": JoinPolicy.INVITE}
    await house.peer.store.write(communities.update_community, house.group.id, **hidden)
    await house.stranger.get("/c/metals", 404)
    await house.eve.get("/c/metals", 404)
    assert "Begin a thread" in await house.ben.get("/c/metals")


async def test_what_is_kept_is_found_again(house: House):
    made = await house.peer.publish(record())
    thread = await house.thread(house.ada, topic_kind=TopicKind.DISCUSSION)
    for object_id in (made.object_id, thread.id):
        await house.ben.post(f"/posts/{object_id}/bookmark", back="/bookmarks")
    page = await house.ben.page("/bookmarks")
    assert words(page, "//main//li//*[self::h2 or self::h3]") == ["Cooling", "Casting basics"]
    assert "Nothing is kept yet" in await house.ada.get("/bookmarks")
    assert "/sign-in" in await house.stranger.get("/bookmarks", 303)
    await house.peer.store.write(objects.update_object, thread.id, {"visibility": "private"})
    assert "Cooling" not in await house.ben.get("/bookmarks")


async def test_members_come_and_go(house: House):
    assert await house.eve.post("/c/metals/join") == "/c/metals?joined"
    assert "Begin a thread" in await house.eve.get("/c/metals")
    assert await house.eve.post("/c/metals/leave") == "/c/metals?left"
    assert "Begin a thread" not in await house.eve.get("/c/metals")
    await house.eve.post("/c/nothing/join", 404)
    await house.eve.post("/c/ada/join", 404)


async def test_what_is_locked_or_closed_takes_no_answers(house: House):
    thread = await house.thread(house.ada, topic_kind=TopicKind.DISCUSSION)
    path = f"/c/metals/t/{thread.id}-cooling"
    assert 'name="reply"' in await house.ben.get(path)
    await house.peer.store.write(topics.update_topics, [thread.id], locked=True)
    page = await house.ben.get(path)
    assert 'name="reply"' not in page
    assert "This thread is locked" in page
    text = await house.ben.post("/compose", 403, reply=thread.id, text="But why", do="publish", key="k")
    assert "locked" in text
    assert "But why" in text


@each_row("path", ["/c/metals/t/{}-cooling", "/questions/{}", "/posts/{}/edit", "/compose?reply={}"])
async def test_what_somebody_may_not_read_is_not_there(house: House, path: str):
    """A closed community, a private post: 404 for whoever is outside, on every page."""
    hidden = await house.thread(house.ada, topic_kind=TopicKind.QUESTION, text="Secret")
    await house.peer.store.write(objects.update_object, hidden.id, {"visibility": "community"})
    for person in (house.eve, house.stranger):
        status = 303 if person is house.stranger and not path.startswith(("/c/", "/questions")) else 404
        await person.get(path.format(hidden.id), status)
    for page in ("/questions?state=all", "/c/metals"):
        assert "Cooling" not in await house.eve.get(page)
        assert "Cooling" in await house.ada.get(page)
    assert house.ada.me is not None
    found = await house.peer.store.read(answers.find_question, house.ada.me.id, hidden.id)
    assert found[1].is_question


SCRIPT = '"><script>alert(1)</script>'


async def test_no_field_carries_script(house: House):
    fields = ("title", "text", "link", "warning", "language", "visibility", "kind", "back", "key", "reply", "media")
    text = await house.ben.post("/c/metals/new", 422, **dict.fromkeys(fields, SCRIPT), do="publish")
    assert "<script>alert" not in text
    path = await house.ben.post(
        "/c/metals/new", kind="discussion", title=SCRIPT, text=SCRIPT, warning=SCRIPT, do="publish", key="s"
    )
    for page in (path, "/c/metals", "/c/metals?kind=" + SCRIPT):
        assert "<script>alert" not in await house.stranger.get(page)


async def test_apps_show_a_thread_whole(house: House):
    """Title, text, page and warning; a question that was answered says so in its first line."""
    assert house.ben.me is not None
    ben = App(house.peer, await house.peer.token(house.ben.me), house.ben.me)
    question = await house.thread(
        house.ben, "Why?", topic_kind=TopicKind.QUESTION, text="Near the **gate**.", is_markdown=True, spoiler="Heat",
        link="https://x.example/film",
    )  # fmt: skip
    shown = await ben.get(f"v1/statuses/{question.id}")
    assert shown["content"].startswith("<p><strong>Why?</strong></p><p>Near the <strong>gate</strong>.</p>")
    assert "https://x.example/film" in shown["content"]
    assert question.url in shown["content"]
    assert shown["spoiler_text"] == "Heat"
    assert not shown["url"].rpartition("/")[2].isdigit()
    answer = await house.write(house.ada, in_reply_to_id=question.id)
    await house.peer.store.write(answers.accept, house.peer.unit(), house.ben.me.id, question.id, answer.id)
    shown = await ben.get(f"v1/statuses/{question.id}")
    assert shown["content"].startswith("<p><strong>✓ Why?</strong></p>")
    assert shown["edited_at"] is None
    assert (await ben.get(f"v1/statuses/{question.id}/context"))["descendants"][0]["id"] == str(answer.id)
    await ben.put(f"v1/statuses/{question.id}", status="Near the *rim*.")
    shown = await ben.get(f"v1/statuses/{question.id}")
    assert shown["content"].startswith("<p><strong>✓ Why?</strong></p><p>Near the <em>rim</em>.</p>")


async def test_a_poll_is_asked_and_answered_on_pages(house: House):
    sent = {"kind": "discussion", "title": "Which day?", "text": "For the walk.", "key": "k9", "do": "publish"}
    assert "two at least" in await house.ben.get("/c/metals/new")
    text = await house.ben.post("/c/metals/new", 422, **sent, poll="Only one")
    assert "2 to 10" in text
    assert "Only one" in text
    path = await house.ben.post("/c/metals/new", **sent, poll="Monday\nTuesday\n", poll_days="7")
    page = await house.ada.page(path)
    (form,) = page.xpath("//form[contains(@action, '/vote')]")
    assert not (await house.ben.page(path)).xpath("//form[contains(@action, '/vote')]")
    assert not (await house.stranger.page(path)).xpath("//form[contains(@action, '/vote')]")
    action = form.get("action")
    back = await house.ada.post(action, back=path, choice="1")
    assert back.startswith(f"{path}#p")
    page = await house.ada.page(path)
    assert words(page, "//ul[@class='poll']/li")[1].startswith("Tuesday 100 %")
    assert "Your choice" in words(page, "//ul[@class='poll']/li")[1]
    await house.ada.post(action, 422, back=path, choice="0")
    await house.eve.post(action, 422, back=path, choice="7")


async def test_a_poll_for_several_options_counts_people_as_apps_do(house: House):
    asked = {"text": "Which days?", "visibility": "public", "poll": "Monday\nTuesday", "poll_multiple": "on"}
    path = await house.ben.post("/compose", **asked, do="publish")
    (form,) = (await house.ada.page(path)).xpath("//form[contains(@action, '/vote')]")
    await house.ada.post(form.get("action"), choice=["0", "1"], back=path)
    await house.eve.post(form.get("action"), choice=["0"], back=path)
    page = await house.ben.page(path)
    assert [each.get("value") for each in page.xpath("//progress")] == ["100", "50"]
    assert any("3 votes · 2 people" in each for each in words(page, "//main//p"))


async def test_what_is_written_for_later_waits_and_can_be_put_off_and_taken_back(house: House):
    """Its times are those of the author's own zone, which stands beside the fields."""
    sent, zone = {"kind": "discussion", "title": "On Monday", "text": "We cast tin.", "do": "publish"}, "Asia/Tokyo"
    assert "Please name a time zone" in await house.ben.post("/settings", 422, timezone="Mars/Olympus")
    await house.ben.post("/settings", timezone=zone)
    assert zone in await house.ben.get("/c/metals/new")
    assert f'value="{zone}"' in await house.ben.get("/events/new")
    soon = to_wall(house.clock.now() + 60_000, zone)
    assert "at least 5 minutes" in await house.ben.post("/c/metals/new", 422, **sent, key="a", at=soon)
    assert "a date and a time" in await house.ben.post("/c/metals/new", 422, **sent, key="b", at="someday")
    assert "Only members" in await house.eve.post("/c/metals/new", 403, **sent, key="c", at="2026-12-24T18:00")
    for _ in range(2):  # twice is once
        told = await house.ben.post("/c/metals/new", **sent, key="d", at="2026-12-24T18:00")
        assert told == "/scheduled?waits"
    notice = words(await house.ben.page(told), "//p[@class='notice good'][@role='status']")
    assert notice == ["It is kept and will be published at its time."]
    page = await house.ben.page("/scheduled")
    assert words(page, "//p[contains(@class, 'notice')]") == []
    assert words(page, "//li//h2") == ["On Monday"]
    assert "On Monday" not in await house.ada.get("/scheduled")
    key = page.xpath("//input[@name='key']/@value")[0]
    await house.ada.post("/scheduled", 404, key=key, act="cancel")
    await house.ben.post("/scheduled", key=key, at=to_wall(house.clock.now() + 600_000, zone))
    house.clock.advance(700_000)
    while await house.peer.system.worker.drain():
        pass
    assert "On Monday" in await house.ada.get("/c/metals")
    assert "Nothing waits." in await house.ben.get("/scheduled")
    await house.ben.post("/c/metals/new", **sent, key="e", at="2026-12-24T18:00")
    key = (await house.ben.page("/scheduled")).xpath("//input[@name='key']/@value")[0]
    await house.ben.post("/scheduled", key=key, act="cancel")
    assert "Nothing waits." in await house.ben.get("/scheduled")
