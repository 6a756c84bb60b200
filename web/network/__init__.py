"""The map of the network: drawn on the server, with a list that says the same."""
