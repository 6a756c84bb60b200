"""Actors of ours from their founding to their move."""
