"""What happens to communities: roles, pins, invitations and who joins because of one."""

from sqlalchemy import Connection

from node.demo.taking import Taken
from node.domain.communities import APPOINTS, Act, Role
from node.domain.deeds import Deed
from node.services.governing.governing import govern
from node.services.people.follows import follow
from node.store.people import follows
from node.store.people.follows import ACCEPTED, Follow


async def _appoint(taken: Taken) -> str:
    """Somebody gets the role that ``as`` names."""
    return await _govern(taken, APPOINTS[Role(taken.step["as"])], (await taken.actor(taken.step["appoints"])).uri)


async def _invite(taken: Taken) -> str:
    return await _govern(taken, Act.INVITE, (await taken.actor(taken.step["invites"])).uri)


async def _pin(taken: Taken) -> str:
    return await _govern(taken, Act.PIN, taken.demo.made[taken.step["pins"]])


async def _govern(taken: Taken, act: Act, target: str) -> str:
    group = await taken.actor(taken.step["community"])
    deed = Deed(act, taken.by.uri, target)
    return await taken.done(lambda conn: govern(conn, taken.unit, taken.by, group, deed))


async def _join(taken: Taken) -> str:
    """Ask to become a member, and go on as one."""
    group = await taken.actor(taken.step["joins"])

    def accepted(conn: Connection) -> Follow | None:
        found = follows.find_follow(conn, taken.by.id, group.id)
        return found if found is not None and found.state == ACCEPTED else None

    made = await taken.done(lambda conn: follow(conn, taken.unit, taken.by.id, group.id))
    await taken.arrived(f"welcome to {group.uri}", accepted)
    return made


DOINGS = {"appoints": _appoint, "invites": _invite, "pins": _pin, "joins": _join}
