"""Pages on which communities are found, founded and governed; what is written in them is for ``web.threads``."""
