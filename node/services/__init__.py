"""Use cases: each function is one transaction."""
