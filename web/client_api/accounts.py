"""``/api/v1/accounts``: people, organisations, communities and catalogues."""

from aiohttp import web

from node.errors import NotFound
from node.state import NODE
from web.client_api.answers import answer
from web.client_api.callers import reader
from web.client_api.entities import accounts
from web.client_api.entities.look import look_of
from web.client_api.parameters import read_id
from web.client_api.profile import show_profile


async def show(request: web.Request) -> web.Response:
    viewer = await reader(request, "read:accounts")
    actor_id = read_id(request.match_info["id"])
    found = await request.app[NODE].store.read(accounts.render_known, look_of(request), [actor_id], viewer)
    if actor_id not in found:
        raise NotFound
    return answer(found[actor_id])


ROUTES = [
    web.get("/api/v1/accounts/verify_credentials", show_profile, name="client-verify-credentials"),
    web.get("/api/v1/accounts/{id:[0-9]+}", show, name="client-account"),
]
