"""Three organisations to try a node with: what they publish (``content/*.json``) and how it is brought in."""
