"""Lists of what this node does not have: an app that asks for them finds them empty and goes on.

Collections of accounts and reports of a year are of Mastodon (https://docs.joinmastodon.org/methods/collections/ and
https://docs.joinmastodon.org/methods/annual_reports/); a single one is answered with 404, like all that is not there.
"""

from aiohttp import web

from web.client_api.answers import answer
from web.client_api.callers import reader, require


async def show_collections(request: web.Request) -> web.Response:
    """``GET /api/v1/accounts/ID/collections`` and ``in_collections``: what somebody made, or is in."""
    await reader(request, "read:accounts")
    return answer({"collections": []})


async def show_annual_reports(request: web.Request) -> web.Response:
    """``GET /api/v1/annual_reports``: one's own, with the accounts and posts that they name."""
    await require(request, "read:accounts")
    return answer({"annual_reports": [], "accounts": [], "statuses": []})


ROUTES = [
    web.get("/api/v1/accounts/{id:[0-9]+}/collections", show_collections, name="client-collections"),
    web.get("/api/v1/accounts/{id:[0-9]+}/in_collections", show_collections, name="client-featuring-collections"),
    web.get("/api/v1/annual_reports", show_annual_reports, name="client-annual-reports"),
]
