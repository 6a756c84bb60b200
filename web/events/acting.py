"""What people do on the page of an event: answer it, say that they were there; organisers cancel it or take it back."""

from aiohttp import web

from node.domain.events import Wish
from node.domain.numbers import number_in
from node.errors import Conflict, Invalid
from node.services.events import event_answers, event_changes
from node.state import NODE
from web.design.frame import done
from web.events.listing import PATH as LIST
from web.events.page import Typed, event_id_of, page
from web.sessions import read_form, require_person


async def answer(request: web.Request) -> web.Response:
    """``going``, ``interested`` or ``declined``; ``attended`` once it has begun."""
    session, node = require_person(request), request.app[NODE]
    fields = await read_form(request)
    said, event_id = fields.get("answer", ""), event_id_of(request)
    typed = Typed(fields.get("note", "").strip(), number_in(fields.get("companions", "") or "0") or 0)
    try:
        if said == "attended":
            await node.store.write(event_answers.note_attended, node.unit(), session.actor_id, event_id)
        else:
            await node.store.write(
                event_answers.answer,
                node.unit(),
                session.actor_id,
                event_id,
                _wish(said),
                note=typed.note,
                companions=typed.companions,
            )
    except (Conflict, Invalid) as refused:
        kept = None if said == "attended" else typed
        return await page(request, refused.public, 409 if isinstance(refused, Conflict) else 422, typed=kept)
    return _back(request, "answered")


async def answer_date(request: web.Request) -> web.Response:
    """``going`` or ``declined`` for one date of a series alone."""
    session, node = require_person(request), request.app[NODE]
    fields, day = await read_form(request), request.match_info["day"]
    asked = (session.actor_id, event_id_of(request), day, _wish(fields.get("answer", "")))
    try:
        await node.store.write(event_answers.answer_date, node.unit(), *asked)
    except Conflict as refused:
        return await page(request, refused.public, 409)
    return done(request.path.partition("/dates/")[0], "answered")


def _wish(text: str) -> Wish:
    try:
        return Wish(text)
    except ValueError:
        raise Invalid("Please choose one of the answers.") from None


async def cancel(request: web.Request) -> web.Response:
    session, node = require_person(request), request.app[NODE]
    await read_form(request)
    event = await node.store.write(event_changes.cancel_event, node.unit(), session.actor_id, event_id_of(request))
    return _back(request, "cancelled" if event.local else "asked")


async def delete(request: web.Request) -> web.Response:
    session, node = require_person(request), request.app[NODE]
    await read_form(request)
    await node.store.write(event_changes.delete_event, node.unit(), session.actor_id, event_id_of(request))
    return done(LIST, "deleted")


def _back(request: web.Request, what: str) -> web.Response:
    return done(request.path.rpartition("/")[0], what)
