"""What the administrator's pages show. Text from other servers is plain text here, one line, cut at 200 by its reader.

Every ``*_path`` of an action is the target of a POST form that carries ``csrf``.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from node.domain.moderation import DomainPolicy, Sanction
from node.domain.network import Goods
from web.network.drawing import Drawing
from web.pages.parts import Field, Link, Paging
from web.pages.views import Page

Circuit = Literal["closed", "probing", "open", "unavailable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the node's own health: what was looked at, whether it is well, and a sentence."""

    name: str
    ok: bool
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    """The administrator's first page: is everything well, and if not, where to look.

    ``oldest_at`` is the time of the oldest thing that is due and still waits (0: nothing waits); ``backup_at`` that of
    the newest verified backup (0: none), ``oldest_key_at`` that of the oldest key that signs; ``changing_keys`` counts
    actors whose new keys are public and do not sign yet.
    """

    template: ClassVar[str] = "admin/overview.html"

    page: Page
    peers: int = 0
    peers_failing: int = 0
    waiting: int = 0
    oldest_at: int = 0
    parked: int = 0
    policies: int = 0
    users: int = 0
    own_resources: int = 0
    network_resources: int = 0
    database_bytes: int = 0
    media_bytes: int = 0
    backup_at: int = 0
    oldest_key_at: int = 0
    changing_keys: int = 0
    started_at: int = 0
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRow:
    """Another host and how it is doing.

    ``failures`` counts those in a row; ``error`` is the last one; ``queued`` is what waits for the host since
    ``oldest_at``; ``catalogue`` tells in a word or two whether our copy of its catalogue is in step;
    ``effect`` is the policy that holds for the host, if any.
    """

    host: str
    circuit: Circuit = "closed"
    name: str = ""
    path: str = ""
    software: str = ""
    effect: DomainPolicy | None = None
    last_success_at: int = 0
    last_failure_at: int = 0
    next_probe_at: int = 0
    failures: int = 0
    error: str = ""
    queued: int = 0
    oldest_at: int = 0
    followers: int = 0
    following: int = 0
    catalogue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeersView:
    """All hosts that this node knows, worst first. ``filters`` are links such as "failing (3)"."""

    template: ClassVar[str] = "admin/peers.html"

    page: Page
    peers: tuple[PeerRow, ...] = ()
    total: int = 0
    query: str = ""
    filters: tuple[Link, ...] = ()
    paging: Paging = field(default_factory=Paging)


CopyState = Literal["equal", "behind", "unknown", "failing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Our copy of another's catalogue: whether it holds what its owner said last, and when it last did."""

    state: CopyState
    total: int = 0
    checked_at: int = 0
    equal_at: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminHouse:
    """An organisation of the network, with what an operator wants to know of it; see ``House`` and ``PeerRow``."""

    name: str
    host: str
    path: str
    policy_path: str
    circuit: Circuit = "closed"
    effect: DomainPolicy | None = None
    last_success_at: int = 0
    last_seen_at: int = 0
    failures: int = 0
    error: str = ""
    queued: int = 0
    oldest_at: int = 0
    received: Goods = field(default_factory=Goods)
    is_followed: bool = False
    follows_us: bool = False
    followers: int = 0
    following: int = 0
    copy: Copy | None = None

    @property
    def is_troubled(self) -> bool:
        return self.circuit != "closed" or (self.copy is not None and self.copy.state in {"behind", "failing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminNetworkView:
    """The map with its health, those with trouble first. ``silent`` do not answer, ``apart`` are copies out of step."""

    template: ClassVar[str] = "admin/network.html"

    page: Page
    drawing: Drawing
    paths: dict[str, str]
    troubled: frozenset[str] = frozenset()
    houses: tuple[AdminHouse, ...] = ()
    house_total: int = 0
    silent: int = 0
    waiting: int = 0
    apart: int = 0
    communities: int = 0
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """Work of one kind: due and waiting, being done, put off for a retry, and how long the oldest has been due."""

    kind: str
    waiting: int = 0
    running: int = 0
    retrying: int = 0
    oldest_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedMessage:
    """Work that was set aside after its last try, with the error and, where there is one, the body."""

    id: str
    kind: str
    host: str
    error: str
    attempts: int
    parked_at: int
    retry_path: str
    discard_path: str
    request_id: str = ""
    subject: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    template: ClassVar[str] = "admin/queue.html"

    page: Page
    csrf: str
    queues: tuple[QueueRow, ...] = ()
    parked: tuple[ParkedMessage, ...] = ()
    parked_total: int = 0
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """How the node treats one domain and those below it; ``reason`` is for administrators only."""

    domain: str
    effect: DomainPolicy
    remove_path: str
    reason: str = ""
    by: str = ""
    set_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPreview:
    """What a policy would do, counted before it is set."""

    domain: str
    effect: DomainPolicy
    reason: str = ""
    hosts: int = 0
    followers: int = 0
    following: int = 0
    posts: int = 0
    resources: int = 0
    deliveries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliciesView:
    """Domain policies. ``allow_list``: only domains with the effect ``allow`` are dealt with at all.

    ``preview_path`` takes the GET form that counts, ``set_path`` the POST form that does it.
    """

    template: ClassVar[str] = "admin/policies.html"

    page: Page
    csrf: str
    preview_path: str
    set_path: str
    allow_list: bool = False
    policies: tuple[PolicyRow, ...] = ()
    domain: Field = field(default_factory=Field)
    effect: DomainPolicy = DomainPolicy.BLOCK
    reason: str = ""
    preview: PolicyPreview | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A sanction that holds for somebody."""

    kind: Sanction
    reason: str = ""
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody whom moderators can decide about; ``role`` and ``email`` only of those with an account here."""

    id: str
    path: str
    handle: str
    name: str = ""
    kind: str = "person"
    local: bool = False
    role: str = ""
    email: str = ""
    state: str = "active"
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleView:
    """Everybody, ours and others'. ``filters`` are links such as "suspended"."""

    template: ClassVar[str] = "admin/people.html"

    page: Page
    people: tuple[PersonRow, ...] = ()
    query: str = ""
    filters: tuple[Link, ...] = ()
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One of them, with what can be decided. ``role_path`` and ``reset_path`` are there for who may give roles, and
    links for new passwords; ``link`` is one that was made just now and is shown once.

    ``posts``, ``followers`` and ``following`` say what a suspension would touch.
    """

    template: ClassVar[str] = "admin/person.html"

    page: Page
    csrf: str
    person: PersonRow
    sanction_path: str
    role_path: str = ""
    reset_path: str = ""
    email_path: str = ""
    link: str = ""
    profile_path: str = ""
    roles: tuple[str, ...] = ()
    may_decide: bool = True
    posts: int = 0
    followers: int = 0
    following: int = 0
    open_reports: int = 0
    reports_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report in the list; ``reporter`` is the host alone where another server reports."""

    path: str
    number: str
    target: str
    reporter: str
    comment: str = ""
    category: str = "other"
    posts: int = 0
    at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsView:
    template: ClassVar[str] = "admin/reports.html"

    page: Page
    reports: tuple[ReportRow, ...] = ()
    total: int = 0
    is_open: bool = True
    filters: tuple[Link, ...] = ()
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPost:
    """What was reported, as plain text; without ``remove_path`` it is gone or not to be removed here."""

    text: str
    path: str = ""
    at: int = 0
    has_media: bool = False
    remove_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportNote:
    author: str
    text: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIn:
    """A community whose moderators have the report first; ``closed_by`` is empty while they have not closed it."""

    community: Link
    closed_by: str = ""
    handed_on_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    template: ClassVar[str] = "admin/report.html"

    page: Page
    csrf: str
    report: ReportRow
    is_open: bool
    state_path: str
    note_path: str
    person: PersonRow | None = None
    posts: tuple[ReportedPost, ...] = ()
    notes: tuple[ReportNote, ...] = ()
    handled_by: str = ""
    closed_at: int = 0
    forwarded: bool = False
    communities: tuple[ReportIn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One line of the log; ``by`` is empty for the command line; ``change`` is JSON of before and after."""

    at: int
    by: str
    action: str
    target: str
    change: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    template: ClassVar[str] = "admin/audit.html"

    page: Page
    rows: tuple[AuditRow, ...] = ()
    query: str = ""
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDomain:
    """A line of a block list: what it would set, and what it would end; ``known`` is the policy that holds now."""

    domain: str
    effect: DomainPolicy
    reason: str = ""
    known: DomainPolicy | None = None
    follows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockListView:
    """A block list before it is taken over. ``text`` travels with the form that confirms; ``problems`` are lines."""

    template: ClassVar[str] = "admin/block_list.html"

    page: Page
    csrf: str
    import_path: str
    text: str = ""
    domains: tuple[ListedDomain, ...] = ()
    problems: tuple[str, ...] = ()
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """Somebody who wants to join, and what she wrote."""

    username: str
    name: str
    email: str
    since_at: int
    decide_path: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """A link that still lets somebody in."""

    note: str
    by: str
    uses: int
    used: int
    expires_at: int
    remove_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersView:
    """Who wants to join, and whom administrators invited. ``link`` was made just now and is shown once."""

    template: ClassVar[str] = "admin/members.html"

    page: Page
    csrf: str
    mode: str
    invite_path: str
    link: str = ""
    pending: tuple[MemberRow, ...] = ()
    invitations: tuple[InvitationRow, ...] = ()
