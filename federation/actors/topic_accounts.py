"""New accounts about a topic. Here and not among the services of the core, because each is an actor with keys."""

from dataclasses import dataclass

from sqlalchemy import Connection

from federation.actors.founding import Identity, create_actor, make_identity
from federation.actors.members import RESERVED
from node.domain.actors import ActorKind
from node.domain.community_drafts import check_username
from node.domain.selections import Selection
from node.errors import Invalid, Problem
from node.secretbox import SecretBox
from node.services.accounts import topic_accounts
from node.services.accounts.house_profiles import HouseProfile
from node.services.context import Unit
from node.store.library.topic_accounts import TopicAccount


@dataclass(frozen=True, slots=True)
class NewTopicAccount:
    """Everything that is made before the transaction, because it takes long: the keys."""

    username: str
    profile: HouseProfile
    selection: Selection
    identity: Identity


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
    return NewTopicAccount(username, profile, selection, make_identity(unit, box))


def create_topic_account(conn: Connection, unit: Unit, new: NewTopicAccount, *, by: int | None) -> TopicAccount:
    """Store the account and fill its list; ``by``: the administrator, None for the command line.

    Raises Conflict where the name is taken, Invalid for what is wrong in the profile.
    """
    actor = create_actor(
        conn,
        unit,
        new.identity,
        ActorKind.SERVICE,
        new.username,
        discoverable=True,
        indexable=True,
        publishes=False,
    )
    found = topic_accounts.establish(conn, unit, actor, new.profile, new.selection)
    topic_accounts.record_deed(conn, unit, by, "add", found)
    return found
