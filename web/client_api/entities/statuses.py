"""Status: objects and boosts as client apps read them.

A status is rendered once and kept in parts under its stamp; authors are kept under theirs. What is the viewer's own
(favourited, bookmarked, voted ...) is read in one statement and set in between the parts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection

from node.domain.filters import FilterContext
from node.domain.moderation import Policies
from node.domain.posts import QuotePolicy, QuoteState
from node.store.people import follows
from node.store.reading import entries, hearing, statuses
from node.store.reading.entries import Entry
from node.store.reading.statuses import Own
from web.client_api.entities import accounts, filtering
from web.client_api.entities.cards import with_account
from web.client_api.entities.look import Look
from web.client_api.entities.status_cores import NO_QUOTE, Core, Share, load_cores, load_shares


def render(
    conn: Connection, look: Look, ids: Collection[int], viewer_id: int | None, *, in_public: bool = False
) -> dict[int, bytes]:
    """Statuses as JSON by id, of objects or boosts; what the viewer may not read is left out."""
    found = entries.load_entries(conn, ids, viewer_id)
    return render_entries(conn, look, [found[each] for each in ids if each in found], viewer_id, in_public=in_public)


def render_each(conn: Connection, asked: Sequence[tuple[Look, int, int]]) -> list[bytes | None]:
    """For each look, id and viewer the status as ``render`` answers it, None where there is none: for ``collect``."""
    wanted: defaultdict[int, list[int]] = defaultdict(list)
    for _, status_id, viewer_id in asked:
        wanted[viewer_id].append(status_id)
    look = asked[-1][0]
    found = {viewer_id: render(conn, look, ids, viewer_id) for viewer_id, ids in wanted.items()}
    return [found[viewer_id].get(status_id) for _, status_id, viewer_id in asked]


def render_entries(
    conn: Connection,
    look: Look,
    listed: Sequence[Entry],
    viewer_id: int | None,
    *,
    quotes: bool = True,
    in_public: bool = False,
    context: FilterContext | None = None,
) -> dict[int, bytes]:
    """The statuses of these entries by their ids, in their order; one statement where all is rendered already.

    Entries of hosts that the policies block, and of people who are suspended, are left out. ``quotes``: whether quoted
    statuses are shown whole.
    ``in_public``: it is a public list, which shows nothing of hosts that are limited to their followers.
    ``context``: what the viewer's filters hide there is left out, her own posts never.
    """
    if not listed:
        return {}
    people = accounts.parts(conn, look, dict(version for entry in listed for version in entry.versions()))
    policies = look.policies
    if not policies.is_empty:
        listed = [entry for entry in listed if not _is_refused(look, entry, people, in_public=in_public)]
    objects = {entry.object_id for entry in listed}
    cores = load_cores(conn, look, listed)
    own = statuses.load_own(conn, viewer_id, objects) if viewer_id is not None else None
    parts = _Parts(
        policies,
        viewer_id,
        people,
        cores,
        _publishers(conn, look, cores, people),
        load_shares(conn, look, [entry.id for entry in listed if entry.sharer_id is not None]),
        own,
        filtering.load_results(conn, viewer_id, own, objects, look.now, context),
        _quoted(conn, look, cores.values(), viewer_id) if quotes else {},
        _followed(conn, listed, cores, viewer_id),
        is_quoted=not quotes,
    )
    return {entry.id: body for entry in listed if (body := parts.join(entry)) is not None}


@dataclass(frozen=True, slots=True)
class _Parts:
    """What statuses are joined from, loaded for all of them at once; by the ids of objects, actors and entries."""

    policies: Policies
    viewer_id: int | None
    people: Mapping[int, accounts.Part]
    cores: Mapping[int, Core]
    publishers: Mapping[int, accounts.Part]
    shares: Mapping[int, Share]
    own: Own | None
    filtered: filtering.Filtered
    quoted: Mapping[int, bytes]
    followed: frozenset[int]
    is_quoted: bool  # what is joined is shown in what quotes it

    def join(self, entry: Entry) -> bytes | None:
        """The status; None where a part is missing, and where the viewer's filters hide it."""
        core, author = self.cores.get(entry.object_id), self.people.get(entry.author_id)
        if core is None or author is None:
            return None
        approval, flags, own = b"", b"}", self.own
        if own is not None:
            is_own = entry.author_id == self.viewer_id
            if entry.object_id in self.filtered.hidden and not is_own:
                return None
            approval = _approval(core, may=entry.author_id in self.followed, is_own=is_own)
            flags = filtering.with_results(_flags(entry, own, is_own), self.filtered.results.get(entry.object_id))
        middle = core.middle or _middle(core, entry.object_id, own, self.quoted, deep=self.is_quoted)
        head, tail = core.head, core.tail
        if self.policies.by_actor and self.policies.covers_media(author.uri):
            head = head.replace(b'"sensitive":false', b'"sensitive":true', 1)
        if shown := self.publishers.get(core.publisher_id):
            tail = with_account(tail, shown.body)
        body = head + author.body + tail + middle + approval + flags
        if entry.sharer_id is None:
            return body
        share, sharer = self.shares.get(entry.id), self.people.get(entry.sharer_id)
        if share is None or sharer is None:
            return None
        around = b"" if own is None else _NO_APPROVAL
        return b"".join((share.head, sharer.body, b',"reblog":', body, around, flags))


def _publishers(
    conn: Connection, look: Look, cores: Mapping[int, Core], people: Mapping[int, accounts.Part]
) -> dict[int, accounts.Part]:
    """The accounts that cards show; no statement where they are the authors, as of our own resources."""
    ids = {core.publisher_id for core in cores.values() if core.publisher_id}
    missing = ids - people.keys()
    found = {actor_id: people[actor_id] for actor_id in ids - missing}
    if missing:
        found |= accounts.parts(conn, look, statuses.load_versions(conn, missing))
    policies = look.policies
    return {
        actor_id: part
        for actor_id, part in found.items()
        if not policies.is_blocked(part.host) and not policies.is_suspended(part.uri)
    }


def unrefused(conn: Connection, look: Look, listed: Sequence[Entry], *, in_public: bool = False) -> list[Entry]:
    """Those that moderators let people see; no statement where they have decided nothing."""
    if look.policies.is_empty:
        return list(listed)
    people = accounts.parts(conn, look, dict(version for entry in listed for version in entry.versions()))
    return [entry for entry in listed if not _is_refused(look, entry, people, in_public=in_public)]


def _is_refused(look: Look, entry: Entry, people: Mapping[int, accounts.Part], *, in_public: bool) -> bool:
    """Whether moderators have decided that this is not shown, or not in public lists."""
    policies = look.policies
    behind = [people[each] for each in (entry.author_id, entry.sharer_id) if each is not None and each in people]
    if any(policies.is_blocked(each.host) or policies.is_suspended(each.uri) for each in behind):
        return True
    return in_public and any(policies.is_limited(each.host) or policies.is_silenced(each.uri) for each in behind)


def render_poll(conn: Connection, look: Look, object_id: int, viewer_id: int | None) -> bytes | None:
    """The poll of an object as this viewer reads it; None where there is none for her."""
    found = entries.load_entries(conn, [object_id], viewer_id).get(object_id)
    core = load_cores(conn, look, [found]).get(found.object_id) if found else None
    if found is None or not unrefused(conn, look, [found]) or core is None or core.poll is None:
        return None
    own = statuses.load_own(conn, viewer_id, [found.object_id]) if viewer_id is not None else None
    return core.poll.render(found.object_id, own)


def with_text(body: bytes, text: str) -> bytes:
    """A rendered status with its text as it was typed: the answer of a deletion."""
    return body[:-1] + b',"text":' + orjson.dumps(text) + b"}"


# -- what is the viewer's own ----------------------------------------------------------------------------------------


def _bool(value: bool) -> bytes:
    return b"true" if value else b"false"


def _ending(favourited: bool, shared: bool, muted: bool, bookmarked: bool, pinned: bool | None) -> bytes:
    return b"".join(
        (
            b',"favourited":', _bool(favourited), b',"reblogged":', _bool(shared), b',"muted":', _bool(muted),
            b',"bookmarked":', _bool(bookmarked), b"" if pinned is None else b',"pinned":' + _bool(pinned),
            b',"filtered":[]}',
        )
    )  # fmt: skip


#: One ending for each combination; there are few.
_ENDINGS = {
    (f, s, m, b, p): _ending(f, s, m, b, p)
    for f in (False, True)
    for s in (False, True)
    for m in (False, True)
    for b in (False, True)
    for p in (None, False, True)
}


def _flags(entry: Entry, own: Own, is_own: bool) -> bytes:
    object_id = entry.object_id
    return _ENDINGS[
        object_id in own.favourited,
        object_id in own.shared,
        object_id in own.muted,
        object_id in own.bookmarked,
        object_id in own.pinned if is_own else None,
    ]


_WHO = {QuotePolicy.PUBLIC: '["public"]', QuotePolicy.FOLLOWERS: '["followers"]', QuotePolicy.NOBODY: "[]", "": "[]"}
_APPROVALS = {
    (policy, answer): f',"quote_approval":{{"automatic":{who},"manual":[],"current_user":"{answer}"}}'.encode()
    for policy, who in _WHO.items()
    for answer in ("automatic", "denied")
}
_NO_APPROVAL = _APPROVALS["", "denied"]


def _approval(core: Core, *, may: bool, is_own: bool) -> bytes:
    """Whether the viewer may quote this; ``may``: where only followers may. The author always may (FEP-044f)."""
    policy = core.policy if core.is_open else QuotePolicy.NOBODY.value if core.policy else ""
    if policy == QuotePolicy.PUBLIC or is_own or (policy == QuotePolicy.FOLLOWERS and may):
        return _APPROVALS[policy, "automatic"]
    return _APPROVALS[policy, "denied"]


def _followed(
    conn: Connection, listed: Sequence[Entry], cores: dict[int, Core], viewer_id: int | None
) -> frozenset[int]:
    """Of the authors that let only followers quote, those whom the viewer follows."""
    if viewer_id is None:
        return frozenset()
    authors = {
        entry.author_id
        for entry in listed
        if (core := cores.get(entry.object_id)) is not None and core.policy == QuotePolicy.FOLLOWERS
    }
    return follows.load_followed(conn, viewer_id, authors) if authors else frozenset()


# -- quotes ----------------------------------------------------------------------------------------------------------


def _quoted(conn: Connection, look: Look, cores: Iterable[Core], viewer_id: int | None) -> dict[int, bytes]:
    """What is told of the statuses that these quote with permission, one level deep, by their ids.

    Apps hide behind a button what the viewer has turned away from; they get it all the same.
    """
    ids = {core.quote[1] for core in cores if core.quote and core.quote[0] == QuoteState.ACCEPTED and core.quote[1]}
    if not ids:
        return {}
    found = entries.load_entries(conn, ids, viewer_id)
    shown = render_entries(conn, look, list(found.values()), viewer_id, quotes=False)
    authors = {found[each].author_id for each in shown}
    away = hearing.load_turned_away(conn, viewer_id, authors, look.now) if viewer_id is not None else {}
    told = {
        each: _SHOWN % (away.get(found[each].author_id, QuoteState.ACCEPTED.value).encode(), body)
        for each, body in shown.items()
    }
    return {**dict.fromkeys(statuses.load_deleted(conn, ids - shown.keys()), _DELETED), **told}


def _middle(core: Core, object_id: int, own: Own | None, quoted: Mapping[int, bytes], *, deep: bool) -> bytes:
    """Poll and quote of a status that has one of them; ``deep``: it is quoted itself, and names only what it quotes."""
    poll = b"null" if core.poll is None else core.poll.render(object_id, own)
    return poll + _quote(core, quoted, deep=deep)


def _quote(core: Core, quoted: Mapping[int, bytes], *, deep: bool) -> bytes:
    if core.quote is None:
        return NO_QUOTE
    state, quoted_id = core.quote
    if state != QuoteState.ACCEPTED:
        return b',"quote":{"state":"%s","quoted_status":null}' % state.encode()
    if quoted_id not in quoted:
        return (
            b',"quote":{"state":"accepted","quoted_status":null,"quoted_status_id":"%d"}' % quoted_id
            if deep
            else _UNSEEN
        )
    return quoted[quoted_id]


_SHOWN = b',"quote":{"state":"%s","quoted_status":%s}'
_UNSEEN = b',"quote":{"state":"unauthorized","quoted_status":null}'
_DELETED = b',"quote":{"state":"deleted","quoted_status":null}'
