"""What the log of administrators says: each action and each value in words, and where its object has a page."""

from collections.abc import Mapping, Sequence
from typing import Any

from node.log import one_line
from node.sentences import Sentence, sentences
from web.design.terms import KINDS, TERMS

#: Action -> what was done. A test holds it together with the code that writes the log.
ACTIONS: Mapping[str, str] = sentences(
    {
        "account.delete": "Account deleted",
        "actor.add": "Account of the house added",
        "actor.alias": "Other addresses of an account changed",
        "actor.describe": "Profile changed",
        "actor.move": "Account moved elsewhere",
        "actor.return": "Account returned",
        "announcement.delete": "Announcement removed",
        "announcement.publish": "Announcement written",
        "community.add": "Community founded",
        "community.admit": "Somebody let into a community",
        "community.appoint": "Moderator of a community appointed",
        "community.ban": "Somebody banned from a community",
        "community.close": "Community closed",
        "community.dismiss": "Moderator of a community dismissed",
        "community.expel": "Somebody removed from a community",
        "community.invite": "Somebody invited into a community",
        "community.refuse": "Request to join a community refused",
        "community.unban": "Ban from a community lifted",
        "community.uninvite": "Invitation into a community taken back",
        "email.change": "E-mail address changed",
        "email.link": "Link for another e-mail address made",
        "emoji.add": "Emoji added",
        "emoji.disable": "Emoji switched off",
        "emoji.enable": "Emoji switched on",
        "emoji.remove": "Emoji removed",
        "identity.link": "Sign-in through the organisation connected",
        "identity.unlink": "Sign-in through the organisation disconnected",
        "invitation.add": "Invitation made",
        "invitation.remove": "Invitation taken back",
        "job.discard": "Work that had failed dropped",
        "job.retry": "Work that had failed tried again",
        "keys.replace": "Keys replaced at once",
        "keys.rotate": "New keys published",
        "keys.switch": "New keys sign from now on",
        "member.add": "Member added",
        "member.approve": "Member let in",
        "member.reject": "Member not let in",
        "partner.follow": "Organisation followed",
        "partner.unfollow": "Organisation followed no more",
        "password.change": "Password changed",
        "password.link": "Link for a new password made",
        "picture.set": "Picture of the organisation changed",
        "policy.remove": "Policy for a domain removed",
        "policy.set": "Policy for a domain set",
        "post.remove": "Post removed",
        "report.closed": "Report closed",
        "report.note": "Note on a report written",
        "report.open": "Report opened again",
        "role.set": "Role changed",
        "rule.raise": "Rule moved up",
        "rule.remove": "Rule removed",
        "rule.set": "Rule written",
        "second-factor.add": "Second step of signing in set up",
        "second-factor.codes": "New recovery codes made",
        "second-factor.remove": "Second step of signing in removed",
        "sensitive.impose": "Media of an account covered",
        "sensitive.lift": "Media of an account no longer covered",
        "silenced.impose": "Account silenced",
        "silenced.lift": "Account no longer silenced",
        "suspended.impose": "Account suspended",
        "suspended.lift": "Account no longer suspended",
        "text.set": "Text of the house changed",
        "token.add": "Token for a program made",
        "topic.add": "Account about a topic added",
        "topic.change": "Account about a topic changed",
        "topic.picture": "Picture of an account about a topic changed",
        "topic.remove": "Account about a topic removed",
    }
)
#: What the node does by itself, without anybody at the command line.
BY_ITSELF = frozenset({"keys.switch"})
#: The parts of ``before`` and ``after``.
FIELDS: Mapping[str, str] = sentences(
    {
        "also_known_as": "Other addresses",
        "avatar": "Avatar",
        "days": "Days",
        "description": "Description",
        "follows_cut": "Follows ended",
        "follows_ended": "Follows ended",
        "header": "Header",
        "issuer": "Service",
        "keys": "Keys",
        "kind": "Kind",
        "moved_to": "New address",
        "name": "Name",
        "note": "Note",
        "policy": "Effect",
        "reason": "Reason",
        "role": "Role",
        "scopes": "Rights",
        "selection": "Search",
        "target": "Whom",
        "topics": "Topics",
        "uses": "Uses",
        "website": "Website",
    }
)
#: What stands for an object that has no name of its own, and the page of its kind.
_THINGS = {
    "announcement": (Sentence("Announcements"), "/admin/announcements"),
    "invitation": (Sentence("Invitations"), "/admin/members"),
    "job": (Sentence("Queue"), "/admin/queue"),
    "report": (Sentence("The report"), "/admin/reports/{target}"),
    "rule": (Sentence("Rules"), "/admin/house"),
}
#: Kinds of objects that are called by what stands in the log, and their pages.
_NAMED = {"emoji": "/admin/emojis", "picture": "/admin/pictures", "policy": "/admin/policies", "text": "/admin/house"}
_TEXTS = sentences(
    {
        "about": "About",
        "privacy-policy": "Privacy policy",
        "terms-of-service": "Terms of service",
        "avatar": "Avatar",
        "header": "Header",
    }
)
_EFFECTS = sentences(
    {
        "allow": "Allow",
        "limit": "Limit",
        "media-free": "Without media",
        "limit-media-free": "Limit, without media",
        "block": "Block",
    }
)
_VALUES: Mapping[str, Mapping[str, str]] = {
    "policy": _EFFECTS,
    "role": TERMS,
    "kind": KINDS,
}
_LONGEST = 300


def action_of(name: str) -> str:
    """What was done; an action that nobody writes any more stands as it is."""
    return ACTIONS.get(name, one_line(name))


def object_of(action: str, target: str) -> tuple[str, str]:
    """What an action is about where that is no account: its name, and the path of its page or ''."""
    kind = action.partition(".")[0]
    if kind in _THINGS:
        name, path = _THINGS[kind]
        return name, path.format(target=target)
    return _TEXTS.get(target, one_line(target)), _NAMED.get(kind, "")


def changes_of(before: Any, after: Any) -> Sequence[tuple[str, str, str]]:
    """Label, value before, value after; '' for none. A change without parts has no label."""
    if not isinstance(before, dict) and not isinstance(after, dict):
        return [("", _value("", before), _value("", after))] if before is not None or after is not None else []
    old, new = (each if isinstance(each, dict) else {} for each in (before, after))
    rows = [
        (FIELDS.get(name, one_line(name)), _value(name, old.get(name)), _value(name, new.get(name)))
        for name in dict.fromkeys([*old, *new])
    ]
    return [(label, was, now) for label, was, now in rows if was or now]


def _value(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return one_line(", ".join(map(str, value)))[:_LONGEST]
    return _VALUES.get(name, {}).get(value) or one_line(" ".join(str(value).split()))[:_LONGEST]
