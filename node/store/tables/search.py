"""What search finds beside learning resources, and how words are spelled."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from node.store.tables.columns import metadata

# Everything but resources: what each entry of the index of words (store.triggers.resource_search) stands for. Entries
# of both share one order, so no number is in ``resources.sort_key`` and here.
search_entries = Table(
    "search_entries",
    metadata,
    Column("sort_key", BigInteger, primary_key=True, autoincrement=False),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), unique=True),  # an event, a topic
    Column("actor_id", ForeignKey("actors.id", ondelete="CASCADE"), unique=True),  # a person, a community, ...
)

# Words of titles that everybody may read, by what is left of them when one letter goes (domain.spelling).
search_spellings = Table(
    "search_spellings",
    metadata,
    Column("variant", String(32), primary_key=True),
    Column("folded", String(32), primary_key=True),
    Column("word", String(64), nullable=False),  # as it was written first
)
