"""A course on its way through ActivityPub and AMB."""

import json
from dataclasses import replace

from federation.mapping.resource import build_article
from node.domain import resources
from node.domain.resources import Grade
from tests.federation.mapping.travels import ENVELOPE, content_of, read_article, travel, write_amb
from tests.records import course_record
from tests.shared import shared_data


def test_a_course_survives_with_its_instances():
    value = course_record()
    reading = travel(value)
    assert (reading.grade, reading.warnings) == (Grade.CLEAN, ())
    assert content_of(reading.record) == {**value, "visibility": "public"}


def test_the_course_of_the_reference_is_understood():
    document = json.loads((shared_data("examples") / "course.json").read_bytes())["object"]
    found = read_article(document).record
    (instance,) = found["hasCourseInstance"]
    assert (found["kind"] if "kind" in found else resources.kind_of(found), found["courseCode"]) == ("course", "MAT101")
    assert found["provider"]["name"] == "Example University"
    assert found["numberOfCredits"] == {"value": 3, "creditType": "ECTS"}
    assert found["syllabus"] == [{"name": {"en": "Unit 1: Phase diagrams"}}]
    assert instance["id"] == f"{found['id']}-instance-1"
    assert (instance["startDate"], instance["endDate"]) == ("2026-09-07", "2026-10-16")
    assert (instance["courseMode"], instance["enrolment"]) == (["online"], {"mode": "closed"})


def test_a_plain_client_learns_when_a_course_starts_and_until_when_one_enrols():
    june = ENVELOPE.updated_at + 92 * 86_400_000
    article = build_article(course_record(), replace(ENVELOPE, updated_at=june))
    line = "starts 7 September 2026 · online and on site · 4 h a week · enrol until 1 September 2026"
    assert f"<p>{line}</p>" in article["summary"]
    assert f"<p>{line}</p>" in article["content"]
    assert "<ol><li>Unit 1: Sand and moulds</li><li>Unit 2</li></ol>" in article["content"]
    assert "Course · Published by Example University · free of charge · CC BY 4.0" in article["content"]


def test_amb_gets_a_course_without_what_it_cannot_say():
    export = write_amb(course_record())
    assert export.document["type"] == ["LearningResource", "Course"]
    assert export.document["publisher"][0]["name"] == "Example University"
    assert "hasCourseInstance" in export.left_out
    assert "provider" not in export.left_out
    assert not {"hasCourseInstance", "syllabus", "provider"} & set(export.document)
