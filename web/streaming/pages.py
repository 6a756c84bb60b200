"""``GET /live``: what open pages are told of, by server-sent events; the session of the browser is enough.

``news`` carries how many notifications are new, once at the beginning and whenever one arrives. ``answers`` says that
something was written in the thread of the post that the page names (``?post=``), and nothing more: the page asks for
what its reader may see.
"""

from aiohttp import web
from sqlalchemy import Connection as Database

from node.domain.numbers import number_in
from node.errors import NotFound
from node.state import NODE
from node.store.access.tokens import Token
from node.store.news import streams
from web import sessions
from web.streaming import frames
from web.streaming.channels import NEWS, THREAD, Channel
from web.streaming.connections import PageSource
from web.streaming.handlers import stream
from web.streaming.hub import HUB


async def live(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    request.app[HUB].check_room(session.actor_id)
    number = request.query.get("post", "")
    post_id = number_in(number) or 0

    def look(conn: Database) -> tuple[int, str | None]:
        new = streams.count_new(conn, session.actor_id, node.clock.now())
        return new, streams.find_thread(conn, post_id, session.actor_id)

    new, thread = await node.store.read(look)
    if number and thread is None:
        raise NotFound
    channels = [Channel(NEWS, session.actor_id), *([Channel(THREAD, thread)] if thread else [])]
    token = Token(sessions.key_of(request), session.actor_id, frozenset({"read"}), session.used_at)
    first = frames.event("news", str(new).encode())
    return await stream(request, PageSource, token, session.actor_id, channels, first=first)


ROUTES = [web.get("/live", live, name="live", allow_head=False)]
