"""People: what they say of themselves, whom they follow, what they do not want to see."""
