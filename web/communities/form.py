"""The form of a community, and ``/communities/new``: what it says of itself, who joins, reads and writes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import web
from sqlalchemy import Connection

from federation.actors.communities import NewCommunity, create_community, prepare_community
from node.domain.communities import LEVELS, JoinPolicy, PostPolicy
from node.domain.community_drafts import CommunityDraft
from node.domain.visibility import Visibility
from node.errors import Conflict, Invalid, Unavailable
from node.sentences import Sentence
from node.services.context import Unit
from node.state import NODE
from node.store.communities.communities import Community
from node.store.people.actors import Actor
from web import room, sessions
from web.account.pictures import form_of
from web.communities.listing import crumbs_of
from web.communities.views import Choice, FormView, Head
from web.communities.words import JOINING, JOINING_HINTS, READING, READING_HINTS, SAID, WRITING, WRITING_HINTS
from web.design.frame import done, html, page_of
from web.design.page import Notice, Page
from web.design.parts import Field, Link, PicturesForm

LIST, NEW = "/communities", "/communities/new"
_NEW_FIELDS: Mapping[str, str] = {
    "visibility": Visibility.PUBLIC.value,
    "join_policy": JoinPolicy.OPEN.value,
    "post_policy": PostPolicy.MEMBERS.value,
}
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Known:
    """A community whose settings are shown; ``row``: the whole row of the Group."""

    group: Actor
    community: Community
    row: Any
    head: Head


async def show_new(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    return html(request, form_view(request, session.csrf, _NEW_FIELDS))


async def found(request: web.Request) -> web.StreamResponse:
    """A new community; what was typed stays in the form where something is wrong with it."""
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    config = node.config
    box = config.secret_box
    try:
        room.check(request)
        new = await asyncio.to_thread(
            prepare_community, node.unit(), box, fields.get("username", ""), read_fields(fields)
        )
        group = await node.store.write(_found, node.unit(), new, session.actor_id)
    except Invalid as error:
        return html(request, form_view(request, session.csrf, fields, errors=errors_of(error)), status=422)
    except Conflict:
        errors = {"username": Sentence("This name is taken.")}
        return html(request, form_view(request, session.csrf, fields, errors=errors), status=409)
    except Unavailable as error:
        notice = Notice(text=room.NOT_STORED, tone="bad")
        return room.later(html(request, form_view(request, session.csrf, fields, notice=notice)), error)
    return done(f"/c/{group.username}", "founded")


def _found(conn: Connection, unit: Unit, new: NewCommunity, founder_id: int) -> Actor:
    return create_community(conn, unit, new, founder_id=founder_id)


# -- fields ---------------------------------------------------------------------------------------------------------


def read_fields(fields: Mapping[str, str]) -> CommunityDraft:
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


def fields_of(known: Known) -> dict[str, str]:
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


def errors_of(error: Invalid) -> dict[str, str]:
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


def form_view(
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
    is_elsewhere = known is not None and not known.group.local

    def state(name: str) -> Field:
        return Field(value=fields.get(name, ""), error=wrong.get(name, ""))

    return FormView(
        page=_page(request, path, known, notice),
        action=path,
        csrf=csrf,
        is_new=known is None,
        back_path=known.head.path if known else LIST,
        username=state("username"),
        name=state("name"),
        purpose=state("purpose"),
        rules=state("rules"),
        topics=state("topics"),
        languages=state("languages"),
        visibility=() if is_elsewhere else _choices(LEVELS, READING, READING_HINTS, fields.get("visibility", "")),
        join_policy=_choices(tuple(JoinPolicy), JOINING, JOINING_HINTS, fields.get("join_policy", "")),
        post_policy=_choices(tuple(PostPolicy), WRITING, WRITING_HINTS, fields.get("post_policy", "")),
        host=known.group.host if known else request.app[NODE].config.host,
        is_elsewhere=is_elsewhere,
        version=known.community.version if known else 0,
        problems=tuple(wrong.items()),
        is_archived=known is not None and known.community.is_archived,
        close_path=path if known and not is_elsewhere else "",
        head=known.head if known else None,
        pictures=_pictures(request, csrf, known, wrong_pictures or {}) if known and not is_elsewhere else None,
    )


def _page(request: web.Request, path: str, known: Known | None, notice: Notice | None) -> Page:
    return page_of(
        request,
        path,
        title=Sentence("Settings of the community") if known else Sentence("Found a community"),
        section=LIST,
        noindex=True,
        notice=notice,
        said=SAID,
        breadcrumbs=crumbs_of(known.group) if known else (Link(label=Sentence("Communities"), href=LIST),),
    )


def _pictures(request: web.Request, csrf: str, known: Known, wrong: Mapping[str, str]) -> PicturesForm:
    return form_of(request, known.row, f"{known.head.path}/pictures", csrf, Sentence("Pictures"), wrong)


def _choices(
    words: Sequence[Any], labels: Mapping[Any, str], hints: Mapping[Any, str], chosen: str
) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=word.value, label=labels[word], hint=hints[word], on=word.value == chosen) for word in words
    )
