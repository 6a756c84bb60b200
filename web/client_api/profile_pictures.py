"""``DELETE /api/v1/profile/avatar`` and ``/header``: a profile without its picture."""

from aiohttp import web

from node.domain.media import MediaPurpose
from node.services.posts.media import show_on_profile
from node.state import NODE
from web.client_api.answers import answer
from web.client_api.callers import require
from web.client_api.entities.accounts import credential_account
from web.client_api.entities.look import look_of


async def delete(request: web.Request) -> web.Response:
    """The account as it is then."""
    caller, node = await require(request, "write:accounts"), request.app[NODE]
    purpose = MediaPurpose(request.match_info["purpose"])
    await node.store.write(show_on_profile, node.unit(), caller.actor_id, purpose, None, "")
    return answer(await node.store.read(credential_account, look_of(request), caller.actor_id))


ROUTES = [web.delete("/api/v1/profile/{purpose:avatar|header}", delete, name="client-profile-picture")]
