"""Questions that nobody has answered for a day: those who can be asked in the community hear of them.

Only the home of a community calls, members alone, each three times in a week at most, and to each question once; where
everybody has been called enough, the question waits for the next hour, a week long.
"""

from sqlalchemy import Connection

from node.clock import DAY
from node.domain.communities import Role
from node.domain.text import plain
from node.domain.topics import title_of
from node.sentences import Sentence
from node.services.communities import messages
from node.services.context import Unit
from node.store.communities import community_roles, expert_calls
from node.store.communities.expert_calls import Waiting
from node.store.people import actors, follows
from node.store.posts import objects

WAITS_FOR, WAITS_AT_MOST, WEEK = DAY, 7 * DAY, 7 * DAY
A_WEEK, EXPERTS = 3, 3  # calls of one person, people for one question
_AT_ONCE = 50


def call_experts(conn: Connection, unit: Unit) -> None:
    since, until = unit.now - WAITS_AT_MOST, unit.now - WAITS_FOR
    for question in expert_calls.list_waiting(conn, since=since, until=until, limit=_AT_ONCE):
        _call(conn, unit, question)


def _call(conn: Connection, unit: Unit, question: Waiting) -> None:
    """Those who have been called least, the first named first."""
    experts = community_roles.load_holders(conn, question.community_id, Role.EXPERT, unit.now)
    calls = expert_calls.count_since(conn, experts, unit.now - WEEK)
    known = actors.load_actors(conn, experts)
    members = {uri for uri, person in known.items() if follows.is_following(conn, person.id, question.community_id)}
    free = [uri for uri in experts if uri in members and uri != question.author and calls.get(uri, 0) < A_WEEK]
    chosen = sorted(free, key=lambda uri: calls.get(uri, 0))[:EXPERTS]
    group = actors.load_actors_by_id(conn, [question.community_id])[question.community_id]
    row = objects.load_row(conn, question.object_id)
    title = title_of(plain(row.name), plain(row.content or row.summary))
    for person in map(known.__getitem__, chosen):
        asks = Sentence(
            "Nobody in {name} has answered this yet: “{title}” {page}",
            name=group.title,
            title=title,
            page=row.url or row.uri,
        )
        messages.tell(conn, unit, group, person, asks)
    expert_calls.insert_calls(conn, question.object_id, chosen, unit.now)
