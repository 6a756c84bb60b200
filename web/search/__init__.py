"""``/search``: one search over everything that this node knows."""
