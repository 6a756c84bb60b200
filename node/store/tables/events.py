"""Events, who comes, who looks after them, and the private addresses of calendars."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from node.store.tables.columns import Json, actor_column, id_column, metadata

# Own events and those of other servers alike; the words are those of ``objects``. The columns repeat what statements
# need of the record (schemas ``event``).
events = Table(
    "events",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("start_at", BigInteger, nullable=False),  # of the first occurrence
    Column("end_at", BigInteger),
    Column("last_at", BigInteger, nullable=False),  # when the last occurrence is over
    Column("next_at", BigInteger, nullable=False, server_default="0"),  # when that which is shown begins
    Column("timezone", String(64), nullable=False),  # IANA
    Column("status", String(16), nullable=False),  # domain.events.EventStatus
    Column("sequence", Integer, nullable=False, server_default="0"),  # RFC 5545 3.8.7.4
    Column("cancelled_at", BigInteger),  # calendars keep it for a while
    Column("join_mode", String(16), nullable=False),  # domain.events.JoinMode
    Column("capacity", Integer),  # NULL: as many as like
    Column("has_waitlist", Boolean, nullable=False, server_default="1"),
    # Of own events counted here, of others as their home last said. Places, so companions count.
    Column("going_count", Integer, nullable=False, server_default="0"),
    Column("waiting_count", Integer, nullable=False, server_default="0"),
    Column("interested_count", Integer, nullable=False, server_default="0"),
    Column("record", Json, nullable=False),
    Column("source_uid", Text, nullable=False, server_default=""),  # of the calendar file that it came from
    # One date of a series is an event of its own once it is near or answered (services.events.event_dates).
    Column("series_id", BigInteger),
    Column("day", String(10), nullable=False, server_default=""),  # on which the rule of the series has it
    Column("announced_at", BigInteger),  # when it was told to followers
    Index("ix_events_source_uid", "source_uid"),
    Index("ix_events_series_id_day", "series_id", "day", unique=True),
    Index("ix_events_last_at_start_at", "last_at", "start_at"),  # a span of a calendar
    Index("ix_events_next_at_last_at", "next_at", "last_at"),  # what comes, and what was
)

event_answers = Table(
    "event_answers",
    metadata,
    id_column(),
    Column("event_id", ForeignKey("events.object_id", ondelete="CASCADE"), nullable=False),
    actor_column("actor_id", index=True),
    Column("state", String(16), nullable=False),  # domain.events.AnswerState
    Column("uri", Text, nullable=False, server_default=""),  # of the Join; '' where there was none
    Column("invite_uri", Text, nullable=False, server_default=""),  # of the Invite; '' where nobody invited
    Column("invited_by", BigInteger),
    Column("note", Text, nullable=False, server_default=""),  # for the organisers
    Column("companions", Integer, nullable=False, server_default="0"),
    Column("way", String(16), nullable=False, server_default="page"),  # domain.events.Way: how the answer came
    Column("queued_at", BigInteger),  # since when on the waiting list
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("event_id", "actor_id"),
    Index("ix_event_answers_event_id_state_queued_at", "event_id", "state", "queued_at"),
    Index("ix_event_answers_uri", "uri"),
    Index("ix_event_answers_invite_uri", "invite_uri"),
)

# Who sees the answers and changes the event, beside the account that it was published by.
event_organisers = Table(
    "event_organisers",
    metadata,
    Column("event_id", ForeignKey("events.object_id", ondelete="CASCADE"), primary_key=True),
    actor_column("actor_id", primary=True),
)

# Addresses under which a person's calendar, or that of a community of hers, is read by programs that cannot sign in.
calendar_links = Table(
    "calendar_links",
    metadata,
    id_column(),
    actor_column("actor_id", index=True),
    Column("token_hash", String(64), nullable=False, unique=True),  # SHA-256; the token itself is shown once
    Column("label", String(100), nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("community_id", BigInteger),  # of which alone it shows the events
)
