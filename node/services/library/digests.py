"""Busy catalogues: the first entries of a day appear on home timelines one by one, the others in a digest.

Whoever wants each of them asks to be notified of the account's posts, as apps offer it (the bell). The account's own
list has everything. A digest is a post of the account, once what waits longest has waited for a day.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from node.clock import DAY
from node.domain.drafts import Draft
from node.domain.resources import title
from node.domain.visibility import Visibility
from node.sentences import Sentence
from node.services.context import Unit
from node.services.posts import posts
from node.store.database.engine import Store
from node.store.library import digests, resources, topic_accounts
from node.store.library.resources import Resource
from node.store.people import actors
from node.store.people.actors import Actor
from node.translations import first_spoken, translate

#: So many entries of a day are told of one by one; of more, one post tells.
A_DAY = 20
NAMED = 10  # in a digest
_LONGEST_TITLE = 120
#: What would be a mention, a hashtag or markup in a post.
_PLAIN = str.maketrans(dict.fromkeys("@#*_`~\\<>[]()|", " "))


def takes_turn(conn: Connection, unit: Unit, actor: Actor, object_id: int) -> bool:
    """Whether this account tells of a new entry by itself; else the entry waits for the digest."""
    is_told = not digests.has_told(conn, actor.id, since=unit.now - DAY, number=A_DAY)
    digests.note(conn, actor.id, object_id, unit.now, is_told=is_told)
    return is_told


def who_are_told(
    conn: Connection, unit: Unit, owner: Actor, object_id: int, published_at: int, followers: Sequence[int]
) -> list[int]:
    """Those of a catalogue's followers on whose home timelines a new public entry appears."""
    is_new = published_at > unit.now - DAY
    is_counted = bool(owner.catalogue) and is_new and (bool(followers) or owner.local)
    if not is_counted or takes_turn(conn, unit, owner, object_id):
        return list(followers)
    bells = digests.load_bells(conn, owner.id)
    return [follower for follower in followers if follower in bells]


# -- digests --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Digests:
    """For the schedule. ``languages``: of the node, the first of them that it speaks is that of the digests."""

    store: Store
    unit: Callable[[], Unit]
    languages: Sequence[str]

    async def run(self) -> None:
        due = await self.store.read(lambda conn: digests.list_due(conn, until=self.unit().now - DAY))
        for actor_id in due:
            await self.store.write(publish_digest, self.unit(), actor_id, first_spoken(self.languages))


def publish_digest(conn: Connection, unit: Unit, actor_id: int, language: str) -> None:
    """Post what waits, the newest first; a unit of work. Nothing is posted where nothing of it is left."""
    waiting = digests.load_waiting(conn, actor_id)
    digests.mark_told(conn, actor_id, unit.now)
    if not waiting:
        return
    actor = actors.load_actors_by_id(conn, [actor_id])[actor_id]
    named = resources.load_by_objects(conn, waiting[:NAMED])
    shown = [named[each] for each in waiting if each in named]
    text = _text(unit, shown, len(waiting), _list_path(conn, actor), language)
    posts.publish(conn, unit, actor.id, Draft(text, Visibility.PUBLIC, language=language, is_markdown=True))


def _text(unit: Unit, shown: Sequence[Resource], total: int, path: str, language: str) -> str:
    first = Sentence("{n} more new resource:", "{n} more new resources:", n=total)
    last = Sentence("See all of them: {address}", address=f"{unit.origin}{path}")
    lines = [f"- [{_title(each, language)}]({unit.origin}{each.path})" for each in shown]
    return "\n\n".join((translate(first, language), "\n".join(lines), translate(last, language)))


def _title(resource: Resource, language: str) -> str:
    """Its title without anything that means something in a post."""
    plain = " ".join(title(resource.record, (language,)).translate(_PLAIN).split())
    return plain[:_LONGEST_TITLE] or "…"


def _list_path(conn: Connection, actor: Actor) -> str:
    """The page that lists what the account tells of, the newest first."""
    found = topic_accounts.find(conn, actor)
    return found.path if found is not None else f"/resources?owner={actor.uri}&sort=newest"
