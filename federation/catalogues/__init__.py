"""Catalogue formats of other systems."""
