"""Jobs, and who does them."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

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
    Index("ix_jobs_ref_kind", "ref", "kind"),
    Index("ix_jobs_owner", "owner"),
)

workers = Table(
    "workers",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
