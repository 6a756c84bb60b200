"""The index of words over everything that is found: what stands in it, what is asked of it, what matches."""
