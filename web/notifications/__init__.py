"""What somebody was told: the list, what is kept apart, and what she does with it."""
