"""What people make of learning resources: authors, drafts, derivations, adoption notes, reviews, collections."""

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "authorships",
        sa.Column("object_id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        _key("authorships", "object_id", "objects.id"),
        _key("authorships", "actor_id", "actors.id"),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_authorships")),
    )
    op.create_index("ix_authorships_actor_id", "authorships", ["actor_id"])
    op.create_table(
        "drafts",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("object_id", _id()),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        _key("drafts", "actor_id", "actors.id"),
        _key("drafts", "object_id", "objects.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_actor_id", "drafts", ["actor_id"])
    op.create_index("ix_drafts_object_id", "drafts", ["object_id"])
    op.create_table(
        "derivations",
        sa.Column("object_id", _id(), autoincrement=False, nullable=False),
        sa.Column("source_iri", sa.Text(), nullable=False),
        _key("derivations", "object_id", "objects.id"),
        sa.PrimaryKeyConstraint("object_id", "source_iri", name=op.f("pk_derivations")),
    )
    op.create_index("ix_derivations_source_iri", "derivations", ["source_iri"])
    op.create_index("ix_media_key", "media", ["key"])
    _create_opinions()
    _create_collections()


def _create_opinions() -> None:
    op.create_table(
        "adoption_notes",
        sa.Column("object_id", _id(), autoincrement=False, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("organisation_id", _id(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        _key("adoption_notes", "object_id", "objects.id"),
        _key("adoption_notes", "organisation_id", "actors.id"),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_adoption_notes")),
    )
    op.create_index("ix_adoption_notes_about", "adoption_notes", ["about"])
    op.create_index("ix_adoption_notes_organisation_id", "adoption_notes", ["organisation_id"])
    op.create_table(
        "reviews",
        sa.Column("object_id", _id(), autoincrement=False, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("rating", sa.Integer()),
        sa.Column("used_for", sa.Text(), server_default="", nullable=False),
        _key("reviews", "object_id", "objects.id"),
        _key("reviews", "actor_id", "actors.id"),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("actor_id", "about", name=op.f("uq_reviews_actor_id_about")),
    )
    op.create_index("ix_reviews_about", "reviews", ["about"])


def _create_collections() -> None:
    op.create_table(
        "collection_items",
        sa.Column("collection_id", _id(), autoincrement=False, nullable=False),
        sa.Column("item_iri", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="listed", nullable=False),
        sa.Column("by_uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _key("collection_items", "collection_id", "objects.id"),
        sa.PrimaryKeyConstraint("collection_id", "item_iri", name=op.f("pk_collection_items")),
    )
    op.create_table(
        "collection_curators",
        sa.Column("collection_id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _key("collection_curators", "collection_id", "objects.id"),
        sa.PrimaryKeyConstraint("collection_id", "actor_uri", name=op.f("pk_collection_curators")),
    )
    op.create_table(
        "collection_followers",
        sa.Column("collection_id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _key("collection_followers", "collection_id", "objects.id"),
        _key("collection_followers", "actor_id", "actors.id"),
        sa.PrimaryKeyConstraint("collection_id", "actor_id", name=op.f("pk_collection_followers")),
    )
