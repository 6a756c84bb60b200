"""``/api/v1/statuses``: posted, read, edited, deleted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from aiohttp import web
from sqlalchemy import Connection

from federation.discovery.mentions import look_up_mentions
from federation.state import FEDERATION
from node.clock import SECOND, from_rfc3339
from node.domain.drafts import Draft, NewPoll
from node.domain.posts import QuotePolicy
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, NotFound, Problem
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.posts import post_changes, posts, quoting, reacting, scheduling
from node.services.posts.post_changes import Edit
from node.state import NODE
from node.store.access import idempotency, oauth
from node.store.posts import burying, objects, scheduled
from node.store.posts.scheduled import Scheduled
from node.store.reading import entries
from web.client_api.answers import answer, joined
from web.client_api.callers import Caller, reader, require
from web.client_api.entities import scheduled as scheduled_entities
from web.client_api.entities import statuses
from web.client_api.entities.look import Cache, Look, look_of
from web.client_api.parameters import Parameters, query_parameters, read_id, read_parameters
from web.state import WEB

_MOST = 20
WRITE = "write:statuses"
#: How apps name visibilities; what stays among members of this node has no name of Mastodon's.
_VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
    "local": Visibility.ORGANISATION,
}

# -- reading ---------------------------------------------------------------------------------------------------------


async def show(request: web.Request) -> web.Response:
    viewer = await reader(request)
    return answer(await rendered(request, read_id(request.match_info["id"]), viewer))


async def show_many(request: web.Request) -> web.Response:
    """``?id[]=``: in the order in which they are asked for; what is unknown is left out."""
    viewer = await reader(request)
    ids = query_parameters(request).identifiers("id")[:_MOST]
    found = await request.app[NODE].store.read(statuses.render, look_of(request), ids, viewer)
    return answer(joined(found.values()))


async def rendered(request: web.Request, status_id: int, viewer_id: int | None) -> bytes:
    """One status as this viewer reads it. Raises NotFound where there is none for her."""
    found = await request.app[NODE].store.read(statuses.render, look_of(request), [status_id], viewer_id)
    if status_id not in found:
        raise NotFound
    return found[status_id]


def find_target(conn: Connection, look: Look, entry_id: int, viewer_id: int | None) -> objects.Object:
    """The object behind an id, of a boost what it boosts. Raises NotFound where it is not shown to the viewer."""
    entry = entries.load_entries(conn, [entry_id], viewer_id).get(entry_id)
    found = objects.find_object_by_id(conn, entry.object_id) if entry else None
    if entry is None or found is None or not statuses.unrefused(conn, look, [entry]):
        raise NotFound
    return found


def find_own_target(conn: Connection, look: Look, entry_id: int, author_id: int) -> objects.Object:
    """The same of a post of one's own. Raises Forbidden for somebody else's that the viewer may read (API2)."""
    found = find_target(conn, look, entry_id, author_id)
    return require_own(conn, found, author_id)


def require_own(conn: Connection, found: objects.Object, author_id: int) -> objects.Object:
    if found.actor_id != author_id:
        raise Forbidden("This post is somebody else's.")
    return post_changes.find_own(conn, author_id, found.id)


# -- posting ---------------------------------------------------------------------------------------------------------


async def post(request: web.Request) -> web.Response:
    """A new status, or a ScheduledStatus where it is for later; the same Idempotency-Key again answers the first."""
    caller, node = await require(request, WRITE), request.app[NODE]
    sent = await read_parameters(request)
    draft, at = read_draft(sent), _read_time(sent)
    key = request.headers.get("Idempotency-Key", "").strip()
    await look_up_mentions(request.app[FEDERATION], node, draft.text)
    links = request.app[WEB].pictures.links
    made = await node.store.write(_post, node.unit(), caller, draft, at, key, links, look_of(request))
    if made.waiting is not None:
        return answer((await node.store.read(scheduled_entities.render, look_of(request), [made.waiting]))[0])
    # Shown outside of the transaction, which others wait for, and together with what was posted at the same time.
    shown = await node.store.collect(statuses.render_each, (look_of(request), made.id, caller.actor_id))
    if shown is None and made.row is not None:
        shown = await node.store.write(_as_posted, look_of(request), made.row, caller.actor_id)
    if shown is None:
        raise NotFound  # posted under this key, and deleted since
    return answer(shown)


class _Made(NamedTuple):
    """The id of what was posted, now or before under this key; the row of what was posted now, or is for later."""

    id: int
    row: Mapping[str, Any] | None = None
    waiting: Scheduled | None = None


def _post(
    conn: Connection, unit: Unit, caller: Caller, draft: Draft, at: int | None, key: str, links: MediaLinks, look: Look
) -> _Made:
    made_id = unit.ids.new()
    if key:
        claimed = idempotency.claim(conn, caller.actor_id, key, made_id, unit.now)
        if claimed != made_id:
            return _Made(claimed, waiting=scheduled.find_scheduled(conn, claimed))
    for named_id in (draft.in_reply_to_id, draft.quoted_id):
        if named_id is not None and not look.policies.is_empty:
            find_target(conn, look, named_id, caller.actor_id)
    app = oauth.load_apps(conn, [caller.token.app_id]).get(caller.token.app_id) if caller.token.app_id else None
    if app is not None:
        draft = replace(draft, application={"name": app.name, "website": app.website or None})
    if at is not None:
        waiting = scheduling.schedule(conn, unit, caller.actor_id, draft, at, scheduled_id=made_id)
        return _Made(made_id, waiting=waiting)
    return _Made(made_id, posts.publish_row(conn, unit, caller.actor_id, draft, links=links, post_id=made_id))


def _as_posted(conn: Connection, look: Look, row: Mapping[str, Any], viewer_id: int) -> bytes | None:
    """A post that was deleted before it could be shown: written back for as long as one look takes."""
    back = conn.begin_nested()
    burying.restore(conn, row)
    shown = statuses.render(conn, replace(look, cache=Cache()), [row["id"]], viewer_id)
    back.rollback()
    return shown.get(row["id"])


def read_draft(sent: Parameters) -> Draft:
    """What is to be posted. Raises Invalid for what cannot be read."""
    return Draft(
        text=sent.text("status") or "",
        visibility=_read_visibility(sent),
        spoiler=sent.text("spoiler_text") or "",
        sensitive=sent.flag("sensitive"),
        language=sent.language("language"),
        in_reply_to_id=sent.identifier("in_reply_to_id"),
        media_ids=tuple(sent.identifiers("media_ids")),
        poll=_read_poll(sent),
        quoted_id=sent.identifier("quoted_status_id"),
        quote_policy=_read_policy(sent),
        is_markdown=sent.text("content_type") == "text/markdown",
    )


def _read_visibility(sent: Parameters) -> Visibility | None:
    name = sent.text("visibility")
    if name and name not in _VISIBILITIES:
        raise Invalid(problems=[Problem("$.visibility", ", ".join(_VISIBILITIES), name[:40])])
    if sent.flag("local_only") and name != "direct":
        return Visibility.ORGANISATION
    return _VISIBILITIES[name] if name else None


def _read_poll(sent: Parameters) -> NewPoll | None:
    poll = sent.table("poll")
    options = poll.texts("options")
    if not options:
        return None
    return NewPoll(
        options=tuple(options),
        open_for=(poll.number("expires_in") or 0) * SECOND,
        multiple=poll.flag("multiple") or False,
        hides_totals=poll.flag("hide_totals") or False,
    )


def _read_policy(sent: Parameters) -> QuotePolicy | None:
    name = sent.text("quote_approval_policy")
    return read_policy(name) if name else None


def read_policy(name: str) -> QuotePolicy:
    """Who may quote. Raises Invalid for anything else."""
    try:
        return QuotePolicy(name)
    except ValueError:
        expected = ", ".join(policy.value for policy in QuotePolicy)
        raise Invalid(problems=[Problem("$.quote_approval_policy", expected, name[:40])]) from None


def _read_time(sent: Parameters) -> int | None:
    text = sent.text("scheduled_at")
    return read_time(text) if text else None


def read_time(text: str) -> int:
    """The instant in a text. Raises Invalid for one that names none."""
    at = from_rfc3339(text)
    if at is None:
        raise Invalid(problems=[Problem("$.scheduled_at", "a time such as 2026-03-01T10:00:00Z", text[:40])])
    return at


# -- changing --------------------------------------------------------------------------------------------------------


async def edit(request: web.Request) -> web.Response:
    """The whole of a status anew; media stay where they are not spoken of."""
    caller, node = await require(request, WRITE), request.app[NODE]
    sent = await read_parameters(request)
    wanted = Edit(
        text=sent.text("status") or "",
        spoiler=sent.text("spoiler_text") or "",
        sensitive=sent.flag("sensitive"),
        language=sent.language("language"),
        media_ids=tuple(sent.identifiers("media_ids")) if sent.has("media_ids") else None,
        descriptions=_read_descriptions(sent),
        poll=_read_poll(sent),
    )
    await look_up_mentions(request.app[FEDERATION], node, wanted.text)
    links, status_id = request.app[WEB].pictures.links, read_id(request.match_info["id"])
    asked = (status_id, wanted, _read_policy(sent))
    return answer(await node.store.write(_edit, node.unit(), caller.actor_id, asked, links, look_of(request)))


def _read_descriptions(sent: Parameters) -> dict[int, dict[str, str | None]]:
    return {
        media_id: {"description": each.text("description"), "focus": each.text("focus")}
        for each in sent.tables("media_attributes")
        if (media_id := each.identifier("id"))
    }


def _edit(
    conn: Connection,
    unit: Unit,
    author_id: int,
    asked: tuple[int, Edit, QuotePolicy | None],
    links: MediaLinks,
    look: Look,
) -> bytes:
    """Who may quote it changes as it does alone, which is no other version of the post."""
    status_id, wanted, policy = asked
    target = find_own_target(conn, look, status_id, author_id)
    if policy is not None:
        quoting.set_policy(conn, unit, target, policy)
    post_changes.edit(conn, unit, author_id, target.id, wanted, links=links)
    return statuses.render(conn, look, [target.id], author_id)[target.id]


async def delete(request: web.Request) -> web.Response:
    """Answers what is deleted with its text as it was typed, so that it can be written anew.

    Of the id of a boost of one's own, the boost goes and what it boosts stays.
    """
    caller, node = await require(request, WRITE), request.app[NODE]
    forget = (await read_parameters(request)).flag("delete_media") or False
    status_id = read_id(request.match_info["id"])
    found = await node.store.write(_delete, node.unit(), caller.actor_id, status_id, look_of(request), forget=forget)
    return answer(found)


def _delete(conn: Connection, unit: Unit, author_id: int, status_id: int, look: Look, *, forget: bool) -> bytes:
    entry = entries.load_entries(conn, [status_id], author_id).get(status_id)
    if entry is not None and entry.sharer_id == author_id:
        shared = find_target(conn, look, status_id, author_id)
        body = statuses.render(conn, look, [status_id], author_id)[status_id]
        reacting.unshare(conn, unit, author_id, shared)
        return statuses.with_text(body, "")
    target = find_own_target(conn, look, status_id, author_id)
    details = objects.load_row(conn, target.id).details or {}
    body = statuses.render(conn, look, [target.id], author_id)[target.id]
    post_changes.delete(conn, unit, author_id, target.id, forget_media=forget)
    return statuses.with_text(body, details.get("source", ""))


ROUTES = [
    web.get("/api/v1/statuses", show_many, name="client-statuses"),
    web.post("/api/v1/statuses", post, name="client-status-post"),
    web.get("/api/v1/statuses/{id:[0-9]+}", show, name="client-status"),
    web.put("/api/v1/statuses/{id:[0-9]+}", edit, name="client-status-edit"),
    web.delete("/api/v1/statuses/{id:[0-9]+}", delete, name="client-status-delete"),
]
