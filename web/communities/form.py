"""``/communities/new`` and ``/c/NAME/settings``: what a community says of itself, and its rules."""

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import web
from sqlalchemy import Connection

from federation.communities import NewCommunity, create_community, prepare_community
from node.domain.communities import LEVELS, JoinPolicy, PostPolicy
from node.domain.community_drafts import CommunityDraft
from node.domain.visibility import Visibility
from node.errors import Conflict, Invalid, NotFound
from node.secretbox import SecretBox
from node.sentences import Sentence
from node.services import communities as describing
from node.services import membership
from node.services.context import Unit
from node.state import NODE
from node.store import actors
from node.store.actors import Actor
from node.store.communities import Community
from web import sessions
from web.communities.views import Choice, FormView
from web.communities.words import JOINING, JOINING_HINTS, READING, READING_HINTS, WRITING, WRITING_HINTS
from web.pages.frame import html, page_of
from web.pages.parts import Field, Link
from web.pages.views import Notice

LIST, NEW = "/communities", "/communities/new"
_NEW_FIELDS: Mapping[str, str] = {
    "visibility": Visibility.PUBLIC.value,
    "join_policy": JoinPolicy.OPEN.value,
    "post_policy": PostPolicy.MEMBERS.value,
}
_Word = TypeVar("_Word", bound=StrEnum)


async def show_new(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    return html(request, _view(request, session.csrf, _NEW_FIELDS))


async def found(request: web.Request) -> web.StreamResponse:
    """A new community; what was typed stays in the form where something is wrong with it."""
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    config = node.config
    box = SecretBox(config.secret_key, config.secrets.previous)
    try:
        new = await asyncio.to_thread(prepare_community, node.unit(), box, fields.get("username", ""), _read(fields))
        group = await node.store.write(_found, node.unit(), new, session.actor_id)
    except Invalid as error:
        return html(request, _view(request, session.csrf, fields, errors=_errors(error)), status=422)
    except Conflict:
        errors = {"username": Sentence("This name is taken.")}
        return html(request, _view(request, session.csrf, fields, errors=errors), status=409)
    raise web.HTTPSeeOther(f"/c/{group.username}")


def _found(conn: Connection, unit: Unit, new: NewCommunity, founder_id: int) -> Actor:
    return create_community(conn, unit, new, founder_id=founder_id)


async def show_settings(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    group, community = await node.store.read(load_governed, node.unit(), request.match_info["name"], session.actor_id)
    notice = Notice(text=Sentence("Saved.")) if "saved" in request.query else None
    return html(
        request, _view(request, session.csrf, _fields(group, community), known=(group, community), notice=notice)
    )


async def change(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    name = request.match_info["name"]
    try:
        await node.store.write(_change, node.unit(), name, session.actor_id, fields)
    except Invalid as error:
        known = await node.store.read(load_governed, node.unit(), name, session.actor_id)
        return html(request, _view(request, session.csrf, fields, known=known, errors=_errors(error)), status=422)
    raise web.HTTPSeeOther(f"/c/{name}/settings?saved")


def _change(conn: Connection, unit: Unit, name: str, actor_id: int, fields: Mapping[str, str]) -> None:
    group, _ = load_governed(conn, unit, name, actor_id)
    by = actors.load_actors_by_id(conn, [actor_id])[actor_id].uri
    if fields.get("act") == "close":
        describing.close(conn, unit, group, by=by)
    elif fields.get("act") == "reopen":
        describing.reopen(conn, unit, group, by=by)
    else:
        version = fields.get("version", "")
        describing.change(conn, unit, group, _read(fields), by=by, version=int(version) if version.isdigit() else None)


def load_governed(conn: Connection, unit: Unit, name: str, actor_id: int) -> tuple[Actor, Community]:
    """A community of this node that this person governs. Raises NotFound otherwise."""
    group, community = describing.find_community(conn, name)
    if not membership.governs(conn, unit, group, actors.load_actors_by_id(conn, [actor_id])[actor_id]):
        raise NotFound
    return group, community


# -- fields ---------------------------------------------------------------------------------------------------------


def _read(fields: Mapping[str, str]) -> CommunityDraft:
    words = fields.get("topics", "").replace(",", " ").split()
    return CommunityDraft(
        name=fields.get("name", ""),
        purpose=fields.get("purpose", ""),
        rules=[line.strip() for line in fields.get("rules", "").splitlines() if line.strip()],
        topics=[word.removeprefix("#") for word in words],
        languages=fields.get("languages", "").replace(",", " ").split(),
        join_policy=_word(JoinPolicy, fields.get("join_policy")),
        post_policy=_word(PostPolicy, fields.get("post_policy")),
        visibility=_word(Visibility, fields.get("visibility")),
    )


def _word(words: type[_Word], said: str | None) -> _Word | None:
    return next((word for word in words if word.value == said), None)


def _fields(group: Actor, community: Community) -> dict[str, str]:
    return {
        "name": group.name,
        "purpose": community.purpose,
        "rules": "\n".join(community.rules),
        "topics": " ".join(community.topics),
        "languages": " ".join(community.languages),
        "join_policy": community.join_policy.value,
        "post_policy": community.post_policy.value,
        "visibility": community.visibility.value,
    }


def _errors(error: Invalid) -> dict[str, str]:
    """What is wrong, by field, in words of the form."""
    wrong: dict[str, str] = {}
    for problem in error.problems:
        name = problem.path.removeprefix("$.").partition("[")[0]
        wrong.setdefault(name, _WRONG.get(name, Sentence("This is not possible.")))
    return wrong


_WRONG = {
    "username": Sentence("1 to 30 of the characters a-z, 0-9 and _, and none of the names that the node needs itself."),
    "name": Sentence("1 to {n} characters.", n=100),
    "purpose": Sentence("This text is too long."),
    "rules": Sentence("At most {n} rules of 500 characters.", n=20),
    "topics": Sentence("At most {n} hashtags of letters and digits.", n=12),
    "languages": Sentence("Languages such as en or de."),
}


def _view(
    request: web.Request,
    csrf: str,
    fields: Mapping[str, str],
    *,
    known: tuple[Actor, Community] | None = None,
    errors: Mapping[str, str] | None = None,
    notice: Notice | None = None,
) -> FormView:
    wrong = errors or {}
    path = f"/c/{known[0].username}/settings" if known else NEW
    title = Sentence("Settings of the community") if known else Sentence("Found a community")
    back = f"/c/{known[0].username}" if known else LIST

    def state(name: str) -> Field:
        return Field(value=fields.get(name, ""), error=wrong.get(name, ""))

    return FormView(
        page=page_of(
            request,
            path,
            title=title,
            section=LIST,
            noindex=True,
            notice=notice,
            breadcrumbs=(Link(label=known[0].title if known else Sentence("Communities"), href=back),),
        ),
        action=path,
        csrf=csrf,
        is_new=known is None,
        back_path=back,
        username=state("username"),
        name=state("name"),
        purpose=state("purpose"),
        rules=state("rules"),
        topics=state("topics"),
        languages=state("languages"),
        visibility=_choices(LEVELS, READING, READING_HINTS, fields.get("visibility", "")),
        join_policy=_choices(tuple(JoinPolicy), JOINING, JOINING_HINTS, fields.get("join_policy", "")),
        post_policy=_choices(tuple(PostPolicy), WRITING, WRITING_HINTS, fields.get("post_policy", "")),
        host=request.app[NODE].config.host,
        version=known[1].version if known else 0,
        problems=tuple(wrong.items()),
        is_archived=known is not None and known[1].is_archived,
        close_path=path if known else "",
    )


def _choices(
    words: Sequence[Any], labels: Mapping[Any, str], hints: Mapping[Any, str], chosen: str
) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=word.value, label=labels[word], hint=hints[word], on=word.value == chosen) for word in words
    )
