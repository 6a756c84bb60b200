"""What passes between servers."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from node.store.tables.columns import Json, actor_column, id_column, metadata

received = Table(
    "received",
    metadata,
    id_column(),
    Column("uri", Text, nullable=False, unique=True),  # the activity's id
    Column("type", String(64), nullable=False),
    Column("actor_uri", Text, nullable=False),
    Column("signer_uri", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("outcome", String(32), nullable=False, server_default=""),  # '' until it is processed
    Column("received_at", BigInteger, nullable=False),
    Index("ix_received_received_at", "received_at"),
)

received_by = Table(
    "received_by",
    metadata,
    actor_column("owner_id", primary=True),
    Column("received_id", ForeignKey("received.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_received_by_received_id", "received_id"),
)

activities = Table(
    "activities",
    metadata,
    id_column(),
    Column("uri", Text, nullable=False, unique=True),
    actor_column("actor_id"),
    Column("type", String(32), nullable=False),
    Column("object_uri", Text, nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("body", Text, nullable=False),  # JSON exactly as it is sent; empty where nobody elsewhere is told
    Column("created_at", BigInteger, nullable=False),
    Column("refused_at", BigInteger),  # when who was asked to do something said for the first time that it will not
    Index("ix_activities_actor_id_id", "actor_id", "id"),
    Index("ix_activities_object_uri", "object_uri"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("software", String(64), nullable=False, server_default=""),
    Column("software_version", String(64), nullable=False, server_default=""),
    Column("signature", String(32), nullable=False, server_default=""),  # remembered double knock
    Column("signature_at", BigInteger),
    Column("refusals", Integer, nullable=False, server_default="0"),  # 401s in a row
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("recent_failures", Json, nullable=False, server_default="[]"),  # instants of the last five in a row
    Column("failing_since_at", BigInteger),
    Column("failing_days", Integer, nullable=False, server_default="0"),
    Column("last_failing_day", Integer, nullable=False, server_default="0"),
    Column("held_until_at", BigInteger),  # circuit open: the next probe
    Column("hold_seconds", Integer, nullable=False, server_default="0"),
    Column("unavailable_at", BigInteger),
    Column("last_success_at", BigInteger),
    Column("last_seen_at", BigInteger),  # a verified request from it
    Column("last_error", Text, nullable=False, server_default=""),
    Column("checked_at", BigInteger, nullable=False, server_default="0"),  # NodeInfo
    Column("created_at", BigInteger, nullable=False),
    Index("ix_hosts_held_until_at", "held_until_at"),
)
