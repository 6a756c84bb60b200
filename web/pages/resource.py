"""``/r/SLUG``: a learning resource of ours, or our copy of another node's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import hdrs, web
from sqlalchemy import Connection, Row

from federation.catalogues.schema_org import write_json_ld
from federation.discovery.negotiation import wants_activity
from node.domain import resources as records
from node.domain.collections import is_collection
from node.domain.licences import attribution_line
from node.domain.pathways import is_pathway
from node.domain.records import ResourceRecord
from node.domain.text import language_of
from node.domain.uris import host_of
from node.domain.visibility import Visibility
from node.errors import NotFound
from node.sentences import Sentence
from node.services.library import authoring, branches
from node.services.library.branches import Branches
from node.state import NODE
from node.store.library import authorships, opinions, resources
from node.store.library.opinions import Counts, StoredNote, StoredReview
from node.store.library.resources import Resource, Viewer
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.reading import conversation, showing
from node.text import descriptions
from web.courses.section import Standing, course_section, load_standing
from web.design import record_parts
from web.design.cards import Reader, actor_path, resource_cards, resource_origin, thread
from web.design.frame import embedding, html, page_of
from web.design.licences import licence_in_words
from web.design.page import Alternate, Page, Social
from web.design.parts import Link, Prose, Text
from web.design.paths import catalogue_path, shelf_of
from web.design.reader import reader_of
from web.design.resources import Agent, ExportGap
from web.library.collection_parts import Held, collection_part, load_contents
from web.library.opinion_cards import opinions_of
from web.library.pathway_parts import Held as Steps
from web.library.pathway_parts import load_steps, pathway_part
from web.library.said import FOR_ALL, FOR_SOME, SAID
from web.pages.views import Actions, Facts, Outcomes, ResourceView, Talk
from web.viewer import viewer_of

Answers = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A resource with what surrounds it; ``edits``: whether the viewer may change it."""

    found: Resource
    answers: Answers
    authors: dict[int, Row[Any]]
    sources: dict[str, Resource]
    made: Branches
    edits: bool
    standing: Standing
    notes: list[StoredNote]
    reviews: list[StoredReview]
    counts: Counts
    editable: frozenset[int]
    contents: Held | None
    steps: Steps | None
    group: Actor | None  # whose members alone read it


async def show_resource(request: web.Request) -> web.Response:
    slug, reader = request.match_info["slug"], reader_of(request)
    shown = await request.app[NODE].store.read(_find, slug, viewer_of(request))
    found = shown.found
    if reader.hides_actor(found.owner):
        raise NotFound
    if wants_activity(request.headers.get(hdrs.ACCEPT, "")):
        raise web.HTTPFound(found.uri, headers={hdrs.VARY: "Accept"})
    return html(request, _view(request, shown, reader))


def _find(conn: Connection, slug: str, viewer: Viewer) -> _Shown:
    found = resources.load_by_slug(conn, slug, viewer)
    answers = conversation.load_answers(conn, found.id)
    notes = opinions.list_notes(conn, found.uri, viewer.actor_id)
    reviews = opinions.list_reviews(conn, found.uri, viewer.actor_id)
    said = {each.object_id for each in notes} | {each.object_id for each in reviews}
    edits, editable = False, frozenset[int]()
    if viewer.actor_id is not None:
        author = authoring.load_author(conn, viewer.actor_id)
        edits = authoring.may_edit(conn, author, found)
        own = {each.object_id for each in notes if each.row.local}
        authors = {} if author.is_admin else authorships.load_authors(conn, own)
        editable = frozenset(i for i in own if author.is_admin or authors.get(i) == author.actor_id)
    sources = branches.load_sources(conn, found.record, viewer)
    people = {row.actor_id for row in answers} | {each.organisation_id for each in notes}
    people |= {each.actor_id for each in reviews}
    return _Shown(
        found,
        [row for row in answers if row.id not in said],
        showing.load_rows(conn, people),
        sources,
        branches.load_branches(conn, found, viewer.actor_id),
        edits,
        load_standing(conn, found, viewer.actor_id),
        notes,
        reviews,
        opinions.load_counts(conn, [found.uri], viewer.actor_id).get(found.uri, Counts()) if reviews else Counts(),
        editable,
        load_contents(conn, found, viewer) if is_collection(found.record) else None,
        load_steps(conn, found, viewer) if is_pathway(found.record) else None,
        actors.find_actor(conn, found.audience) if found.audience else None,
    )


def _page(request: web.Request, shown: _Shown, reader: Reader, formats: tuple[Alternate, ...]) -> Page:
    found, record = shown.found, shown.found.record
    shelf, is_public = shelf_of(found.kind), found.visibility is Visibility.PUBLIC
    social = Social(
        kind="article",
        image=record_parts.preview(found, reader),
        creator=found.owner.handle,
        published_at=found.published_at,
        updated_at=found.updated_at or 0,
    )
    return page_of(
        request,
        found.path,
        title=records.title(record, reader.languages),
        title_language=records.title_language(record, reader.languages),
        description=descriptions.summary(record, reader.languages, 200),
        section=shelf.href,
        said={**SAID, "published": FOR_ALL if found.visibility.is_open else FOR_SOME},
        breadcrumbs=(shelf,),
        alternates=(*formats, *embedding(request, found, found.path)),
        social=social if is_public else None,
        json_ld=_json_ld(shown, reader) if is_public else None,
        noindex=not found.local or not is_public,
    )


def _formats(found: Resource) -> tuple[Alternate, ...]:
    json_address = f"/api/learning/v1/resources/{found.slug}"
    return (
        Alternate(media_type="application/json", href=json_address, title="JSON"),
        Alternate(media_type="application/activity+json", href=found.uri, title="ActivityPub"),
        *([_feed_of(found)] if is_collection(found.record) and found.visibility.is_open else []),
    )


def _view(request: web.Request, shown: _Shown, reader: Reader) -> ResourceView:
    found, record = shown.found, shown.found.record
    title, language = records.title(record, reader.languages), records.title_language(record, reader.languages)
    creators = [agent["name"] for agent in record.get("creator", ())]
    images = record.get("image", ())
    formats = _formats(found)
    page = _page(request, shown, reader, formats)
    names = record_parts.in_order(record["name"], language)
    csrf = page.viewer.csrf if page.viewer is not None else ""
    return ResourceView(
        page=page,
        iri=record["id"],
        names=tuple(Text(value=value, language=tag) for tag, value in names),
        kind=found.kind,
        version=found.version,
        digest=found.digest,
        updated_at=found.updated_at or found.published_at,
        descriptions=_descriptions(record, reader),
        image=reader.picture(images[0]["contentUrl"], host=host_of(found.uri)) if images else None,
        creators=record_parts.agents(record.get("creator", ())),
        licence=licence_in_words(record["license"]),
        facts=_facts(found, reader),
        outcomes=_outcomes(record, reader),
        accessibility=record_parts.accessibility(record),
        files=tuple(record_parts.files(found)),
        based_on=record_parts.references(record, "isBasedOn", shown.sources),
        part_of=record_parts.references(record, "isPartOf"),
        parts=() if shown.contents or shown.steps else record_parts.references(record, "hasPart"),
        collection=collection_part(found, shown.contents, reader) if shown.contents else None,
        pathway=pathway_part(found, shown.steps, reader) if shown.steps else None,
        previous=record_parts.earlier(record),
        origin=resource_origin(found),
        visibility=found.visibility.value,
        warnings=tuple(str(each) for each in found.warnings),
        gaps=_gaps(record) if found.local and reader.actor_id is not None else (),
        formats=formats,
        attribution=attribution_line(title, creators, f"{reader.links.origin}{found.path}", record["license"]),
        community=Link(label=shown.group.title, href=actor_path(shown.group)) if shown.group else None,
        actions=_actions(shown, reader),
        talk=_talk(shown, reader),
        branches=resource_cards(shown.made.shown, reader),
        hidden_branches=resource_cards(shown.made.hidden, reader) if shown.edits else (),
        branches_path=f"{found.path}/branches" if shown.edits else "",
        opinions=opinions_of(
            found.path, shown.notes, shown.reviews, shown.authors, shown.counts, reader, shown.editable
        ),
        credits=tuple(record_parts.credit_lines(record, shown.sources)),
        course=course_section(found, shown.standing, reader, today=request.app[NODE].unit().today, csrf=csrf),
    )


def _descriptions(record: ResourceRecord, reader: Reader) -> tuple[Prose, ...]:
    told = record.get("description", {})
    texts = record_parts.in_order(told, language_of(told, reader.languages) or "")
    return tuple(record_parts.prose(record, value, tag) for tag, value in texts)


def _facts(found: Resource, reader: Reader) -> Facts:
    record = found.record
    publishers = record_parts.agents(record.get("publisher", ()))
    return Facts(
        contributors=record_parts.agents(record.get("contributor", ())),
        publishers=publishers or (Agent(name=found.owner.title, href=actor_path(found.owner)),),
        funders=record_parts.agents(record.get("funder", ())),
        free=record.get("isAccessibleForFree"),
        access=record_parts.label(record["conditionsOfAccess"], reader).value if "conditionsOfAccess" in record else "",
        types=record_parts.concepts(record, "learningResourceType", reader, facet="type"),
        topics=record_parts.concepts(record, "about", reader, facet="topic"),
        levels=record_parts.concepts(record, "educationalLevel", reader, facet="level"),
        audiences=record_parts.concepts(record, "audience", reader, facet="audience"),
        keywords=tuple(Link(label=word, href=catalogue_path(keyword=word)) for word in record.get("keywords", ())),
        languages=tuple(record["inLanguage"]),
        time_required=record.get("timeRequired", ""),
        duration=record.get("duration", ""),
        created=record.get("dateCreated", ""),
        published=record.get("datePublished", ""),
        modified=record.get("dateModified", ""),
    )


def _outcomes(record: ResourceRecord, reader: Reader) -> Outcomes:
    return Outcomes(
        teaches=record_parts.concepts(record, "teaches", reader),
        assesses=record_parts.concepts(record, "assesses", reader),
        requires=record_parts.concepts(record, "competencyRequired", reader),
    )


def _actions(shown: _Shown, reader: Reader) -> Actions:
    found, is_known = shown.found, reader.actor_id is not None
    return Actions(
        edit_path=f"{found.path}/edit" if shown.edits else "",
        withdraw_path=f"{found.path}/withdraw" if shown.edits else "",
        history_path=f"{found.path}/versions" if found.local and found.version > 1 else "",
        reuse_path=f"/resources/new?from={found.slug}" if is_known else "",
        collect_path=f"{found.path}/collect" if is_known else "",
    )


def _talk(shown: _Shown, reader: Reader) -> Talk:
    found = shown.found
    replies = thread(shown.answers, shown.authors, found.id, reader)
    may_answer = reader.actor_id is not None and found.visibility is not Visibility.PRIVATE
    return Talk(
        address=found.url or found.uri if found.visibility.is_open else "",
        publisher_handle=found.owner.handle,
        answer_path=f"/compose?{urlencode({'reply': found.id, 'back': found.path})}" if may_answer else "",
        replies=replies,
        reply_total=len(replies),
    )


def _json_ld(shown: _Shown, reader: Reader) -> dict[str, Any]:
    """For search engines, which are signed in nowhere: what they count are reviews that everybody may read."""
    counts = shown.counts if reader.actor_id is None else Counts()
    return write_json_ld(
        shown.found.record,
        page_url=f"{reader.links.origin}{shown.found.path}",
        rating_sum=counts.rating_sum,
        ratings=counts.ratings,
    )


def _feed_of(found: Resource) -> Alternate:
    """What is added to a collection, for readers of feeds."""
    return Alternate(
        media_type="application/atom+xml", href=f"/collections/{found.slug}.atom", title=Sentence("Additions")
    )


def _gaps(record: ResourceRecord) -> tuple[ExportGap, ...]:
    lacking = records.missing(record)
    return (ExportGap(profile="AMB", fields=lacking),) if lacking else ()
