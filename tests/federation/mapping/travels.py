"""A record on its way through ActivityPub and back, for tests."""

import json

from federation.catalogues import amb_export
from federation.contexts import with_context
from federation.mapping import resource
from federation.mapping.resource import Envelope, build_article
from node.domain import resources
from tests.records import loosely

read_article = loosely(resource.read_article)
write_amb = loosely(amb_export.write_amb)
content_of = loosely(resources.content_of)
AT = 1_772_355_600_000
ENVELOPE = Envelope(
    uri="https://learn.uni.example/ap/o/01JRES",
    actor_uri="https://learn.uni.example/ap/a/uni",
    followers_uri="https://learn.uni.example/ap/a/uni/followers",
    page_url="https://learn.uni.example/r/reading-a-phase-diagram",
    published_at=AT,
    updated_at=AT + 345_600_000,
    revision=7,
)


def travel(value, envelope=ENVELOPE):
    """Through the wire and back."""
    return read_article(json.loads(json.dumps(with_context(build_article(value, envelope)))))


#: What compact keys mean that are neither a word of schema.org nor one of ours.
TERMS = {
    "id": "@id",
    "type": "@type",
    "nameMap": "https://schema.org/name",
    "descriptionMap": "https://schema.org/description",
    "prefLabel": "http://www.w3.org/2004/02/skos/core#prefLabel",
    "extensions": "https://w3id.org/rhizome#extensions",
}


def lost(value, node, path="$"):
    """Every place of compact JSON that its expanded form no longer tells."""
    for key, each in value.items():
        iri = TERMS.get(key) or key.replace("rz:", "https://w3id.org/rhizome#")
        iri = iri if ":" in iri or iri.startswith("@") else f"https://schema.org/{iri}"
        if iri not in node:
            yield f"{path}.{key}"
        elif key not in TERMS:
            parts = each if isinstance(each, list) else [each]
            told = node[iri][0].get("@list", node[iri]) if key == "itemListElement" else node[iri]
            if len(parts) > len(told):
                yield f"{path}.{key}: {len(parts) - len(told)} of {len(parts)}"
            for part, found in zip(parts, told, strict=False):
                if isinstance(part, dict):
                    yield from lost(part, found, f"{path}.{key}")


def foreign(**entity):
    """An article of another implementation around a thing with these properties."""
    return {
        "id": "https://other.example/o/1",
        "type": "Article",
        "name": "Casting",
        "to": ["as:Public"],
        "contentMap": {"de": "<p>x</p>"},
        "published": "2026-03-01T10:00:00+01:00",
        "mainEntity": {"id": "https://other.example/r/1", "type": "LearningResource", "name": "Gießen", **entity},
    }
