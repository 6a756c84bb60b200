"""Communities: founded, joined, governed."""
