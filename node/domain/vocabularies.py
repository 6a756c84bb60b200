"""Concepts of controlled vocabularies: looked up by IRI, found by label, shown in a reader's language.

An IRI of w3id.org with http and one with https name the same concept, because published files use both; records keep
the form that they came with. Concepts that no vocabulary here knows are kept as they are, never dropped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from node.domain.text import pick

HCRT = "https://w3id.org/kim/hcrt/"
EDUCATIONAL_LEVEL = "https://w3id.org/kim/educationalLevel/"
AUDIENCE_ROLE = "http://purl.org/dcx/lrmi-vocabs/educationalAudienceRole/"
INTERACTIVITY_TYPE = "http://purl.org/dcx/lrmi-vocabs/interactivityType/"
EDUCATIONAL_USE = "http://purl.org/dcx/lrmi-vocabs/educationalUse/"
CONDITIONS_OF_ACCESS = "https://w3id.org/kim/conditionsOfAccess/"
LEARNING_FORM = "https://w3id.org/rhizome/learningForm/"


@dataclass(frozen=True, slots=True)
class Term:
    """A concept of a shipped or imported scheme."""

    id: str
    scheme: str
    labels: Mapping[str, str]
    alternatives: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def label(self, languages: Sequence[str]) -> str:
        """Its label for somebody who reads these languages."""
        return pick(self.labels, languages)


class Vocabularies:
    """All concepts that the node knows, by IRI and by label within a scheme."""

    def __init__(self, schemes: Iterable[Mapping[str, Any]]) -> None:
        """``schemes`` as :func:`schemas.vocabularies` gives them."""
        self._terms: dict[str, Term] = {}
        self._by_label: dict[tuple[str, str], str] = {}
        for scheme in schemes:
            for concept in scheme["concepts"]:
                self._add(_term(concept, concept_scheme(concept["id"])))

    def find(self, iri: str) -> Term | None:
        """The concept with this IRI, whichever of its forms is asked for."""
        return self._terms.get(concept_key(iri))

    def find_by_label(self, scheme: str, label: str) -> Term | None:
        """The concept of a scheme that is called so in any language, also by the last part of its IRI.

        >>> hcrt = {"concepts": [{"id": HCRT + "slide", "prefLabel": {"en": "Presentation"}}]}
        >>> Vocabularies([hcrt]).find_by_label(HCRT, "presentation").id
        'https://w3id.org/kim/hcrt/slide'
        """
        return self._terms.get(self._by_label.get((concept_key(scheme), _folded(label)), ""))

    def label(self, iri: str, languages: Sequence[str]) -> str | None:
        """The label of the concept with this IRI; None where no vocabulary knows it."""
        term = self.find(iri)
        return term.label(languages) if term else None

    def terms(self, scheme: str) -> tuple[Term, ...]:
        """All concepts of a scheme, in the order of its file."""
        key = concept_key(scheme)
        return tuple(term for term in self._terms.values() if concept_key(term.scheme) == key)

    def _add(self, term: Term) -> None:
        key = concept_key(term.id)
        self._terms[key] = term
        names = [*term.labels.values(), *(name for names in term.alternatives.values() for name in names)]
        for name in (*names, key.rpartition("/")[2]):
            self._by_label.setdefault((concept_key(term.scheme), _folded(name)), key)


def concept_key(iri: str) -> str:
    """The form of a concept's IRI that comparisons use.

    >>> concept_key("http://w3id.org/kim/schulfaecher/s1009")
    'https://w3id.org/kim/schulfaecher/s1009'
    """
    return "https" + iri[4:] if iri.startswith("http://w3id.org/") else iri


def concept_scheme(iri: str) -> str:
    """The scheme that a concept's IRI tells by itself: all but its last part."""
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]


def _term(concept: Mapping[str, Any], scheme: str) -> Term:
    return Term(
        id=concept["id"],
        scheme=scheme,
        labels=concept.get("prefLabel", {}),
        alternatives=concept.get("altLabel", {}),
    )


def _folded(label: str) -> str:
    return " ".join(label.casefold().replace("_", " ").replace("-", " ").split())
