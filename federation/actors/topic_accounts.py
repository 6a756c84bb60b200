"""New accounts about a topic. Here and not among the services of the core, because each is an actor with keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from federation.actors.founding import create_actor
from federation.actors.members import RESERVED
from federation.builders.documents import actor_uri
from federation.signatures.keys import make_keys
from node.domain.actors import ActorKind
from node.domain.community_drafts import check_username
from node.domain.selections import Selection
from node.errors import Invalid, Problem
from node.secretbox import SecretBox
from node.services.accounts import topic_accounts
from node.services.accounts.house_profiles import HouseProfile
from node.services.context import Unit
from node.store.library.topic_accounts import TopicAccount
from node.store.people.keys import OwnKey


@dataclass(frozen=True, slots=True)
class NewTopicAccount:
    """Everything that is made before the transaction, because it takes long: the keys."""

    username: str
    profile: HouseProfile
    selection: Selection
    actor_id: int
    keys: Sequence[OwnKey]


def prepare_topic_account(
    unit: Unit, box: SecretBox, username: str, profile: HouseProfile, selection: Selection
) -> NewTopicAccount:
    """An account that can be stored; takes some 25 ms, so call it in a thread where others wait.

    Raises Invalid for a name that cannot be one, and for a selection that everything fits.
    """
    username = username.strip().removeprefix("@").lower()
    problems = list(check_username(username))
    if username in RESERVED and not problems:
        problems.append(Problem("$.username", "a name that the node does not need itself", username))
    if not (profile.name or "").strip():
        problems.append(Problem("$.name", "what the account is called", "nothing"))
    if problems:
        raise Invalid(problems=problems)
    topic_accounts.check_selection(selection)
    actor_id = unit.ids.new()
    keys = make_keys(unit.ids, unit.now, actor_id, actor_uri(unit.origin, actor_id), box)
    return NewTopicAccount(username, profile, selection, actor_id, keys)


def create_topic_account(conn: Connection, unit: Unit, new: NewTopicAccount, *, by: int | None) -> TopicAccount:
    """Store the account and fill its list; ``by``: the administrator, None for the command line.

    Raises Conflict where the name is taken, Invalid for what is wrong in the profile.
    """
    actor = create_actor(
        conn,
        unit,
        actor_id=new.actor_id,
        kind=ActorKind.SERVICE,
        username=new.username,
        own_keys=new.keys,
        discoverable=True,
        indexable=True,
        publishes=False,
    )
    found = topic_accounts.establish(conn, unit, actor, new.profile, new.selection)
    topic_accounts.record_deed(conn, unit, by, "add", found)
    return found
