"""OAuth 2 for client apps: consent, codes, tokens, and what is announced about them."""
