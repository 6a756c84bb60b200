"""PreviewCard: what apps show below a status that is about a page."""

from typing import Any

from sqlalchemy import Row

from web.client_api.entities.look import Look


def card_of(row: Row[Any], look: Look) -> dict[str, Any] | None:
    """The card of an object's row; None where it is about no page."""
    return None
