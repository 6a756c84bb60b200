"""People of one house follow people and communities of the others, and are accepted."""

from collections.abc import Sequence

from sqlalchemy import Connection

from node.demo.taking import House, arrived, find_own
from node.services.context import Unit
from node.services.people.follows import follow
from node.store.people import follows
from node.store.people.follows import ACCEPTED


async def follow_others(house: House, houses: Sequence[House]) -> None:
    """Each person follows two people of each other house and its open communities, and is accepted by all of them."""
    wanted = []
    for other in houses:
        if other is house:
            continue
        people, size = other.organisation.people, len(other.organisation.people)
        for place, person in enumerate(house.organisation.people):
            chosen = [people[(place + step) % size]["username"] for step in range(2)]
            chosen += [each["username"] for each in other.organisation.communities if "visibility" not in each]
            wanted += [(person["username"], f"{name}@{other.organisation.host}") for name in chosen]
    pairs = [await _follow(house, *each) for each in wanted]
    read = house.system.node.store.read
    await arrived(f"{house.organisation.name}: follows", lambda: read(_all_accepted, pairs))


async def _follow(house: House, username: str, handle: str) -> tuple[int, int]:
    node = house.system.node
    follower, followed = await find_own(house.system, username), await house.find(handle)
    await node.store.write(_follow_once, node.unit(), follower.id, followed.id)
    return follower.id, followed.id


def _follow_once(conn: Connection, unit: Unit, follower_id: int, followed_id: int) -> None:
    if follows.find_follow(conn, follower_id, followed_id) is None:
        follow(conn, unit, follower_id, followed_id)


def _all_accepted(conn: Connection, pairs: Sequence[tuple[int, int]]) -> bool:
    found = [follows.find_follow(conn, *pair) for pair in pairs]
    return all(each is not None and each.state == ACCEPTED for each in found)
