"""An activity of ours on its way: what it says, and who must hear of it."""

from dataclasses import dataclass
from typing import Any

from federation.builders.audience import Audience
from node.domain.visibility import Visibility
from node.store.federation.activities import Activity
from node.store.people.actors import Actor


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One activity of one of our actors, and who must hear of it."""

    actor: Actor
    activity: dict[str, Any]  # without @context and proof; only its type where it is ``is_unheard``
    object_uri: str
    visibility: Visibility
    audience: Audience
    is_unheard: bool = False  # nobody elsewhere is told: it is written when somebody asks

    def as_row(self, activity_id: int, uri: str, body: str, now: int) -> Activity:
        """As it is stored."""
        about, visibility = self.object_uri, self.visibility.value
        return Activity(activity_id, uri, self.actor.id, self.activity["type"], about, visibility, body, now)
