"""The foundation: all tables of the first release, their search index and its triggers."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None

_SQLITE = (
    """CREATE VIRTUAL TABLE resource_search USING fts5(
        words, facets UNINDEXED, tokenize = 'ascii', prefix = '3 4', columnsize = 0)""",
    """CREATE TRIGGER resources_unindex AFTER DELETE ON resources BEGIN
        DELETE FROM resource_search WHERE rowid = OLD.sort_key;
    END""",
    """CREATE TRIGGER resource_facets_add AFTER INSERT ON resource_facets BEGIN
        INSERT INTO resource_counts (listing, facet, value, total) VALUES (NEW.listing, NEW.facet, NEW.value, 1)
        ON CONFLICT (listing, facet, value) DO UPDATE SET total = total + 1;
    END""",
    """CREATE TRIGGER resource_facets_take AFTER DELETE ON resource_facets BEGIN
        UPDATE resource_counts SET total = total - 1
        WHERE listing = OLD.listing AND facet = OLD.facet AND value = OLD.value;
        DELETE FROM resource_counts
        WHERE listing = OLD.listing AND facet = OLD.facet AND value = OLD.value AND total <= 0;
    END""",
)

_POSTGRESQL = (
    """CREATE TABLE resource_search (
        sort_key bigint PRIMARY KEY REFERENCES resources (sort_key) ON DELETE CASCADE,
        words tsvector NOT NULL, facets text NOT NULL)""",
    "CREATE INDEX ix_resource_search_words ON resource_search USING gin (words)",
    """CREATE FUNCTION resource_facets_add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO resource_counts (listing, facet, value, total)
        SELECT listing, facet, value, count(*) FROM added GROUP BY listing, facet, value
        ORDER BY listing, facet, value
        ON CONFLICT (listing, facet, value) DO UPDATE SET total = resource_counts.total + EXCLUDED.total;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER resource_facets_add AFTER INSERT ON resource_facets
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION resource_facets_add()""",
    """CREATE FUNCTION resource_facets_take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE resource_counts SET total = resource_counts.total - gone.total
        FROM (SELECT listing, facet, value, count(*) AS total FROM taken GROUP BY listing, facet, value) AS gone
        WHERE resource_counts.listing = gone.listing AND resource_counts.facet = gone.facet
        AND resource_counts.value = gone.value;
        DELETE FROM resource_counts USING taken
        WHERE resource_counts.listing = taken.listing AND resource_counts.facet = taken.facet
        AND resource_counts.value = taken.value AND resource_counts.total <= 0;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER resource_facets_take AFTER DELETE ON resource_facets
        REFERENCING OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION resource_facets_take()""",
)

_SEARCH = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "actors",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("local", sa.Boolean(), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("inbox", sa.Text(), server_default="", nullable=False),
        sa.Column("outbox", sa.Text(), server_default="", nullable=False),
        sa.Column("shared_inbox", sa.Text(), server_default="", nullable=False),
        sa.Column("followers", sa.Text(), server_default="", nullable=False),
        sa.Column("following", sa.Text(), server_default="", nullable=False),
        sa.Column("featured", sa.Text(), server_default="", nullable=False),
        sa.Column("catalogue", sa.Text(), server_default="", nullable=False),
        sa.Column("moderators", sa.Text(), server_default="", nullable=False),
        sa.Column("icon", sa.Text(), server_default="", nullable=False),
        sa.Column("image", sa.Text(), server_default="", nullable=False),
        sa.Column("fields", sa.Text(), server_default="[]", nullable=False),
        sa.Column("also_known_as", sa.Text(), server_default="[]", nullable=False),
        sa.Column("moved_to", sa.Text(), server_default="", nullable=False),
        sa.Column("capabilities", sa.Text(), server_default="[]", nullable=False),
        sa.Column("locked", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("discoverable", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("indexable", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=16), server_default="active", nullable=False),
        sa.Column("published_at", sa.BigInteger()),
        sa.Column("fetched_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("gone_seen_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actors")),
        sa.UniqueConstraint("uri", name=op.f("uq_actors_uri")),
    )
    op.create_index("ix_actors_followers", "actors", ["followers"])
    op.create_index("ix_actors_handle", "actors", ["username", "host"])
    op.create_index("ix_actors_host", "actors", ["host"])
    op.create_index("ix_actors_local_kind", "actors", ["local", "kind"])
    op.create_table(
        "audit_log",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_uri", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_table(
        "concept_labels",
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_concept_labels")),
    )
    op.create_table(
        "domain_policies",
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_domain_policies")),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_facts")),
    )
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("software", sa.String(length=64), server_default="", nullable=False),
        sa.Column("software_version", sa.String(length=64), server_default="", nullable=False),
        sa.Column("signature", sa.String(length=32), server_default="", nullable=False),
        sa.Column("signature_at", sa.BigInteger()),
        sa.Column("refusals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("recent_failures", sa.Text(), server_default="[]", nullable=False),
        sa.Column("failing_since_at", sa.BigInteger()),
        sa.Column("failing_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_failing_day", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held_until_at", sa.BigInteger()),
        sa.Column("hold_seconds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unavailable_at", sa.BigInteger()),
        sa.Column("last_success_at", sa.BigInteger()),
        sa.Column("last_seen_at", sa.BigInteger()),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_index("ix_hosts_held_until_at", "hosts", ["held_until_at"])
    op.create_table(
        "jobs",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("ref", sa.BigInteger()),
        sa.Column("target", sa.Text(), server_default="", nullable=False),
        sa.Column("host", sa.String(length=255), server_default="", nullable=False),
        sa.Column("payload", sa.Text()),
        sa.Column("serial_key", sa.Text()),
        sa.Column("lock_key", sa.Text()),
        sa.Column("state", sa.String(length=8), server_default="live", nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("owner", sa.String(length=64), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("lock_key", name=op.f("uq_jobs_lock_key")),
    )
    op.create_index("ix_jobs_host_kind", "jobs", ["host", "kind"])
    op.create_index("ix_jobs_kind_state_due_at", "jobs", ["kind", "state", "due_at"])
    op.create_index("ix_jobs_owner", "jobs", ["owner"])
    op.create_index("ix_jobs_ref_kind", "jobs", ["ref", "kind"])
    op.create_index("ix_jobs_serial_key_id", "jobs", ["serial_key", "id"])
    op.create_table(
        "one_time_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_links")),
    )
    op.create_table(
        "received",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("actor_uri", sa.Text(), nullable=False),
        sa.Column("signer_uri", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=32), server_default="", nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received")),
        sa.UniqueConstraint("uri", name=op.f("uq_received_uri")),
    )
    op.create_index("ix_received_received_at", "received", ["received_at"])
    op.create_table(
        "remote_keys",
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("owner_uri", sa.Text(), server_default="", nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("algorithm", sa.String(length=16), server_default="", nullable=False),
        sa.Column("public", sa.Text(), server_default="", nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.Column("failed_at", sa.BigInteger()),
        sa.Column("refreshed_at", sa.BigInteger()),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("uri", name=op.f("pk_remote_keys")),
    )
    op.create_index("ix_remote_keys_fetched_at", "remote_keys", ["fetched_at"])
    op.create_index("ix_remote_keys_owner_uri", "remote_keys", ["owner_uri"])
    op.create_table(
        "reports",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("reporter_uri", sa.Text(), nullable=False),
        sa.Column("target_uri", sa.Text(), nullable=False),
        sa.Column("object_uris", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("uri", name=op.f("uq_reports_uri")),
    )
    op.create_table(
        "resource_counts",
        sa.Column("listing", sa.String(length=24), nullable=False),
        sa.Column("facet", sa.String(length=24), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("listing", "facet", "value", name=op.f("pk_resource_counts")),
    )
    op.create_index("ix_resource_counts_total", "resource_counts", ["listing", "facet", "total"])
    op.create_table(
        "tombstones",
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("former_type", sa.String(length=64), server_default="", nullable=False),
        sa.Column("actor_uri", sa.Text(), server_default="", nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("uri", name=op.f("pk_tombstones")),
    )
    op.create_index("ix_tombstones_expires_at", "tombstones", ["expires_at"])
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "access_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_access_tokens_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_access_tokens")),
    )
    op.create_index(op.f("ix_access_tokens_actor_id"), "access_tokens", ["actor_id"])
    op.create_table(
        "accounts",
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="active", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("password_changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_accounts_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "activities",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("object_uri", sa.Text(), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_activities_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint("uri", name=op.f("uq_activities_uri")),
    )
    op.create_index("ix_activities_actor_id_id", "activities", ["actor_id", "id"])
    op.create_index("ix_activities_object_uri", "activities", ["object_uri"])
    op.create_table(
        "blocks",
        sa.Column("blocker_id", _id(), nullable=False),
        sa.Column("blocked_id", _id(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["blocked_id"], ["actors.id"], name=op.f("fk_blocks_blocked_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["blocker_id"], ["actors.id"], name=op.f("fk_blocks_blocker_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name=op.f("pk_blocks")),
    )
    op.create_index("ix_blocks_blocked_id", "blocks", ["blocked_id"])
    op.create_table(
        "catalogue_buckets",
        sa.Column("catalogue_id", _id(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["catalogue_id"], ["actors.id"], name=op.f("fk_catalogue_buckets_catalogue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("catalogue_id", "bucket", name=op.f("pk_catalogue_buckets")),
    )
    op.create_table(
        "catalogue_entries",
        sa.Column("catalogue_id", _id(), nullable=False),
        sa.Column("object_uri", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["catalogue_id"], ["actors.id"], name=op.f("fk_catalogue_entries_catalogue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("catalogue_id", "object_uri", name=op.f("pk_catalogue_entries")),
    )
    op.create_index("ix_catalogue_entries_bucket", "catalogue_entries", ["catalogue_id", "bucket"])
    op.create_index("ix_catalogue_entries_object_uri", "catalogue_entries", ["object_uri"])
    op.create_index("ix_catalogue_entries_revision", "catalogue_entries", ["catalogue_id", "revision"])
    op.create_table(
        "catalogues",
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("oldest_revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "digest",
            sa.String(length=64),
            server_default="0000000000000000000000000000000000000000000000000000000000000000",
            nullable=False,
        ),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("announced_revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("announced_digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("checked_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("repaired_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("equal_at", sa.BigInteger()),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_catalogues_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_catalogues")),
        sa.UniqueConstraint("uri", name=op.f("uq_catalogues_uri")),
    )
    op.create_table(
        "follows",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("follower_id", _id(), nullable=False),
        sa.Column("followed_id", _id(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["followed_id"], ["actors.id"], name=op.f("fk_follows_followed_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["actors.id"], name=op.f("fk_follows_follower_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
        sa.UniqueConstraint("follower_id", "followed_id", name=op.f("uq_follows_follower_id_followed_id")),
    )
    op.create_index(op.f("ix_follows_followed_id"), "follows", ["followed_id"])
    op.create_index("ix_follows_uri", "follows", ["uri"])
    op.create_table(
        "objects",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("local", sa.Boolean(), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="live", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(length=35), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("in_reply_to", sa.Text()),
        sa.Column("in_reply_to_id", sa.BigInteger()),
        sa.Column("context", sa.Text(), server_default="", nullable=False),
        sa.Column("audience", sa.Text(), server_default="", nullable=False),
        sa.Column("sensitive", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("replies_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("likes_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shares_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger()),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("details", sa.Text()),
        sa.Column("raw", sa.Text()),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_objects_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objects")),
        sa.UniqueConstraint("uri", name=op.f("uq_objects_uri")),
    )
    op.create_index("ix_objects_actor_id_id", "objects", ["actor_id", "id"])
    op.create_index("ix_objects_context", "objects", ["context"])
    op.create_index("ix_objects_in_reply_to", "objects", ["in_reply_to"])
    op.create_index("ix_objects_local_kind_id", "objects", ["local", "kind", "id"])
    op.create_table(
        "own_keys",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("algorithm", sa.String(length=16), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("retires_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_own_keys_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_keys")),
        sa.UniqueConstraint("uri", name=op.f("uq_own_keys_uri")),
    )
    op.create_index(op.f("ix_own_keys_actor_id"), "own_keys", ["actor_id"])
    op.create_table(
        "received_by",
        sa.Column("owner_id", _id(), nullable=False),
        sa.Column("received_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["actors.id"], name=op.f("fk_received_by_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["received_id"], ["received.id"], name=op.f("fk_received_by_received_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "received_id", name=op.f("pk_received_by")),
    )
    op.create_index("ix_received_by_received_id", "received_by", ["received_id"])
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_sessions_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_actor_id"), "sessions", ["actor_id"])
    op.create_table(
        "home_entries",
        sa.Column("owner_id", _id(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("object_id", _id(), nullable=False),
        sa.Column("shared_by_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_home_entries_object_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["actors.id"], name=op.f("fk_home_entries_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_home_entries")),
        sa.UniqueConstraint("owner_id", "object_id", name=op.f("uq_home_entries_owner_id_object_id")),
    )
    op.create_index("ix_home_entries_object_id", "home_entries", ["object_id"])
    op.create_table(
        "mentions",
        sa.Column("object_id", _id(), nullable=False),
        sa.Column("actor_uri", sa.Text(), nullable=False),
        sa.Column("silent", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["object_id"], ["objects.id"], name=op.f("fk_mentions_object_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("object_id", "actor_uri", name=op.f("pk_mentions")),
    )
    op.create_index("ix_mentions_actor_uri", "mentions", ["actor_uri", "object_id"])
    op.create_table(
        "object_versions",
        sa.Column("object_id", _id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("details", sa.Text()),
        sa.Column("replaced_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_object_versions_object_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("object_id", "version", name=op.f("pk_object_versions")),
    )
    op.create_table(
        "pins",
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("object_id", _id(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_pins_actor_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["object_id"], ["objects.id"], name=op.f("fk_pins_object_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("actor_id", "object_id", name=op.f("pk_pins")),
    )
    op.create_table(
        "reactions",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("object_id", _id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("content", sa.String(length=255), server_default="", nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_reactions_actor_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["object_id"], ["objects.id"], name=op.f("fk_reactions_object_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reactions")),
        sa.UniqueConstraint(
            "actor_id", "object_id", "kind", "content", name=op.f("uq_reactions_actor_id_object_id_kind_content")
        ),
    )
    op.create_index("ix_reactions_object_id_kind", "reactions", ["object_id", "kind"])
    op.create_index("ix_reactions_uri", "reactions", ["uri"])
    op.create_table(
        "resource_slugs",
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("object_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_resource_slugs_object_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_resource_slugs")),
    )
    op.create_index(op.f("ix_resource_slugs_object_id"), "resource_slugs", ["object_id"])
    op.create_table(
        "resources",
        sa.Column("object_id", _id(), autoincrement=False, nullable=False),
        sa.Column("sort_key", sa.BigInteger(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("listing", sa.String(length=24), nullable=False),
        sa.Column("title_key", sa.String(length=120), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(length=16), nullable=False),
        sa.Column("warnings", sa.Text(), server_default="[]", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["object_id"], ["objects.id"], name=op.f("fk_resources_object_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_resources")),
        sa.UniqueConstraint("sort_key", name=op.f("uq_resources_sort_key")),
    )
    op.create_index("ix_resources_iri", "resources", ["iri"])
    op.create_index("ix_resources_listing_title_key_sort_key", "resources", ["listing", "title_key", "sort_key"])
    op.create_table(
        "resource_facets",
        sa.Column("sort_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("facet", sa.String(length=24), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("listing", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["sort_key"], ["resources.sort_key"], name=op.f("fk_resource_facets_sort_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sort_key", "facet", "value", name=op.f("pk_resource_facets")),
    )
    for statement in _SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)
