"""New communities of ours. Here and not among the services of the core, because a community is an actor with keys."""

from dataclasses import dataclass

from sqlalchemy import Connection

from federation.actors.founding import Identity, create_actor, make_identity
from federation.actors.members import RESERVED
from node.domain.actors import ActorKind
from node.domain.community_drafts import CommunityDraft, check_draft, check_username
from node.errors import Invalid, Problem
from node.secretbox import SecretBox
from node.services.communities import communities
from node.services.context import Unit
from node.services.people.follows import follow
from node.store.people import actors
from node.store.people.actors import Actor


@dataclass(frozen=True, slots=True)
class NewCommunity:
    """Everything that is made before the transaction, because it takes long: the keys."""

    username: str
    draft: CommunityDraft
    identity: Identity


def prepare_community(unit: Unit, box: SecretBox, username: str, draft: CommunityDraft) -> NewCommunity:
    """A community that can be stored; takes some 25 ms, so call it in a thread where others wait.

    Raises Invalid with the JSON paths of everything that is wrong.
    """
    username = username.strip().removeprefix("@").lower()
    problems = [*check_username(username), *check_draft(draft)]
    if username in RESERVED:
        problems.append(Problem("$.username", "a name that the node does not need itself", username))
    if draft.name is None:
        problems.append(Problem("$.name", "what the community is called", "nothing"))
    if problems:
        raise Invalid(problems=problems)
    return NewCommunity(username, draft, make_identity(unit, box))


def create_community(conn: Connection, unit: Unit, new: NewCommunity, *, founder_id: int | None = None) -> Actor:
    """Store the community; its founder, one of ours, governs it and is its first member.

    Raises Conflict where the name is taken.
    """
    group = create_actor(
        conn,
        unit,
        new.identity,
        ActorKind.GROUP,
        new.username,
        name=new.draft.name or "",
        url=f"{unit.origin}/c/{new.username}",
    )
    founder = actors.find_actor_by_id(conn, founder_id) if founder_id is not None else None
    communities.establish(conn, unit, group, new.draft, founder)
    if founder is not None:
        follow(conn, unit, founder.id, group.id)
    made = actors.find_actor_by_id(conn, group.id)
    assert made is not None
    return made
