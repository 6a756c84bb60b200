"""Posts: written, changed, answered, quoted, and where they belong."""
