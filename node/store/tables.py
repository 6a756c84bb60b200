"""All tables of the node.

Times are milliseconds since 1970 in UTC (``*_at``). JSON travels as text (``Json``): what strangers sent is stored as
it came, in ``raw`` columns, beside the columns that the node reads. Text columns that may be unknown hold ``''``
where an index or a comparison needs them, NULL elsewhere.
"""

from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    types,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Json(types.TypeDecorator[Any]):
    """A JSON value as text: the same bytes on both databases, and no driver that parses what nobody asked for."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 (the interface)
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 (the interface)
        return None if value is None else orjson.loads(value)


def _id() -> Column[int]:
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)


def _actor(name: str, *, nullable: bool = False, index: bool = False, primary: bool = False) -> Column[int]:
    return Column(
        name, ForeignKey("actors.id", ondelete="CASCADE"), nullable=nullable, index=index, primary_key=primary
    )


# -- who ------------------------------------------------------------------------------------------------------------

actors = Table(
    "actors",
    metadata,
    _id(),
    Column("uri", Text, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),  # domain.actors.ActorKind
    Column("local", Boolean, nullable=False),
    Column("username", String(255), nullable=False),
    Column("host", String(255), nullable=False),  # of the handle; normalised
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
    # Counted by triggers (store.counter_schema): what this node knows, accepted follows and posts that others may read.
    Column("followers_count", Integer, nullable=False, server_default="0"),
    Column("following_count", Integer, nullable=False, server_default="0"),
    Column("statuses_count", Integer, nullable=False, server_default="0"),
    Column("last_status_at", BigInteger),
    Column("hides_follows", Boolean, nullable=False, server_default="0"),  # whom it follows and who follows it
    Column("moved_at", BigInteger),  # the last Move that was followed
    Index("ix_actors_handle", "username", "host"),
    Index("ix_actors_host", "host"),
    Index("ix_actors_local_kind", "local", "kind"),
    Index("ix_actors_followers", "followers"),
)

own_keys = Table(
    "own_keys",
    metadata,
    _id(),
    Column("uri", Text, nullable=False, unique=True),  # the key id
    _actor("actor_id", index=True),
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
    Column("failed_at", BigInteger),
    Column("refreshed_at", BigInteger),  # last refresh that a failed verification caused
    Column("error", Text, nullable=False, server_default=""),
    Index("ix_remote_keys_owner_uri", "owner_uri"),
    Index("ix_remote_keys_fetched_at", "fetched_at"),
)

accounts = Table(
    "accounts",
    metadata,
    _actor("actor_id", primary=True),
    Column("email", Text, nullable=False, unique=True),  # lower case
    Column("password_hash", Text, nullable=False, server_default=""),
    Column("role", String(16), nullable=False),  # member, moderator, admin
    Column("state", String(16), nullable=False, server_default="active"),  # store.accounts
    Column("created_at", BigInteger, nullable=False),
    Column("password_changed_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False, server_default=""),  # the profile's text as it was typed
    Column("default_visibility", String(16), nullable=False, server_default="public"),
    Column("default_sensitive", Boolean, nullable=False, server_default="0"),
    Column("default_language", String(35), nullable=False, server_default=""),
    Column("default_quote_policy", String(16), nullable=False, server_default="public"),
    Column("attribution_domains", Json, nullable=False, server_default="[]"),
    Column("preferences", Json, nullable=False, server_default="{}"),  # domain.preferences
    Column("language", String(35), nullable=False, server_default=""),  # of mails; '' is that of the node
    Column("reason", Text, nullable=False, server_default=""),  # why somebody wants to join, for those who approve
    Column("totp_sealed", LargeBinary),  # the secret of the second factor; NULL without one
    Column("totp_step", BigInteger, nullable=False, server_default="0"),  # of the last code that was taken
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    _actor("actor_id", primary=True),
    Column("code_hash", String(64), primary_key=True),
)

external_identities = Table(
    "external_identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    _actor("actor_id", index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    _id(),
    Column("token_hash", String(64), nullable=False, unique=True),
    _actor("made_by"),
    Column("note", Text, nullable=False, server_default=""),
    Column("uses", Integer, nullable=False),  # how many people it may bring in
    Column("used", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _actor("actor_id", index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger, nullable=False),  # when the password was last given
    Column("agent", Text, nullable=False, server_default=""),  # how the browser calls itself, for its owner
)

apps = Table(
    "apps",
    metadata,
    _id(),
    Column("client_id", String(64), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("website", Text, nullable=False, server_default=""),
    Column("redirect_uris", Json, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("authorized_at", BigInteger),  # of its first token; an app that never had one goes after some time
)

authorization_codes = Table(
    "authorization_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("app_id", ForeignKey("apps.id", ondelete="CASCADE"), nullable=False, index=True),
    _actor("actor_id", index=True),
    Column("redirect_uri", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("challenge", String(43), nullable=False, server_default=""),  # S256 of the verifier; '' without PKCE
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("token_hash", String(64), nullable=False, server_default=""),  # of the token made from it
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _actor("actor_id", nullable=True, index=True),  # NULL: the app itself (client_credentials)
    Column("app_id", ForeignKey("apps.id", ondelete="CASCADE"), index=True),  # NULL: the command line
    Column("scopes", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("purpose", String(32), nullable=False),  # store.accounts
    _actor("actor_id", nullable=True, index=True),  # whose; NULL for the set-up
    Column("detail", Text, nullable=False, server_default=""),  # the address that it confirms
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    _id(),
    Column("actor_uri", Text, nullable=False),  # '' for the command line
    Column("action", String(64), nullable=False),
    Column("target", Text, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("created_at", BigInteger, nullable=False),
)

# -- what -----------------------------------------------------------------------------------------------------------

objects = Table(
    "objects",
    metadata,
    _id(),
    Column("uri", Text, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),  # domain.posts.PostKind, or resource
    Column("type", String(64), nullable=False),  # as it was sent
    _actor("actor_id"),
    Column("local", Boolean, nullable=False),
    Column("visibility", String(16), nullable=False),  # domain.visibility.Visibility
    Column("state", String(16), nullable=False, server_default="live"),  # live, hidden, deleted
    Column("name", Text, nullable=False, server_default=""),
    Column("summary", Text, nullable=False, server_default=""),
    Column("content", Text, nullable=False, server_default=""),  # clean HTML
    Column("language", String(35), nullable=False, server_default=""),
    Column("url", Text, nullable=False, server_default=""),
    Column("in_reply_to", Text),
    Column("in_reply_to_id", BigInteger),
    Column("context", Text, nullable=False, server_default=""),
    Column("audience", Text, nullable=False, server_default=""),  # the Group
    Column("sensitive", Boolean, nullable=False, server_default="0"),
    Column("replies_count", Integer, nullable=False, server_default="0"),
    Column("likes_count", Integer, nullable=False, server_default="0"),
    Column("shares_count", Integer, nullable=False, server_default="0"),
    Column("published_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger),  # as its author says
    Column("received_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("details", Json),  # attachments, tags, poll, event: what pages and clients show
    Column("raw", Json),  # the document as it came, or as we send it
    Index("ix_objects_actor_id_id", "actor_id", "id"),
    Index("ix_objects_in_reply_to", "in_reply_to"),
    Index("ix_objects_context", "context"),
    Index("ix_objects_local_kind_id", "local", "kind", "id"),
    Index("ix_objects_local_visibility_id", "local", "visibility", "id"),
)

object_versions = Table(
    "object_versions",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("details", Json),
    Column("replaced_at", BigInteger, nullable=False),
)

mentions = Table(
    "mentions",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
    Column("actor_uri", Text, primary_key=True),
    Column("silent", Boolean, nullable=False, server_default="0"),  # addressed without a Mention tag
    Index("ix_mentions_actor_uri", "actor_uri", "object_id"),
)

reactions = Table(
    "reactions",
    metadata,
    _id(),
    _actor("actor_id"),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),  # like, dislike, share, emoji, vote
    Column("content", String(255), nullable=False, server_default=""),
    Column("uri", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("visibility", String(16), nullable=False, server_default="public"),  # of a share; of others without meaning
    UniqueConstraint("actor_id", "object_id", "kind", "content"),
    Index("ix_reactions_object_id_kind", "object_id", "kind"),
    Index("ix_reactions_uri", "uri"),
)

follows = Table(
    "follows",
    metadata,
    _id(),
    _actor("follower_id"),
    _actor("followed_id", index=True),
    Column("uri", Text, nullable=False),  # of the Follow activity
    Column("state", String(16), nullable=False),  # domain.follows.FollowState
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
    _actor("blocker_id", primary=True),
    _actor("blocked_id", primary=True),
    Column("uri", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False, server_default="0"),  # what lists page by
    Index("ix_blocks_blocked_id", "blocked_id"),
    Index("ix_blocks_blocker_id_id", "blocker_id", "id"),
)

mutes = Table(
    "mutes",
    metadata,
    _id(),
    _actor("muter_id"),
    _actor("muted_id", index=True),
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
    _id(),
    _actor("actor_id"),
    Column("domain", String(255), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("actor_id", "domain"),
    Index("ix_domain_blocks_actor_id_id", "actor_id", "id"),
)

# What one person has noted about another, for herself.
account_notes = Table(
    "account_notes",
    metadata,
    _actor("actor_id", primary=True),
    _actor("target_id", primary=True),
    Column("comment", Text, nullable=False),
    Index("ix_account_notes_target_id", "target_id"),
)

# Whom a person shows on her profile.
endorsements = Table(
    "endorsements",
    metadata,
    _id(),
    _actor("actor_id"),
    _actor("target_id", index=True),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("actor_id", "target_id"),
    Index("ix_endorsements_actor_id_id", "actor_id", "id"),
)

dismissed_suggestions = Table(
    "dismissed_suggestions",
    metadata,
    _actor("actor_id", primary=True),
    _actor("target_id", primary=True),
    Index("ix_dismissed_suggestions_target_id", "target_id"),
)

lists = Table(
    "lists",
    metadata,
    _id(),
    _actor("owner_id", index=True),
    Column("title", String(255), nullable=False),
    Column("replies_policy", String(16), nullable=False, server_default="list"),  # none, list, followed
    Column("exclusive", Boolean, nullable=False, server_default="0"),  # its members are not on the home timeline
    Column("created_at", BigInteger, nullable=False),
)

list_members = Table(
    "list_members",
    metadata,
    _id(),
    Column("list_id", ForeignKey("lists.id", ondelete="CASCADE"), nullable=False),
    _actor("member_id", index=True),
    UniqueConstraint("list_id", "member_id"),
    Index("ix_list_members_list_id_id", "list_id", "id"),
)

pins = Table(
    "pins",
    metadata,
    _actor("actor_id", primary=True),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    _id(),
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
    _id(),
    Column("report_id", ForeignKey("reports.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("author_uri", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sanctions = Table(
    "sanctions",
    metadata,
    _actor("actor_id", primary=True),
    Column("kind", String(16), primary_key=True),  # domain.moderation.Sanction
    Column("reason", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
)

# What this node asks of everybody, in the order in which it is shown.
rules = Table(
    "rules",
    metadata,
    _id(),
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

# Whose words are to be indexed anew; triggers write here (store.finding_schema).
search_queue = Table(
    "search_queue",
    metadata,
    Column("kind", String(8), primary_key=True),  # actor, post
    Column("ref", BigInteger, primary_key=True, autoincrement=False),
)

# The words that an actor is found by (store.finding).
actor_words = Table(
    "actor_words",
    metadata,
    Column("word", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    _actor("actor_id", primary=True, index=True),
)

# A file with follows, blocks and the like that a person brought along.
imports = Table(
    "imports",
    metadata,
    _id(),
    _actor("actor_id", index=True),
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

home_entries = Table(
    "home_entries",
    metadata,
    _actor("owner_id", primary=True),
    Column("id", BigInteger, primary_key=True),  # of the object, or of the reaction (share) that brought it
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), nullable=False),
    Column("shared_by_id", BigInteger),
    UniqueConstraint("owner_id", "object_id"),
    Index("ix_home_entries_object_id", "object_id"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("uri", Text, primary_key=True),  # of an object or activity that must not come (back)
    Column("former_type", String(64), nullable=False, server_default=""),
    Column("actor_uri", Text, nullable=False, server_default=""),  # who may say so
    Column("deleted_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),  # NULL: kept
    Index("ix_tombstones_expires_at", "expires_at"),
)

# -- news -----------------------------------------------------------------------------------------------------------

# What somebody here is told of. ``reference`` is the id of what caused it: object, reaction, follow, report.
notifications = Table(
    "notifications",
    metadata,
    _id(),
    _actor("owner_id"),
    Column("type", String(32), nullable=False),  # domain.notices.NoticeType
    _actor("actor_id"),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), index=True),
    Column("reference", BigInteger, nullable=False, index=True),
    Column("group_key", String(64), nullable=False),
    Column("filtered", Boolean, nullable=False, server_default="0"),  # kept apart by the owner's policy
    Column("dismissed", Boolean, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("event", Json),  # what a severed relationship or a moderator's warning is about
    UniqueConstraint("owner_id", "type", "reference"),
    Index("ix_notifications_owner_id_id", "owner_id", "id"),
    Index("ix_notifications_owner_id_group_key", "owner_id", "group_key", "id"),
    Index("ix_notifications_actor_id", "actor_id"),
)

# What is done with news from strangers: accept, filter or drop; no row, or a column left alone, means accept.
notification_policies = Table(
    "notification_policies",
    metadata,
    _actor("owner_id", primary=True),
    Column("for_not_following", String(8), nullable=False, server_default="accept"),
    Column("for_not_followers", String(8), nullable=False, server_default="accept"),
    Column("for_new_accounts", String(8), nullable=False, server_default="accept"),
    Column("for_private_mentions", String(8), nullable=False, server_default="accept"),
    Column("for_limited_accounts", String(8), nullable=False, server_default="accept"),
)

# Filtered news of one actor, until the owner accepts or dismisses them all.
notification_requests = Table(
    "notification_requests",
    metadata,
    _id(),
    _actor("owner_id"),
    _actor("actor_id", index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("owner_id", "actor_id"),
)

# Whose news are never filtered, because the owner has accepted a request of theirs.
notification_permissions = Table(
    "notification_permissions",
    metadata,
    _actor("owner_id", primary=True),
    _actor("actor_id", primary=True, index=True),
)

# Direct messages as one of the participants sees them: one for each set of participants of each thread.
conversations = Table(
    "conversations",
    metadata,
    _id(),
    _actor("owner_id"),
    Column("context", Text, nullable=False),  # of the objects
    Column("participants", String(64), nullable=False),  # SHA-256 of the ids of the others, sorted
    Column("actor_ids", Json, nullable=False),  # the others
    Column("last_object_id", BigInteger, nullable=False),
    Column("unread", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("owner_id", "context", "participants"),
    Index("ix_conversations_owner_id_last_object_id", "owner_id", "last_object_id"),
)

conversation_posts = Table(
    "conversation_posts",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# How far somebody has read, so that another device goes on there.
markers = Table(
    "markers",
    metadata,
    _actor("owner_id", primary=True),
    Column("timeline", String(16), primary_key=True),  # home, notifications
    Column("last_read_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

announcements = Table(
    "announcements",
    metadata,
    _id(),
    Column("source", Text, nullable=False),  # Markdown
    Column("content", Text, nullable=False),  # clean HTML of it
    Column("starts_at", BigInteger),
    Column("ends_at", BigInteger),
    Column("all_day", Boolean, nullable=False, server_default="0"),
    Column("published_at", BigInteger),  # NULL: a draft
    Column("updated_at", BigInteger, nullable=False),
)

announcement_reads = Table(
    "announcement_reads",
    metadata,
    _actor("actor_id", primary=True),
    Column("announcement_id", ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True, index=True),
)

announcement_reactions = Table(
    "announcement_reactions",
    metadata,
    Column("announcement_id", ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(64), primary_key=True),
    _actor("actor_id", primary=True, index=True),
    Column("created_at", BigInteger, nullable=False),
)

# What somebody does not want to read, or wants a warning before.
filters = Table(
    "filters",
    metadata,
    _id(),
    _actor("owner_id", index=True),
    Column("title", Text, nullable=False),
    Column("contexts", Json, nullable=False),  # domain.filters.FilterContext
    Column("action", String(8), nullable=False),  # warn, hide, blur
    Column("expires_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
)

filter_keywords = Table(
    "filter_keywords",
    metadata,
    _id(),
    Column("filter_id", ForeignKey("filters.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("keyword", Text, nullable=False),
    Column("whole_word", Boolean, nullable=False, server_default="1"),
)

filter_statuses = Table(
    "filter_statuses",
    metadata,
    _id(),
    Column("filter_id", ForeignKey("filters.id", ondelete="CASCADE"), nullable=False),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), nullable=False, index=True),
    UniqueConstraint("filter_id", "object_id"),
)

# Where an app is told of news while it sleeps; one for each token, gone with it.
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    _id(),
    Column("token_hash", ForeignKey("access_tokens.token_hash", ondelete="CASCADE"), nullable=False, unique=True),
    _actor("owner_id", index=True),
    Column("token_sealed", LargeBinary, nullable=False),  # the app finds its account by the token in each message
    Column("endpoint", Text, nullable=False),
    Column("p256dh", String(128), nullable=False),
    Column("auth", String(64), nullable=False),
    Column("standard", Boolean, nullable=False, server_default="0"),  # RFC 8291; else the draft before it
    Column("alerts", Json, nullable=False),
    Column("policy", String(16), nullable=False),  # all, followed, follower, none
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# Files of our own people. What other servers' posts carry stays in the post (objects.details).
media = Table(
    "media",
    metadata,
    _id(),
    _actor("owner_id", index=True),
    Column("purpose", String(16), nullable=False),  # domain.media.MediaPurpose
    Column("object_id", ForeignKey("objects.id", ondelete="SET NULL")),  # the post that shows it
    Column("position", Integer, nullable=False, server_default="0"),  # its place in that post
    Column("state", String(16), nullable=False),  # domain.media.MediaState
    Column("kind", String(16), nullable=False),  # domain.media.MediaKind
    Column("media_type", String(64), nullable=False, server_default=""),
    Column("key", String(64), nullable=False, server_default=""),  # of the file in the storage
    Column("small_key", String(64), nullable=False, server_default=""),
    Column("source_key", String(64), nullable=False, server_default=""),  # as it was uploaded, until it is processed
    Column("bytes", BigInteger, nullable=False, server_default="0"),  # all its files
    Column("width", Integer, nullable=False, server_default="0"),
    Column("height", Integer, nullable=False, server_default="0"),
    Column("small_width", Integer, nullable=False, server_default="0"),
    Column("small_height", Integer, nullable=False, server_default="0"),
    Column("duration", Float, nullable=False, server_default="0"),  # seconds
    Column("frame_rate", Float, nullable=False, server_default="0"),
    Column("blurhash", String(200), nullable=False, server_default=""),
    Column("description", Text, nullable=False, server_default=""),
    Column("focus_x", Float),
    Column("focus_y", Float),
    Column("problem", Text, nullable=False, server_default=""),  # why it failed, for its owner
    Column("created_at", BigInteger, nullable=False),
    Column("loose_since_at", BigInteger),  # since when nothing shows it; NULL while something does
    Index("ix_media_object_id", "object_id"),
    Index("ix_media_loose_since_at", "loose_since_at"),
)

# -- client apps ----------------------------------------------------------------------------------------------------

# Random numbers that change whenever what apps show of a row changes; kept right by triggers (store.stamp_schema).
# Apart from the rows themselves, so that reading twenty of them does not read twenty documents.
object_stamps = Table(
    "object_stamps",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("stamp", BigInteger, nullable=False),
)

actor_stamps = Table(
    "actor_stamps",
    metadata,
    _actor("actor_id", primary=True),
    Column("stamp", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),  # that of the actor
)

bookmarks = Table(
    "bookmarks",
    metadata,
    _id(),
    _actor("actor_id"),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("actor_id", "object_id"),
)

conversation_mutes = Table(
    "conversation_mutes",
    metadata,
    _actor("actor_id", primary=True),
    Column("context", Text, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)

object_tags = Table(
    "object_tags",
    metadata,
    Column("tag", String(255), primary_key=True),  # domain.tags.key_of
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, index=True),
)

followed_tags = Table(
    "followed_tags",
    metadata,
    _id(),
    _actor("actor_id"),
    Column("tag", String(255), nullable=False, index=True),
    Column("name", String(255), nullable=False),  # as it was written
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("actor_id", "tag"),
)

# The hashtags that people show on their profiles.
featured_tags = Table(
    "featured_tags",
    metadata,
    _id(),
    _actor("actor_id"),
    Column("tag", String(255), nullable=False, index=True),
    Column("name", String(255), nullable=False),  # as it was written
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("actor_id", "tag"),
)

scheduled_statuses = Table(
    "scheduled_statuses",
    metadata,
    _id(),
    _actor("actor_id", index=True),
    Column("scheduled_at", BigInteger, nullable=False),
    Column("params", Json, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("problem", Text, nullable=False, server_default=""),  # why it could not be posted, for its author
)

# What a request with an Idempotency-Key made, so that the same request again makes nothing.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _actor("actor_id", primary=True),
    Column("key", String(255), primary_key=True),
    Column("made_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_idempotency_keys_created_at", "created_at"),
)

# What pages that posts link to say of themselves.
cards = Table(
    "cards",
    metadata,
    Column("url", Text, primary_key=True),
    Column("data", Json),  # NULL: the page says nothing, or could not be read
    Column("fetched_at", BigInteger, nullable=False),
)

object_cards = Table(
    "object_cards",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("url", ForeignKey("cards.url", ondelete="CASCADE"), nullable=False, index=True),
)

# -- learning -------------------------------------------------------------------------------------------------------

resources = Table(
    "resources",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # Unique, rising with the time of publication: lists, cursors and the search index go by it (store.search).
    Column("sort_key", BigInteger, nullable=False, unique=True),
    Column("iri", Text, nullable=False),  # the record's own id
    Column("slug", String(120), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("listing", String(24), nullable=False),  # store.resources.Listing; '' where no list shows it
    Column("title_key", String(120), nullable=False),  # the title, folded for sorting
    Column("record", Json, nullable=False),
    Column("grade", String(16), nullable=False),  # clean, warnings
    Column("warnings", Json, nullable=False, server_default="[]"),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_resources_iri", "iri"),
    Index("ix_resources_listing_title_key_sort_key", "listing", "title_key", "sort_key"),
)

resource_slugs = Table(
    "resource_slugs",
    metadata,
    Column("slug", String(120), primary_key=True),  # never given to another resource
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), nullable=False, index=True),
)

resource_facets = Table(
    "resource_facets",
    metadata,
    Column("sort_key", ForeignKey("resources.sort_key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("facet", String(24), primary_key=True),
    Column("value", String(255), primary_key=True),
    Column("listing", String(24), nullable=False),
)

# How many resources of each listing have a facet value; kept right by triggers (store.search_schema).
resource_counts = Table(
    "resource_counts",
    metadata,
    Column("listing", String(24), primary_key=True),
    Column("facet", String(24), primary_key=True),
    Column("value", String(255), primary_key=True),
    Column("total", BigInteger, nullable=False),
    Index("ix_resource_counts_total", "listing", "facet", "total"),
)

# What concepts are called that no vocabulary of ours knows, as the last record said that named them.
concept_labels = Table(
    "concept_labels",
    metadata,
    Column("value", String(255), primary_key=True),
    Column("labels", Json, nullable=False),
)

catalogues = Table(
    "catalogues",
    metadata,
    _actor("actor_id", primary=True),
    Column("uri", Text, nullable=False, unique=True),
    Column("revision", BigInteger, nullable=False, server_default="0"),
    Column("oldest_revision", BigInteger, nullable=False, server_default="1"),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("digest", String(64), nullable=False, server_default="0" * 64),
    # of a followed catalogue: where the copy stands
    Column("position", BigInteger, nullable=False, server_default="0"),
    Column("etag", Text, nullable=False, server_default=""),
    Column("announced_revision", BigInteger, nullable=False, server_default="0"),  # the last that its owner said
    Column("announced_digest", String(64), nullable=False, server_default=""),
    Column("checked_at", BigInteger, nullable=False, server_default="0"),
    Column("repaired_at", BigInteger, nullable=False, server_default="0"),  # when its buckets were last compared
    Column("equal_at", BigInteger),
    Column("problem", Text, nullable=False, server_default=""),
)

catalogue_entries = Table(
    "catalogue_entries",
    metadata,
    _actor("catalogue_id", primary=True),
    Column("object_uri", Text, primary_key=True),
    Column("type", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # of the object; '' for a tombstone
    Column("bucket", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_catalogue_entries_revision", "catalogue_id", "revision"),
    Index("ix_catalogue_entries_bucket", "catalogue_id", "bucket"),
    Index("ix_catalogue_entries_object_uri", "object_uri"),
)

catalogue_buckets = Table(
    "catalogue_buckets",
    metadata,
    _actor("catalogue_id", primary=True),
    Column("bucket", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
)

# -- between servers ------------------------------------------------------------------------------------------------

received = Table(
    "received",
    metadata,
    _id(),
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
    _actor("owner_id", primary=True),
    Column("received_id", ForeignKey("received.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_received_by_received_id", "received_id"),
)

activities = Table(
    "activities",
    metadata,
    _id(),
    Column("uri", Text, nullable=False, unique=True),
    _actor("actor_id"),
    Column("type", String(32), nullable=False),
    Column("object_uri", Text, nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("body", Text, nullable=False),  # JSON exactly as it is sent
    Column("created_at", BigInteger, nullable=False),
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

domain_policies = Table(
    "domain_policies",
    metadata,
    Column("domain", String(255), primary_key=True),  # and everything below it
    Column("policy", String(16), nullable=False),  # domain.moderation.DomainPolicy
    Column("reason", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
)

# -- work -----------------------------------------------------------------------------------------------------------

jobs = Table(
    "jobs",
    metadata,
    _id(),
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

facts = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),  # schema facts of this node: its host, last backup
    Column("value", Text, nullable=False),
)
