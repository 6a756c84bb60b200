"""What pages show of a record: agents, concepts, files, references, each as a part."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from federation.mapping.concepts import shipped
from node.domain.licences import attribution_line
from node.domain.numbers import number_in
from node.domain.records import Agent as AgentRecord
from node.domain.records import Concept as ConceptRecord
from node.domain.records import ResourceRecord
from node.domain.text import language_of, pick, plain
from node.domain.uris import host_of, is_web_uri
from node.store.library.resources import Resource
from node.text import descriptions
from web.design.cards import Reader
from web.design.parts import Image, Prose, SafeHtml, Text
from web.design.paths import catalogue_path
from web.design.resources import Accessibility, Agent, Concept, File, Reference
from web.pictures import COVER_HEIGHT, COVER_WIDTH


def prose(record: ResourceRecord, text: str, language: str) -> Prose:
    """Markdown as it was meant; what came as plain text stays plain."""
    if not descriptions.is_markdown(record):
        return Prose(value=plain(text), language=language)
    return Prose(value=SafeHtml(descriptions.as_html(text, markdown=True)), language=language)


def credit_lines(record: ResourceRecord, held: Mapping[str, Resource]) -> Iterable[str]:
    """The lines that credit what it is based on, as far as the record says whose that is.

    They name the page of what is held here: an id is there for machines, and may lead nowhere.
    """
    for each in record.get("isBasedOn", ()):
        if "name" in each and "license" in each:
            creators = [agent["name"] for agent in each.get("creator", ())]
            iri = each.get("id", "")
            page = held[iri].url if iri in held else ""
            yield attribution_line(each["name"], creators, page or iri, each["license"])


def preview(found: Resource, reader: Reader) -> Image:
    """What previews elsewhere show: the first picture of the record, or its cover."""
    pictures = found.record.get("image", ())
    if not pictures:
        return Image(url=f"{reader.links.origin}/covers/{found.id}.png", width=COVER_WIDTH, height=COVER_HEIGHT)
    first = pictures[0]
    alt = pick(first["name"], reader.languages) if "name" in first else ""
    return Image(url=first["contentUrl"], alt=alt, width=first.get("width", 0), height=first.get("height", 0))


def in_order(texts: Mapping[str, str], first: str) -> list[tuple[str, str]]:
    return sorted(texts.items(), key=lambda pair: (pair[0] != first, pair[0]))


def agents(found: Iterable[AgentRecord]) -> tuple[Agent, ...]:
    return tuple(
        Agent(
            name=each["name"],
            href=_web(each.get("url", "") or each.get("id", "")),
            affiliation=each["affiliation"]["name"] if "affiliation" in each else "",
        )
        for each in found
    )


def _web(address: str) -> str:
    return address if is_web_uri(address) else ""


def label(concept: ConceptRecord, reader: Reader) -> Text:
    labels = concept.get("prefLabel", {})
    known = shipped().find(concept.get("id", ""))
    texts = known.labels if known else labels
    language = language_of(texts, reader.languages)
    return Text(value=texts[language], language=language) if language else Text(value=concept.get("id", ""))


def concepts(record: ResourceRecord, key: str, reader: Reader, *, facet: str = "") -> tuple[Concept, ...]:
    found = cast(Sequence[ConceptRecord], record.get(key, ()))
    return tuple(
        Concept(
            label=label(each, reader),
            path=catalogue_path(**{facet: each["id"]}) if facet and "id" in each else "",
        )
        for each in found
    )


def accessibility(record: ResourceRecord) -> Accessibility | None:
    facts = record.get("accessibility")
    if not facts:
        return None
    return Accessibility(
        modes=tuple(facts.get("accessMode", ())),
        features=tuple(facts.get("accessibilityFeature", ())),
        hazards=tuple(facts.get("accessibilityHazard", ())),
        summary=facts.get("accessibilitySummary", ""),
    )


def files(found: Resource) -> Iterable[File]:
    """Where the resource itself is: its files, else an address of its own. What it says is all there is of others."""
    record = found.record
    seen = False
    for each in record.get("encoding", ()):
        address = _web(each.get("contentUrl", "") or each.get("embedUrl", ""))
        if address:
            seen = True
            size = each.get("contentSize", "")
            yield File(
                url=address,
                name=each.get("name", "") or address.rstrip("/").rpartition("/")[2],
                media_type=each.get("encodingFormat", ""),
                size_bytes=number_in(size) or 0,
                sha256=each.get("sha256", ""),
                language=each.get("inLanguage", ""),
            )
    address = _web(record.get("url", "")) or (_web(record["id"]) if record["id"] != found.uri else "")
    if address and not seen:
        yield File(url=address, name=host_of(address))


def references(
    record: ResourceRecord, key: str, held: Mapping[str, Resource] = MappingProxyType({})
) -> tuple[Reference, ...]:
    """Other resources; to those that are held here leads the page here."""
    found: Sequence[Any] = cast(Any, record.get(key, ()))
    return tuple(
        Reference(
            label=Text(value=each.get("name") or each.get("id", "")),
            href=held[each["id"]].path if each.get("id") in held else _web(each.get("id", "")),
            host=host_of(each.get("id", "")),
        )
        for each in found
    )


def earlier(record: ResourceRecord) -> Reference | None:
    address = record.get("previousVersion", "")
    return Reference(label=Text(value=address), href=_web(address)) if address else None
