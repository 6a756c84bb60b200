"""Relationship: what the person who asks is to somebody."""

from typing import Any

from node.store.people.relationships import Relationship
from web.client_api.entities.look import instant


def relationship(found: Relationship) -> dict[str, Any]:
    """As apps read it."""
    expires_at = found.muting_expires_at
    return {
        "id": str(found.id),
        "following": found.following,
        "showing_reblogs": found.shows_reblogs,
        "notifying": found.notifies,
        "languages": found.languages,
        "followed_by": found.followed_by,
        "blocking": found.blocking,
        "blocked_by": found.blocked_by,
        "muting": found.muting,
        "muting_notifications": found.muting_notifications,
        "muting_expires_at": instant(expires_at) if expires_at else None,
        "requested": found.requested,
        "requested_by": found.requested_by,
        "domain_blocking": found.domain_blocking,
        "endorsed": found.endorsed,
        "note": found.note,
    }
