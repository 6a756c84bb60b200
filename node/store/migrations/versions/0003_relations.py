"""What persons set: relations with others, lists, defaults; rules and texts of the node; imports."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "node_texts",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_node_texts")),
    )
    op.create_table(
        "rules",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
    )
    op.create_table(
        "account_notes",
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("target_id", _id(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_account_notes_actor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["actors.id"], name=op.f("fk_account_notes_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("actor_id", "target_id", name=op.f("pk_account_notes")),
    )
    op.create_index("ix_account_notes_target_id", "account_notes", ["target_id"])
    op.create_table(
        "actor_words",
        sa.Column("word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_actor_words_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("word", "actor_id", name=op.f("pk_actor_words")),
    )
    op.create_index("ix_actor_words_actor_id", "actor_words", ["actor_id"])
    op.create_table(
        "dismissed_suggestions",
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("target_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_dismissed_suggestions_actor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["actors.id"], name=op.f("fk_dismissed_suggestions_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("actor_id", "target_id", name=op.f("pk_dismissed_suggestions")),
    )
    op.create_index("ix_dismissed_suggestions_target_id", "dismissed_suggestions", ["target_id"])
    op.create_table(
        "domain_blocks",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_domain_blocks_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domain_blocks")),
        sa.UniqueConstraint("actor_id", "domain", name=op.f("uq_domain_blocks_actor_id_domain")),
    )
    op.create_index("ix_domain_blocks_actor_id_id", "domain_blocks", ["actor_id", "id"])
    op.create_table(
        "endorsements",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("target_id", _id(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_endorsements_actor_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["target_id"], ["actors.id"], name=op.f("fk_endorsements_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsements")),
        sa.UniqueConstraint("actor_id", "target_id", name=op.f("uq_endorsements_actor_id_target_id")),
    )
    op.create_index("ix_endorsements_actor_id_id", "endorsements", ["actor_id", "id"])
    op.create_index("ix_endorsements_target_id", "endorsements", ["target_id"])
    op.create_table(
        "imports",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.String(length=255), server_default="", nullable=False),
        sa.Column("overwrites", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_imports_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_actor_id", "imports", ["actor_id"])
    op.create_table(
        "lists",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("owner_id", _id(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("replies_policy", sa.String(length=16), server_default="list", nullable=False),
        sa.Column("exclusive", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["actors.id"], name=op.f("fk_lists_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
    )
    op.create_index("ix_lists_owner_id", "lists", ["owner_id"])
    op.create_table(
        "mutes",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("muter_id", _id(), nullable=False),
        sa.Column("muted_id", _id(), nullable=False),
        sa.Column("hides_notifications", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["muted_id"], ["actors.id"], name=op.f("fk_mutes_muted_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["muter_id"], ["actors.id"], name=op.f("fk_mutes_muter_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mutes")),
        sa.UniqueConstraint("muter_id", "muted_id", name=op.f("uq_mutes_muter_id_muted_id")),
    )
    op.create_index("ix_mutes_expires_at", "mutes", ["expires_at"])
    op.create_index("ix_mutes_muted_id", "mutes", ["muted_id"])
    op.create_index("ix_mutes_muter_id_id", "mutes", ["muter_id", "id"])
    op.create_table(
        "import_lines",
        sa.Column("import_id", _id(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_lines_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_lines")),
    )
    op.create_table(
        "list_members",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("list_id", _id(), nullable=False),
        sa.Column("member_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_list_members_list_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["actors.id"], name=op.f("fk_list_members_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_members")),
        sa.UniqueConstraint("list_id", "member_id", name=op.f("uq_list_members_list_id_member_id")),
    )
    op.create_index("ix_list_members_list_id_id", "list_members", ["list_id", "id"])
    op.create_index("ix_list_members_member_id", "list_members", ["member_id"])
    op.add_column("accounts", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "accounts", sa.Column("default_visibility", sa.String(length=16), server_default="public", nullable=False)
    )
    op.add_column("accounts", sa.Column("default_sensitive", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("accounts", sa.Column("default_language", sa.String(length=35), server_default="", nullable=False))
    op.add_column(
        "accounts", sa.Column("default_quote_policy", sa.String(length=16), server_default="public", nullable=False)
    )
    op.add_column("accounts", sa.Column("attribution_domains", sa.Text(), server_default="[]", nullable=False))
    op.add_column("accounts", sa.Column("preferences", sa.Text(), server_default="{}", nullable=False))
    op.add_column("blocks", sa.Column("id", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index("ix_blocks_blocker_id_id", "blocks", ["blocker_id", "id"])
    op.add_column("follows", sa.Column("shows_reblogs", sa.Boolean(), server_default="1", nullable=False))
    op.add_column("follows", sa.Column("notifies", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("follows", sa.Column("languages", sa.Text(), server_default="[]", nullable=False))
    op.add_column("reports", sa.Column("category", sa.String(length=16), server_default="other", nullable=False))
    op.add_column("reports", sa.Column("rule_ids", sa.Text(), server_default="[]", nullable=False))
    op.add_column("reports", sa.Column("forwarded", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("reports", sa.Column("closed_at", sa.BigInteger(), nullable=True))

    # Ids as they would have been minted, so that what is blocked from now on stands above.
    op.execute("UPDATE blocks SET id = created_at * 65536 + blocked_id % 65536")
