"""When courses are held, and who enrolled."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from node.store.tables.columns import actor_column, id_column, metadata

# What lists need of the instances in a record (schemas ``resource``); written with every version of it.
course_instances = Table(
    "course_instances",
    metadata,
    Column("object_id", ForeignKey("resources.object_id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", String(16), primary_key=True),  # domain.courses.key_of
    Column("listing", String(24), nullable=False),  # that of the resource
    Column("starts_on", String(10), nullable=False),  # 2026-09-07; '' where one starts at any time
    Column("ends_on", String(10), nullable=False),  # the last day; '9999-12-31' where nobody knows
    Index("ix_course_instances_listing_starts_on", "listing", "starts_on", "object_id"),
)

# Of our own courses everybody who enrolled, of those of other nodes our people only. Nobody else ever reads them.
enrolments = Table(
    "enrolments",
    metadata,
    id_column(),
    Column("object_id", ForeignKey("resources.object_id", ondelete="CASCADE"), nullable=False),
    Column("key", String(16), nullable=False),  # of the instance
    actor_column("actor_id", index=True),
    Column("state", String(16), nullable=False),  # domain.courses.State
    Column("uri", Text, nullable=False, server_default=""),  # of the Join; '' where there was none
    Column("note", Text, nullable=False, server_default=""),  # from the person to those who hold the course
    Column("queued_at", BigInteger, nullable=False),  # the waiting list goes by it
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("object_id", "key", "actor_id"),
    Index("ix_enrolments_object_id_key_state_queued_at", "object_id", "key", "state", "queued_at"),
    Index("ix_enrolments_uri", "uri"),
)
