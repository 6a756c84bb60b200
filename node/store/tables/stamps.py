"""Random numbers that change whenever what apps show of a row changes; triggers (store.triggers.stamps) see to it.

Apart from the rows themselves, so that reading twenty of them does not read twenty documents. What changes with every
post of an actor stands here as it is, and gives no other number.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table

from node.store.tables.columns import actor_column, metadata

object_stamps = Table(
    "object_stamps",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("stamp", BigInteger, nullable=False),
)

actor_stamps = Table(
    "actor_stamps",
    metadata,
    actor_column("actor_id", primary=True),
    Column("stamp", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),  # that of the actor, as the two below
    Column("statuses_count", Integer, nullable=False, server_default="0"),
    Column("last_status_at", BigInteger),
)
