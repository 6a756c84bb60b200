"""Finding everything, people and posts."""
