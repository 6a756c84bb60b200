"""What the people of the three organisations say to each other, over the network, while their nodes serve.

Each step happens at the node of whoever takes it, as soon as what it is about has arrived there. A step that is done
leaves a fact with the address of what it made, so that a second start goes on where the first one ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any

from node.app.system import opened
from node.clock import MINUTE
from node.config import Config
from node.demo.following import follow_others
from node.demo.organisations import Organisation, load_steps
from node.demo.steps import communities, events, library, posts, reactions
from node.demo.taking import Demo, House, Taken, arrived, find_own
from node.store import facts
from node.store.posts import objects

#: Things happened one after the other, so long apart.
_APART = 23 * MINUTE

#: What is done where a step has this word.
_DOINGS: Mapping[str, Callable[[Taken], Awaitable[str]]] = {
    **posts.DOINGS,
    **events.DOINGS,
    **communities.DOINGS,
    **library.DOINGS,
    **reactions.DOINGS,
}
#: Words of a step that name a post, an event or a collection of an earlier one.
ABOUT = (*reactions.DOINGS, "answers", "pins", "moves", "cancels", "expects", "into")


async def converse(nodes: Sequence[tuple[Organisation, Config]]) -> None:
    """People follow each other, then take their steps. Raises Unavailable where something does not arrive."""
    async with AsyncExitStack() as stack:
        houses = [House(who, await stack.enter_async_context(opened(config))) for who, config in nodes]
        await asyncio.gather(*(follow_others(house, houses) for house in houses))
        demo, steps = Demo(houses), load_steps()
        for place, step in enumerate(steps):
            house = next(house for house in houses if step["by"] in house.organisation.names)
            ago = (len(steps) - place) * _APART
            demo.made[step.get("key", "")] = await _take(demo, house, step, f"demo:{place}", ago)


async def _take(demo: Demo, house: House, step: Mapping[str, Any], fact: str, ago: int) -> str:
    """Take one step, unless it was taken; answers the address of what it made, '' for most."""
    node = house.system.node
    known = await node.store.read(facts.load_fact, fact)
    if known is not None:
        return known
    for uri in (demo.made[step[word]] for word in ABOUT if word in step):
        is_here = partial(node.store.read, objects.find_object, uri)
        await arrived(f"{house.organisation.name}: {uri}", is_here)
    by = await find_own(house.system, step["by"])
    unit = replace(node.unit(), now=node.clock.now() - ago)
    doing = next(do for word, do in _DOINGS.items() if word in step)
    return await doing(Taken(demo, house, unit, by, step, fact))
