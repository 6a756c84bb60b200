"""The home of a member: what is new for her."""
