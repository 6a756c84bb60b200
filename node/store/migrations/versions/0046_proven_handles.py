"""Handles that actors of other servers have proven, where these name another host than their ids."""

import sqlalchemy as sa
from alembic import op

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels = None
depends_on = None

_CALLED = """INSERT INTO object_stamps (object_id, stamp)
    SELECT object_id, {stamp} FROM mentions WHERE actor_uri = NEW.uri
    ON CONFLICT (object_id) DO UPDATE SET stamp = excluded.stamp;"""
_CHANGED = """NEW.name <> OLD.name OR NEW.username <> OLD.username OR NEW.acct <> OLD.acct OR NEW.state <> OLD.state
    OR NEW.summary <> OLD.summary OR NEW.discoverable <> OLD.discoverable"""
_CHANGES = "AFTER UPDATE OF name, username, acct, state, summary, discoverable ON actors"
_SQLITE = (
    "DROP TRIGGER actor_words_change",
    f"""CREATE TRIGGER actor_words_change {_CHANGES}
    WHEN {_CHANGED} BEGIN INSERT INTO search_queue (kind, ref) VALUES ('actor', NEW.id) ON CONFLICT DO NOTHING; END""",  # noqa: S608 (constants)
    f"""CREATE TRIGGER actors_called AFTER UPDATE OF acct ON actors WHEN NEW.acct <> OLD.acct BEGIN
    {_CALLED.format(stamp="random()")} END""",
)
_POSTGRESQL = (
    "DROP TRIGGER actor_words_change ON actors",
    f"""CREATE TRIGGER actor_words_change {_CHANGES} FOR EACH ROW
    WHEN ({_CHANGED}) EXECUTE FUNCTION actor_words_note()""",
    f"""CREATE FUNCTION actors_called() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    {_CALLED.format(stamp="(random() * 9007199254740992)::bigint")} RETURN NULL; END $$""",
    """CREATE TRIGGER actors_called AFTER UPDATE OF acct ON actors FOR EACH ROW WHEN (NEW.acct <> OLD.acct)
    EXECUTE FUNCTION actors_called()""",
)


def upgrade() -> None:
    op.add_column("actors", sa.Column("acct", sa.Text(), nullable=False, server_default=""))
    is_proven = sa.text("acct <> ''")
    op.create_index("ix_actors_acct", "actors", ["acct"], sqlite_where=is_proven, postgresql_where=is_proven)
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
