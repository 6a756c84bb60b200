"""Actors, the accounts of our own people, and what people hold about each other."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from node.store.tables.columns import Json, actor_column, id_column, metadata

actors = Table(
    "actors",
    metadata,
    id_column(),
    Column("uri", Text, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),  # domain.actors.ActorKind
    Column("local", Boolean, nullable=False),
    Column("username", String(255), nullable=False),
    Column("host", String(255), nullable=False),  # of the id; normalised
    Column("name", Text, nullable=False, server_default=""),
    Column("summary", Text, nullable=False, server_default=""),  # clean HTML
    Column("url", Text, nullable=False, server_default=""),
    Column("inbox", Text, nullable=False, server_default=""),
    Column("outbox", Text, nullable=False, server_default=""),
    Column("shared_inbox", Text, nullable=False, server_default=""),
    Column("followers", Text, nullable=False, server_default=""),
    Column("following", Text, nullable=False, server_default=""),
    Column("featured", Text, nullable=False, server_default=""),
    Column("catalogue", Text, nullable=False, server_default=""),
    Column("moderators", Text, nullable=False, server_default=""),
    Column("icon", Text, nullable=False, server_default=""),
    Column("image", Text, nullable=False, server_default=""),
    Column("fields", Json, nullable=False, server_default="[]"),
    Column("also_known_as", Json, nullable=False, server_default="[]"),
    Column("moved_to", Text, nullable=False, server_default=""),
    Column("capabilities", Json, nullable=False, server_default="[]"),
    Column("locked", Boolean, nullable=False, server_default="0"),
    Column("discoverable", Boolean, nullable=False, server_default="0"),
    Column("indexable", Boolean, nullable=False, server_default="0"),
    Column("state", String(16), nullable=False, server_default="active"),  # active, gone, suspended, waiting
    Column("published_at", BigInteger),
    Column("fetched_at", BigInteger, nullable=False, server_default="0"),
    Column("gone_seen_at", BigInteger),  # first 410; OUT15 wants a second look
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("raw", Json),
    # Counted by triggers (store.triggers.counters): what this node knows, accepted follows and posts that others
    # may read.
    Column("followers_count", Integer, nullable=False, server_default="0"),
    Column("following_count", Integer, nullable=False, server_default="0"),
    Column("statuses_count", Integer, nullable=False, server_default="0"),
    Column("last_status_at", BigInteger),
    Column("hides_follows", Boolean, nullable=False, server_default="0"),  # whom it follows and who follows it
    Column("moved_at", BigInteger),  # the last Move that was followed
    Column("emojis", Json, nullable=False, server_default="[]"),  # domain.posts.Emoji, in name, summary and fields
    # ``user@host`` in small letters, where another handle than ``username`` at ``host`` is proven; else empty.
    Column("acct", Text, nullable=False, server_default=""),
    Index("ix_actors_handle", "username", "host"),
    Index("ix_actors_acct", "acct"),  # of those that have one alone, see below
    Index("ix_actors_host", "host"),
    Index("ix_actors_local_kind", "local", "kind"),
    Index("ix_actors_followers", "followers"),
    Index("ix_actors_discoverable_last_status_at_id", "discoverable", "last_status_at", "id"),
)


@event.listens_for(actors, "before_create")
def _index_proven_alone(table: Table, conn: Connection, **_: Any) -> None:
    """Nearly nobody has one. Said here, since an option of a dialect loads the dialect."""
    (index,) = (each for each in table.indexes if each.name == "ix_actors_acct")
    index.dialect_options[conn.dialect.name]["where"] = text("acct <> ''")


own_keys = Table(
    "own_keys",
    metadata,
    id_column(),
    Column("uri", Text, nullable=False, unique=True),  # the key id
    actor_column("actor_id", index=True),
    Column("algorithm", String(16), nullable=False),  # rsa, ed25519
    Column("public", Text, nullable=False),  # SPKI PEM or Multikey
    Column("private_sealed", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),  # current, next, retired
    Column("created_at", BigInteger, nullable=False),
    Column("retires_at", BigInteger),
)

remote_keys = Table(
    "remote_keys",
    metadata,
    Column("uri", Text, primary_key=True),
    Column("owner_uri", Text, nullable=False, server_default=""),  # '' while the key could not be fetched
    Column("host", String(255), nullable=False),
    Column("algorithm", String(16), nullable=False, server_default=""),
    Column("public", Text, nullable=False, server_default=""),
    Column("fetched_at", BigInteger, nullable=False),
    Column("refreshed_at", BigInteger),  # last refresh that a failed verification caused
    Column("error", Text, nullable=False, server_default=""),
    Index("ix_remote_keys_owner_uri", "owner_uri"),
    Index("ix_remote_keys_fetched_at", "fetched_at"),
)

accounts = Table(
    "accounts",
    metadata,
    actor_column("actor_id", primary=True),
    Column("email", Text, nullable=False, unique=True),  # lower case
    Column("password_hash", Text, nullable=False, server_default=""),
    Column("role", String(16), nullable=False),  # member, moderator, admin
    Column("state", String(16), nullable=False, server_default="active"),  # store.access.accounts
    Column("created_at", BigInteger, nullable=False),
    Column("password_changed_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False, server_default=""),  # the profile's text as it was typed
    Column("default_visibility", String(16), nullable=False, server_default="public"),
    Column("default_sensitive", Boolean, nullable=False, server_default="0"),
    Column("default_language", String(35), nullable=False, server_default=""),
    Column("default_quote_policy", String(16), nullable=False, server_default="public"),
    Column("attribution_domains", Json, nullable=False, server_default="[]"),
    Column("preferences", Json, nullable=False, server_default="{}"),  # domain.preferences
    Column(
        "language", String(35), nullable=False, server_default=""
    ),  # of pages and mails; '' is that of browser and node
    Column("reason", Text, nullable=False, server_default=""),  # why somebody wants to join, for those who approve
    Column("totp_sealed", LargeBinary),  # the secret of the second factor; NULL without one
    Column("totp_step", BigInteger, nullable=False, server_default="0"),  # of the last code that was taken
    Column("timezone", String(64), nullable=False, server_default=""),  # IANA; '' is that of the node
)

follows = Table(
    "follows",
    metadata,
    id_column(),
    actor_column("follower_id"),
    actor_column("followed_id", index=True),
    Column("uri", Text, nullable=False),  # of the Follow activity
    Column("state", String(16), nullable=False),  # accepted, pending: store.people.follows
    Column("created_at", BigInteger, nullable=False),
    Column("accepted_at", BigInteger),
    Column("shows_reblogs", Boolean, nullable=False, server_default="1"),
    Column("notifies", Boolean, nullable=False, server_default="0"),
    Column("languages", Json, nullable=False, server_default="[]"),  # [] for all
    UniqueConstraint("follower_id", "followed_id"),
    Index("ix_follows_uri", "uri"),
)

blocks = Table(
    "blocks",
    metadata,
    actor_column("blocker_id", primary=True),
    actor_column("blocked_id", primary=True),
    Column("uri", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False, server_default="0"),  # what lists page by
    Index("ix_blocks_blocked_id", "blocked_id"),
    Index("ix_blocks_blocker_id_id", "blocker_id", "id"),
)

mutes = Table(
    "mutes",
    metadata,
    id_column(),
    actor_column("muter_id"),
    actor_column("muted_id", index=True),
    Column("hides_notifications", Boolean, nullable=False),
    Column("expires_at", BigInteger),  # NULL: for ever
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("muter_id", "muted_id"),
    Index("ix_mutes_muter_id_id", "muter_id", "id"),
    Index("ix_mutes_expires_at", "expires_at"),
)

# Domains that one person wants to hear nothing of, and everything below them.
domain_blocks = Table(
    "domain_blocks",
    metadata,
    id_column(),
    actor_column("actor_id"),
    Column("domain", String(255), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("actor_id", "domain"),
    Index("ix_domain_blocks_actor_id_id", "actor_id", "id"),
)

# What one person has noted about another, for herself.
account_notes = Table(
    "account_notes",
    metadata,
    actor_column("actor_id", primary=True),
    actor_column("target_id", primary=True),
    Column("comment", Text, nullable=False),
    Index("ix_account_notes_target_id", "target_id"),
)

# Whom a person shows on her profile.
endorsements = Table(
    "endorsements",
    metadata,
    id_column(),
    actor_column("actor_id"),
    actor_column("target_id", index=True),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("actor_id", "target_id"),
    Index("ix_endorsements_actor_id_id", "actor_id", "id"),
)

dismissed_suggestions = Table(
    "dismissed_suggestions",
    metadata,
    actor_column("actor_id", primary=True),
    actor_column("target_id", primary=True),
    Index("ix_dismissed_suggestions_target_id", "target_id"),
)

lists = Table(
    "lists",
    metadata,
    id_column(),
    actor_column("owner_id", index=True),
    Column("title", String(255), nullable=False),
    Column("replies_policy", String(16), nullable=False, server_default="list"),  # none, list, followed
    Column("exclusive", Boolean, nullable=False, server_default="0"),  # its members are not on the home timeline
    Column("created_at", BigInteger, nullable=False),
)

list_members = Table(
    "list_members",
    metadata,
    id_column(),
    Column("list_id", ForeignKey("lists.id", ondelete="CASCADE"), nullable=False),
    actor_column("member_id", index=True),
    UniqueConstraint("list_id", "member_id"),
    Index("ix_list_members_list_id_id", "list_id", "id"),
)

# The words that an actor is found by (store.search.people).
actor_words = Table(
    "actor_words",
    metadata,
    Column("word", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    actor_column("actor_id", primary=True, index=True),
)

# A file with follows, blocks and the like that a person brought along.
imports = Table(
    "imports",
    metadata,
    id_column(),
    actor_column("actor_id", index=True),
    Column("kind", String(16), nullable=False),  # domain.exchange.Kind
    Column("file_name", String(255), nullable=False, server_default=""),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
)

import_lines = Table(
    "import_lines",
    metadata,
    Column("import_id", ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),  # in the file, from 1
    Column("line", Json, nullable=False),
    Column("state", String(8), nullable=False),  # waiting, done, failed
    Column("problem", Text, nullable=False, server_default=""),
)
