"""What people make of learning resources: authors, drafts, what is based on what, notes, reviews, collections."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from node.store.tables.columns import Json, actor_column, id_column, metadata

# Which member wrote a resource of the organisation: she may go on with it, as administrators may.
authorships = Table(
    "authorships",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    actor_column("actor_id", index=True),
)

# What is not published yet: the form as its author left it, also of something that is published and being changed.
drafts = Table(
    "drafts",
    metadata,
    id_column(),
    actor_column("actor_id", index=True),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), index=True),
    Column("fields", Json, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# What a record says that it is based on, by the identity of the original, whether or not that is held here.
derivations = Table(
    "derivations",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("source_iri", Text, primary_key=True),
    Index("ix_derivations_source_iri", "source_iri"),
)

# Branches that whoever looks after the original does not show on its page.
hidden_branches = Table(
    "hidden_branches",
    metadata,
    Column("original_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column(
        "branch_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    ),
    Column("hidden_at", BigInteger, nullable=False),
)

# What organisations say of how they used a resource, signed by them; the object is the answer that carries it.
adoption_notes = Table(
    "adoption_notes",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("about", Text, nullable=False),  # URI of the resource's object, the same on every node
    actor_column("organisation_id", index=True),
    Column("outcome", String(32), nullable=False),  # domain.opinions.Outcome
    Column("note", Json, nullable=False),  # as schemas/data/adoption-note.schema.json
    Index("ix_adoption_notes_about", "about"),
)

# What people say of a resource, one each; the object is the answer that carries it.
reviews = Table(
    "reviews",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("about", Text, nullable=False),  # as above
    actor_column("actor_id"),
    Column("rating", Integer),  # 1 to 5; NULL where there is none
    Column("used_for", Text, nullable=False, server_default=""),
    UniqueConstraint("actor_id", "about"),
    Index("ix_reviews_about", "about"),
)

# Collections of this node: what is in them, who may change that. Copies of others' have it in their record.
collection_items = Table(
    "collection_items",
    metadata,
    Column("collection_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("item_iri", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("reference", Json, nullable=False),  # how the collection's record names it, with note and who added it
    Column("state", String(16), nullable=False, server_default="listed"),  # listed, suggested
    Column("by_uri", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

collection_curators = Table(
    "collection_curators",
    metadata,
    Column("collection_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("actor_uri", Text, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)

# How far somebody here is in a pathway, ours or another's. Hers alone: shown to nobody, sent nowhere.
pathway_progress = Table(
    "pathway_progress",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    actor_column("actor_id", primary=True, index=True),
    Column("step_key", String(64), primary_key=True),
    Column("state", String(16), nullable=False),  # domain.pathways.State
    Column("changed_at", BigInteger, nullable=False),
)

# Who here wants to hear what is new in a collection or pathway, ours or another's.
collection_followers = Table(
    "collection_followers",
    metadata,
    Column("collection_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    actor_column("actor_id", primary=True),
    Column("created_at", BigInteger, nullable=False),
)
