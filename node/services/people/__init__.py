"""People: what they say of themselves, whom they follow, and how they leave."""
