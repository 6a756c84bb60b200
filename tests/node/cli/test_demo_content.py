"""What the demo publishes is what an organisation could publish: valid, of many kinds, in two languages."""

import asyncio
import dataclasses
import socket
from types import SimpleNamespace
from typing import cast

import pytest
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import func, select

from federation.catalogues.reader import read_document
from node import cli
from node.app.system import opened
from node.config import load
from node.demo.conversations import ABOUT
from node.demo.drawing import covers, emblems, pens, places, portraits
from node.demo.organisations import NAMES, Organisation, load_organisation, load_steps
from node.demo.processes import Served, wait_for_each_other
from node.demo.seed import seed
from node.domain.communities import Role
from node.domain.licences import NOT_STATED
from node.domain.resources import kind_of
from node.domain.words import hashtags_in
from node.errors import Conflict, Unavailable
from node.store import facts, tables
from node.store.house.rules import load_rules
from tests.rows import each_row

ORGANISATIONS = [load_organisation(name) for name in NAMES]
RECORDS = [(each.key, record) for each in ORGANISATIONS for record in each.records()]


@each_row("key, record", RECORDS)
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
    assert {"tutorial", "package", "pathway", "course"} <= kinds
    levels = {entry.get("visibility", "public") for each in ORGANISATIONS for entry in each.entries}
    assert levels == {"public", "partners", "organisation"}
    assert {tag for _, record in RECORDS for tag in record["inLanguage"]} == {"de", "en"}
    assert sum(len(record["name"]) == 2 for _, record in RECORDS) >= 10


def test_records_differ_and_say_who_made_them():
    assert len({record["id"] for _, record in RECORDS}) == len(RECORDS)
    assert all(record["creator"][0]["name"] for _, record in RECORDS)
    assert sum(record["license"] != NOT_STATED for _, record in RECORDS) >= len(RECORDS) - 3


@pytest.mark.parametrize("organisation", ORGANISATIONS, ids=NAMES)
def test_people_and_communities_show_who_they_are_and_speak(organisation):
    names = [person["username"] for person in organisation.people]
    assert 3 <= len(set(names)) == len(names)
    assert all(person["bio"] and person["fields"] and person["portrait"] for person in organisation.people)
    assert [person["role"] for person in organisation.people].count("admin") == 1
    assert organisation.communities
    people = {person["username"] for person in organisation.people}
    assert {step["by"] for step in load_steps() if {"text", "adopts", "attends"} & set(step)} >= people


def test_steps_are_about_posts_that_came_before():
    known: set[str] = set()
    houses = {name: each for each in ORGANISATIONS for name in each.names}
    by, across = {}, 0
    for step in load_steps():
        about = [step[word] for word in ABOUT if word in step]
        assert set(about) <= known
        assert step["by"] in houses
        across += sum(houses[by[each]] is not houses[step["by"]] for each in about)
        if "text" in step:
            assert hashtags_in(step["text"])
        if "key" in step:
            known.add(step["key"])
            by[step["key"]] = step["by"]
    assert across >= 20
    kinds = {word for step in load_steps() for word in step}
    assert kinds >= {"answers", "likes", "shares", "votes", "reports", "poll", "picture"}
    assert kinds >= {"community", "accepts", "appoints", "pins", "invites", "joins", "event", "attends", "expects"}
    assert kinds >= {"moves", "cancels", "adopts", "reviews", "enrols", "publishes", "collects", "adds"}
    assert {step["as"] for step in load_steps() if "as" in step} == set(Role)
    places = next(step["event"]["capacity"] for step in load_steps() if "capacity" in step.get("event", {}))
    assert (places, sum(step.get("attends") == "rundgang" for step in load_steps())) == (12, 15)


def test_everything_has_a_picture(tmp_path):
    """Drawn anew each time, and always the same."""
    for organisation in ORGANISATIONS:
        for emblem in (organisation.key, *(each["emblem"] for each in organisation.communities)):
            emblems.draw_emblem(tmp_path / emblem, organisation.accent, emblem)
        for emoji in organisation.emojis:
            emblems.draw_emoji(tmp_path / emoji["shortcode"], organisation.accent, emoji["emblem"])
        for person in organisation.people:
            portraits.draw_portrait(tmp_path / person["username"], organisation.accent, person["portrait"])
    for picture in {step["picture"] for step in load_steps() if "picture" in step}:
        places.draw_place(tmp_path / picture, "clay", picture)
    for name in ("once", "twice"):
        covers.draw_cover(tmp_path / name, "clay", "dataset", "falls")
    assert (tmp_path / "once").read_bytes() == (tmp_path / "twice").read_bytes()
    with Image.open(tmp_path / "once") as cover:
        assert cover.size == pens.COVER


def test_ports_are_those_of_the_contract():
    assert [each.port for each in ORGANISATIONS] == [8101, 8102, 8103]


def test_an_address_that_is_taken_is_said_before_anything_begins(tmp_path):
    museum = load_organisation("museum")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        elsewhere = dataclasses.replace(museum, port=taken.getsockname()[1])
        with pytest.raises(Unavailable, match=r"serves at 127\.0\.0\.1:[0-9]+ already"):
            Served(elsewhere, tmp_path).check_free()
    Served(elsewhere, tmp_path).check_free()


@pytest.mark.timeout(120)
@pytest.mark.dear("twenty-four pictures, keys of people and communities, eleven records")
async def test_a_house_is_set_up_once(tmp_path):
    """What a second start finds is left as it is."""
    museum, file = load_organisation("museum"), tmp_path / "rhizome.toml"
    words = ("--host", museum.host, "--name", museum.name, "--handle", museum.handle, "--development")
    made = await asyncio.to_thread(CliRunner().invoke, cli.main, ["init", *words, "--config", str(file)])
    assert made.exit_code == 0, made.output
    config = load(file)
    await seed(config, museum)
    await seed(config, museum)
    async with opened(config) as system:
        found = await system.node.store.read(_look)
        await system.node.store.write(facts.save_fact, "demo", "earlier")
    with pytest.raises(Conflict, match="holds an earlier demo"):
        await seed(config, museum)
    assert found == {
        "people": len(museum.people),
        "resources": len(museum.entries),
        "rules": len(museum.rules),
        # a portrait for each person, two for each community, a cover for each resource, the emblem of the house
        "pictures": len(museum.people) + 2 * len(museum.communities) + len(museum.emojis) + len(museum.entries) + 1,
        "loose": 0,
    }


def _look(conn):
    def count(table, *where):
        return conn.scalar(select(func.count()).select_from(table).where(*where))

    return {
        "people": count(tables.accounts),
        "resources": count(tables.resources),
        "rules": len(load_rules(conn)),
        "pictures": count(tables.media),
        "loose": count(tables.media, tables.media.c.loose_since_at.is_not(None)),
    }


class _Showing(Served):
    """A house that shows so many resources of its own and of others."""

    def __init__(self, shown_to_all: int, own: int, others: int) -> None:
        self.organisation = cast(Organisation, SimpleNamespace(shown_to_all=shown_to_all))
        self.counts = {"local": own, "remote": others}

    async def count(self, origin: str) -> int:
        return self.counts[origin]


@pytest.mark.parametrize(
    ("arrived", "is_told"), [pytest.param(2, True, id="what is left"), pytest.param(1, False, id="less")]
)
async def test_a_second_start_waits_for_nothing_that_was_withdrawn(arrived: int, is_told: bool):
    nodes = [_Showing(3, own=2, others=2), _Showing(2, own=2, others=arrived)]
    assert await wait_for_each_other(nodes, within=0.1) is is_told
