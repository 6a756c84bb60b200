"""The vocabularies that ship with the node, read once, when the first record needs them."""

from functools import cache

import schemas
from node.domain.vocabularies import Vocabularies


@cache
def shipped() -> Vocabularies:
    """All shipped concepts (about 350; 30 ms and 1 MiB, hence not at import)."""
    return Vocabularies(schemas.vocabularies())
