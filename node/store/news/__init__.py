"""What somebody is told of."""
