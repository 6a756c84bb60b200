"""Learning resources, their facets, and catalogues."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from node.store.tables.columns import Json, actor_column, metadata

resources = Table(
    "resources",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # Unique, rising with the time of publication: lists, cursors and the search index go by it (store.search.listing).
    Column("sort_key", BigInteger, nullable=False, unique=True),
    Column("iri", Text, nullable=False),  # the record's own id
    Column("slug", String(120), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("listing", String(24), nullable=False),  # store.library.resources.Listing; '' where no list shows it
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

# How many resources of each listing have a facet value; kept right by triggers (store.triggers.resource_search).
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
    actor_column("actor_id", primary=True),
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
    actor_column("catalogue_id", primary=True),
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
    actor_column("catalogue_id", primary=True),
    Column("bucket", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
)
