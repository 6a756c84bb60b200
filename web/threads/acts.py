"""``/posts/ID/...``: what readers do with posts, as plain forms: thank, recommend, keep, vote, say which answer
helped.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from aiohttp import web
from sqlalchemy import Connection

from node.domain.numbers import id_in, number_in
from node.errors import Invalid, NotFound
from node.services.context import Unit
from node.services.posts import answers, polls, reacting
from node.state import NODE
from node.store.posts import objects, topics
from node.store.posts.objects import Object
from node.store.reading import entries
from web import sessions
from web.posted import read_posted
from web.threads.forms import own_path

Act = Callable[[Connection, Unit, int, Object], object]


def _accept(conn: Connection, unit: Unit, actor_id: int, found: Object) -> None:
    answers.accept(conn, unit, actor_id, _question_of(conn, found), found.id)


def _unaccept(conn: Connection, unit: Unit, actor_id: int, found: Object) -> None:
    answers.take_back(conn, unit, actor_id, _question_of(conn, found))


def _question_of(conn: Connection, answer: Object) -> int:
    topic = topics.find_topic_of(conn, answer.context) if answer.in_reply_to else None
    if topic is None:
        raise Invalid("This is no answer to a question.")
    return topic.object_id


ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "like": reacting.favourite,
        "unlike": reacting.unfavourite,
        "share": reacting.share,
        "unshare": reacting.unshare,
        "bookmark": reacting.bookmark,
        "unbookmark": reacting.unbookmark,
        "accept": _accept,
        "unaccept": _unaccept,
    }
)


async def act(request: web.Request) -> web.Response:
    """Do it, and go back to where the button stood."""
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    object_id = id_in(request.match_info, "id")
    await node.store.write(_act, node.unit(), session.actor_id, object_id, ACTS[request.match_info["act"]])
    back = own_path(sent.get("back", "")) or "/"
    raise web.HTTPSeeOther(f"{back.partition('#')[0]}#p{object_id}")


async def vote(request: web.Request) -> web.Response:
    """Vote in a poll, once; what was chosen is named by its place."""
    session, node = sessions.require_person(request), request.app[NODE]
    await sessions.read_form(request)
    sent = await read_posted(request)
    object_id = id_in(request.match_info, "id")
    choices = [place for each in sent.getall("choice", ()) if (place := number_in(str(each))) is not None]
    cast = partial(polls.vote, choices=choices)
    await node.store.write(_act, node.unit(), session.actor_id, object_id, cast)
    back = own_path(str(sent.get("back", ""))) or "/"
    raise web.HTTPSeeOther(f"{back.partition('#')[0]}#p{object_id}")


def _act(conn: Connection, unit: Unit, actor_id: int, object_id: int, wanted: Act) -> None:
    """Raises NotFound for a post that this person may not read."""
    entry = entries.load_entries(conn, [object_id], actor_id).get(object_id)
    found = objects.find_object_by_id(conn, entry.object_id) if entry else None
    if found is None:
        raise NotFound
    wanted(conn, unit, actor_id, found)
