"""A pathway on its way through ActivityPub and AMB."""

import json

from federation.contexts import with_context
from federation.mapping.resource import build_article
from node.domain import pathways
from node.domain.resources import Grade
from tests.federation.mapping.expansion import expand
from tests.federation.mapping.travels import ENVELOPE, content_of, foreign, lost, read_article, travel, write_amb
from tests.records import pathway_record
from tests.rows import each_row
from tests.shared import shared_data


def test_a_pathway_survives_with_its_steps():
    value = pathway_record()
    article = build_article(value, ENVELOPE)
    entity = article["mainEntity"]
    assert "hasPart" not in entity
    assert (
        [each["position"] for each in entity["itemListElement"]]
        == [1, 2, 3]
        == [*range(1, entity["numberOfItems"] + 1)]
    )
    assert entity["itemListElement"][1]["item"] == "https://far.example/ap/o/3"
    assert [each["rz:required"] for each in entity["itemListElement"]] == [True, True, False]
    assert article["steps"] == f"{ENVELOPE.uri}/items"
    node = expand(json.loads(json.dumps(with_context(article))))
    assert list(lost(entity, node["https://schema.org/mainEntity"][0])) == []
    reading = travel(value)
    assert (reading.grade, reading.warnings) == (Grade.CLEAN, ())
    assert content_of(reading.record) == {**value, "visibility": "public"}


def test_the_pathway_of_the_reference_is_understood():
    document = json.loads((shared_data("examples") / "pathway.json").read_bytes())["object"]
    reading = read_article(document)
    assert (reading.grade, reading.warnings) == (Grade.CLEAN, ())
    first, second = pathways.steps_of(reading.record)
    assert reading.record["kind"] == "pathway"
    assert (first.iri, first.name, first.optional) == (
        "https://learn.uni.example/ap/o/01JRES",
        "Reading a phase diagram",
        False,
    )
    assert (second.name, second.optional, second.alternatives) == (
        "Casting basics",
        True,
        ("https://other.example/ap/o/9",),
    )
    assert first.key != second.key


@each_row(
    "items, expected",
    [
        (["https://x.example/1", "In words"], [{"id": "https://x.example/1"}, {"name": "In words"}]),
        ({"type": "ListItem", "url": "https://x.example/1"}, [{"id": "https://x.example/1"}]),
        (
            [{"type": "ListItem", "position": "2", "name": "B"}, {"type": "ListItem", "position": 1, "name": "A"}],
            [{"name": "A"}, {"name": "B"}],
        ),
        (
            [{"type": "Article", "name": "A", "url": "https://x.example/1"}],
            [{"id": "https://x.example/1", "type": ["Article"], "name": "A"}],
        ),
        ([{"type": "ListItem"}, 7, None, {}, {"type": "ListItem", "item": {"name": "A"}}], [{"name": "A"}]),
        ([{"type": "ListItem", "name": "A", "rz:action": "fly", "rz:key": "../"}], [{"name": "A"}]),
    ],
)
def test_lists_of_others_become_steps(items, expected):
    """Addresses, words, things and ListItems; what is wrong in a step is left out, never the whole."""
    found = read_article(foreign(**{"@type": ["LearningResource", "ItemList"], "itemListElement": items})).record
    assert [{key: value for key, value in each.items() if value != {}} for each in found["hasPart"]] == expected
    assert found["kind"] == "pathway"


def test_amb_gets_a_pathway_as_a_collection():
    written = write_amb(pathway_record()).document
    assert written["type"] == ["LearningResource", "Collection"]
    assert [each["name"] for each in written["hasPart"]] == ["Casting basics", "Open workshop"]  # the profile wants ids
    assert "step" not in written["hasPart"][0]
