"""What somebody was told, as pages: groups, filters, reading, requests."""

from node.domain.communities import TopicKind
from node.domain.notices import Policy, Verdict
from node.domain.visibility import Visibility
from node.services.people import follows
from node.services.posts import answers, reacting
from node.store.database.windows import Window
from node.store.news import notification_lists, notifications
from node.store.news.notification_lists import Wanted
from node.store.people import actors
from node.store.posts import objects
from tests.statements import counted
from tests.web.threads.conftest import House, Person
from tests.web.threads.test_pages import words


async def like(house: House, person: Person, object_id: int) -> None:
    assert person.me is not None
    found = await house.peer.store.read(objects.find_object_by_id, object_id)
    assert found is not None
    await house.peer.store.write(reacting.favourite, house.peer.unit(), person.me.id, found)


async def test_news_are_told_in_groups_and_read(house: House):
    thread = await house.thread(house.ada, topic_kind=TopicKind.QUESTION)
    for person in (house.ben, house.eve):
        await like(house, person, thread.id)
    answer = await house.write(house.ben, in_reply_to_id=thread.id, text="Slower.")
    assert house.ada.me is not None
    await house.peer.store.write(answers.accept, house.peer.unit(), house.ada.me.id, thread.id, answer.id)
    page = await house.ada.page("/notifications")
    assert words(page, "//main//article//p[1]/span[1]") == [
        "ben mentioned or answered you",
        "eve and 1 other thank you for your question",
    ]
    assert words(await house.ben.page("/notifications"), "//main//article//p[1]")[0].startswith(
        "Your answer helped ada"
    )
    assert len(page.xpath("//article[contains(@class, 'new')]")) == 2
    (newest,) = page.xpath("//input[@name='newest']/@value")
    page = await house.ada.page(await house.ada.post("/notifications/read", newest=newest))
    assert words(page, "//*[@role='status']") == ["You have read all of this."]
    assert page.xpath("//article[contains(@class, 'new')]") == []
    assert words(await house.ada.page("/notifications?only=reactions"), "//main//article//p[1]")[0].startswith("eve")
    assert "There is no news" in await house.ada.get("/notifications?only=people")
    page = await house.ada.page(await house.ada.post("/notifications/clear"))
    assert words(page, "//*[@role='status']") == ["All notifications are gone."]
    assert "There is no news" in page.text_content()
    assert "/sign-in" in await house.stranger.get("/notifications", 303)


async def test_what_is_written_to_one_person_is_told_as_such(house: House):
    assert house.ada.me is not None
    await house.write(house.ben, text="@ada See you at nine?", visibility=Visibility.DIRECT)
    page = await house.ada.page("/notifications")
    assert words(page, "//main//article//p[1]/span[1]") == ["ben wrote to you"]


async def test_follow_requests_are_answered(house: House):
    ada, eve = house.ada.me, house.eve.me
    assert ada is not None
    assert eve is not None
    await house.peer.store.write(actors.update_actor, ada.id, locked=True)
    await house.peer.store.write(follows.follow, house.peer.unit(), eve.id, ada.id)
    page = await house.ada.page("/notifications?only=people")
    assert page.xpath("//form/@action")[-2:] == [
        f"/notifications/follows/{eve.id}/{act}" for act in ("accept", "reject")
    ]
    told = await house.ada.get(await house.ada.post(f"/notifications/follows/{eve.id}/accept"))
    assert "You have let this person follow you." in told
    assert "asks to follow" not in await house.ada.get("/notifications")
    await house.ada.post(f"/notifications/follows/{eve.id}/accept", 404)


async def test_strangers_are_kept_apart_until_they_are_let_in(house: House):
    ada = house.ada.me
    assert ada is not None
    await house.peer.store.write(notifications.save_policy, ada.id, Policy(for_not_following=Verdict.FILTER))
    await house.write(house.eve, text="@ada Hello?")
    assert "There is no news" in await house.ada.get("/notifications")
    page = await house.ada.page("/notifications/requests")
    assert "Hello?" in page.text_content()
    (accept,) = [action for action in page.xpath("//form/@action") if action.endswith("/accept")]
    await house.ben.post(accept)  # not hers to settle: nothing happens
    await house.ada.post(accept, 403, csrf="wrong")
    assert "Hello?" in await house.ada.get("/notifications/requests")
    await house.ada.post(accept)
    assert "eve" in await house.ada.get("/notifications")
    assert "Nobody is kept apart" in await house.ada.get("/notifications/requests")


async def test_the_statements_of_a_page_do_not_grow_with_its_rows(house: House):
    thread = await house.thread(house.ada, topic_kind=TopicKind.DISCUSSION)
    path = f"/c/metals/t/{thread.id}-cooling"
    costs = []
    for number in (1, 19):
        for _ in range(number):
            house.clock.advance(3_700_000)
            await house.write(house.ben, in_reply_to_id=thread.id)
            await house.thread(house.ben, "Another?", topic_kind=TopicKind.QUESTION)
        found = []
        for page in ("/c/metals", "/c/metals?sort=active&kind=question", path, "/questions", "/notifications"):
            await house.ada.get(page)
            with counted(house.peer.store) as seen:
                await house.ada.get(page)
            found.append((page, len(seen)))
        costs.append(found)
    assert costs[0] == costs[1]
    assert max(cost for _, cost in costs[0]) <= 26, costs
    wanted = Wanted(thread.actor_id)
    assert len(await house.peer.store.read(notification_lists.list_groups, wanted, Window(limit=40))) > 10
