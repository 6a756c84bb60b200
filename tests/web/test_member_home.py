"""``/`` of somebody who is signed in: what stands on it, for whom, and at which cost."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from node.clock import DAY, HOUR
from node.domain.actors import ActorKind
from node.domain.zones import local_text
from node.store.communities import communities
from node.store.communities.communities import Community
from node.store.people import blocks, follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow
from node.store.posts import objects, topics
from node.store.tables import accounts, actors, adoption_notes, followed_tags, object_tags, reviews
from node.store.tables import events as event_rows
from node.store.tables import reactions as reaction_rows
from tests.happenings import event_record
from tests.records import record
from tests.statements import counted
from tests.web.conftest import Site

pytestmark = pytest.mark.usefixtures("each_database")


@dataclass(slots=True)
class House:
    """A node with its signed-in administrator (ada), a colleague and a community that both belong to."""

    site: Site
    ada: Actor
    grace: Actor
    group: Actor

    async def write(self, **changes: Any) -> int:
        """A post of grace in the community, public unless told otherwise."""
        return await write(self.site, self.grace, audience=self.group.uri, **changes)

    async def topic(self, kind: str = "discussion", **changes: Any) -> int:
        made = await self.write(**changes)
        row = {"object_id": made, "community_id": self.group.id, "kind": kind, "last_activity_at": 1}
        await self.site.store.write(topics.save_topics, [row])
        return made

    async def home(self) -> str:
        return await self.site.get("/")


async def write(site: Site, author: Actor, *, name: str, **changes: Any) -> int:
    site.clock.advance(1000)
    unit = site.peer.unit()
    number = unit.ids.new()
    row = {
        "id": number,
        "uri": f"{unit.origin}/ap/o/{number}",
        "kind": "note",
        "type": "Note",
        "actor_id": author.id,
        "local": True,
        "visibility": "public",
        "name": name,
        "content": f"<p>{name}</p>",
        "published_at": unit.now,
        "received_at": unit.now,
    }
    await site.store.write(objects.insert_objects, [row | changes])
    return number


async def join(site: Site, person: Actor, followed: Actor) -> None:
    unit = site.peer.unit()
    new = Follow(unit.ids.new(), person.id, followed.id, f"{unit.origin}/ap/x/{unit.ids.new()}", "accepted", unit.now)
    await site.store.write(follows.save_follow, new)


async def share(site: Site, person: Actor, object_id: int, visibility: str = "public") -> None:
    unit = site.peer.unit()
    number = unit.ids.new()

    def save(conn: Connection) -> None:
        values = {
            "id": number,
            "actor_id": person.id,
            "object_id": object_id,
            "kind": "share",
            "visibility": visibility,
        }
        conn.execute(insert(reaction_rows).values(**values, uri=f"{unit.origin}/ap/x/{number}", created_at=unit.now))

    await site.store.write(save)


async def add_event(site: Site, object_id: int, in_days: int, name: str = "A walk", **changes: Any) -> None:
    start = site.clock.now() + in_days * DAY
    values = {
        "object_id": object_id,
        "start_at": start,
        "last_at": start + HOUR,
        "next_at": start,
        "timezone": "Europe/Berlin",
        "status": "scheduled",
        "join_mode": "free",
        "record": event_record(name={"en": name}, start=local_text(start, "Europe/Berlin"), end=None),
    }
    await site.store.write(lambda conn: conn.execute(insert(event_rows).values(**(values | changes))) and None)


@pytest.fixture(name="house")
async def _house(site: Site) -> House:
    await site.set_up()
    unit = site.peer.unit()

    def find(conn: Connection) -> Actor:
        return conn.execute(select(actors).join(accounts, accounts.c.actor_id == actors.c.id)).one()

    ada = await site.store.read(find)
    grace = await site.peer.add_actor("grace", name="Grace H.")
    group = await site.peer.add_actor("wards", ActorKind.GROUP, name="Wards")
    await site.store.write(
        communities.insert_communities, [Community(actor_id=group.id, created_at=unit.now, updated_at=unit.now)]
    )
    await join(site, ada, group)
    await join(site, grace, group)
    return House(site, ada, grace, group)


async def test_an_empty_home_says_what_to_do_next(site: Site) -> None:
    await site.set_up()
    text = await site.get("/")
    assert "Welcome, Ada L." in text
    for said in ("You belong to no community yet", "Follow colleagues", "Nothing is planned", "No question waits"):
        assert said in text
    for path in ("/network", "/compose"):
        assert f'href="{path}"' in text
    assert "Follow us where you already are" in await site.get("/?as=guest")


async def test_nobody_is_asked_to_follow_herself(site: Site) -> None:
    await site.set_up()
    text = await site.get("/@ada")
    assert "This is you" in text
    assert 'href="/follow?uri=' not in text


async def test_what_is_new_and_open_in_my_communities_stands_there(house: House) -> None:
    await house.topic(name="A talk about light")
    await house.topic("question", name="Which lamps dim?")
    answered = await house.topic("question", name="Solved already")
    await house.site.store.write(topics.update_topics, [answered], accepted_id=answered)
    elsewhere = await write(house.site, house.grace, name="Nobody joined here")
    other = await house.site.peer.add_actor("strangers", ActorKind.GROUP)
    row = {"object_id": elsewhere, "community_id": other.id, "kind": "question", "last_activity_at": 1}
    await house.site.store.write(topics.save_topics, [row])
    await house.topic(name="It came late", published_at=house.site.clock.now() - HOUR)

    text = await house.home()
    new, questions = text.split('id="tips"')[0], text.split('id="questions"')[1]
    assert new.index("A talk about light") < new.index("It came late"), "in the order in which they were written"
    assert "Which lamps dim?" in questions
    assert "Solved already" in new
    assert "Solved already" not in questions
    assert "Nobody joined here" not in text
    assert "Wards" in text


async def test_questions_under_my_hashtags_stand_there(house: House) -> None:
    asked = await write(house.site, house.grace, name="How do you clean bronze?")
    row = {"object_id": asked, "community_id": None, "kind": "question", "last_activity_at": 1}
    await house.site.store.write(topics.save_topics, [row])
    assert "bronze" not in await house.home()

    def tag(conn: Connection) -> None:
        conn.execute(insert(object_tags).values(tag="bronze", object_id=asked))
        conn.execute(
            insert(followed_tags).values(id=1, actor_id=house.ada.id, tag="bronze", name="Bronze", created_at=1)
        )

    await house.site.store.write(tag)
    assert "How do you clean bronze?" in await house.home()


async def test_what_colleagues_share_is_recommended_and_explained(house: House) -> None:
    site = house.site
    wanted = await write(site, house.grace, name="Seen by two")
    once = await write(site, house.grace, name="Seen by one")
    published = await site.peer.publish(record(name={"en": "Casting"}))
    found = await site.store.read(objects.find_object, published.uri)
    assert found is not None
    alan, mary = await site.peer.add_actor("alan", name="Alan T."), await site.peer.add_actor("mary")
    for person, shared in (
        (house.group, once),
        (alan, wanted),
        (mary, wanted),
        (alan, once),
        (alan, found.id),
        (house.grace, wanted),
    ):
        await share(site, person, shared)
    text = (await house.home()).split('id="tips"')[1].split('id="coming"')[0]
    assert text.index("Seen by two") < text.index("Seen by one")
    assert 'href="/r/casting"' in text
    assert "Alan T." in text
    assert "Grace H.</bdi></a>, " not in text, "who made it does not recommend it"
    assert "Why do I see these?" in text
    assert "Wards" not in text, "a community shares whatever is written in it"


async def test_good_reviews_and_uses_are_recommendations_others_are_not(house: House) -> None:
    site, about = house.site, {}
    for name in ("Praised", "Panned", "Used", "Unfit"):
        published = await site.peer.publish(record(id=f"https://x.example/{name}", name={"en": name}))
        about[name] = published.uri
    own = await site.peer.organisation()
    said = {name: await write(site, house.grace, name="An opinion", in_reply_to=uri) for name, uri in about.items()}
    await join(site, house.ada, own)
    mary = await site.peer.add_actor("mary")

    def save(conn: Connection) -> None:
        for name, rating in (("Praised", 5), ("Panned", 2)):
            conn.execute(
                insert(reviews).values(object_id=said[name], about=about[name], actor_id=mary.id, rating=rating)
            )
        for name, outcome in (("Used", "worked"), ("Unfit", "did-not-fit")):
            values = {"object_id": said[name], "about": about[name], "organisation_id": mary.id, "outcome": outcome}
            conn.execute(insert(adoption_notes).values(**values, note={}))

    await site.store.write(save)
    text = (await house.home()).split('id="tips"')[1].split('id="coming"')[0]
    assert [name for name in about if name in text] == ["Praised", "Used"]


@pytest.mark.parametrize("level", ["direct", "followers", "community", "private"])
async def test_what_is_not_for_me_is_not_on_my_home(house: House, level: str) -> None:
    """Shared, asked, and planned by a colleague: none of it shows where it is for others."""
    hidden = await write(house.site, house.grace, name="Not for ada", visibility=level, audience="")
    await share(house.site, await house.site.peer.add_actor("alan"), hidden)
    row = {"object_id": hidden, "community_id": house.group.id, "kind": "question", "last_activity_at": 1}
    await house.site.store.write(topics.save_topics, [row])
    await add_event(house.site, hidden, 1, "Not for ada")
    assert "Not for ada" not in await house.home()


async def test_whom_i_block_is_not_on_my_home(house: House) -> None:
    asked = await house.topic("question", name="From grace")
    await share(house.site, await house.site.peer.add_actor("alan"), asked)
    assert (await house.home()).count("From grace") == 3
    await house.site.store.write(blocks.insert_block, 1, house.ada.id, house.grace.id, "https://x.example/b", 1)
    assert "From grace" not in await house.home()


async def test_events_of_mine_and_my_communities_come_in_their_order(house: House) -> None:
    for name, days, changes in (("Late", 9, {}), ("Soon", 2, {}), ("Over", -3, {}), ("Off", 3, {"cancelled_at": 1})):
        await add_event(house.site, await house.write(name=name), days, name, **changes)
    other = await write(house.site, house.grace, name="Somewhere else")
    await add_event(house.site, other, 1, "Somewhere else")
    text = (await house.home()).split('id="coming"')[1].split('id="questions"')[0]
    assert text.index("Soon") < text.index("Late")
    assert not [name for name in ("Over", "Off", "Somewhere else") if name in text]


async def test_statements_do_not_grow_with_what_is_new(house: House) -> None:
    seen = []
    alan = await house.site.peer.add_actor("alan")
    for more in (1, 19, 20):
        for number in range(more):
            made = await house.topic("question", name=f"Question {number}")
            await share(house.site, alan, made)
            await add_event(house.site, made, 1)
        with counted(house.site.store) as statements:
            await house.home()
        seen.append(len(statements))
    assert seen[0] == seen[1] == seen[2] <= 15
