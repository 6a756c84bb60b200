"""Followers synchronisation (FEP-8fcf): two servers notice that they disagree about who follows whom, and agree.

With each post for followers only, and with what a community tells its members alone, a server sends a digest of the
followers that it believes to live at the receiving host. Where the receiver's own digest differs it asks for the list,
and believes it: a follow that is not on it has ended, a request that is on it was accepted, and whoever is on it
without following takes it back.

    Collection-Synchronization: collectionId="https://hub.example/ap/a/1/followers",
        url="https://hub.example/ap/a/1/followers_synchronization", digest="b08a..."
"""

import hashlib
import re
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from federation.builders.documents import activity_uri
from federation.mapping.collection import build_collection, read_page
from federation.signatures.httpsig import Message
from node import events, log
from node.clock import HOUR
from node.domain.uris import host_of, is_web_uri, origin_of, same_origin
from node.ids import Ids
from node.jobs.kind import Kind, single
from node.jobs.kinds import FOLLOWERS
from node.jobs.outcome import Done, Outcome
from node.ports import Fetcher
from node.services.accounts import answered_follows
from node.services.context import Unit
from node.store import jobs
from node.store.database.engine import Store
from node.store.jobs import Job, NewJob
from node.store.people import actors, follows, local_follows
from node.store.people.actors import Actor
from node.store.people.local_follows import LocalFollow

NAME = "collection-synchronization"
MAX_PAGES = 10
#: One actor's followers are compared at most so often.
COMPARE_EVERY = HOUR
#: So many of ours are taken back from one list, the rest from the next: its server says where each of these is sent.
TAKEN_BACK_AT_MOST = 100
_REMEMBERED = 1_000
_MAX_HEADER = 4_096
_SLOTS = 2
_PARAMETER = re.compile(r'\s*([A-Za-z]{1,16})\s*=\s*"([^"\\]{0,2048})"\s*(?:,|$)')
_DIGEST = re.compile(r"[0-9a-f]{64}")


def followers_digest(uris: Iterable[str]) -> str:
    """The XOR of the SHA-256 of each id, in hexadecimal; their order does not matter.

    >>> followers_digest([])
    '0000000000000000000000000000000000000000000000000000000000000000'
    """
    combined = 0
    for uri in set(uris):
        combined ^= int.from_bytes(hashlib.sha256(uri.encode()).digest())
    return f"{combined:064x}"


# What we tell.


def sync_url(actor_uri: str) -> str:
    """Where the followers of one of ours can be read by the servers that they live at."""
    return f"{actor_uri}/followers_synchronization"


def build_partial_collection(actor_uri: str, uris: Sequence[str]) -> dict[str, Any]:
    """The followers at home on the reader's host, all of them at once."""
    return build_collection(sync_url(actor_uri), total=len(uris), items=uris)


def write_header(collection: str, url: str, digest: str) -> str:
    """The value of the header."""
    return f'collectionId="{collection}", url="{url}", digest="{digest}"'


def headers_for(conn: Connection, actor: Actor, inboxes: Collection[str]) -> dict[str, dict[str, str]]:
    """The header that goes with a post for followers only, by inbox: about the followers who share its origin."""
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for uri in local_follows.load_remote_follower_uris(conn, actor.id):
        homes[origin_of(uri)].append(uri)
    url = sync_url(actor.uri)
    return {
        inbox: {NAME: write_header(actor.followers, url, followers_digest(homes.get(origin_of(inbox), ())))}
        for inbox in inboxes
    }


# What we are told.


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a server says of the followers of one of its actors who live here."""

    collection: str
    url: str
    digest: str


def covered_header(message: Message) -> str | None:
    """The value of the header in a verified request; None where its signature does not vouch for it."""
    value = message.headers.get(NAME)
    if not value:
        return None
    signed = message.headers.get("signature-input") or message.headers.get("signature", "")
    return value[:_MAX_HEADER] if NAME in signed.lower() else None


def read_header(value: str) -> Announcement | None:
    """What a peer announces; None for what is no such announcement. Parameters we do not know are passed over."""
    found = dict(_PARAMETER.findall(value)) if len(value) <= _MAX_HEADER else {}
    announced = Announcement(*(found.get(name, "") for name in ("collectionId", "url", "digest")))
    is_complete = is_web_uri(announced.collection) and is_web_uri(announced.url)
    return announced if is_complete and _DIGEST.fullmatch(announced.digest) else None


def note_announcement(conn: Connection, ids: Ids, now: int, sender: Actor, value: str) -> None:
    """Have followers compared, in the caller's transaction, where ``sender`` announces its own and it is due."""
    announced = read_header(value)
    if announced is None or announced.collection != sender.followers or not same_origin(announced.url, sender.uri):
        return
    job = NewJob(
        FOLLOWERS,
        ids.new(),
        now,
        ref=sender.id,
        target=announced.url,
        host=host_of(announced.url),
        payload={"digest": announced.digest},
        lock_key=f"followers|{sender.id}",
    )
    jobs.enqueue_many(conn, [job])


# How we agree.


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes our side say the same as the list: follows that ended, that were accepted, and people (URIs) who do
    not follow although the list says so.
    """

    ended: tuple[LocalFollow, ...] = ()
    accepted: tuple[LocalFollow, ...] = ()
    unknown: tuple[str, ...] = ()


def reconcile(held: Sequence[LocalFollow], listed: Collection[str]) -> Plan:
    """Compare what we hold with the list of the followed actor's server; a pure function.

    A request that is not listed has not been answered yet; it stays.
    """
    known = {follow.follower_uri for follow in held}
    return Plan(
        ended=tuple(each for each in held if each.state == follows.ACCEPTED and each.follower_uri not in listed),
        accepted=tuple(each for each in held if each.state == follows.PENDING and each.follower_uri in listed),
        unknown=tuple(sorted(set(listed) - known)),
    )


class FollowersSync:
    """Runs the comparisons."""

    def __init__(self, store: Store, fetcher: Fetcher, new_unit: Callable[[], Unit]) -> None:
        self._store, self._fetcher, self._new_unit = store, fetcher, new_unit
        self._compared_at: OrderedDict[int, int] = OrderedDict()

    def kind(self) -> Kind:
        return single(FOLLOWERS, self.run, slots=_SLOTS, per_host=1)

    async def run(self, job: Job) -> Outcome:
        """Compare digests, and fetch the list only where they differ and it has not just been fetched."""
        followed_id, digest = job.ref or 0, str(job.payload["digest"])
        held = await self._store.read(local_follows.load_local_follows, followed_id)
        ours = followers_digest(each.follower_uri for each in held if each.state == follows.ACCEPTED)
        is_again = job.attempts > 1  # the same comparison, whose list could not be had
        if ours == digest or not (is_again or self._is_due(followed_id)):
            return Done()
        listed = await self._fetch(job.target)
        if followers_digest(listed) == digest:  # else it has changed since; the next post says how
            asked_about = {each.id for each in held if each.state == follows.ACCEPTED}
            plan = await self._store.write(self._agree, followed_id, listed, asked_about)
            ended, accepted, unknown = map(len, (plan.ended, plan.accepted, plan.unknown))
            log.event("followers.agreed", url=job.target, ended=ended, accepted=accepted, unknown=unknown)
        return Done()

    def _is_due(self, followed_id: int) -> bool:
        now = self._new_unit().now
        if now - self._compared_at.get(followed_id, 0) < COMPARE_EVERY:
            return False
        self._compared_at[followed_id] = now
        self._compared_at.move_to_end(followed_id)
        if len(self._compared_at) > _REMEMBERED:
            self._compared_at.popitem(last=False)
        return True

    async def _fetch(self, url: str) -> list[str]:
        """Everybody on the list, from up to ten pages of one origin."""
        listed: list[str] = []
        seen: set[str] = set()
        while url and url not in seen and len(seen) < MAX_PAGES:
            seen.add(url)
            fetched = await self._fetcher.get_document(url)
            page = read_page(fetched.document)
            listed += page.refs
            url = page.next if same_origin(page.next, url) else ""
        return listed

    def _agree(self, conn: Connection, followed_id: int, listed: Collection[str], asked_about: Collection[int]) -> Plan:
        """``asked_about``: ids of follows that stood before the list was read; of later ones it says nothing."""
        followed = actors.find_actor_by_id(conn, followed_id)
        if followed is None:
            return Plan()
        plan, unit = reconcile(local_follows.load_local_follows(conn, followed_id), set(listed)), self._new_unit()
        ended = tuple(each for each in plan.ended if each.id in asked_about)
        plan = replace(plan, ended=ended, unknown=plan.unknown[:TAKEN_BACK_AT_MOST])
        for follow in plan.ended:
            answered_follows.end(conn, follow.id, follow.follower_id, followed.id)
        for follow in plan.accepted:
            answered_follows.begin(conn, unit, follow.id, follow.follower_id, followed)
        _take_back(conn, unit, followed, plan.unknown)
        return plan


def _take_back(conn: Connection, unit: Unit, followed: Actor, uris: Collection[str]) -> None:
    """Tell the other side that these people of ours do not follow."""
    for follower_id in local_follows.load_local_actor_ids(conn, uris).values():
        event = events.FollowEnded(follower_id, followed.id, activity_uri(unit.origin, unit.ids.new()))
        events.record(conn, unit.ids, unit.now, event, about=followed.uri)
