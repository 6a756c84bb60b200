"""Communities of interest: policies, roles, bans, invitations, refusals, log; topics."""

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _community(table: str, name: str = "community_id") -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint([name], ["actors.id"], name=f"fk_{table}_{name}", ondelete="CASCADE")
    return sa.Column(name, _ID, nullable=False), key


def upgrade() -> None:
    _create_communities()
    _create_people()
    _create_log()
    _create_topics()
    # Groups that are known become communities with the usual rules; a lock means that requests are looked at.
    op.execute(
        "INSERT INTO communities (actor_id, join_policy, post_policy, visibility, created_at, updated_at) "
        "SELECT id, CASE WHEN locked THEN 'request' ELSE 'open' END, 'members', 'public', created_at, updated_at "
        "FROM actors WHERE kind = 'group' AND state <> 'gone'"
    )
    op.execute("UPDATE actors SET moderators = uri || '/moderators' WHERE kind = 'group' AND local AND state <> 'gone'")


def _create_communities() -> None:
    op.create_table(
        "communities",
        *_community("communities", "actor_id"),
        sa.Column("purpose", sa.Text(), nullable=False, server_default=""),
        sa.Column("rules", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("topics", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("languages", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("join_policy", sa.String(16), nullable=False),
        sa.Column("post_policy", sa.String(16), nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.BigInteger()),
        sa.Column("successor", sa.Text(), nullable=False, server_default=""),
        sa.Column("moderators_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("featured_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("history_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("actor_id", name="pk_communities"),
    )
    op.create_index("ix_communities_visibility", "communities", ["visibility", "actor_id"])


def _create_people() -> None:
    op.create_table(
        "community_roles",
        *_community("community_roles"),
        sa.Column("actor_uri", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("community_id", "actor_uri", "role", name="pk_community_roles"),
    )
    op.create_index("ix_community_roles_actor_uri", "community_roles", ["actor_uri"])
    op.create_table(
        "community_bans",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        *_community("community_bans"),
        sa.Column("actor_uri", sa.Text(), nullable=False),
        sa.Column("by_uri", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_community_bans"),
        sa.UniqueConstraint("community_id", "actor_uri", name="uq_community_bans_community_id_actor_uri"),
    )
    op.create_index("ix_community_bans_actor_uri", "community_bans", ["actor_uri"])
    by = sa.ForeignKeyConstraint(["by_id"], ["actors.id"], name="fk_community_invitations_by_id", ondelete="CASCADE")
    op.create_table(
        "community_invitations",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        *_community("community_invitations"),
        *_community("community_invitations", "invited_id"),
        sa.Column("by_id", _ID, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger()),
        by,
        sa.PrimaryKeyConstraint("id", name="pk_community_invitations"),
        sa.UniqueConstraint("community_id", "invited_id", name="uq_community_invitations_community_id_invited_id"),
    )
    op.create_index("ix_community_invitations_invited_id", "community_invitations", ["invited_id"])
    op.create_table(
        "community_refusals",
        *_community("community_refusals"),
        sa.Column("actor_uri", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "actor_uri", "reason", name="pk_community_refusals"),
    )


def _create_log() -> None:
    op.create_table(
        "community_log",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        *_community("community_log"),
        sa.Column("actor_uri", sa.Text(), nullable=False),
        sa.Column("act", sa.String(24), nullable=False),
        sa.Column("target_uri", sa.Text(), nullable=False, server_default=""),
        sa.Column("title", sa.Text(), nullable=False, server_default=""),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("activity_uri", sa.Text(), nullable=False, server_default=""),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_community_log"),
    )
    op.create_index("ix_community_log_community_id_id", "community_log", ["community_id", "id"])
    op.create_index("ix_community_log_activity_uri", "community_log", ["activity_uri"])


def _create_topics() -> None:
    accepted = sa.ForeignKeyConstraint(
        ["accepted_id"], ["objects.id"], name="fk_topics_accepted_id", ondelete="SET NULL"
    )
    community = sa.ForeignKeyConstraint(
        ["community_id"], ["actors.id"], name="fk_topics_community_id", ondelete="CASCADE"
    )
    op.create_table(
        "topics",
        sa.Column("object_id", _ID, autoincrement=False, nullable=False),
        sa.Column("community_id", _ID, nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("pinned_at", sa.BigInteger()),
        sa.Column("last_activity_at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_id", _ID),
        sa.Column("state", sa.String(16), nullable=False, server_default="live"),
        sa.ForeignKeyConstraint(["object_id"], ["objects.id"], name="fk_topics_object_id", ondelete="CASCADE"),
        community,
        accepted,
        sa.PrimaryKeyConstraint("object_id", name="pk_topics"),
    )
    op.create_index("ix_topics_accepted_id", "topics", ["accepted_id"])
    op.create_index("ix_topics_community_id_object_id", "topics", ["community_id", "object_id"])
    last = ["community_id", "last_activity_at", "object_id"]
    op.create_index("ix_topics_community_id_last_activity_at", "topics", last)
    op.create_index("ix_topics_kind_object_id", "topics", ["kind", "object_id"])
    op.create_index("ix_topics_community_id_pinned_at", "topics", ["community_id", "pinned_at"])
