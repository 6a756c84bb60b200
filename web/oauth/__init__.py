"""OAuth 2 for client apps: consent, codes, tokens, and what is announced about them (shelf: mastodon-api 3, 10)."""
