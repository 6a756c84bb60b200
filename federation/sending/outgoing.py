"""An activity of ours on its way: what it says, and who must hear of it."""

from dataclasses import dataclass
from typing import Any

from federation.sending.audience import Audience
from node.domain.visibility import Visibility
from node.store.people.actors import Actor


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One activity of one of our actors, and who must hear of it."""

    actor: Actor
    activity: dict[str, Any]  # without @context and proof
    object_uri: str
    visibility: Visibility
    audience: Audience
