"""The addresses of pages, each made in one place."""

from urllib.parse import urlencode

from node.domain.courses import KIND as COURSE
from node.domain.slugs import slug_of
from node.sentences import Sentence
from node.store.people.actors import Actor
from web.design.parts import Link

CATALOGUE, COURSES, NETWORK = "/resources", "/courses", "/network"


def catalogue_path(**chosen: str) -> str:
    """The catalogue, narrowed to what is chosen."""
    return f"{CATALOGUE}?{urlencode(chosen)}" if chosen else CATALOGUE


def shelf_of(kind: str) -> Link:
    """The list in which people look for a resource of this kind."""
    if kind == COURSE:
        return Link(label=Sentence("Courses"), href=COURSES)
    return Link(label=Sentence("Catalogue"), href=CATALOGUE)


def event_path(event_id: int, name: str) -> str:
    """Where an event is shown here; the words behind the id are for people."""
    return f"/e/{event_id}-{slug_of(name, otherwise='event')}"


def actor_path(actor: Actor) -> str:
    """``/@ada`` for ours, ``/@ada@learn.uni.example`` for others: the host is that of the id, which stays."""
    return f"/@{actor.username}" if actor.local else f"/@{actor.username}@{actor.host}"
