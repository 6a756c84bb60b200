"""What the demo publishes is what an organisation could publish: valid, of many kinds, in two languages."""

import pytest

from federation.catalogues.reader import read_document
from node.demo.organisations import NAMES, load_organisation
from node.domain.licences import NOT_STATED
from node.domain.resources import kind_of
from node.markdown import hashtags_in

ORGANISATIONS = [load_organisation(name) for name in NAMES]
RECORDS = [(each.key, record) for each in ORGANISATIONS for record in each.records()]


@pytest.mark.parametrize(("key", "record"), RECORDS, ids=[record["id"] for _, record in RECORDS])
def test_record_is_read_without_a_problem(key, record):
    (reading,) = read_document(record)
    assert not reading.problems
    assert reading.record is not None
    assert kind_of(reading.record) == record["kind"]


def test_there_is_enough_of_everything():
    assert all(len(each.entries) >= 8 for each in ORGANISATIONS)
    assert len(RECORDS) >= 25
    kinds = {record["kind"] for _, record in RECORDS}
    assert kinds >= {"article", "video", "audio", "slides", "worksheet", "dataset", "software", "assessment", "link"}
    assert {"tutorial", "package"} <= kinds
    assert {tag for _, record in RECORDS for tag in record["inLanguage"]} == {"de", "en"}
    assert sum(len(record["name"]) == 2 for _, record in RECORDS) >= 10


def test_records_differ_and_say_who_made_them():
    assert len({record["id"] for _, record in RECORDS}) == len(RECORDS)
    assert all(record["creator"][0]["name"] for _, record in RECORDS)
    assert sum(record["license"] != NOT_STATED for _, record in RECORDS) >= len(RECORDS) - 3


@pytest.mark.parametrize("organisation", ORGANISATIONS, ids=NAMES)
def test_people_communities_and_posts(organisation):
    names = [person["username"] for person in organisation.people]
    assert 3 <= len(set(names)) == len(names)
    assert all(person["bio"] for person in organisation.people)
    assert [person["role"] for person in organisation.people].count("admin") == 1
    assert organisation.communities
    assert len(organisation.posts) >= 3
    assert all(post["by"] in names and hashtags_in(post["text"]) for post in organisation.posts)


def test_ports_are_those_of_the_contract():
    assert [each.port for each in ORGANISATIONS] == [8101, 8102, 8103]
