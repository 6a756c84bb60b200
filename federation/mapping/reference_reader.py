"""What a schema.org object points to: people and organisations, other resources, pages about it."""

from collections.abc import Mapping
from typing import Any

from federation.mapping.entity_texts import Texts
from federation.mapping.schema_values import (
    agent_type,
    as_list,
    extensions_of,
    first,
    is_iri_text,
    present,
    provider,
    texts_of,
)
from node.domain.records import AGENT_LISTS, REFERENCE_LISTS
from schemas.formats import is_iri

_Json = dict[str, Any]
_DEFAULT_AGENT: Mapping[str, str] = {
    "creator": "Person",
    "contributor": "Person",
    "publisher": "Organization",
    "funder": "Organization",
}


def read_agents(said: Texts, rest: _Json) -> _Json:
    """Who made, gave or paid for it; taken out of the object."""
    return {key: agents_of(said, rest, key, _DEFAULT_AGENT[key]) for key in AGENT_LISTS}


def agents_of(said: Texts, owner: _Json, key: str, default: str) -> list[_Json] | None:
    """People and organisations that a part names; taken out of it."""
    if owner.get(key) is None:
        owner.pop(key, None)
        return None
    found = (read_agent(said, each, default) for each in as_list(owner.pop(key)))
    return [each for each in found if each]


def read_agent(said: Texts, value: Any, default: str) -> _Json | None:
    """A person or an organisation; ``default`` where it says of which type."""
    if isinstance(value, str):
        return present(type=default, name=value, id=value if is_iri(value) else None) if value.strip() else None
    if not isinstance(value, dict):
        return None
    rest = dict(value)
    kind = agent_type(rest.pop("type", None), default)
    name = said.text(rest.pop("name", None)) or " ".join(
        part for key in ("givenName", "familyName") if isinstance(part := rest.pop(key, None), str)
    )
    iri, url = rest.pop("id", None), rest.pop("url", None)
    affiliation = read_agent(said, first(rest.pop("affiliation", None)), "Organization")
    return present(
        type=kind,
        name=name or (iri if is_iri_text(iri) else None),
        id=iri if is_iri_text(iri) else None,
        url=said.text(url),
        honorificPrefix=said.text(rest.pop("honorificPrefix", None)),
        affiliation=affiliation,
        extensions=extensions_of(rest),
    )


def read_references(said: Texts, rest: _Json) -> _Json:
    """Other resources and pages that it names; taken out of the object."""
    record: _Json = {}
    for key in REFERENCE_LISTS:
        record[key] = references_of(said, rest, key)
    if (pages := rest.pop("mainEntityOfPage", None)) is not None:
        record["mainEntityOfPage"] = [page for each in as_list(pages) if (page := _page(said, each))]
    return record


def references_of(said: Texts, owner: _Json, key: str) -> list[_Json] | None:
    """Other resources that a part names; taken out of it."""
    values = owner.pop(key, None)
    return None if values is None else [part for each in as_list(values) if (part := read_reference(said, each))]


def read_reference(said: Texts, value: Any) -> _Json | None:
    """Another resource: its address, its name, or what is said of it."""
    if isinstance(value, str):
        return {"id" if is_iri(value) else "name": value} if value.strip() else None
    if not isinstance(value, dict):
        return None
    rest = dict(value)
    if "creator" not in rest and "author" in rest:
        rest["creator"] = rest.pop("author")
    iri = rest.pop("id", None)
    curator = agents_of(said, rest, "rz:addedBy", "Person")
    return present(
        id=iri if is_iri_text(iri) else rest.pop("url", None),
        note=rest.pop("rz:note", None),
        addedBy=curator[0] if curator else None,
        added=rest.pop("rz:added", None),
        type=texts_of(rest.pop("type", None)) or None,
        name=said.text(rest.pop("name", None)),
        creator=agents_of(said, rest, "creator", "Person"),
        license=said.licence(rest),
        provider=provider(rest.pop("provider", None)),
        extensions=extensions_of(rest),
    )


def _page(said: Texts, value: Any) -> _Json | None:
    if isinstance(value, str):
        return {"id": value}
    if not isinstance(value, dict):
        return None
    rest = dict(value)
    return present(
        id=rest.pop("id", None) or rest.pop("url", None),
        type="WebContent" if rest.pop("type", None) == "WebContent" else None,
        provider=provider(rest.pop("provider", None)),
        dateCreated=said.instant("$.mainEntityOfPage.dateCreated", rest.pop("dateCreated", None)),
        dateModified=said.instant("$.mainEntityOfPage.dateModified", rest.pop("dateModified", None)),
        extensions=extensions_of(rest),
    )
