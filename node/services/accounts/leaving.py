"""Somebody leaves for good: her account, what she published and what she kept are gone, and everybody is told.

What is short happens at once, in one transaction: nothing of her is shown any more, nobody can sign in as her, and the
Delete is on its way. What may be long, her posts and files, is removed by a job after that: it has the serial key of
the Delete, which goes to her followers and so needs to know them. Her row stays as a tombstone: nobody else ever gets
her name (ActivityPub 6.4).
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Column, Connection, delete, select

from node import events
from node.domain.communities import Act, Role
from node.errors import Conflict, NotFound
from node.jobs import kinds
from node.jobs.kind import Kind, single
from node.jobs.outcome import Done, Outcome
from node.sentences import Sentence
from node.services import audit
from node.services.access import credentials
from node.services.communities import communities as describing
from node.services.context import Unit
from node.services.events import event_answers, event_succession
from node.services.library import enrolling
from node.services.news import letters, mailing
from node.services.posts import media
from node.store import facts
from node.store.access import accounts
from node.store.access.accounts import Account
from node.store.communities import communities, community_log, community_roles
from node.store.communities.community_roles import RoleOf
from node.store.database.engine import Store
from node.store.jobs import Job, NewJob, enqueue_many
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import burying, reactions
from node.store.tables import activities, collection_curators, follows, metadata
from node.store.tables import reactions as reactions_table

#: Tables whose rows the job removes, once everybody has been told; keys stay, to sign what is delivered again.
_LATER = frozenset({"activities", "follows", "media", "objects", "own_keys", "reactions"})
_AT_ONCE = 100


def leave(conn: Connection, unit: Unit, actor_id: int, *, by: str | None = None) -> None:
    """Delete the account of one of our people; ``by``: who does it where it is not herself, '' for the command line.

    Raises NotFound where there is none, Conflict where the node or a community would be left without anybody.
    """
    account = accounts.load_account(conn, actor_id)
    if account is None:
        raise NotFound
    actor = actors.load_actors_by_id(conn, [actor_id])[actor_id]
    _require_others(conn, unit, account, actor, by_herself=by is None)
    give_up(conn, unit, actor)
    mailing.tell(conn, unit, letters.LEFT, account)
    credentials.end_access(conn, actor_id)
    erase(conn, unit, actor)
    audit.record(conn, unit, actor.uri if by is None else by, "account.delete", actor.uri)


def erase(conn: Connection, unit: Unit, actor: Actor) -> None:
    """Nothing of an actor of ours is shown any more, and others hear that it is gone."""
    burying.hide_all_of(conn, actor.id)
    for column in _columns_about_actors():
        conn.execute(delete(column.table).where(column == actor.id))
    conn.execute(delete(collection_curators).where(collection_curators.c.actor_uri == actor.uri))
    actors.bury(conn, actor.id, unit.now)
    events.record(conn, unit.ids, unit.now, events.ActorDeleted(actor.id), about=actor.uri)
    enqueue_many(
        conn,
        [NewJob(kinds.LEAVE, unit.ids.new(), unit.now, ref=actor.id, serial_key=events.key_about(actor.uri))],
    )


def give_up(conn: Connection, unit: Unit, actor: Actor) -> None:
    """What others wait for passes on at once: her events, places at events and in courses, and what she governed.

    Somebody of this node or of another one. A community that nobody is left to govern is governed by the node's
    administrators from then on.
    """
    event_succession.hand_over(conn, unit, actor)
    event_answers.forget(conn, unit, actor)
    enrolling.forget(conn, unit, actor)
    groups = _governed(conn, unit, actor)
    community_roles.delete_all_of(conn, actor.uri)
    for group in groups:
        if not community_roles.load_moderators(conn, group.id, unit.now):
            _put_administrators_in(conn, unit, group)
        if (community := communities.find_community(conn, group.id)) is not None:
            describing.write_profile(conn, unit, group, community)
            events.record(conn, unit.ids, unit.now, events.ActorUpdated(group.id), about=group.uri)


def _governed(conn: Connection, unit: Unit, actor: Actor) -> list[Actor]:
    moderated = community_roles.load_moderated(conn, actor.uri, unit.now)
    return [group for group in actors.load_actors_by_id(conn, moderated).values() if group.local]


def _put_administrators_in(conn: Connection, unit: Unit, group: Actor) -> None:
    named = actors.load_actors_by_id(conn, accounts.load_admins(conn)).values()
    community_roles.save_roles(conn, group.id, [RoleOf(each.uri, Role.MODERATOR, unit.now) for each in named])
    for each in named:
        community_log.record_act(
            conn, unit.ids.new(), group.id, Act.APPOINT, by=group.uri, now=unit.now, target=each.uri
        )


def _require_others(conn: Connection, unit: Unit, account: Account, actor: Actor, *, by_herself: bool) -> None:
    """Raises Conflict for who cannot go before somebody else can do what she does."""
    facts.hold(conn, facts.HOST)  # as ``moderate.set_role`` does: the last two do not go at once
    if account.role == accounts.ADMIN and accounts.count_admins(conn) <= 1:
        raise Conflict(
            "You are the only administrator. Make somebody else one first."
            if by_herself
            else "This is the only administrator. Make somebody else one first."
        )
    for group in _governed(conn, unit, actor):
        if len(community_roles.load_moderators(conn, group.id, unit.now)) == 1:
            raise Conflict(
                Sentence("You are the only moderator of {name}. Appoint another one first.", name=group.title)
                if by_herself
                else Sentence("Nobody else moderates {name}. Appoint another moderator first.", name=group.title)
            )


def _columns_about_actors() -> list[Column[int]]:
    """Everything that refers to an actor and goes with the account, wherever it will be added."""
    return [
        column
        for table in metadata.sorted_tables
        if table.name not in _LATER
        for column in table.columns
        if any(key.target_fullname == "actors.id" for key in column.foreign_keys)
    ]


@dataclass(frozen=True, slots=True)
class Leaving:
    """Removes what those who left had published; a killed process goes on where it was."""

    store: Store
    unit: Callable[[], Unit]

    def kind(self) -> Kind:
        return single(kinds.LEAVE, self.run, slots=1)

    async def run(self, job: Job) -> Outcome:
        actor_id = job.ref or 0
        await self.store.write(media.forget_owner, self.unit(), actor_id)
        while await self.store.write(_remove_some, actor_id, self.unit().now):
            pass
        await self.store.write(_finish, actor_id)
        return Done()


def _remove_some(conn: Connection, actor_id: int, now: int) -> bool:
    """Bury some posts and take some reactions back; False where nothing is left of them."""
    is_some = burying.bury_some_of(conn, actor_id, now, limit=_AT_ONCE)
    mine = select(reactions_table.c.id).where(reactions_table.c.actor_id == actor_id).limit(_AT_ONCE)
    for reaction_id in conn.scalars(mine).all():
        if (found := reactions.find_reaction_by_id(conn, reaction_id)) is not None:
            reactions.delete_reaction(conn, found)
            is_some = True
    return is_some


def _finish(conn: Connection, actor_id: int) -> None:
    """Her relations and what she once said to others; the Delete itself stays until it is delivered."""
    for column in (follows.c.follower_id, follows.c.followed_id):
        conn.execute(delete(follows).where(column == actor_id))
    conn.execute(delete(activities).where(activities.c.actor_id == actor_id, activities.c.type != "Delete"))
