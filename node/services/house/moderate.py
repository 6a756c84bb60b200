"""What moderators decide: about people, about reports. Each change is written to the audit log in its transaction."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import ColumnElement, Connection

from node import events
from node.domain.blocklists import Line
from node.domain.moderation import DomainPolicy, Sanction
from node.domain.notices import NoticeType
from node.domain.visibility import Visibility
from node.errors import Conflict, Forbidden, Invalid, NotFound
from node.services import audit
from node.services.access import credentials
from node.services.context import Unit
from node.services.news import happened, news
from node.services.posts import media
from node.store import facts
from node.store.access import accounts, mailed_links
from node.store.database.engine import signal
from node.store.federation import policies
from node.store.house import reports
from node.store.people import actors, sanctions, severances
from node.store.people.actors import Actor
from node.store.posts import burying, objects
from node.store.tables import actors as actors_table

MAX_REASON, MAX_NOTE = 500, 5_000
#: How clients call a sanction that somebody lives on with.
_WARNINGS: Mapping[Sanction, str] = MappingProxyType({Sanction.SENSITIVE: "sensitive", Sanction.SILENCED: "silence"})
_RANK: Mapping[str, int] = MappingProxyType({accounts.MEMBER: 0, accounts.MODERATOR: 1, accounts.ADMIN: 2})


# -- people ---------------------------------------------------------------------------------------------------------


def impose(conn: Connection, unit: Unit, moderator_id: int, actor_id: int, kind: Sanction, reason: str) -> None:
    """Put an actor under a sanction. Suspending somebody here ends her sessions, tokens and follows.

    Raises NotFound for an unknown actor, Forbidden against somebody of the same or a higher role, Conflict against
    oneself or against an actor without whom the node cannot be.
    """
    actor = _target(conn, moderator_id, actor_id)
    if not sanctions.insert_sanction(conn, actor.id, kind, reason[:MAX_REASON], unit.now):
        return
    ended = 0
    if kind is Sanction.SUSPENDED:
        _tell_severed(conn, unit, "account_suspension", actor.handle.removeprefix("@"), actors_table.c.id == actor.id)
        ended = _end_follows(conn, unit, actor)
        _set_state(conn, unit, actor, "suspended")
    elif actor.local:
        news.tell(conn, unit, _warning(unit, actor, kind, reason))
    signal(conn, policies.SIGNAL)
    after = {"reason": reason, "follows_ended": ended}
    audit.record(conn, unit, moderator_id, f"{kind}.impose", actor.uri, after=after)


def _end_follows(conn: Connection, unit: Unit, actor: Actor) -> int:
    """All follows of and by an actor end; of somebody here the servers of the others hear of it. Answers how many."""
    for follow in sanctions.load_follows_elsewhere(conn, actor.id) if actor.local else ():
        if follow.follower_id == actor.id:
            event: events.Event = events.FollowEnded(actor.id, follow.followed_id, follow.uri)
        else:
            event = events.FollowAnswered(follow.follower_id, actor.id, follow.uri, accepted=False)
        events.record(conn, unit.ids, unit.now, event, about=follow.other_uri)
    return sanctions.cut_follows(conn, actor.id)


def _warning(unit: Unit, actor: Actor, kind: Sanction, reason: str) -> happened.Official:
    """What the person is told of a sanction that she lives on with."""
    event = {"action": _WARNINGS[kind], "text": reason[:MAX_REASON], "status_ids": None, "appeal": None}
    return happened.Official(NoticeType.WARNING, actor.id, actor.id, unit.ids.new(), event)


def _tell_severed(conn: Connection, unit: Unit, kind: str, target: str, condition: ColumnElement[bool]) -> None:
    """Tell people here what they lose, before it is cut."""
    lost = severances.count_lost(conn, condition)
    reference = unit.ids.new()
    told = [
        happened.Official(
            NoticeType.SEVERED,
            owner,
            owner,
            reference,
            {
                "type": kind,
                "purged": False,
                "target_name": target,
                "followers_count": followers,
                "following_count": following,
            },
        )
        for owner, (followers, following) in lost.items()
    ]
    news.tell(conn, unit, *told)


def lift(conn: Connection, unit: Unit, moderator_id: int, actor_id: int, kind: Sanction) -> None:
    """Take a sanction back; follows that a suspension ended do not come back."""
    actor = _target(conn, moderator_id, actor_id)
    if not sanctions.delete_sanction(conn, actor.id, kind):
        return
    if kind is Sanction.SUSPENDED:
        _set_state(conn, unit, actor, "active")
    signal(conn, policies.SIGNAL)
    audit.record(conn, unit, moderator_id, f"{kind}.lift", actor.uri)


def _set_state(conn: Connection, unit: Unit, actor: Actor, state: str) -> None:
    """Nothing of who is suspended is shown; somebody here cannot sign in, and other servers are told."""
    actors.update_actor(conn, actor.id, state=state, updated_at=unit.now)
    turn = burying.show_all_of if state == "active" else burying.hide_all_of
    turn(conn, actor.id)
    if not actor.local:
        return
    account = accounts.load_account(conn, actor.id)
    if account is not None and account.state in {accounts.ACTIVE, accounts.SUSPENDED}:  # who waits to join still waits
        accounts.set_state(conn, actor.id, state)
    if state != accounts.ACTIVE:
        mailed_links.end_links(conn, actor.id)
        credentials.end_access(conn, actor.id)
    events.record(conn, unit.ids, unit.now, events.ActorUpdated(actor.id, everyone=True), about=actor.uri)


def _target(conn: Connection, moderator_id: int, actor_id: int) -> Actor:
    actor = actors.load_actors_by_id(conn, [actor_id]).get(actor_id)
    if actor is None:
        raise NotFound
    if actor.local and actor.kind in {"application", "organization"}:
        raise Conflict("The node cannot be without this actor.")
    if actor.id == moderator_id:
        raise Conflict("Nobody decides about herself.")
    if _rank(conn, actor.id) > 0 and _rank(conn, actor.id) >= _rank(conn, moderator_id):
        raise Forbidden("Only an administrator decides about moderators.")
    return actor


def _rank(conn: Connection, actor_id: int) -> int:
    account = accounts.load_account(conn, actor_id)
    return _RANK[account.role] if account is not None else 0


def set_role(conn: Connection, unit: Unit, admin_id: int, actor_id: int, role: str) -> None:
    """Make an account a member, a moderator or an administrator. Conflict for oneself and the last one (ADM4)."""
    facts.hold(conn, facts.HOST)  # two administrators who take each other's role at once: one of them stays
    account = accounts.load_account(conn, actor_id)
    if account is None:
        raise NotFound
    if role not in _RANK:
        raise Invalid("There is no such role.")
    if account.actor_id == admin_id:
        raise Conflict("Nobody takes her own rights away.")
    if account.role == role:
        return
    if account.role == accounts.ADMIN and accounts.count_admins(conn) <= 1:
        raise Conflict("There has to be an administrator.")
    accounts.set_role(conn, actor_id, role)
    audit.record(conn, unit, admin_id, "role.set", account.username, {"role": account.role}, {"role": role})


def remove_object(conn: Connection, unit: Unit, moderator_id: int, object_id: int) -> None:
    """Delete a post with its files: one of ours everywhere, one of others' here, where it does not come back."""
    found = objects.find_object_by_id(conn, object_id)
    if found is None or found.state != objects.LIVE:
        raise NotFound
    _target(conn, moderator_id, found.actor_id)
    if found.kind == "resource":
        raise Conflict("A resource is withdrawn on its own page.")
    media.release(conn, unit, found.id, forget=True)
    news.tell(conn, unit, happened.Deleted(found))
    told = objects.load_told(conn, found.id)
    burying.bury(conn, found, unit.now)
    burying.forbid(conn, found.uri, unit.now, former_type=found.type)
    if found.local and Visibility(found.visibility).federates:
        deleted = events.ObjectDeleted(found.id, told, everyone=True)
        events.record(conn, unit.ids, unit.now, deleted, about=found.uri)
    audit.record(conn, unit, moderator_id, "post.remove", found.uri)


# -- reports --------------------------------------------------------------------------------------------------------


def close_report(conn: Connection, unit: Unit, moderator_id: int, report_id: int) -> None:
    """The report has been dealt with."""
    _change_report(conn, unit, moderator_id, report_id, "closed")


def reopen_report(conn: Connection, unit: Unit, moderator_id: int, report_id: int) -> None:
    """It has not, after all."""
    _change_report(conn, unit, moderator_id, report_id, "open")


def _change_report(conn: Connection, unit: Unit, moderator_id: int, report_id: int, state: str) -> None:
    by = actors.load_actors_by_id(conn, [moderator_id])[moderator_id].uri
    if not reports.set_state(conn, report_id, state, by=by, now=unit.now):
        raise NotFound
    audit.record(conn, unit, moderator_id, f"report.{state}", str(report_id))


def note_report(conn: Connection, unit: Unit, moderator_id: int, report_id: int, text: str) -> None:
    """A note for the other moderators."""
    if not text.strip():
        raise Invalid("A note needs some text.")
    if reports.find_report(conn, report_id) is None:
        raise NotFound
    by = actors.load_actors_by_id(conn, [moderator_id])[moderator_id].uri
    reports.insert_note(conn, unit.ids.new(), report_id, by, text.strip()[:MAX_NOTE], unit.now)
    audit.record(conn, unit, moderator_id, "report.note", str(report_id))


# -- domains --------------------------------------------------------------------------------------------------------


def set_policy(
    conn: Connection, unit: Unit, moderator_id: int | None, domain: str, policy: DomainPolicy, reason: str
) -> int:
    """Decide how to deal with a domain; a block ends all follows between us and it: answers how many."""
    before = _policy(conn, domain)
    policies.set_policy(conn, domain, policy, reason[:MAX_REASON], unit.now)
    if policy is DomainPolicy.BLOCK:
        _tell_severed(conn, unit, "domain_block", domain, severances.below(domain))
    cut = policies.cut_follows(conn, domain) if policy is DomainPolicy.BLOCK else 0
    after = {"policy": policy.value, "reason": reason[:MAX_REASON], "follows_cut": cut}
    audit.record(conn, unit, moderator_id, "policy.set", domain, before, after)
    return cut


def take_list_over(conn: Connection, unit: Unit, moderator_id: int | None, lines: Sequence[Line]) -> tuple[int, int]:
    """Set what differs from a block list; what holds already keeps its reason. Answers policies set, follows ended."""
    known = {row.domain: row.policy for row in policies.list_policies(conn)}
    new = [line for line in lines if known.get(line.domain) != line.policy]
    return len(new), sum(set_policy(conn, unit, moderator_id, each.domain, each.policy, each.reason) for each in new)


def remove_policy(conn: Connection, unit: Unit, moderator_id: int | None, domain: str) -> None:
    """Let a domain be like any other again; NotFound where nothing was decided."""
    before = _policy(conn, domain)
    if not policies.delete_policy(conn, domain):
        raise NotFound("There is no policy for this domain.")
    audit.record(conn, unit, moderator_id, "policy.remove", domain, before)


def _policy(conn: Connection, domain: str) -> dict[str, str] | None:
    row = policies.find_policy(conn, domain)
    return {"policy": row.policy, "reason": row.reason} if row else None
