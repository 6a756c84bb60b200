"""Accounts as a whole: what those of the house say of themselves, and how any of them ends."""
