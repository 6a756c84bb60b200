"""How much somebody has posted, beside the stamp of what apps show of her: no post renders her account anew."""

import sqlalchemy as sa
from alembic import op

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels = None
depends_on = None

_ADD = """INSERT INTO actor_stamps (actor_id, stamp, state, statuses_count, last_status_at)
        VALUES (NEW.id, {stamp}, NEW.state, NEW.statuses_count, NEW.last_status_at);"""
_CHANGE = """UPDATE actor_stamps
        SET stamp = CASE WHEN NEW.statuses_count = OLD.statuses_count OR NEW.followers_count <> OLD.followers_count
            OR NEW.following_count <> OLD.following_count THEN {stamp} ELSE stamp END,
        state = NEW.state, statuses_count = NEW.statuses_count, last_status_at = NEW.last_status_at
        WHERE actor_id = NEW.id;"""


def _sqlite(body: str) -> str:
    return f"BEGIN {body.format(stamp='random()')} END"


def _postgresql(body: str) -> str:
    said = body.format(stamp="(random() * 9007199254740992)::bigint")
    return f"RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {said} RETURN NULL; END $$"


_TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER actors_add",
        f"CREATE TRIGGER actors_add AFTER INSERT ON actors {_sqlite(_ADD)}",
        "DROP TRIGGER actors_stamp",
        f"CREATE TRIGGER actors_stamp AFTER UPDATE ON actors {_sqlite(_CHANGE)}",
    ),
    "postgresql": (
        f"CREATE OR REPLACE FUNCTION actors_add() {_postgresql(_ADD)}",
        f"CREATE OR REPLACE FUNCTION actors_stamp() {_postgresql(_CHANGE)}",
    ),
}

_FILL = """UPDATE actor_stamps SET (statuses_count, last_status_at) =
    (SELECT statuses_count, last_status_at FROM actors WHERE actors.id = actor_stamps.actor_id)"""


def upgrade() -> None:
    op.add_column("actor_stamps", sa.Column("statuses_count", sa.Integer(), server_default="0", nullable=False))
    op.add_column("actor_stamps", sa.Column("last_status_at", sa.BigInteger(), nullable=True))
    op.execute(_FILL)
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
