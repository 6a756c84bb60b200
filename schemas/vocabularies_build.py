"""Writes ``schemas/data/vocabularies`` from the published SKOS files. For developers; the node never runs it.

    python -m schemas.vocabularies_build FOLDER_WITH_TTL_FILES

rdflib is a development dependency, hence imported where it is used: every module must import in an installation
without it. Only vocabularies whose declared licence lets them travel are listed here (data/vocabularies/README.md).
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

TARGET = Path(__file__).parent / "data" / "vocabularies"

# The published file, and ours: the name says which scheme it is.
SOURCES = {
    "hcrt.ttl": "hcrt.json",
    "educationalLevel.ttl": "educational-level.json",
    "oeh-eqfCompetenceLevels.ttl": "eqf-level.json",
    "educationalAudienceRole.ttl": "audience-role.json",
    "interactivityType.ttl": "interactivity-type.json",
    "lrmi-educationalUse.ttl": "educational-use.json",
    "conditionsOfAccess.ttl": "conditions-of-access.json",
    "schulfaecher.ttl": "school-subject.json",
    "oeh-new_lrt.ttl": "new-lrt.json",
    "oeh-learningMode.ttl": "learning-mode.json",
    "oeh-skill_levels.ttl": "skill-level.json",
    "oeh-languageLevel.ttl": "language-level.json",
}
_ATTRIBUTION = {"http://purl.org/dcx/lrmi-vocabs/": "LRMI Task Group (DCMI)"}


def main(folder: Path) -> None:
    """Reads every listed file of ``folder`` and writes its JSON twin."""
    for source, target in SOURCES.items():
        scheme = read_scheme(folder / source)
        text = json.dumps(scheme, ensure_ascii=False, indent=1) + "\n"
        (TARGET / target).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{target}: {len(scheme['concepts'])} concepts\n")


def read_scheme(path: Path) -> dict[str, Any]:
    """One concept scheme as plain JSON: id, title, licence and its concepts in the order of their IRIs."""
    from rdflib import Graph
    from rdflib.namespace import DCTERMS, RDF, SKOS

    graph = Graph().parse(path, format="turtle")
    scheme = next(graph.subjects(RDF.type, SKOS.ConceptScheme))
    licence = next(graph.objects(scheme, DCTERMS.license))
    # Two of the files write the Dublin Core namespace wrongly, so the title is known by the end of its name.
    named = sorted({each for each in graph.predicates(scheme) if str(each).endswith("/title")}, key=str)
    titles = {tag: text for each in named for tag, text in _labels(graph, scheme, each).items()}
    concepts = sorted(set(graph.subjects(RDF.type, SKOS.Concept)), key=str)
    return {
        "id": str(scheme),
        "title": titles,
        "license": str(licence),
        **({"attribution": by} if (by := _attribution(str(scheme))) else {}),
        "concepts": [_concept(graph, concept, SKOS) for concept in concepts],
    }


def _attribution(scheme: str) -> str:
    return next((by for start, by in _ATTRIBUTION.items() if scheme.startswith(start)), "")


def _concept(graph: "Graph", concept: "Node", skos: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "id": str(concept),
        "prefLabel": _labels(graph, concept, skos.prefLabel),
        "altLabel": _many_labels(graph, concept, skos.altLabel),
        "notation": min(map(str, graph.objects(concept, skos.notation)), default=""),
        "broader": sorted(str(each) for each in graph.objects(concept, skos.broader)),
        "exactMatch": sorted(str(each) for each in graph.objects(concept, skos.exactMatch)),
        "closeMatch": sorted(str(each) for each in graph.objects(concept, skos.closeMatch)),
    }
    return {key: value for key, value in parts.items() if value}


def _labels(graph: "Graph", subject: "Node", predicate: Any) -> dict[str, str]:
    return dict(sorted(_tagged(graph, subject, predicate)))


def _many_labels(graph: "Graph", subject: "Node", predicate: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for language, text in sorted(_tagged(graph, subject, predicate)):
        found.setdefault(language, []).append(text)
    return found


def _tagged(graph: "Graph", subject: "Node", predicate: Any) -> Iterator[tuple[str, str]]:
    for each in graph.objects(subject, predicate):
        yield getattr(each, "language", None) or "und", str(each).strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
