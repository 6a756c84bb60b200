"""Jobs, and who does them."""

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, String, Table, Text, event, text

from node.store.tables.columns import Json, id_column, metadata

jobs = Table(
    "jobs",
    metadata,
    id_column(),
    Column("kind", String(24), nullable=False),
    Column("ref", BigInteger),  # the row that it is about
    Column("target", Text, nullable=False, server_default=""),  # an address: inbox, object, catalogue
    Column("host", String(255), nullable=False, server_default=""),
    Column("payload", Json),
    Column("serial_key", Text),  # jobs of one key run strictly in order
    Column("lock_key", Text, unique=True),  # at most one waiting job of this key
    Column("state", String(8), nullable=False, server_default="live"),  # live, parked
    Column("due_at", BigInteger, nullable=False),  # while it runs: the end of its lease
    Column("expires_at", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("owner", String(64), nullable=False, server_default=""),  # the worker that holds it
    Column("error", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("request_id", String(64)),  # what asked for it, as the log names it
    Index("ix_jobs_kind_state_due_at", "kind", "state", "due_at"),
    Index("ix_jobs_serial_key_id", "serial_key", "id"),
    Index("ix_jobs_host_kind", "host", "kind"),
    Index("ix_jobs_owner", "owner"),  # of those that a worker holds alone, see below
)


@event.listens_for(jobs, "before_create")
def _index_held_alone(table: Table, conn: Connection, **_: Any) -> None:
    """Most jobs wait, and every index is written three times for each. Said here, since an option of a dialect loads
    the dialect.
    """
    (index,) = (each for each in table.indexes if each.name == "ix_jobs_owner")
    index.dialect_options[conn.dialect.name]["where"] = text("owner <> ''")


workers = Table(
    "workers",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
