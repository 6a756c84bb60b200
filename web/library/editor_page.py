"""How the form of a resource is shown: its sections, a preview, what is wrong, what somebody else changed meanwhile."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from aiohttp import web
from sqlalchemy import Connection

from federation.catalogues.amb_export import write_amb
from node.domain import resources as records
from node.domain.courses import KIND as COURSE
from node.domain.licences import attribution_line
from node.domain.numbers import number_in
from node.domain.pathways import KIND as PATHWAY
from node.domain.records import ResourceRecord
from node.domain.resources import languages_of
from node.domain.reuse import Fit, mix
from node.sentences import Sentence, sentences
from node.services.library import branches
from node.state import NODE
from node.store.access.sessions import Session
from node.store.library import drafts
from node.store.library.resources import Resource, Viewer
from node.text.descriptions import as_html, is_markdown
from web.design.frame import html, page_of
from web.design.licences import licence_in_words
from web.design.page import Notice
from web.design.parts import Prose, SafeHtml, Text
from web.design.paths import CATALOGUE, shelf_of
from web.design.reader import reader_of
from web.design.resources import ExportGap
from web.library.editor_target import Target
from web.library.form import Form, fields_of, shown
from web.library.sections import SECTIONS
from web.library.views import Difference, EditorView, NotAllowedView, Preview, SourceLine

DRAFTS = "/resources/drafts"
_LABELS: Mapping[str, str] = sentences(
    {
        "name-0": "Title",
        "description-0": "Text",
        "name-1": "Title in the second language",
        "description-1": "Text in the second language",
        "url": "Address",
        "kind": "Kind",
        "keywords": "Keywords",
        "creators": "Who made it",
        "licence": "Licence",
        "visibility": "Who may read it",
        "time": "Time to work through",
    }
)


async def answer(
    request: web.Request,
    session: Session,
    target: Target,
    form: Form,
    *,
    previewed: Mapping[str, Any] | None,
    theirs: Resource | None,
) -> web.Response:
    sources, other = await request.app[NODE].store.read(_load, session.actor_id, target, form)
    problems = tuple((name, sentence) for name, sentence in form.problems.items())
    title, shelf = _title(target, form), shelf_of(form.text("kind"))
    view = EditorView(
        page=page_of(
            request,
            target.action,
            title=title,
            section=shelf.href,
            noindex=True,
            notice=_notice(request, theirs),
            breadcrumbs=(shelf,),
        ),
        action=target.action,
        csrf=session.csrf,
        title=title,
        sections=shown(form, SECTIONS),
        media=form.values.get("media", ""),
        problems=problems,
        draft=str(target.draft.id) if target.draft else "",
        source_slug=target.source.slug if target.source else "",
        version=theirs.version if theirs else _version(form, target),
        sources=tuple(_sources(request, sources, form)),
        preview=_preview(form, previewed) if previewed is not None else None,
        differences=tuple(_differences(form, theirs)) if theirs else (),
        history_path=f"{target.edited.path}/versions" if target.edited else "",
        back_path=target.edited.path if target.edited else target.source.path if target.source else shelf.href,
        drafts_path=DRAFTS,
        other_draft=other,
        owner_name=target.owner_name,
    )
    is_wrong = bool(problems) and request.method == "POST"
    return html(request, view, 409 if theirs else 422 if is_wrong else 200)


#: What is made anew, by its kind; anything else is a resource.
_NEW = {PATHWAY: Sentence("Make a pathway"), COURSE: Sentence("Offer a course")}


def _title(target: Target, form: Form) -> str:
    if target.edited:
        return Sentence("Edit")
    if target.source:
        return Sentence("Make your own from this")
    return _NEW.get(form.text("kind"), Sentence("Add a resource"))


def _load(conn: Connection, actor_id: int, target: Target, form: Form) -> tuple[list[Resource], str]:
    """What it is based on; and a draft of the same resource that is not the one shown."""
    base = target.base
    found = list(branches.load_sources(conn, base, Viewer(actor_id)).values()) if base else []
    other = ""
    if target.edited is not None and target.draft is None:
        mine = [each for each in drafts.list_drafts(conn, actor_id) if each.object_id == target.edited.id]
        other = f"{target.action}?draft={mine[0].id}" if mine else ""
    return found, other


def _notice(request: web.Request, theirs: Resource | None) -> Notice | None:
    if theirs is not None:
        return Notice(
            text=Sentence("Somebody else has changed this meanwhile. What you typed is still here."), tone="bad"
        )
    return Notice(text=Sentence("Your draft is kept. Only you can see it.")) if "kept" in request.query else None


def _version(form: Form, target: Target) -> int:
    typed = number_in(form.text("version"), digits=9)
    if typed is not None:
        return typed
    return target.edited.version if target.edited else 0


def _sources(request: web.Request, sources: list[Resource], form: Form) -> Iterator[SourceLine]:
    reader = reader_of(request)
    for source in sources:
        record = source.record
        title = records.title(record, reader.languages)
        found = mix(record["license"], form.text("licence") or record["license"])
        creators = [agent["name"] for agent in record.get("creator", ())] or [source.owner.title]
        yield SourceLine(
            title=Text(value=title, language=records.title_language(record, reader.languages)),
            href=source.path,
            attribution=attribution_line(title, creators, source.url or record["id"], record["license"]),
            warning=found.told() if found.fit is not Fit.FINE else "",
        )


def texts(record: ResourceRecord) -> tuple[tuple[Text, Prose | None], ...]:
    """Title and text in each language."""
    markdown = is_markdown(record)
    return tuple(
        (
            Text(value=record["name"].get(tag, ""), language=tag),
            Prose(value=SafeHtml(as_html(told[tag], markdown=markdown)), language=tag) if tag in told else None,
        )
        for told in (record.get("description", {}),)
        for tag in languages_of(record)
    )


def _preview(form: Form, record: Mapping[str, Any]) -> Preview | None:
    """Of what is whole enough to be shown."""
    if not record.get("name") or not record.get("license"):
        return None
    whole = cast(ResourceRecord, {"id": "https://example.org/preview", "type": ["LearningResource"], **record})
    missing = write_amb(whole).missing
    mixes = [mix(each["license"], whole["license"]) for each in whole.get("isBasedOn", ()) if "license" in each]
    return Preview(
        texts=texts(whole),
        licence=licence_in_words(whole["license"]),
        gaps=(ExportGap(profile="AMB", fields=missing),) if missing else (),
        cautions=tuple(each.told() for each in mixes if each.fit is not Fit.FINE),
    )


def _differences(form: Form, theirs: Resource) -> Iterator[Difference]:
    now = fields_of(theirs.record, SECTIONS)
    for name, label in _LABELS.items():
        there = now.get(name, "")
        if there.strip() != form.values.get(name, "").replace("\r\n", "\n").strip():
            yield Difference(label=label, theirs=there)


# -- what may not be built on ---------------------------------------------------------------------------------------


def refusal(request: web.Request, source: Resource) -> web.Response:
    """The page that says why nothing may be made from a work."""
    reader = reader_of(request)
    title = records.title(source.record, reader.languages)
    view = NotAllowedView(
        page=page_of(request, source.path, title=Sentence("Make your own from this"), section=CATALOGUE, noindex=True),
        title=Text(value=title, language=records.title_language(source.record, reader.languages)),
        path=source.path,
        licence=licence_in_words(source.record["license"]),
        reason=mix(source.record["license"], source.record["license"]).told(),
    )
    return html(request, view, 403)
