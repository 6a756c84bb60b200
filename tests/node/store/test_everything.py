"""Search over everything: what is found, and that nobody finds what they may not see, whatever changed meanwhile."""

import dataclasses
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, update

from node.domain.search import parse
from node.domain.visibility import STRANGER, Relation, Visibility, may_see
from node.store.database.engine import Store
from node.store.library import saving
from node.store.library.resources import ANYBODY, Viewer
from node.store.library.saving import NewResource
from node.store.people import blocks
from node.store.people.actors import Actor
from node.store.posts import burying, objects
from node.store.search import everything, indexing
from node.store.search.everything import Found
from node.store.search.wishes import Wish
from node.store.tables import actors, communities, events, follows, topics
from node.store.tables import objects as object_rows
from tests import stores
from tests.records import course_record
from tests.shelf import Shelf
from tests.statements import counted

database, store = stores.database, stores.store


def community(conn: Connection, shelf: Shelf, name: str, visibility: str = "public", join: str = "open") -> Actor:
    made = shelf.actor(conn, name, kind="group")
    row = {"actor_id": made.id, "join_policy": join, "post_policy": "members", "visibility": visibility}
    conn.execute(insert(communities), {**row, "created_at": 1, "updated_at": 1})
    return made


def join(conn: Connection, shelf: Shelf, person: Actor, group: Actor) -> None:
    follow_id = shelf.ids.new()
    row = {"id": follow_id, "follower_id": person.id, "followed_id": group.id, "uri": f"https://x.example/{follow_id}"}
    conn.execute(insert(follows), {**row, "state": "accepted", "created_at": 1})


def topic(conn: Connection, shelf: Shelf, author: Actor, title: str, group: Actor | None = None, **columns: Any) -> int:
    shelf.clock.advance(1_000)
    kind, topic_kind = columns.pop("kind", "page"), columns.pop("topic", "discussion")
    words = {"kind": kind, "type": "Page", "name": title, "audience": group.uri if group else ""}
    object_id = shelf.object(conn, author, **words, **columns)
    row = {"object_id": object_id, "community_id": group.id if group else None, "kind": topic_kind}
    conn.execute(insert(topics), {**row, "last_activity_at": 1})
    return object_id


def event(conn: Connection, shelf: Shelf, author: Actor, title: str, **columns: Any) -> int:
    shelf.clock.advance(1_000)
    object_id = shelf.object(conn, author, kind="event", type="Event", name=title, **columns)
    row = {"object_id": object_id, "start_at": 1_788_000_000_000, "last_at": 1_788_000_000_000, "timezone": "UTC"}
    conn.execute(insert(events), {**row, "status": "scheduled", "join_mode": "free", "record": {}})
    return object_id


def work_off(conn: Connection) -> None:
    while indexing.work_off(conn):
        pass


def find(conn: Connection, typed: str = "", viewer: Viewer = ANYBODY, **wish: Any) -> Found:
    return everything.find(conn, Wish(parse(typed), viewer=viewer, limit=50, **wish), 1, typed=typed)


def titles(found: Found) -> list[str]:
    return [
        hit.resource.record["name"]["en"] if hit.resource else hit.row.name if hit.row else hit.actor.name  # type: ignore[union-attr]
        for hit in found.hits
    ]


async def test_one_search_finds_every_kind_of_thing(store: Store) -> None:
    def unit(conn: Connection) -> None:
        shelf = Shelf()
        ada = shelf.actor(conn, "ada", kind="person")
        conn.execute(update(actors).where(actors.c.id == ada.id).values(name="Ada Casting", discoverable=True))
        group = community(conn, shelf, "casting")
        shelf.put(conn, "Casting basics")
        course = {**course_record(), "name": {"en": "Casting course"}}
        shelf.put(conn, **{key: value for key, value in course.items() if key != "id"}, title="Casting course")
        topic(conn, shelf, ada, "Casting sand?", group, topic="question", language="de")
        topic(conn, shelf, ada, "Casting news", group)
        event(conn, shelf, ada, "Casting workshop")
        work_off(conn)
        found = find(conn, "casting")
        kinds = {hit.kind for hit in found.hits}
        assert kinds == {"link", "course", "person", "community", "question", "discussion", "event"}
        assert (found.total, found.is_exact) == (7, True)
        counted_ = everything.find(conn, Wish(parse("casting")), 1, with_facets=True).facets
        assert {option.value for option in counted_["kind"]} == kinds
        (of_group,) = counted_["community"]
        assert (of_group.value, of_group.count, of_group.labels) == (group.uri, 2, {"und": "Casting"})
        assert {option.value: option.count for option in counted_["starts"]} == {"2026-08": 1, "2026-09": 1}
        assert titles(find(conn, "casting", filters={"kind": ["question"]})) == ["Casting sand?"]
        assert titles(find(conn, "casting", filters={"community": [group.uri]})) == ["Casting news", "Casting sand?"]
        assert titles(find(conn, "casting", filters={"starts": ["2026-09"]})) == ["Casting course"]
        assert titles(find(conn, "casting", filters={"language": ["de"]})) == ["Casting sand?"]
        assert len(find(conn, "casting", since=shelf.clock.now() - 1).hits) == 1
        assert len(find(conn, "casting", until=shelf.clock.now() - 1).hits) == 6
        assert find(conn).total == 8  # and the organisation

    await store.write(unit)


async def test_words_that_differ_in_one_letter_are_suggested_where_they_find_something(store: Store) -> None:
    def unit(conn: Connection) -> None:
        shelf = Shelf()
        uma = shelf.actor(conn, "uma", kind="person")
        shelf.put(conn, "Phasendiagramme verstehen")
        shelf.new(conn, visibility=Visibility.ORGANISATION)
        event(conn, shelf, uma, "Zinc workshop", visibility="organisation")
        work_off(conn)
        for typed in ("phasendiagrame", "phasendigramme", "phasendaigramme", "Phasendiagrammes verstehn"):
            found = find(conn, typed)
            assert (found.total, found.suggestion[:15]) == (0, "phasendiagramme") or found.total == 1, typed
        assert find(conn, "zink", Viewer(uma.id)).suggestion == ""  # its title is for members: no word of it is told
        assert find(conn, "xylophone").suggestion == ""
        stored = objects.find_object_by_id(conn, find(conn, "verstehen").hits[0].resource.id)  # type: ignore[union-attr]
        assert stored
        burying.bury(conn, stored, 1)
        assert find(conn, "phasendiagrame").suggestion == ""  # it would find nothing

    await store.write(unit)


async def test_people_and_communities_decide_whether_they_are_found(store: Store) -> None:
    def unit(conn: Connection) -> None:
        shelf = Shelf()
        shelf.actor(conn, "hilda", kind="person")
        member, outsider = shelf.actor(conn, "uma", kind="person"), shelf.actor(conn, "omar", kind="person")
        askable = community(conn, shelf, "askable", "community", "request")
        secret = community(conn, shelf, "secret", "community", "invite")
        community(conn, shelf, "house", "organisation")
        join(conn, shelf, member, secret)
        work_off(conn)
        assert titles(find(conn, "hilda")) == []
        assert titles(find(conn, "askable")) == [askable.title]
        seen = {
            viewer: [bool(find(conn, word, Viewer(viewer)).hits) for word in ("secret", "house")]
            for viewer in (None, outsider.id, member.id)
        }
        assert seen == {None: [False, False], outsider.id: [False, True], member.id: [True, True]}
        conn.execute(delete(follows))
        assert find(conn, "secret", Viewer(member.id)).hits == []
        conn.execute(update(actors).where(actors.c.username == "hilda").values(discoverable=True))
        work_off(conn)
        assert titles(find(conn, "hilda")) == ["Hilda"]
        conn.execute(update(actors).where(actors.c.username == "hilda").values(discoverable=False))
        assert titles(find(conn, "hilda")) == []  # at once
        work_off(conn)
        assert find(conn, "hilda").total == 0

    await store.write(unit)


async def test_a_search_takes_the_same_statements_whatever_it_finds(store: Store) -> None:
    shelf, seen = Shelf(), []
    for count in (1, 20, 20):
        viewer = await store.write(_fill, shelf, count)
        with counted(store) as statements:
            await store.read(find, "casting", viewer)
        seen.append(len(statements))
    assert seen[1] == seen[2]
    assert max(seen) <= 16


def _fill(conn: Connection, shelf: Shelf, count: int) -> Viewer:
    """So many events, topics and resources of so many communities more, and somebody who finds all of them."""
    reader = shelf.actor(conn, f"reader{shelf.ids.new()}", kind="person")
    for number in range(count):
        author = shelf.actor(conn, f"author{shelf.ids.new()}", kind="person")
        group = community(conn, shelf, f"group{shelf.ids.new()}", "community", "request")
        join(conn, shelf, reader, group)
        topic(conn, shelf, author, f"Casting {number}", group, visibility="community")
        event(conn, shelf, author, f"Casting event {number}")
        shelf.put(conn, f"Casting {number}")
    work_off(conn)
    return Viewer(reader.id)


# -- nobody finds what they may not see -----------------------------------------------------------------------------

_FOUND_BY = {
    Visibility.PUBLIC: STRANGER,
    Visibility.PARTNERS: Relation.LOCAL,
    Visibility.ORGANISATION: Relation.LOCAL,
    Visibility.COMMUNITY: Relation.MEMBER,
    Visibility.PRIVATE: Relation.AUTHOR,
}


@dataclasses.dataclass
class _Thing:
    id: int
    kind: str
    visibility: Visibility
    group: int  # 0 or 1
    alive: bool = True
    new: NewResource | None = None


_LEVELS = st.sampled_from(list(Visibility))
_THINGS = st.lists(st.tuples(st.sampled_from(["topic", "event", "resource"]), _LEVELS, st.integers(0, 1)), max_size=6)
_ACTS = st.lists(
    st.tuples(st.sampled_from(["change", "delete", "remove", "leave", "join", "block"]), st.integers(0, 5), _LEVELS),
    max_size=5,
)


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(things=_THINGS, acts=_ACTS, is_indexed=st.booleans())
async def test_nobody_finds_what_they_may_not_see(
    things: list[tuple[str, Visibility, int]], acts: list[tuple[str, int, Visibility]], is_indexed: bool
) -> None:
    def unit(conn: Connection) -> None:
        shelf = Shelf()
        author = shelf.actor(conn, "ada", kind="person")
        member, reader = shelf.actor(conn, "uma", kind="person"), shelf.actor(conn, "omar", kind="person")
        groups = [community(conn, shelf, name, "community", "request") for name in ("metals", "sand")]
        joined = {groups[0].id}
        join(conn, shelf, member, groups[0])
        made = [_make(conn, shelf, author, groups, *each) for each in things]
        work_off(conn)
        is_blocked = False
        for act, which, level in acts:
            thing = made[which] if which < len(made) else None
            if act in {"leave", "join"}:
                conn.execute(delete(follows).where(follows.c.follower_id == member.id))
                joined = {groups[which % 2].id} if act == "join" else set()
                if joined:
                    join(conn, shelf, member, groups[which % 2])
            elif act == "block" and not is_blocked:
                is_blocked = True
                blocks.insert_block(conn, shelf.ids.new(), author.id, reader.id, "", 1)
            elif thing is not None:
                _change(conn, thing, act, level)
        if is_indexed:
            work_off(conn)
        relations = {
            None: STRANGER,
            reader.id: Relation.LOCAL | (Relation.BLOCKED if is_blocked else STRANGER),
            member.id: Relation.LOCAL,
            author.id: Relation.LOCAL | Relation.AUTHOR,
        }
        for viewer, relation in relations.items():
            found = find(conn, "casting", Viewer(viewer))
            shown = {hit.resource.id if hit.resource else hit.row.id for hit in found.hits}  # type: ignore[union-attr]
            ids = {each.id: each for each in made}
            for thing_id in shown:
                thing = ids[thing_id]
                is_member = viewer == member.id and groups[thing.group].id in joined
                assert thing.alive
                assert may_see(thing.visibility, relation | (Relation.MEMBER if is_member else STRANGER))
            if is_indexed and not (is_blocked and viewer == reader.id):
                inside = {at for at, group in enumerate(groups) if group.id in joined and viewer == member.id}
                expected = {each.id for each in made if each.alive and _is_found(each, relation, inside)}
                assert shown == expected
                assert found.total == len(expected)

    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as opened:
            await opened.write(unit)


def _make(
    conn: Connection, shelf: Shelf, author: Actor, groups: list[Actor], kind: str, level: Visibility, group: int
) -> _Thing:
    if kind == "resource":
        made = shelf.new(conn, author, visibility=level, audience=groups[group].uri, name={"en": "Casting"})
        saving.save_many(conn, [made])
        return _Thing(made.object_id, kind, level, group, new=made)
    if kind == "event":
        made_id = event(conn, shelf, author, "Casting", visibility=level.value, audience=groups[group].uri)
    else:
        made_id = topic(conn, shelf, author, "Casting", groups[group], visibility=level.value)
    return _Thing(made_id, kind, level, group)


def _change(conn: Connection, thing: _Thing, act: str, level: Visibility) -> None:
    if act == "change" and thing.alive:
        thing.visibility = level
        conn.execute(update(object_rows).where(object_rows.c.id == thing.id).values(visibility=level.value))
        if thing.new is not None:
            saving.save_many(conn, [dataclasses.replace(thing.new, visibility=level)])
    elif act == "delete" and thing.alive:
        thing.alive = False
        stored = objects.find_object_by_id(conn, thing.id)
        assert stored
        burying.bury(conn, stored, 1)
    elif act == "remove" and thing.alive and thing.kind == "topic":
        thing.alive = False
        conn.execute(update(topics).where(topics.c.object_id == thing.id).values(state="removed"))


def _is_found(thing: _Thing, relation: Relation, inside: set[int]) -> bool:
    """What a search must find, once everything is indexed."""
    if thing.visibility not in _FOUND_BY:
        return False
    relation |= Relation.MEMBER if thing.group in inside else STRANGER
    return not _FOUND_BY[thing.visibility] or bool(relation & _FOUND_BY[thing.visibility])
