"""Posts: written, changed, answered, quoted, shared, and where they belong."""
