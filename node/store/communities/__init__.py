"""Communities, and how they are governed."""
