"""Actors, ours and others', and what they are to each other."""
