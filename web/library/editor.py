"""``/resources/new`` and ``/r/SLUG/edit``: writing a resource, from nothing, from a draft, or from another's work.

Every button sends the whole form, so no page needs a script and nothing that was typed is ever lost: what is wrong is
told beside the fields, uploads are kept, and where somebody else was faster both states are shown.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField
from sqlalchemy import Connection

from federation.builders.resource_documents import write_document
from node.domain.numbers import number_in, numbers_in
from node.domain.visibility import Visibility
from node.errors import Invalid, NotFound, PreconditionFailed, Unavailable
from node.services import membership
from node.services.context import Unit
from node.services.library import authoring, drafting
from node.services.library.authoring import Work
from node.services.library.publish import PublishResult
from node.services.posts.uploads import Words
from node.state import NODE
from node.store.access.sessions import Session
from node.store.library import resources
from node.store.library.drafts import Draft
from node.store.library.resources import Resource, Viewer
from node.store.posts import media as media_store
from node.store.posts.media import Media
from web import room, sessions
from web.design.frame import done
from web.design.reader import reader_of
from web.library import editor_page, steps
from web.library.editor_target import Target
from web.library.form import MAX_FIELDS, Form, by_field, fields_of, record_of
from web.library.sections import SECTIONS, course
from web.uploads import on_disk, roomy

# -- handlers -------------------------------------------------------------------------------------------------------


async def show_new(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    query = request.query
    target = await _find(request, session, "", query.get("from", ""), query.get("draft", ""))
    if target.source is not None and not target.may_build:
        return editor_page.refusal(request, target.source)
    return await _show(request, session, target, _first_form(request, target))


async def show_edit(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    target = await _find(request, session, request.match_info["slug"], "", request.query.get("draft", ""))
    return await _show(request, session, target, _first_form(request, target))


async def save(request: web.Request) -> web.StreamResponse:
    """Whatever button was pressed, uploads are taken in first."""
    session = sessions.require_person(request)
    async with roomy(request, files=2) as wide:
        fields, files = await sessions.read_upload_form(request, wide)
        if len(fields) > MAX_FIELDS:
            raise Invalid("This form has too many fields.")
        slug = request.match_info.get("slug", "")
        target = await _find(request, session, slug, fields.get("from", ""), fields.get("draft", ""))
        values = {name: value for name, value in fields.items() if name != "csrf"}
        values, problems = await _take_files(request, session, values, files)
    form = await _form(request, target, values)
    try:
        return await _act(request, session, target, form.with_problems(problems), values.pop("do", "publish"))
    except Unavailable as error:
        again = await _show(request, session, target, form.with_problems({"form": room.NOT_STORED}))
        return room.later(again, error)


async def _act(request: web.Request, session: Session, target: Target, form: Form, pressed: str) -> web.StreamResponse:
    if pressed == "draft":
        room.check(request)
        draft = await request.app[NODE].store.write(_keep, request.app[NODE].unit(), target, dict(form.values))
        place = f"{target.action}?draft={draft.id}&kept"
        if not form.problems:
            return web.Response(status=303, headers={"Location": place})
        return await _show(request, session, replace(target, draft=draft), form)
    if steps.is_step(pressed):
        return await _show(request, session, target, await steps.press(request, session.actor_id, form, pressed))
    if pressed == "language":
        number = max([*form.blocks("language"), -1]) + 1
        form = replace(form, values={**form.values, f"language-{number}": ""})
    if pressed == "date":
        form = replace(form, values={**form.values, f"run-{max([*form.blocks('run'), -1]) + 1}": course.NEW})
    if pressed in {"language", "date", "upload"} or form.problems:
        return await _show(request, session, target, form)
    record, problems = record_of(form, SECTIONS)
    if pressed == "preview" or problems:
        return await _show(request, session, target, form.with_problems(problems), previewed=record)
    return await _publish(request, session, target, form, record)


async def _publish(
    request: web.Request, session: Session, target: Target, form: Form, record: Mapping[str, Any]
) -> web.StreamResponse:
    node = request.app[NODE]
    work = Work(
        record,
        Visibility(form.text("visibility")),
        for_organisation=False if form.text("owner") == "me" else None,
        version=number_in(form.text("version"), digits=9),
    )
    room.check(request)
    try:
        result = await node.store.write(_write, node.unit(), target, work, node.links)
    except PreconditionFailed:
        theirs = await node.store.read(resources.load_by_object, target.edited.id if target.edited else 0)
        return await _show(request, session, replace(target, edited=theirs), form, theirs=theirs)
    except Invalid as error:
        problems = by_field(error) or {"form": error.public}
        return await _show(request, session, target, form.with_problems(problems))
    return done(f"/r/{result.url.rsplit('/r/', 1)[-1]}", "published")


# -- what is needed -------------------------------------------------------------------------------------------------


async def _find(request: web.Request, session: Session, slug: str, source: str, draft: str) -> Target:
    return await request.app[NODE].store.read(_load, session.actor_id, slug, source, draft)


def _load(conn: Connection, actor_id: int, slug: str, source_slug: str, draft_id: str) -> Target:
    """Raises NotFound for drafts of others and for what the author may not read, Forbidden for what she may not do."""
    author = authoring.load_author(conn, actor_id)
    draft = drafting.load(conn, actor_id, draft_id) if draft_id else None
    edited = authoring.load_editable(conn, author, slug) if slug else None
    if edited is not None and draft is not None and draft.object_id != edited.id:
        raise NotFound
    source_slug = source_slug or (draft.fields.get("from", "") if draft and not edited else "")
    source = resources.load_by_slug(conn, source_slug, Viewer(actor_id)) if source_slug and not slug else None
    may_build = source is None or authoring.may_build_on(conn, author, source)
    name, owner = authoring.name_of(conn, author), authoring.organisation(conn).title
    groups = membership.list_closed(conn, actor_id)
    return Target(author, edited, source, draft, name, owner, may_build, tuple(groups))


def _first_form(request: web.Request, target: Target) -> dict[str, str]:
    """The draft where there is one, else what the record says, else an empty form with what is known."""
    if target.draft is not None:
        return dict(target.draft.fields)
    base = target.base
    if base is not None:
        values = fields_of(base, SECTIONS)
        if target.edited is not None:
            return {**values, "version": str(target.edited.version)}
        creators = "\n".join(dict.fromkeys(filter(None, [*values["creators"].splitlines(), target.name])))
        source = target.source.slug if target.source else ""
        return {**values, "creators": creators, "visibility": "organisation", "from": source}
    language = reader_of(request).languages[0]
    kind = request.query.get("kind", "")
    return {"language-0": language, "creators": target.name, **({"kind": kind} if kind else {})}


async def _form(request: web.Request, target: Target, values: dict[str, str]) -> Form:
    node, reader = request.app[NODE], reader_of(request)
    wanted = _ids(values.get("media", ""))
    object_id = target.edited.id if target.edited else None
    media = await node.store.read(_load_media, target.author.actor_id, wanted, object_id)
    return Form(
        values={**values, "media": ",".join(str(each.id) for each in media)},
        base=target.base,
        media=tuple(media),
        languages=tuple(dict.fromkeys(reader.languages)),
        media_url=node.links.stored,
        is_new=target.edited is None,
        owner_name=target.owner_name,
        is_own=target.edited is not None and target.edited.owner.id == target.author.actor_id,
        communities=tuple((each.uri, each.title) for each in target.communities),
    )


def _ids(text: str) -> list[int]:
    return numbers_in(text)[:100]


def _load_media(conn: Connection, actor_id: int, wanted: list[int], object_id: int | None) -> list[Media]:
    """What the form names and the author may use, and what the resource shows already; nothing else."""
    shown = media_store.load_for_objects(conn, [object_id]).get(object_id, []) if object_id else []
    named = media_store.load_media(conn, wanted)
    own = [named[i] for i in wanted if i in named and named[i].owner_id == actor_id]
    free = [each for each in own if each.object_id is None and each.purpose == "attachment"]
    return [*shown, *(each for each in free if each.id not in {other.id for other in shown})]


async def _take_files(
    request: web.Request, session: Session, values: dict[str, str], files: Mapping[str, FileField]
) -> tuple[dict[str, str], dict[str, str]]:
    """Take in what was chosen; what is refused is told beside its field, and the rest of the form stays."""
    uploads, problems = request.app[NODE].uploads, {}
    for name in ("picture", "file"):
        async with on_disk(request, files.get(name)) as (place,):
            if place is None:
                continue
            try:
                words = Words(values.get(f"{name}-alt", ""))
                taken = await uploads.take_file(session.actor_id, place, words)
            except (Invalid, Unavailable) as error:
                problems[name] = error.public
                continue
            values["media"] = ",".join(filter(None, [values.get("media", ""), str(taken.id)]))
            values[f"alt-{taken.id}"] = values.pop(f"{name}-alt", "")
    return values, problems


# -- units of work --------------------------------------------------------------------------------------------------


def _keep(conn: Connection, unit: Unit, target: Target, values: dict[str, str]) -> Draft:
    values.pop("do", None)
    object_id = target.edited.id if target.edited else None
    draft_id = target.draft.id if target.draft else None
    return drafting.keep(conn, unit, target.author.actor_id, values, draft_id=draft_id, object_id=object_id)


def _write(conn: Connection, unit: Unit, target: Target, work: Work, links: Any) -> PublishResult:
    if target.edited is not None:
        result = authoring.change(
            conn, unit, target.author, target.edited.slug, work, links=links, write=write_document
        )
    else:
        result = authoring.create(conn, unit, target.author, work, links=links, write=write_document)
    if target.draft is not None:
        drafting.discard(conn, unit, target.author.actor_id, target.draft.id)
    return result


async def _show(
    request: web.Request,
    session: Session,
    target: Target,
    form: Form | dict[str, str],
    *,
    previewed: Mapping[str, Any] | None = None,
    theirs: Resource | None = None,
) -> web.Response:
    if isinstance(form, dict):
        form = await _form(request, target, form)
    return await editor_page.answer(request, session, target, form, previewed=previewed, theirs=theirs)
