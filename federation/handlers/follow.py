"""Follow, and the answers Accept and Reject."""

from federation.applying.batch import Batch, Inbound
from federation.handlers import events, quote, refusals
from federation.sending import outbox
from node.domain.actors import ActorKind
from node.domain.communities import Answer, Refusal
from node.services import membership
from node.services.accounts import answered_follows
from node.services.communities import join_requests, messages
from node.services.library import catalogue
from node.services.news import happened
from node.store.communities import communities, community_invitations
from node.store.people import blocks, follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow


def follow(batch: Batch, inbound: Inbound) -> str:
    """An open actor accepts at once, a locked one keeps a request; repeated with a new id it is answered again."""
    activity = inbound.activity
    followed = batch.actor(activity.object_uri or "")
    if followed is None or not followed.local:
        return "not-ours"
    follower = batch.known_actor(activity.actor)
    if batch.is_deleted(activity.id, follower.uri):
        return "undone-before"
    if _is_refused(batch, follower, followed):
        outbox.answer_follow(batch, followed, follower, activity.raw, accepted=False)
        return "refused"
    joins = _joins(batch, follower, followed)
    if isinstance(joins, Refusal):
        outbox.answer_follow(batch, followed, follower, activity.raw, accepted=False)
        messages.explain(batch.conn, batch.unit, followed, follower, joins, membership.SENTENCES[joins])
        return f"refused: {joins}"
    is_welcome = joins is Answer.ACCEPTED if joins is not None else not followed.locked
    state = follows.ACCEPTED if is_welcome else follows.PENDING
    new = Follow(batch.unit.ids.new(), follower.id, followed.id, activity.id, state, batch.unit.now)
    saved = follows.save_follow(batch.conn, new)
    if saved.id == new.id:
        asks = saved.state != follows.ACCEPTED
        batch.add_news(happened.Followed(saved.id, follower.id, followed.id, asks=asks))
    batch.forget_followers(followed.id)
    batch.add_owner(followed.id, inbound.received_id)
    if saved.state != follows.ACCEPTED:
        if saved.id == new.id and joins is not None:
            join_requests.ask(batch.conn, batch.unit, followed, follower, saved)
        return "follow-requested"
    outbox.answer_follow(batch, followed, follower, activity.raw, accepted=True)
    if saved.id == new.id:
        partnership_changed(batch, follower, followed)
    return "followed"


def partnership_changed(batch: Batch, follower: Actor, followed: Actor) -> None:
    """An organisation begins or ends to follow ours: what it shares with its partners is for us, or no more."""
    if follower.kind == followed.kind == ActorKind.ORGANIZATION:
        catalogue.sync_host(batch.conn, batch.unit, follower.host)


def _is_refused(batch: Batch, follower: Actor, followed: Actor) -> bool:
    return bool(
        followed.kind == "application"
        or followed.moved_to
        or not followed.is_active
        or blocks.has_blocked(batch.conn, followed.id, follower.id)
    )


def _joins(batch: Batch, follower: Actor, followed: Actor) -> Answer | Refusal | None:
    """What becomes of a request to join a community; None for actors of other kinds."""
    community = communities.find_community(batch.conn, followed.id) if followed.is_group else None
    if community is None:
        return None
    joins = membership.decide(batch.conn, batch.unit, community, follower)
    if joins is Answer.ACCEPTED:
        community_invitations.accept_invitation(batch.conn, followed.id, follower.id, batch.unit.now)
    return joins


def accept(batch: Batch, inbound: Inbound) -> str:
    """Only of a follow that one of ours asked for, and only by whom it was asked (IN17)."""
    found = _our_request(batch, inbound)
    if found is None:
        return quote.accepted(batch, inbound) or events.answer(batch, inbound)
    if found.state == follows.ACCEPTED:
        return "accepted-before"
    followed = batch.known_actor(inbound.activity.actor)
    answered_follows.begin(batch.conn, batch.unit, found.id, found.follower_id, followed)
    batch.forget_followers(found.followed_id)
    batch.add_owner(found.follower_id, inbound.received_id)
    return "follow-accepted"


def reject(batch: Batch, inbound: Inbound) -> str:
    """A request is refused, or a follower removed later."""
    found = _our_request(batch, inbound)
    if found is None:
        return quote.rejected(batch, inbound) or refusals.refused(batch, inbound) or events.answer(batch, inbound)
    answered_follows.end(batch.conn, found.id, found.follower_id, found.followed_id)
    batch.forget_followers(found.followed_id)
    batch.add_owner(found.follower_id, inbound.received_id)
    return "follow-rejected"


def _our_request(batch: Batch, inbound: Inbound) -> Follow | None:
    """The follow that is answered: by its id first, else by the pair that the embedded copy names."""
    activity = inbound.activity
    signer = batch.actor(activity.actor)
    if signer is None:
        return None
    found = follows.find_follow_by_uri(batch.conn, activity.object_uri or "")
    if found is None and (inner := activity.inner) is not None and inner.type == "Follow":
        follower = batch.actor(inner.actor)
        found = follows.find_follow(batch.conn, follower.id, signer.id) if follower else None
    if found is None or found.followed_id != signer.id:
        return None
    return found
