"""Pages, feeds and APIs that people and programs of the organisation use."""
