"""What people do with learning resources: publish, collect, say what they think of them, enrol."""

from typing import Any

from sqlalchemy import Connection

from federation.builders.resource_documents import write_document
from federation.sending.adoption_notes import AdoptionNotes
from node.demo.taking import Taken
from node.domain.courses import key_of
from node.domain.visibility import Visibility
from node.services.library import collecting, opinions
from node.services.library.authoring import Work, create, load_author
from node.services.library.collecting import Wanted
from node.services.library.enrolling import enrol
from node.store.library import resources
from node.store.library.resources import Resource
from node.store.posts.objects import Object


async def _publish(taken: Taken) -> str:
    """Something of one's own, for the members of a closed community where the step names one."""
    record = dict(taken.step["publishes"])
    level = Visibility.PUBLIC
    if "community" in taken.step:
        level, record["community"] = Visibility.COMMUNITY, (await taken.actor(taken.step["community"])).uri
    return await taken.done(lambda conn: _create(conn, taken, record, level).uri)


async def _collect(taken: Taken) -> str:
    """A collection of the house with works of several, and somebody of another house who keeps it, too."""
    wanted = [await _wanted(taken, item) for item in taken.step["items"]]
    curator = await taken.actor(taken.step["curator"])

    def write(conn: Connection) -> str:
        made = _create(conn, taken, taken.step["collects"], Visibility.PUBLIC)
        for each in wanted:
            collecting.add(conn, taken.unit, taken.by, _load(conn, made), each, write=write_document)
        collecting.add_curator(conn, taken.unit, taken.by, _load(conn, made), curator, write=write_document)
        return made.uri

    return await taken.done(write)


async def _add(taken: Taken) -> str:
    """Put one more into a collection that one keeps, wherever it lives."""
    wanted = await _wanted(taken, taken.step["adds"])

    def keeps(conn: Connection) -> bool:
        return collecting.may_curate(conn, taken.by.uri, _load(conn, taken.about(conn, "into")))

    def write(conn: Connection) -> None:
        collection = _load(conn, taken.about(conn, "into"))
        collecting.add(conn, taken.unit, taken.by, collection, wanted, write=write_document)

    await taken.arrived(f"the curators of {taken.step['into']}", keeps)
    return await taken.done(write)


async def _wanted(taken: Taken, item: dict[str, Any]) -> Wanted:
    return Wanted((await taken.resource(item["resource"])).record["id"], note=item["note"])


def _create(conn: Connection, taken: Taken, record: Any, level: Visibility) -> Object:
    author = load_author(conn, taken.by.id)
    made = create(conn, taken.unit, author, Work(record, level), links=taken.uploads.links, write=write_document)
    return taken.found(conn, made.uri)


def _load(conn: Connection, collection: Object) -> Resource:
    found = resources.load_by_object(conn, collection.id)
    assert found is not None, collection.uri
    return found


async def _adopt(taken: Taken) -> str:
    """Say how the house used a resource of another; the node signs it."""
    slug = await _slug(taken, "adopts")
    notes = AdoptionNotes(taken.house.system.node.store, taken.house.system.federation.keyring)
    made = await notes.publish(taken.unit, taken.by.id, slug, taken.step["note"])
    return await taken.done(lambda _: made.uri)


async def _review(taken: Taken) -> str:
    """Say in one's own name what one thinks of a resource."""
    slug = await _slug(taken, "reviews")

    def write(conn: Connection) -> str:
        author = load_author(conn, taken.by.id)
        return opinions.save_review(conn, taken.unit, author, slug, taken.step["review"]).uri

    return await taken.done(write)


async def _slug(taken: Taken, word: str) -> str:
    return (await taken.resource(taken.step[word])).path.removeprefix("/r/")


async def _enrol(taken: Taken) -> str:
    """Take part in an instance of a course, in the first where none is named."""
    course, step = await taken.resource(taken.step["enrols"]), taken.step
    key = key_of(course.record["hasCourseInstance"][step.get("instance", 0)]["id"])
    return await taken.done(lambda conn: enrol(conn, taken.unit, taken.by, course, key, step.get("note", "")))


DOINGS = {
    "publishes": _publish,
    "collects": _collect,
    "adds": _add,
    "adopts": _adopt,
    "reviews": _review,
    "enrols": _enrol,
}
