"""``/admin/peers``: other hosts and how they are doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from aiohttp import web
from sqlalchemy import Connection

from federation.state import FEDERATION
from node.domain.moderation import DomainPolicy, Policies
from node.log import one_line
from node.sentences import Sentence
from node.state import NODE
from node.store.federation import peers
from node.store.federation.hosts import Host
from node.store.federation.peers import Ties
from web.design.cursor import offset_of
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.page import Page
from web.sessions import require_admin

_PAGE = 50
Circuit = Literal["closed", "probing", "open", "unavailable"]


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
    """All hosts that this node knows, worst first."""

    template: ClassVar[str] = "admin/peers.html"

    page: Page
    peers: tuple[PeerRow, ...] = ()
    total: int = 0
    paging: Paging = field(default_factory=Paging)


async def show_peers(request: web.Request) -> web.Response:
    require_admin(request)
    offset = offset_of(request)
    now, policies = request.app[NODE].clock.now(), request.app[FEDERATION].policies()
    total, found, ties = await request.app[NODE].store.read(_find, offset, now)
    has_more = offset + len(found) < total
    view = PeersView(
        page=page_of(request, "/admin/peers", title=Sentence("Peers"), section="/admin", noindex=True),
        peers=tuple(_row(host, ties[host.host], policies, now) for host in found),
        total=total,
        paging=Paging(
            next_path=f"/admin/peers?from={offset + _PAGE}" if has_more else "",
            first_path="/admin/peers" if offset else "",
        ),
    )
    return html(request, view)


def _find(conn: Connection, offset: int, now: int) -> tuple[int, Sequence[Host], Mapping[str, Ties]]:
    total, found = peers.list_peers(conn, offset=offset, limit=_PAGE)
    return total, found, peers.load_ties(conn, [host.host for host in found], now)


def _row(host: Host, ties: Ties, policies: Policies, now: int) -> PeerRow:
    return PeerRow(
        host=host.host,
        circuit=circuit_of(host, now),
        software=one_line(f"{host.software} {host.software_version}".strip(), 60),
        effect=policies.find(host.host),
        last_success_at=host.last_success_at or 0,
        last_failure_at=max(host.recent_failures, default=0),
        next_probe_at=host.held_until_at or 0,
        failures=host.failures,
        error=one_line(host.last_error),
        queued=ties.queued,
        oldest_at=ties.oldest_at,
        followers=ties.followers,
        following=ties.following,
    )


def circuit_of(host: Host, now: int) -> Circuit:
    """How deliveries to a host stand."""
    if host.is_unavailable:
        return "unavailable"
    if host.held_until_at is None:
        return "closed"
    return "open" if host.held_until_at > now else "probing"
