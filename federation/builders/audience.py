"""Who must hear of an activity, as inboxes: one query per group of people, one inbox per host where that is right."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from node.domain.uris import host_of
from node.store.federation import hosts, partners
from node.store.people import actors
from node.store.people.actors import Actor


class Readers(enum.Enum):
    """Which servers behind followers of a community get something; of unknown ones all."""

    ALL = enum.auto()
    ACTIVITIES = enum.auto()  # those that understand the Announce of an activity
    OBJECTS = enum.auto()  # those that know only boosts


#: Software that takes the Announce of an activity from a Group.
_KNOWS_GROUPS = frozenset({"rhizome", "lemmy", "piefed", "mbin", "kbin", "nodebb", "lotide", "discourse"})


@dataclass(frozen=True, slots=True)
class Audience:
    """The people and servers that an activity is for."""

    followers: bool = False  # all followers of the sender
    partners: bool = False  # the followers at home on partner nodes
    but: frozenset[str] = frozenset()  # hosts that are left out
    everyone: bool = False  # every server that we know (an account is deleted)
    named: tuple[str, ...] = ()  # URIs of actors
    personal: bool = False  # only for those named: to their own inboxes, never a shared one
    readers: Readers = Readers.ALL  # of the followers


def inboxes_of(conn: Connection, sender: Actor, audience: Audience, *, own_host: str) -> dict[str, str]:
    """Inbox -> host. Shared inboxes stand for all their people; never our own host."""
    pairs: list[tuple[str, str]] = []
    if audience.followers or audience.partners:
        pairs += _reading(conn, actors.load_follower_inboxes(conn, sender.id), audience.readers)
    if audience.partners:
        hosts = partners.load_partner_hosts(conn)
        pairs = [pair for pair in pairs if host_of(pair[0]) in hosts]
    if audience.everyone:
        pairs += actors.load_shared_inboxes(conn)
    pairs += actors.load_inboxes(conn, audience.named)
    chosen = _personal(pairs) if audience.personal else _shared(pairs)
    found = {inbox: host_of(inbox) for inbox in chosen if inbox}
    return {inbox: host for inbox, host in found.items() if host and host != own_host and host not in audience.but}


def _reading(conn: Connection, pairs: list[tuple[str, str]], readers: Readers) -> list[tuple[str, str]]:
    """Those of the followers whose servers can do something with it."""
    if readers is Readers.ALL:
        return pairs
    known = hosts.load_software(conn, {host_of(inbox) for inbox, _ in pairs})

    def reads(inbox: str) -> bool:
        software = known.get(host_of(inbox), "")
        return not software or (software in _KNOWS_GROUPS) is (readers is Readers.ACTIVITIES)

    return [pair for pair in pairs if reads(pair[0])]


def _personal(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [inbox for inbox, _ in pairs]


def _shared(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [shared or inbox for inbox, shared in pairs]
