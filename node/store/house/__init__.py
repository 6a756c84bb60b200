"""What administrators and moderators keep."""
