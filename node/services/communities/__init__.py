"""Communities: founded, joined, asked, and what they tell people."""
