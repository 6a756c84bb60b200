"""What a community says to one person, as a direct message, which every app and every server shows."""

from sqlalchemy import Connection

from node.domain.communities import Refusal
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.services import posts
from node.services.context import Unit
from node.store import actors, communities
from node.store.actors import Actor


def tell(conn: Connection, unit: Unit, group: Actor, person: Actor, sentence: str) -> None:
    """A direct message of a community of ours to somebody, wherever she is at home."""
    draft = Draft(text=f"{person.handle} {sentence}", visibility=Visibility.DIRECT, language="en")
    posts.publish(conn, unit, group.id, draft)


def explain(conn: Connection, unit: Unit, group: Actor, person: Actor, refusal: Refusal, sentence: str) -> None:
    """Tell somebody why she may not join or write, once for each reason."""
    if communities.note_refusal(conn, group.id, person.uri, refusal.value, unit.now):
        tell(conn, unit, group, person, sentence)


def tell_of_request(conn: Connection, unit: Unit, group: Actor, person: Actor) -> None:
    """Tell those who govern that somebody asks to join."""
    governing = actors.load_actors(conn, communities.load_moderators(conn, group.id, unit.now))
    page = f"{unit.origin}/c/{group.username}/members"
    for moderator in governing.values():
        if moderator.local:
            tell(conn, unit, group, moderator, f"{person.handle[1:]} asks to join {group.title}: {page}")
