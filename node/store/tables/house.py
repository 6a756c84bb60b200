"""What administrators and moderators keep."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from node.store.tables.columns import Json, actor_column, id_column, metadata

audit_log = Table(
    "audit_log",
    metadata,
    id_column(),
    Column("actor_uri", Text, nullable=False),  # '' for the command line
    Column("action", String(64), nullable=False),
    Column("target", Text, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("created_at", BigInteger, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    id_column(),
    Column("uri", Text, nullable=False, unique=True),
    Column("reporter_uri", Text, nullable=False),
    Column("target_uri", Text, nullable=False),
    Column("object_uris", Json, nullable=False),
    Column("comment", Text, nullable=False),
    Column("state", String(16), nullable=False, server_default="open"),  # open, closed
    Column("created_at", BigInteger, nullable=False),
    Column("category", String(16), nullable=False, server_default="other"),  # spam, legal, violation, other
    Column("rule_ids", Json, nullable=False, server_default="[]"),
    Column("forwarded", Boolean, nullable=False, server_default="0"),
    Column("closed_at", BigInteger),
    Column("handled_by", Text, nullable=False, server_default=""),  # URI of the moderator
    Index("ix_reports_state_id", "state", "id"),
    Index("ix_reports_target_uri", "target_uri"),
)

report_notes = Table(
    "report_notes",
    metadata,
    id_column(),
    Column("report_id", ForeignKey("reports.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("author_uri", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sanctions = Table(
    "sanctions",
    metadata,
    actor_column("actor_id", primary=True),
    Column("kind", String(16), primary_key=True),  # domain.moderation.Sanction
    Column("reason", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
)

# What this node asks of everybody, in the order in which it is shown.
rules = Table(
    "rules",
    metadata,
    id_column(),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("hint", Text, nullable=False, server_default=""),
)

# Longer texts about this node: extended description, privacy policy, terms of service.
node_texts = Table(
    "node_texts",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("markdown", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# Pictures of this node that stand for words; a table of its own beside ``media``, which has their files.
emojis = Table(
    "emojis",
    metadata,
    id_column(),
    Column("shortcode", String(64), nullable=False, unique=True),
    Column("category", String(64), nullable=False, server_default=""),
    Column("media_id", ForeignKey("media.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("still_url", Text, nullable=False),  # the same where it moves, standing still
    Column("media_type", String(64), nullable=False),
    Column("enabled", Boolean, nullable=False, server_default="1"),  # may be used in what is written from now on
    Column("created_at", BigInteger, nullable=False),
)

domain_policies = Table(
    "domain_policies",
    metadata,
    Column("domain", String(255), primary_key=True),  # and everything below it
    Column("policy", String(16), nullable=False),  # domain.moderation.DomainPolicy
    Column("reason", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),  # schema facts of this node: its host, last backup
    Column("value", Text, nullable=False),
)
