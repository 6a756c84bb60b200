"""``/communities/new`` and ``/c/NAME/settings``: what a community says of itself, and its rules."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from aiohttp import web
from sqlalchemy import Connection

from federation.actors.communities import NewCommunity, create_community, prepare_community
from node.domain.communities import LEVELS, Act, JoinPolicy, PostPolicy
from node.domain.community_drafts import CommunityDraft
from node.domain.media import MediaPurpose
from node.domain.visibility import Visibility
from node.errors import Conflict, Invalid, NotFound
from node.secretbox import SecretBox
from node.sentences import Sentence
from node.services import communities as describing
from node.services import membership
from node.services.context import Unit
from node.services.media import show_on_profile
from node.state import NODE
from node.store import actors, community_log
from node.store.actors import Actor
from node.store.communities import Community
from node.store.media import Media
from web import sessions
from web.account.pictures import form_of, take_pictures
from web.communities.listing import crumbs_of
from web.communities.people import count_waiting, head_of, load_inside
from web.communities.views import Choice, FormView, Head
from web.communities.words import JOINING, JOINING_HINTS, READING, READING_HINTS, WRITING, WRITING_HINTS
from web.pages.frame import html, page_of
from web.pages.parts import Field, Link, PicturesForm
from web.pages.views import Notice
from web.uploads import roomy

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
    known = await node.store.read(_load_known, node.unit(), request.match_info["name"], session.actor_id)
    notice = Notice(text=Sentence("Saved.")) if "saved" in request.query else None
    return html(request, _view(request, session.csrf, _fields(known), known=known, notice=notice))


async def change(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    name = request.match_info["name"]
    try:
        await node.store.write(_change, node.unit(), name, session.actor_id, fields)
    except Invalid as error:
        known = await node.store.read(_load_known, node.unit(), name, session.actor_id)
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


async def show_pictures(request: web.Request) -> web.StreamResponse:
    """Take the pictures that were chosen, or take away one."""
    session, node, name = sessions.require_person(request), request.app[NODE], request.match_info["name"]
    known = await node.store.read(_load_known, node.unit(), name, session.actor_id)
    show = partial(_show, request, session.actor_id, name)
    async with roomy(request, files=2) as wide:
        words, files = await sessions.read_upload_form(request, wide)
        if words.get("remove") in {MediaPurpose.AVATAR, MediaPurpose.HEADER}:
            await show(MediaPurpose(words["remove"]), None)
        elif wrong := await take_pictures(request, known.group.id, files, show):
            known = await node.store.read(_load_known, node.unit(), name, session.actor_id)
            view = _view(request, session.csrf, _fields(known), known=known, wrong_pictures=wrong)
            return html(request, view, status=422)
    raise web.HTTPSeeOther(f"/c/{name}/settings?saved")


async def _show(request: web.Request, actor_id: int, name: str, purpose: MediaPurpose, media: Media | None) -> None:
    node = request.app[NODE]
    url = node.uploads.links.stored(media.key) if media is not None else ""
    media_id = media.id if media is not None else None
    await node.store.write(_set_picture, node.unit(), name, actor_id, purpose, media_id, url)


def _set_picture(
    conn: Connection, unit: Unit, name: str, actor_id: int, purpose: MediaPurpose, media_id: int | None, url: str
) -> None:
    group, _ = load_governed(conn, unit, name, actor_id)
    by = actors.load_actors_by_id(conn, [actor_id])[actor_id].uri
    show_on_profile(conn, unit, group.id, purpose, media_id, url)
    community_log.record_act(conn, unit.ids.new(), group.id, Act.SETTINGS, by=by, now=unit.now, title=purpose.value)


@dataclass(frozen=True, slots=True)
class Known:
    """A community whose settings are shown; ``row``: the whole row of the Group."""

    group: Actor
    community: Community
    row: Any
    head: Head


def _load_known(conn: Connection, unit: Unit, name: str, actor_id: int) -> Known:
    inside = load_inside(conn, unit, name, actor_id)
    if not inside.may_govern or not inside.group.local:
        raise NotFound
    head = head_of(inside, *count_waiting(conn, inside))
    return Known(inside.group, inside.community, actors.load_profile(conn, inside.group.id), head)


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


def _fields(known: Known) -> dict[str, str]:
    group, community = known.group, known.community
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
    known: Known | None = None,
    errors: Mapping[str, str] | None = None,
    wrong_pictures: Mapping[str, str] | None = None,
    notice: Notice | None = None,
) -> FormView:
    wrong = errors or {}
    path = f"{known.head.path}/settings" if known else NEW
    title = Sentence("Settings of the community") if known else Sentence("Found a community")
    back = known.head.path if known else LIST

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
            breadcrumbs=crumbs_of(known.group) if known else (Link(label=Sentence("Communities"), href=LIST),),
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
        version=known.community.version if known else 0,
        problems=tuple(wrong.items()),
        is_archived=known is not None and known.community.is_archived,
        close_path=path if known else "",
        head=known.head if known else None,
        pictures=_pictures(request, csrf, known, wrong_pictures or {}) if known else None,
    )


def _pictures(request: web.Request, csrf: str, known: Known, wrong: Mapping[str, str]) -> PicturesForm:
    return form_of(request, known.row, f"{known.head.path}/pictures", csrf, Sentence("Pictures"), wrong)


def _choices(
    words: Sequence[Any], labels: Mapping[Any, str], hints: Mapping[Any, str], chosen: str
) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=word.value, label=labels[word], hint=hints[word], on=word.value == chosen) for word in words
    )
