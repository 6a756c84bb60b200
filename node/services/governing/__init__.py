"""Communities governed: by deeds of their moderators, and what those change."""
