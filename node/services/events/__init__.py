"""Events: published, changed, answered."""
