"""Following hashtags, and showing them on a profile."""

from sqlalchemy import Connection

from node import events
from node.domain.tags import LONGEST, key_of
from node.domain.words import hashtags_in
from node.errors import Invalid, NotFound
from node.sentences import Sentence
from node.services.context import Unit
from node.store.posts import tag_lists
from node.store.posts.tag_lists import Featured
from node.store.tables import featured_tags, followed_tags

MAX_FEATURED = 10


def name_of(text: str) -> str:
    """The name of a hashtag as it was written, without its sign. Invalid for what is none."""
    name = text.strip().removeprefix("#")
    if not name or len(name) > LONGEST or hashtags_in(f"#{name}") != (name,):
        raise Invalid("This is not a hashtag.")
    return name


def follow(conn: Connection, unit: Unit, actor_id: int, name: str) -> None:
    """Posts with this hashtag come to the person's home timeline from now on."""
    tag_lists.add(conn, followed_tags, unit.ids.new(), actor_id, name, unit.now)


def unfollow(conn: Connection, actor_id: int, name: str) -> None:
    tag_lists.remove(conn, followed_tags, actor_id, name)


def feature(conn: Connection, unit: Unit, actor_id: int, name: str) -> Featured:
    """Show a hashtag on the profile. Invalid where there are as many as there may be."""
    key = key_of(name)
    if not tag_lists.which(conn, featured_tags, actor_id, [key]):
        if tag_lists.count_featured(conn, actor_id) >= MAX_FEATURED:
            raise Invalid(Sentence("A profile shows at most {n} hashtags.", n=MAX_FEATURED))
        tag_lists.add(conn, featured_tags, unit.ids.new(), actor_id, name, unit.now)
        events.record(conn, unit.ids, unit.now, events.HashtagFeatured(actor_id, name), about=_featured(unit, actor_id))
    return next(each for each in tag_lists.list_featured(conn, actor_id) if each.tag == key)


def unfeature(conn: Connection, unit: Unit, actor_id: int, featured_id: int) -> None:
    """NotFound where the person does not show it."""
    found = next((each for each in tag_lists.list_featured(conn, actor_id) if each.id == featured_id), None)
    if found is None:
        raise NotFound
    unfeature_name(conn, unit, actor_id, found.name)


def unfeature_name(conn: Connection, unit: Unit, actor_id: int, name: str) -> None:
    """What the person does not show stays so."""
    if tag_lists.remove(conn, featured_tags, actor_id, name):
        events.record(
            conn, unit.ids, unit.now, events.HashtagUnfeatured(actor_id, name), about=_featured(unit, actor_id)
        )


def _featured(unit: Unit, actor_id: int) -> str:
    """The collection that is told of: what comes onto it and what goes in their order."""
    return f"{unit.origin}/ap/a/{actor_id}/featured"
