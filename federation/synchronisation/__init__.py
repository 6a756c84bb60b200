"""Two servers notice that they disagree, and agree again: catalogues and followers."""
