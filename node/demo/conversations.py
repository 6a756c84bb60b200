"""What the people of the three organisations say to each other, over the network, while their nodes serve.

Each step happens at the node of whoever takes it, as soon as what it is about has arrived there. A step that is done
leaves a fact with the address of what it made, so that a second start goes on where the first one ended.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from federation import finding
from node.app import System, opened
from node.clock import DAY, MINUTE
from node.config import Config
from node.demo import drawing
from node.demo.organisations import Organisation, load_steps
from node.demo.seed import find_own
from node.domain.drafts import Draft, NewPoll
from node.domain.visibility import Visibility
from node.errors import Unavailable
from node.media.links import MediaLinks
from node.services import news, polls, reacting
from node.services.context import Unit
from node.services.follows import follow
from node.services.posts import publish
from node.services.uploads import Words
from node.store import actors, facts, follows, objects, reports
from node.store.follows import ACCEPTED
from node.store.objects import Object

#: Things happened one after the other, so long apart.
_APART = 23 * MINUTE
_POLL_OPEN = 7 * DAY
_WITHIN_SECONDS, _LOOK_SECONDS = 60.0, 0.2


@dataclass(frozen=True, slots=True)
class House:
    """One organisation and its node, open beside the process that serves it."""

    organisation: Organisation
    system: System


async def converse(nodes: Sequence[tuple[Organisation, Config]]) -> None:
    """People follow each other, then take their steps. Raises Unavailable where something does not arrive."""
    async with AsyncExitStack() as stack:
        houses = [House(who, await stack.enter_async_context(opened(config))) for who, config in nodes]
        await asyncio.gather(*(_follow_others(house, houses) for house in houses))
        made: dict[str, str] = {}
        steps = load_steps()
        for place, step in enumerate(steps):
            house = next(house for house in houses if step["by"] in house.organisation.names)
            ago = (len(steps) - place) * _APART
            made[step.get("key", "")] = await _take(house, step, f"demo:{place}", made, ago)


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
            names = [each["username"] for each in other.organisation.communities]
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


async def _take(house: House, step: Mapping[str, Any], fact: str, made: Mapping[str, str], ago: int) -> str:
    """Take one step, unless it was taken; answers the address of the post that it made, '' for others."""
    node = house.system.node
    known = await node.store.read(facts.load_fact, fact)
    if known is not None:
        return known
    about = next((step[name] for name in (*_REACTIONS, "answers") if name in step), None)
    if about is not None:
        uri = made[about]
        await _arrived(f"{house.organisation.name}: {about}", lambda: node.store.read(_is_here, uri))
    by = await find_own(house.system, step["by"])
    media = await _draw(house, by.id, step) if "picture" in step else ()
    unit = replace(node.unit(), now=node.clock.now() - ago)
    links = node.uploads.links
    return await node.store.write(_do, unit, by.id, step, made.get(about or "", ""), media, links, fact)


def _is_here(conn: Connection, uri: str) -> bool:
    return objects.find_object(conn, uri) is not None


async def _draw(house: House, author_id: int, step: Mapping[str, Any]) -> tuple[int, ...]:
    uploads = house.system.node.uploads
    async with uploads.scratch() as folder:
        picture = folder / step["picture"]
        drawing.draw_corridor(picture, house.organisation.accent)
        return ((await uploads.take(author_id, picture, Words(description=step["alt"]))).id,)


def _do(
    conn: Connection,
    unit: Unit,
    by_id: int,
    step: Mapping[str, Any],
    about: str,
    media: tuple[int, ...],
    links: MediaLinks,
    fact: str,
) -> str:
    found = objects.find_object(conn, about) if about else None
    made = ""
    if "text" in step:
        draft = Draft(
            text=step["text"],
            visibility=Visibility.PUBLIC,
            language=step["language"],
            in_reply_to_id=found.id if found else None,
            media_ids=media,
            poll=NewPoll(tuple(step["poll"]), _POLL_OPEN) if "poll" in step else None,
            is_markdown=True,
        )
        made = publish(conn, unit, by_id, draft, links=links).uri
    elif found is not None:
        next(react for name, react in _REACTIONS.items() if name in step)(conn, unit, by_id, found, step)
    facts.save_fact(conn, fact, made)
    return made


def _like(conn: Connection, unit: Unit, by_id: int, found: Object, _step: Mapping[str, Any]) -> None:
    reacting.favourite(conn, unit, by_id, found)


def _share(conn: Connection, unit: Unit, by_id: int, found: Object, _step: Mapping[str, Any]) -> None:
    reacting.share(conn, unit, by_id, found)


def _vote(conn: Connection, unit: Unit, by_id: int, found: Object, step: Mapping[str, Any]) -> None:
    polls.vote(conn, unit, by_id, found, [step["choice"]])


def _report(conn: Connection, unit: Unit, by_id: int, found: Object, step: Mapping[str, Any]) -> None:
    report_id = unit.ids.new()
    known = actors.load_actors_by_id(conn, [by_id, found.actor_id])
    reports.insert_report(
        conn,
        report_id=report_id,
        uri=f"{unit.origin}/ap/x/{report_id}",
        reporter_uri=known[by_id].uri,
        target_uri=known[found.actor_id].uri,
        object_uris=[found.uri],
        comment=step["comment"],
        now=unit.now,
    )
    news.tell(conn, unit, news.Reported(report_id, by_id))


_REACTIONS = {"likes": _like, "shares": _share, "votes": _vote, "reports": _report}


async def _arrived(what: str, is_there: Any) -> None:
    """Wait until it is there."""
    try:
        async with asyncio.timeout(_WITHIN_SECONDS):
            while not await is_there():  # noqa: ASYNC110 (what is waited for happens in other processes)
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise Unavailable("The demo's nodes do not hear of each other.", detail=what) from None
