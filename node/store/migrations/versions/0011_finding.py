"""Searching for people and posts: an index of words, and a queue of what to index."""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None

INDEX = "post_search"

_NOTE_POST = "INSERT INTO search_queue (kind, ref) VALUES ('post', NEW.id) ON CONFLICT DO NOTHING;"
_NOTE_ACTOR = "INSERT INTO search_queue (kind, ref) VALUES ('actor', NEW.id) ON CONFLICT DO NOTHING;"

_SQLITE = (
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5(words, tokenize = 'ascii', prefix = '3 4', columnsize = 0)",
    f"""CREATE TRIGGER post_search_add AFTER INSERT ON objects
        WHEN NEW.kind <> 'resource' BEGIN {_NOTE_POST} END""",
    f"""CREATE TRIGGER post_search_change AFTER UPDATE OF name, summary, content, state ON objects
        WHEN NEW.kind <> 'resource' BEGIN {_NOTE_POST} END""",
    f"""CREATE TRIGGER post_search_take AFTER DELETE ON objects WHEN OLD.kind <> 'resource' BEGIN
        DELETE FROM {INDEX} WHERE rowid = OLD.id;
    END""",  # noqa: S608 (a constant)
    f"CREATE TRIGGER actor_words_add AFTER INSERT ON actors BEGIN {_NOTE_ACTOR} END",
    f"""CREATE TRIGGER actor_words_change AFTER UPDATE OF name, username, state ON actors
        WHEN NEW.name <> OLD.name OR NEW.username <> OLD.username OR NEW.state <> OLD.state
        BEGIN {_NOTE_ACTOR} END""",
)


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"


_POSTGRESQL = (
    f"""CREATE TABLE {INDEX} (
        object_id bigint PRIMARY KEY REFERENCES objects (id) ON DELETE CASCADE, words tsvector NOT NULL)""",
    f"CREATE INDEX ix_{INDEX}_words ON {INDEX} USING gin (words)",
    _function("post_search_note", _NOTE_POST),
    _function("actor_words_note", _NOTE_ACTOR),
    """CREATE TRIGGER post_search_add AFTER INSERT ON objects FOR EACH ROW WHEN (NEW.kind <> 'resource')
        EXECUTE FUNCTION post_search_note()""",
    """CREATE TRIGGER post_search_change AFTER UPDATE OF name, summary, content, state ON objects FOR EACH ROW
        WHEN (NEW.kind <> 'resource') EXECUTE FUNCTION post_search_note()""",
    "CREATE TRIGGER actor_words_add AFTER INSERT ON actors FOR EACH ROW EXECUTE FUNCTION actor_words_note()",
    """CREATE TRIGGER actor_words_change AFTER UPDATE OF name, username, state ON actors FOR EACH ROW
        WHEN (NEW.name <> OLD.name OR NEW.username <> OLD.username OR NEW.state <> OLD.state)
        EXECUTE FUNCTION actor_words_note()""",
)
_SEARCH = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def upgrade() -> None:
    op.create_table(
        "search_queue",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("ref", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "ref", name=op.f("pk_search_queue")),
    )
    for statement in _SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)
    op.execute("INSERT INTO search_queue (kind, ref) SELECT 'actor', id FROM actors")
    op.execute("INSERT INTO search_queue (kind, ref) SELECT 'post', id FROM objects WHERE kind <> 'resource'")
