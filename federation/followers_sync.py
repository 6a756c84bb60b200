"""Followers synchronisation (FEP-8fcf)."""

from collections.abc import Sequence
from typing import Any

from federation.mapping.collection import build_collection


def build_partial_collection(actor_uri: str, uris: Sequence[str]) -> dict[str, Any]:
    """The followers at home on the reader's host, all of them at once."""
    return build_collection(f"{actor_uri}/followers_synchronization", total=len(uris), items=uris)
