"""The index of words over resources and everything else, and how many resources have each facet value.

Whoever deletes a row of ``resources`` or ``search_entries`` takes it out of the index and the counters.
"""

from collections.abc import Mapping
from types import MappingProxyType

#: The index. Names that begin so belong to it (SQLite keeps shadow tables beside it).
INDEX = "resource_search"

# The words are folded and split by store.search, alike for both databases: the tokenizer only cuts at spaces.
# Prefixes of two and three letters are indexed, the letter in front of each word not counted. ``columnsize = 0``: no
# ranking here needs the lengths of documents.
_SQLITE = (
    f"""CREATE VIRTUAL TABLE {INDEX} USING fts5(
        words, facets UNINDEXED, tokenize = 'ascii', prefix = '3 4', columnsize = 0)""",
    f"""CREATE TRIGGER resources_unindex AFTER DELETE ON resources BEGIN
        DELETE FROM {INDEX} WHERE rowid = OLD.sort_key;
    END""",  # noqa: S608 (a constant)
    f"""CREATE TRIGGER search_entries_unindex AFTER DELETE ON search_entries BEGIN
        DELETE FROM {INDEX} WHERE rowid = OLD.sort_key;
    END""",  # noqa: S608 (a constant)
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

# Counting goes by statement, not by row: one upsert for
# all that a statement added, in one order everywhere, so that two writers do not wait for each other in a circle.
_POSTGRESQL = (
    f"""CREATE TABLE {INDEX} (
        sort_key bigint PRIMARY KEY, words tsvector NOT NULL, facets text NOT NULL)""",
    f"CREATE INDEX ix_{INDEX}_words ON {INDEX} USING gin (words)",
    f"""CREATE FUNCTION search_unindex() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM {INDEX} USING taken WHERE {INDEX}.sort_key = taken.sort_key;
        RETURN NULL;
    END $$""",  # noqa: S608 (a constant)
    """CREATE TRIGGER resources_unindex AFTER DELETE ON resources
        REFERENCING OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION search_unindex()""",
    """CREATE TRIGGER search_entries_unindex AFTER DELETE ON search_entries
        REFERENCING OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION search_unindex()""",
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

#: By dialect.
CREATE: Mapping[str, tuple[str, ...]] = MappingProxyType({"sqlite": _SQLITE, "postgresql": _POSTGRESQL})
