"""How people and apps get in."""
