"""What arrives, and what pages list, costs the same beside many stored: nothing begins with the rows that are many."""

import pytest
from sqlalchemy import event

from node.store.events import event_lists
from node.store.library import topic_accounts
from node.store.news import briefing, notifications
from node.store.people import actors, follows, remote_actors
from node.store.posts import burying, objects, tag_lists, topics
from node.store.reading import homes, trends
from node.store.search import hashtags
from tests import stores
from tests.rows import each_row

#: More than a few: so many that SQLite, which guesses, would rather begin elsewhere.
MANY = list(range(1, 201))
TEXTS = [f"https://a.example/{number}" for number in MANY]

LOADS = {
    "awaited": lambda conn: objects.load_awaited(conn, TEXTS),
    "known": lambda conn: objects.load_objects(conn, TEXTS),
    "tombstones": lambda conn: burying.load_tombstones(conn, TEXTS, 0),
    "actors": lambda conn: actors.load_actors(conn, TEXTS),
    "inboxes": lambda conn: actors.load_inboxes(conn, TEXTS),
    "capable hosts": lambda conn: remote_actors.load_capable(conn, TEXTS, "x"),
    "local followers": lambda conn: follows.load_local_followers(conn, MANY),
    "late answers": lambda conn: homes.load_late(conn, 1),
    "told": lambda conn: notifications.load_told(conn, MANY),
    "reached": lambda conn: notifications.load_reached(conn, MANY),
    "sharers": lambda conn: notifications.load_sharers_here(conn, MANY),
    "quoters": lambda conn: notifications.load_quoters_here(conn, MANY),
}


@pytest.fixture(scope="module")
def path():
    with stores.new_database("sqlite") as made:
        yield made


def steps_of(load):
    """The steps by which SQLite finds what ``load`` asks for."""

    def plan(conn):
        said = []

        def note(*call):
            said.append((call[2], call[3]))

        event.listen(conn.engine, "before_cursor_execute", note)
        load(conn)
        event.remove(conn.engine, "before_cursor_execute", note)
        return [
            step.detail for sql, values in said for step in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]

    return plan


@each_row("name", LOADS)
async def test_a_list_is_looked_up_by_what_it_lists(path, name):
    async with stores.open_store(path) as store:
        steps = await store.read(steps_of(LOADS[name]))
    assert steps
    assert not [step for step in steps if "local" in step or step.startswith("SCAN")], steps


#: What pages list, and what it must not begin with: there are more of these every day.
PAGES = {
    "events to come": (lambda conn: event_lists.list_upcoming(conn, 1, 0), "TREE FOR ORDER BY"),
    "events that were": (lambda conn: event_lists.list_upcoming(conn, 1, 0, past=True), "TREE FOR ORDER BY"),
    "events of a member": (lambda conn: briefing.list_coming(conn, 1, 0, limit=5), "TREE FOR ORDER BY"),
    "days of a calendar": (lambda conn: event_lists.list_calendar(conn, 1, 0, 1, 0), "ix_events_series_id_day"),
    "questions under hashtags": (
        lambda conn: briefing.list_open_questions(conn, 1, [], 0, limit=5),
        "ix_topics_kind_object_id",
    ),
    "accounts about a topic": (topic_accounts.list_all, "actors"),
    "opinions of colleagues": (
        lambda conn: briefing.list_opinions(conn, 1, 0, since=0),
        "SEARCH objects USING INTEGER PRIMARY KEY (rowid>?)",
    ),
    "hashtags of these days": (lambda conn: trends.list_tags(conn, 0, limit=5), "SCAN object_tags"),
    "hashtags that somebody uses": (lambda conn: tag_lists.list_used(conn, 1, limit=5), "SCAN object_tags"),
    "threads of communities": (lambda conn: topics.count_topics(conn, [1, 2]), "SEARCH topics USING INDEX"),
    "hashtags while somebody types": (lambda conn: hashtags.find_tags(conn, "a", limit=5), "SCAN object_tags"),
}


@each_row("name", PAGES)
async def test_a_page_begins_with_the_rows_that_are_few(path, name):
    load, unwanted = PAGES[name]
    async with stores.open_store(path) as store:
        steps = await store.read(steps_of(load))
    assert steps
    assert not [step for step in steps if unwanted in step], steps
