"""Search over everything: events, topics, communities and people stand in the index of resources."""

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEX = "resource_search"

_NOTED = "INSERT INTO search_queue (kind, ref) VALUES ('{kind}', {row}.{column}) ON CONFLICT DO NOTHING;"
_NOTE_POST = "INSERT INTO search_queue (kind, ref) VALUES ('post', NEW.id) ON CONFLICT DO NOTHING;"
_NOTE_ACTOR = "INSERT INTO search_queue (kind, ref) VALUES ('actor', NEW.id) ON CONFLICT DO NOTHING;"
_OF_POST = "name, summary, content, state, visibility, audience"
_OF_ACTOR = "name, username, state, summary, discoverable"
_ACTOR_CHANGED = (
    "NEW.name <> OLD.name OR NEW.username <> OLD.username OR NEW.state <> OLD.state OR NEW.summary <> OLD.summary"
    " OR NEW.discoverable <> OLD.discoverable"
)
_BESIDE = (("topics", "post", "object_id"), ("events", "post", "object_id"), ("communities", "actor", "actor_id"))
_NOTES = [
    (
        f"{table}_search_{event.lower()}",
        f"AFTER {event} ON {table}",
        _NOTED.format(kind=kind, row="OLD" if event == "DELETE" else "NEW", column=column),
    )
    for table, kind, column in _BESIDE
    for event in ("INSERT", "UPDATE", "DELETE")
]

_SQLITE = (
    f"""CREATE TRIGGER search_entries_unindex AFTER DELETE ON search_entries BEGIN
        DELETE FROM {INDEX} WHERE rowid = OLD.sort_key;
    END""",  # noqa: S608 (a constant)
    "DROP TRIGGER post_search_change",
    f"""CREATE TRIGGER post_search_change AFTER UPDATE OF {_OF_POST} ON objects
        WHEN NEW.kind <> 'resource' BEGIN {_NOTE_POST} END""",
    "DROP TRIGGER actor_words_change",
    f"""CREATE TRIGGER actor_words_change AFTER UPDATE OF {_OF_ACTOR} ON actors
        WHEN {_ACTOR_CHANGED} BEGIN {_NOTE_ACTOR} END""",
    *(f"CREATE TRIGGER {name} {when} BEGIN {note} END" for name, when, note in _NOTES),
)
_POSTGRESQL = (
    f"ALTER TABLE {INDEX} DROP CONSTRAINT {INDEX}_sort_key_fkey",
    f"""CREATE FUNCTION search_unindex() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM {INDEX} USING taken WHERE {INDEX}.sort_key = taken.sort_key;
        RETURN NULL;
    END $$""",  # noqa: S608 (a constant)
    """CREATE TRIGGER resources_unindex AFTER DELETE ON resources
        REFERENCING OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION search_unindex()""",
    """CREATE TRIGGER search_entries_unindex AFTER DELETE ON search_entries
        REFERENCING OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION search_unindex()""",
    "DROP TRIGGER post_search_change ON objects",
    f"""CREATE TRIGGER post_search_change AFTER UPDATE OF {_OF_POST} ON objects FOR EACH ROW
        WHEN (NEW.kind <> 'resource') EXECUTE FUNCTION post_search_note()""",
    "DROP TRIGGER actor_words_change ON actors",
    f"""CREATE TRIGGER actor_words_change AFTER UPDATE OF {_OF_ACTOR} ON actors FOR EACH ROW
        WHEN ({_ACTOR_CHANGED}) EXECUTE FUNCTION actor_words_note()""",
    *(
        statement
        for name, when, note in _NOTES
        for statement in (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {note} RETURN NULL; END $$",
            f"CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION {name}()",
        )
    ),
)
_TRIGGERS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def upgrade() -> None:
    op.create_table(
        "search_entries",
        sa.Column("sort_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("object_id", ID),
        sa.Column("actor_id", ID),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_search_entries_object_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_search_entries_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sort_key", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("object_id", name=op.f("uq_search_entries_object_id")),
        sa.UniqueConstraint("actor_id", name=op.f("uq_search_entries_actor_id")),
    )
    op.create_table(
        "search_spellings",
        sa.Column("variant", sa.String(length=32), nullable=False),
        sa.Column("folded", sa.String(length=32), nullable=False),
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("variant", "folded", name=op.f("pk_search_spellings")),
    )
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
    note = "INSERT INTO search_queue (kind, ref) SELECT '{}', {} FROM {} ON CONFLICT DO NOTHING"
    where = " WHERE true" if op.get_bind().dialect.name == "sqlite" else ""
    for kind, column, table in (
        ("post", "object_id", "topics"),
        ("post", "object_id", "events"),
        ("actor", "id", "actors"),
    ):
        op.execute(note.format(kind, column, f"{table}{where}"))
