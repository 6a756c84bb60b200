"""What each kind of activity does here: a table from the activity's type to a function.

A handler gets the batch and one proven activity and answers in a word what became of it. It never waits for the
network: what it lacks it asks for with ``Needs``, and the activity comes back when that is known. Unknown types are
recorded as seen, never guessed (IN22).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from federation.applying.batch import Batch, Inbound
from federation.handlers import (
    announce,
    block,
    communities,
    create,
    delete,
    event_invitations,
    events,
    featured,
    follow,
    memberships,
    move,
    quote,
    react,
    report,
    undo,
    update,
)
from federation.sending import forwarding
from node.errors import Invalid

Handler = Callable[[Batch, Inbound], str]


def _unknown(_batch: Batch, _inbound: Inbound) -> str:
    return "unknown-type"


def _ignore(_batch: Batch, _inbound: Inbound) -> str:
    return "ignored"


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "Follow": follow.follow,
        "Accept": follow.accept,
        "TentativeAccept": events.answer,
        "Reject": follow.reject,
        "TentativeReject": events.answer,
        "Create": create.create,
        "Update": update.update,
        "Delete": delete.delete,
        "Undo": undo.undo,
        "Announce": announce.announce,
        "Like": react.like,
        "Dislike": react.dislike,
        "EmojiReact": react.emoji,
        "Block": block.block,
        "Flag": report.flag,
        "Resolve": report.resolve,
        "Move": move.move,
        "Add": featured.add,
        "Remove": featured.remove,
        "Join": events.join,
        "Leave": events.leave,
        "Invite": event_invitations.invite,
        "Ignore": events.ignored,
        "Offer": memberships.offered,
        "QuoteRequest": quote.request,
        "LikeRequest": quote.allow,
        "ReplyRequest": quote.allow,
        "AnnounceRequest": quote.allow,
        "View": _ignore,
        "Listen": _ignore,
        "Read": _ignore,
        "Travel": _ignore,
        "Arrive": _ignore,
        "Question": _ignore,
    }
)


#: What people here did was done here when it left. A community that passes it on later must not do it once more, when
#: they have changed their minds.
_DONE_HERE = frozenset({"Like", "Dislike", "EmojiReact", "Undo", "Add", "Remove", "Block"})


def apply(batch: Batch, inbound: Inbound) -> str:
    """Apply one proven activity; answers what became of it, in a word or ``invalid: `` and why.

    Raises ``Needs`` where something must be fetched first.
    """
    try:
        return _apply(batch, inbound)
    except Invalid as error:
        return f"invalid: {error.public}"


def _apply(batch: Batch, inbound: Inbound) -> str:
    activity = inbound.activity
    batch.begin(inbound)
    handler = HANDLERS.get(activity.type, _unknown)
    if batch.policies.is_suspended(activity.actor):  # also where another server has passed it on
        return "suspended"
    outcome = communities.govern(batch, inbound)
    if outcome is None and inbound.announced_by and activity.type in _DONE_HERE and batch.is_local(activity.actor):
        return "done-here"
    if outcome is None:
        outcome = handler(batch, inbound)
        communities.note(batch, inbound, outcome)
    forwarding.note(batch, inbound, outcome)
    return outcome
