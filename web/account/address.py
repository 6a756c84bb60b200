"""``/email``: the link that gives an account another address, from a mail or from an administrator."""

from aiohttp import web

from node import log
from node.sentences import Sentence
from node.services.access import addresses
from node.state import NODE
from web import sessions
from web.account.views import AddressView
from web.design.frame import html, page_of

PATH = "/email"


async def show(request: web.Request) -> web.Response:
    """Looking at the link changes nothing: programs that read mails follow links."""
    ticket, node, secret = request.query.get("ticket", ""), request.app[NODE], sessions.form_secret(request)
    email = await node.store.read(addresses.find, ticket, node.clock.now())
    page = page_of(request, PATH, title=Sentence("Your new address"), quiet=True, noindex=True)
    view = AddressView(page=page, action=PATH, csrf=sessions.form_token(secret), ticket=ticket, email=email)
    response = html(request, view)
    sessions.set_cookie(request, response, secret, suffix="-form")
    return response


async def take(request: web.Request) -> web.Response:
    fields, node = await sessions.read_form(request, sessions.stranger_token(request)), request.app[NODE]
    await node.store.write(addresses.take, node.unit(), fields.get("ticket", ""))
    log.event("email.changed")
    return web.Response(status=303, headers={"Location": "/sign-in?confirmed"})
