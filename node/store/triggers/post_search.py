"""The index of words over posts, and what waits to be indexed of people and posts.

Words are folded by the program, so triggers only note in ``search_queue`` what is new or has changed, whoever wrote it;
``store.search.indexing`` works the queue off within seconds. What is deleted leaves the index at once.
"""

from collections.abc import Mapping
from types import MappingProxyType

from node.store.triggers.plpgsql import function

#: The index of posts.
INDEX = "post_search"

_NOTED = "INSERT INTO search_queue (kind, ref) VALUES ('{kind}', {row}.{column}) ON CONFLICT DO NOTHING;"
_NOTE_POST = "INSERT INTO search_queue (kind, ref) VALUES ('post', NEW.id) ON CONFLICT DO NOTHING;"
_NOTE_ACTOR = "INSERT INTO search_queue (kind, ref) VALUES ('actor', NEW.id) ON CONFLICT DO NOTHING;"

_OF_ACTOR = "name, username, acct, state, summary, discoverable"
_ACTOR_CHANGED = (
    "NEW.name <> OLD.name OR NEW.username <> OLD.username OR NEW.acct <> OLD.acct OR NEW.state <> OLD.state"
    " OR NEW.summary <> OLD.summary OR NEW.discoverable <> OLD.discoverable"
)
#: Rows that say more of a post or an actor, which is indexed anew when they change.
_BESIDE = (("topics", "post", "object_id"), ("events", "post", "object_id"), ("communities", "actor", "actor_id"))
_EVENTS = ("INSERT", "UPDATE", "DELETE")

_SQLITE = (
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5(words, tokenize = 'ascii', prefix = '3 4', columnsize = 0)",
    f"""CREATE TRIGGER post_search_add AFTER INSERT ON objects
        WHEN NEW.kind <> 'resource' BEGIN {_NOTE_POST} END""",
    f"""CREATE TRIGGER post_search_change AFTER UPDATE OF name, summary, content, state, visibility, audience ON objects
        WHEN NEW.kind <> 'resource' BEGIN {_NOTE_POST} END""",
    f"""CREATE TRIGGER post_search_take AFTER DELETE ON objects WHEN OLD.kind <> 'resource' BEGIN
        DELETE FROM {INDEX} WHERE rowid = OLD.id;
    END""",  # noqa: S608 (a constant)
    f"CREATE TRIGGER actor_words_add AFTER INSERT ON actors BEGIN {_NOTE_ACTOR} END",
    f"""CREATE TRIGGER actor_words_change AFTER UPDATE OF {_OF_ACTOR} ON actors
        WHEN {_ACTOR_CHANGED} BEGIN {_NOTE_ACTOR} END""",
    *(
        f"CREATE TRIGGER {table}_search_{event.lower()} AFTER {event} ON {table} BEGIN"
        f" {_NOTED.format(kind=kind, row='OLD' if event == 'DELETE' else 'NEW', column=column)} END"
        for table, kind, column in _BESIDE
        for event in _EVENTS
    ),
)


_POSTGRESQL = (
    f"""CREATE TABLE {INDEX} (
        object_id bigint PRIMARY KEY REFERENCES objects (id) ON DELETE CASCADE, words tsvector NOT NULL)""",
    f"CREATE INDEX ix_{INDEX}_words ON {INDEX} USING gin (words)",
    function("post_search_note", _NOTE_POST),
    function("actor_words_note", _NOTE_ACTOR),
    """CREATE TRIGGER post_search_add AFTER INSERT ON objects FOR EACH ROW WHEN (NEW.kind <> 'resource')
        EXECUTE FUNCTION post_search_note()""",
    """CREATE TRIGGER post_search_change AFTER UPDATE OF name, summary, content, state, visibility, audience ON objects
        FOR EACH ROW WHEN (NEW.kind <> 'resource') EXECUTE FUNCTION post_search_note()""",
    "CREATE TRIGGER actor_words_add AFTER INSERT ON actors FOR EACH ROW EXECUTE FUNCTION actor_words_note()",
    f"""CREATE TRIGGER actor_words_change AFTER UPDATE OF {_OF_ACTOR} ON actors FOR EACH ROW
        WHEN ({_ACTOR_CHANGED}) EXECUTE FUNCTION actor_words_note()""",
    *(
        statement
        for table, kind, column in _BESIDE
        for event in _EVENTS
        for statement in (
            function(
                f"{table}_search_{event.lower()}",
                _NOTED.format(kind=kind, row="OLD" if event == "DELETE" else "NEW", column=column),
            ),
            f"""CREATE TRIGGER {table}_search_{event.lower()} AFTER {event} ON {table} FOR EACH ROW
                EXECUTE FUNCTION {table}_search_{event.lower()}()""",
        )
    ),
)

#: By dialect.
CREATE: Mapping[str, tuple[str, ...]] = MappingProxyType({"sqlite": _SQLITE, "postgresql": _POSTGRESQL})
