"""Who belongs to a community elsewhere, asked of its home while a moderator of ours looks."""

from aiohttp import web

from federation.fetching.community_members import Members, fetch_members, meet
from federation.state import FEDERATION
from node.errors import RemoteError
from node.store.people.actors import Actor
from web.state import WEB

#: What this node knows is shown after so long: the page is worth more now than whole. Who looks again finds the rest.
_PATIENCE = 1.0  # seconds


async def members_at_home(request: web.Request, group: Actor, moderator: Actor, address: str) -> Members | None:
    """A page of the list, the first one where no ``address`` is given; None while its home does not answer.

    Raises NotFound for an address that is none of this list.
    """
    fetcher = request.app[FEDERATION].fetcher
    try:
        told = await request.app[WEB].readings.find(
            (group.id, moderator.id, address), lambda: fetch_members(fetcher, group, moderator, address), _PATIENCE
        )
    except RemoteError:
        return None
    await meet(fetcher, told.uris)
    return told
