"""What the people of the three organisations say to each other, over the network, while their nodes serve.

Each step happens at the node of whoever takes it, as soon as what it is about has arrived there. A step that is done
leaves a fact with the address of what it made, so that a second start goes on where the first one ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from federation.builders.resource_documents import write_document
from federation.discovery import finding
from federation.sending.adoption_notes import AdoptionNotes
from node.app import System, opened
from node.clock import DAY, MINUTE
from node.config import Config
from node.demo import drawing
from node.demo.organisations import Organisation, load_steps
from node.demo.seed import find_own
from node.domain.communities import Act, TopicKind
from node.domain.courses import key_of
from node.domain.deeds import Deed
from node.domain.drafts import Draft, NewPoll
from node.domain.events import EventRecord, Wish
from node.domain.visibility import Visibility
from node.errors import Unavailable
from node.services import answers, collecting, event_answers, news, polls, reacting
from node.services.authoring import Work, create, load_author
from node.services.collecting import Wanted
from node.services.context import Unit
from node.services.enrolling import enrol
from node.services.events import EventDraft, publish_event
from node.services.follows import follow
from node.services.governing import govern
from node.services.posts import publish
from node.services.uploads import Words
from node.store import actors, facts, follows, objects, reports, resources
from node.store.actors import Actor
from node.store.follows import ACCEPTED
from node.store.objects import Object
from node.store.resources import Resource

#: Things happened one after the other, so long apart.
_APART = 23 * MINUTE
_POLL_OPEN = 7 * DAY
_ZONE = ZoneInfo("Europe/Berlin")
_WITHIN_SECONDS, _LOOK_SECONDS = 60.0, 0.2


@dataclass(frozen=True, slots=True)
class House:
    """One organisation and its node, open beside the process that serves it."""

    organisation: Organisation
    system: System


@dataclass(frozen=True, slots=True)
class Demo:
    """The houses, and the addresses of what was made so far, by the keys of its steps."""

    houses: Sequence[House]
    made: dict[str, str] = field(default_factory=dict)

    def split(self, named: str) -> tuple[str, House]:
        """``("methods", the house)`` of ``methods@university``."""
        name, _, key = named.partition("@")
        return name, next(house for house in self.houses if house.organisation.key == key)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that is being taken, where and by whom."""

    demo: Demo
    house: House
    unit: Unit
    by: Actor
    step: Mapping[str, Any]
    fact: str

    async def done(self, write: Callable[[Connection], str]) -> str:
        """Run it and note it in one transaction; the address of what it made."""
        return await self.house.system.node.store.write(self._run, write)

    def _run(self, conn: Connection, write: Callable[[Connection], str]) -> str:
        made = write(conn)
        facts.save_fact(conn, self.fact, made)
        return made


async def converse(nodes: Sequence[tuple[Organisation, Config]]) -> None:
    """People follow each other, then take their steps. Raises Unavailable where something does not arrive."""
    async with AsyncExitStack() as stack:
        houses = [House(who, await stack.enter_async_context(opened(config))) for who, config in nodes]
        await asyncio.gather(*(_follow_others(house, houses) for house in houses))
        demo, steps = Demo(houses), load_steps()
        for place, step in enumerate(steps):
            house = next(house for house in houses if step["by"] in house.organisation.names)
            ago = (len(steps) - place) * _APART
            demo.made[step.get("key", "")] = await _take(demo, house, step, f"demo:{place}", ago)


# -- following ------------------------------------------------------------------------------------------------------


async def _follow_others(house: House, houses: Sequence[House]) -> None:
    """Each person follows two people of each other house and its communities, and is accepted by all of them."""
    wanted = []
    for other in houses:
        if other is house:
            continue
        people, size = other.organisation.people, len(other.organisation.people)
        for place, person in enumerate(house.organisation.people):
            chosen = [people[(place + step) % size] for step in range(2)]
            wanted += [(person["username"], f"{each['username']}@{other.organisation.host}") for each in chosen]
            names = [each["username"] for each in other.organisation.communities if "visibility" not in each]
            wanted += [(person["username"], f"{name}@{other.organisation.host}") for name in names]
    pairs = [await _follow(house.system, *each) for each in wanted]
    await _arrived(f"{house.organisation.name}: follows", lambda: house.system.node.store.read(_all_accepted, pairs))


async def _follow(system: System, username: str, handle: str) -> tuple[int, int]:
    node, parts = system.node, system.federation
    follower = await find_own(system, username)
    followed = await finding.find_account(
        node.store, parts.client, parts.fetcher, f"@{handle}", own_host=node.config.host
    )
    await node.store.write(_follow_once, node.unit(), follower.id, followed.id)
    return follower.id, followed.id


def _follow_once(conn: Connection, unit: Unit, follower_id: int, followed_id: int) -> None:
    if follows.find_follow(conn, follower_id, followed_id) is None:
        follow(conn, unit, follower_id, followed_id)


def _all_accepted(conn: Connection, pairs: Sequence[tuple[int, int]]) -> bool:
    found = [follows.find_follow(conn, *pair) for pair in pairs]
    return all(each is not None and each.state == ACCEPTED for each in found)


# -- steps ----------------------------------------------------------------------------------------------------------


async def _take(demo: Demo, house: House, step: Mapping[str, Any], fact: str, ago: int) -> str:
    """Take one step, unless it was taken; answers the address of the post that it made, '' for others."""
    node = house.system.node
    known = await node.store.read(facts.load_fact, fact)
    if known is not None:
        return known
    for uri in (demo.made[step[name]] for name in ABOUT if name in step):
        await _arrived(f"{house.organisation.name}: {uri}", lambda uri=uri: node.store.read(_is_here, uri))
    by = await find_own(house.system, step["by"])
    unit = replace(node.unit(), now=node.clock.now() - ago)
    doing = next(do for name, do in _DOINGS.items() if name in step)
    return await doing(Taken(demo, house, unit, by, step, fact))


def _is_here(conn: Connection, uri: str) -> bool:
    return objects.find_object(conn, uri) is not None


def _found(conn: Connection, uri: str) -> Object:
    found = objects.find_object(conn, uri)
    assert found is not None, uri
    return found


async def _write(taken: Taken) -> str:
    """A post, an answer, or the beginning of a thread in a community."""
    step, links = taken.step, taken.house.system.node.uploads.links
    media = await _draw(taken.house, taken.by.id, step) if "picture" in step else ()
    group = await _named(taken, step["community"]) if "community" in step else None

    def write(conn: Connection) -> str:
        draft = Draft(
            text=step["text"],
            visibility=Visibility.PUBLIC,
            language=step["language"],
            in_reply_to_id=_found(conn, taken.demo.made[step["answers"]]).id if "answers" in step else None,
            media_ids=media,
            poll=NewPoll(tuple(step["poll"]), _POLL_OPEN) if "poll" in step else None,
            is_markdown=True,
            community_id=group.id if group else None,
            topic_kind=TopicKind(step["kind"]) if group else None,
            title=step.get("title", ""),
        )
        return publish(conn, taken.unit, taken.by.id, draft, links=links).uri

    return await taken.done(write)


async def _plan(taken: Taken) -> str:
    """An event, so many days from today."""
    step, group = taken.step, await _named(taken, taken.step["community"])
    day = datetime.fromtimestamp(taken.unit.now / 1000, _ZONE) + timedelta(days=step["in_days"])
    hour, _, minute = step["at"].partition(":")
    start = day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    record = {
        "defaultLanguage": next(iter(step["event"]["name"])),
        "start": start.isoformat(),
        "end": (start + timedelta(hours=step["hours"])).isoformat(),
        "timeZone": _ZONE.key,
        "joinMode": "free",
        **step["event"],
    }
    draft = EventDraft(cast(EventRecord, record), Visibility.PUBLIC, community_id=group.id)
    return await taken.done(lambda conn: publish_event(conn, taken.unit, taken.by.id, draft).uri)


async def _govern(taken: Taken) -> str:
    """Appoint a moderator, or pin a thread."""
    group, step = await _named(taken, taken.step["community"]), taken.step
    if "appoints" in step:
        deed = Deed(Act.APPOINT, taken.by.uri, (await _named(taken, step["appoints"])).uri)
    else:
        deed = Deed(Act.PIN, taken.by.uri, taken.demo.made[step["pins"]])

    def write(conn: Connection) -> str:
        govern(conn, taken.unit, taken.by, group, deed)
        return ""

    return await taken.done(write)


async def _adopt(taken: Taken) -> str:
    """Say how the house used a resource of another; the node signs it."""
    found = await _resource(taken, taken.step["adopts"])
    notes = AdoptionNotes(taken.house.system.node.store, taken.house.system.federation.keyring)
    made = await notes.publish(taken.unit, taken.by.id, found.path.removeprefix("/r/"), taken.step["note"])
    return await taken.done(lambda _: made.uri)


async def _enrol(taken: Taken) -> str:
    """Take part in the first instance of a course."""
    course = await _resource(taken, taken.step["enrols"])

    def write(conn: Connection) -> str:
        enrol(conn, taken.unit, taken.by, course, key_of(course.record["hasCourseInstance"][0]["id"]))
        return ""

    return await taken.done(write)


async def _collect(taken: Taken) -> str:
    """A collection of the house with works of several, and somebody of another house who keeps it, too."""
    node, wanted = taken.house.system.node, []
    for item in taken.step["items"]:
        found = await _resource(taken, item["resource"])
        wanted.append(Wanted(found.record["id"], note=item["note"]))
    curator = await _named(taken, taken.step["curator"])

    def write(conn: Connection) -> str:
        author = load_author(conn, taken.by.id)
        work = Work(taken.step["collects"], Visibility.PUBLIC)
        made = create(conn, taken.unit, author, work, links=node.uploads.links, write=write_document)
        for each in wanted:
            collection = resources.load_by_object(conn, made.object_id)
            collecting.add(conn, taken.unit, taken.by, collection, each, write=write_document)
        collection = resources.load_by_object(conn, made.object_id)
        collecting.add_curator(conn, taken.unit, taken.by, collection, curator, write=write_document)
        return made.uri

    return await taken.done(write)


async def _resource(taken: Taken, named: str) -> Resource:
    """A resource of a house, as soon as its catalogue has brought it here."""
    slug, house = taken.demo.split(named)
    iri, node = f"{house.organisation.origin}/r/{slug}#resource", taken.house.system.node
    owner = await _actor(taken.house, house.organisation.handle, house)

    async def find() -> Resource | None:
        return (await node.store.read(resources.load_by_iris, owner.id, [iri])).get(iri)

    await _arrived(f"{taken.house.organisation.name}: {iri}", find)
    found = await find()
    assert found is not None
    return found


async def _named(taken: Taken, named: str) -> Actor:
    """Somebody, or a community, of a house (``name@museum``), as known where the step is taken."""
    username, house = taken.demo.split(named)
    return await _actor(taken.house, username, house)


async def _actor(here: House, username: str, house: House) -> Actor:
    node, parts = here.system.node, here.system.federation
    handle = f"@{username}@{house.organisation.host}"
    return await finding.find_account(node.store, parts.client, parts.fetcher, handle, own_host=node.config.host)


async def _draw(house: House, author_id: int, step: Mapping[str, Any]) -> tuple[int, ...]:
    uploads = house.system.node.uploads
    async with uploads.scratch() as folder:
        picture = folder / step["picture"]
        drawing.draw_corridor(picture, house.organisation.accent)
        return ((await uploads.take(author_id, picture, Words(description=step["alt"]))).id,)


# -- reactions ------------------------------------------------------------------------------------------------------


async def _react(taken: Taken) -> str:
    name = next(name for name in _REACTIONS if name in taken.step)

    def write(conn: Connection) -> str:
        _REACTIONS[name](conn, taken.unit, taken.by.id, _found(conn, taken.demo.made[taken.step[name]]), taken)
        return ""

    return await taken.done(write)


def _like(conn: Connection, unit: Unit, by_id: int, found: Object, _taken: Taken) -> None:
    reacting.favourite(conn, unit, by_id, found)


def _share(conn: Connection, unit: Unit, by_id: int, found: Object, _taken: Taken) -> None:
    reacting.share(conn, unit, by_id, found)


def _vote(conn: Connection, unit: Unit, by_id: int, found: Object, taken: Taken) -> None:
    polls.vote(conn, unit, by_id, found, [taken.step["choice"]])


def _accept(conn: Connection, unit: Unit, by_id: int, found: Object, taken: Taken) -> None:
    answers.accept(conn, unit, by_id, _found(conn, taken.demo.made[taken.step["question"]]).id, found.id)


def _attend(conn: Connection, unit: Unit, by_id: int, found: Object, _taken: Taken) -> None:
    event_answers.answer(conn, unit, by_id, found.id, Wish.GOING)


def _report(conn: Connection, unit: Unit, by_id: int, found: Object, taken: Taken) -> None:
    report_id = unit.ids.new()
    known = actors.load_actors_by_id(conn, [by_id, found.actor_id])
    reports.insert_report(
        conn,
        report_id=report_id,
        uri=f"{unit.origin}/ap/x/{report_id}",
        reporter_uri=known[by_id].uri,
        target_uri=known[found.actor_id].uri,
        object_uris=[found.uri],
        comment=taken.step["comment"],
        now=unit.now,
    )
    news.tell(conn, unit, news.Reported(report_id, by_id))


_REACTIONS = {
    "likes": _like,
    "shares": _share,
    "votes": _vote,
    "accepts": _accept,
    "attends": _attend,
    "reports": _report,
}
_DOINGS: Mapping[str, Callable[[Taken], Awaitable[str]]] = {
    "text": _write,
    "event": _plan,
    "appoints": _govern,
    "pins": _govern,
    "adopts": _adopt,
    "enrols": _enrol,
    "collects": _collect,
    **dict.fromkeys(_REACTIONS, _react),
}
#: Words of a step that name a post or an event of an earlier one.
ABOUT = (*_REACTIONS, "answers", "pins")


async def _arrived(what: str, is_there: Any) -> None:
    """Wait until it is there."""
    try:
        async with asyncio.timeout(_WITHIN_SECONDS):
            while not await is_there():  # noqa: ASYNC110 (what is waited for happens in other processes)
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise Unavailable("The demo's nodes do not hear of each other.", detail=what) from None
