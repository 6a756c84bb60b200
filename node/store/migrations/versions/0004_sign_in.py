"""Apps and their codes, tokens of apps, second factors, invitations, identities elsewhere, links of a person."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _actor(table: str, column: str = "actor_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["actors.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _app(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f(f"fk_{table}_app_id"), ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "apps",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), server_default="", nullable=False),
        sa.Column("redirect_uris", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("authorized_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apps")),
        sa.UniqueConstraint("client_id", name=op.f("uq_apps_client_id")),
    )
    op.create_table(
        "authorization_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("app_id", _id(), nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("challenge", sa.String(length=43), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.Column("token_hash", sa.String(length=64), server_default="", nullable=False),
        _app("authorization_codes"),
        _actor("authorization_codes"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_authorization_codes")),
    )
    op.create_index(op.f("ix_authorization_codes_app_id"), "authorization_codes", ["app_id"])
    op.create_index(op.f("ix_authorization_codes_actor_id"), "authorization_codes", ["actor_id"])
    with op.batch_alter_table("access_tokens") as batch:
        batch.alter_column("actor_id", existing_type=_id(), nullable=True)
        batch.add_column(sa.Column("app_id", _id(), nullable=True))
        batch.create_foreign_key(op.f("fk_access_tokens_app_id"), "apps", ["app_id"], ["id"], ondelete="CASCADE")
    op.create_index(op.f("ix_access_tokens_app_id"), "access_tokens", ["app_id"])
    op.add_column("sessions", sa.Column("agent", sa.Text(), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("language", sa.String(length=35), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("totp_sealed", sa.LargeBinary()))
    op.add_column("accounts", sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False))
    with op.batch_alter_table("one_time_links") as batch:
        batch.add_column(sa.Column("actor_id", _id(), nullable=True))
        batch.add_column(sa.Column("detail", sa.Text(), server_default="", nullable=False))
        batch.create_foreign_key(op.f("fk_one_time_links_actor_id"), "actors", ["actor_id"], ["id"], ondelete="CASCADE")
    op.create_index(op.f("ix_one_time_links_actor_id"), "one_time_links", ["actor_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        _actor("recovery_codes"),
        sa.PrimaryKeyConstraint("actor_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "external_identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        _actor("external_identities"),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_external_identities")),
    )
    op.create_index(op.f("ix_external_identities_actor_id"), "external_identities", ["actor_id"])
    op.create_table(
        "invitations",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", _id(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        _actor("invitations", "made_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
