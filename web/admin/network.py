"""``/admin/network``: the network as operators see it: who is reached, what flows, whether catalogues agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from aiohttp import web
from sqlalchemy import Connection

from federation.state import FEDERATION
from node.domain.actors import ActorKind
from node.domain.moderation import DomainPolicy, Policies
from node.domain.network import Goods, House, Network
from node.log import one_line
from node.sentences import Sentence, sentences
from node.services.house.network import load_network
from node.state import NODE
from node.store.federation import hosts, peers
from node.store.federation.hosts import Host
from node.store.federation.peers import Ties
from node.store.library import catalogues
from node.store.library.catalogues import Catalogue
from node.store.library.resources import Viewer
from node.store.people import actors, follows
from web.admin.peers import Circuit, circuit_of
from web.design.cursor import offset_of
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.page import Page
from web.design.parts import Field
from web.network.drawing import Drawing, draw
from web.network.finding import house_path
from web.network.page import paths_of
from web.sessions import require_admin

PATH = "/admin/network"
_SAID = sentences(
    {
        "followed": "The organisation has been asked. Its catalogue comes once it agrees, which most do at once.",
        "unfollowed": "Your organisation follows it no more.",
    }
)
_PAGE = 50
_EMPTY = Field()
_ALL = Policies({})  # the operator sees what lists leave out
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
    is_asked: bool = False
    end_path: str = ""
    follows_us: bool = False
    followers: int = 0
    following: int = 0
    copy: Copy | None = None

    @property
    def is_troubled(self) -> bool:
        return self.circuit != "closed" or (self.copy is not None and self.copy.state in {"behind", "failing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminNetworkView:
    """The map with its health, those with trouble first. ``silent`` do not answer, ``apart`` are copies out of step.

    ``handle`` is the field of the form that follows another; ``end_path`` of a house ends what is followed, or what it
    was asked and has not answered.
    """

    template: ClassVar[str] = "admin/network.html"

    page: Page
    csrf: str
    drawing: Drawing
    paths: dict[str, str]
    troubled: frozenset[str] = frozenset()
    houses: tuple[AdminHouse, ...] = ()
    house_total: int = 0
    silent: int = 0
    waiting: int = 0
    apart: int = 0
    communities: int = 0
    handle: Field = field(default_factory=Field)
    follow_path: str = f"{PATH}/follow"
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True)
class _Found:
    network: Network
    hosts: Mapping[str, Host]
    ties: Mapping[str, Ties]
    ours: Mapping[int, str]  # how the follow stands of whom the organisation itself follows, not members alone
    copies: Mapping[int, Catalogue]


async def show_network(request: web.Request) -> web.Response:
    return await network_page(request)


async def network_page(request: web.Request, handle: Field = _EMPTY) -> web.Response:
    """With ``handle``: who was to be followed, and why not."""
    session, node = require_admin(request), request.app[NODE]
    config, now, first = node.config, node.clock.now(), offset_of(request)
    found = await node.store.read(_find, Viewer(session.actor_id), config.host, now)
    policies = request.app[FEDERATION].policies()
    rows = [_row(house, found, policies, now) for house in found.network.houses]
    rows.sort(key=lambda row: not row.is_troubled)
    has_more = first + _PAGE < len(rows)
    view = AdminNetworkView(
        page=page_of(request, PATH, title=Sentence("Network"), section="/admin", noindex=True, said=_SAID),
        csrf=session.csrf,
        handle=handle,
        drawing=draw(found.network, own_key=config.host, own_name=config.node.name),
        paths=paths_of(found.network, config.host),
        troubled=frozenset(row.host for row in rows if row.is_troubled),
        houses=tuple(rows[first : first + _PAGE]),
        house_total=len(rows),
        silent=sum(row.circuit in {"open", "unavailable"} for row in rows),
        waiting=sum(row.queued for row in rows),
        apart=sum(row.copy is not None and row.copy.state in {"behind", "failing"} for row in rows),
        communities=len(found.network.bridges),
        paging=Paging(next_path=f"{PATH}?from={first + _PAGE}" if has_more else "", first_path=PATH if first else ""),
    )
    return html(request, view, 422 if handle.error else 200)


def organisation_of(conn: Connection) -> int:
    """The id of the organisation of this node."""
    return actors.load_local_actors(conn, [ActorKind.ORGANIZATION])[0].id


def _find(conn: Connection, viewer: Viewer, own_host: str, now: int) -> _Found:
    network = load_network(conn, viewer, _ALL, own_host=own_host, now=now)
    names = [house.host for house in network.houses]
    return _Found(
        network,
        hosts.load_hosts(conn, names),
        peers.load_ties(conn, names, now),
        follows.load_states(conn, organisation_of(conn), [house.actor_id for house in network.houses]),
        {each.actor_id: each for each in catalogues.list_followed(conn)},
    )


def _row(house: House, found: _Found, policies: Policies, now: int) -> AdminHouse:
    host, ties = found.hosts.get(house.host) or Host(house.host), found.ties[house.host]
    return AdminHouse(
        name=one_line(house.title, 80),
        host=house.host,
        path=house_path(house),
        policy_path=f"/admin/policies?domain={house.host.rsplit(':', 1)[0]}",
        effect=policies.find(house.host),
        circuit=circuit_of(host, now),
        last_success_at=host.last_success_at or 0,
        last_seen_at=host.last_seen_at or 0,
        failures=host.failures,
        error=one_line(host.last_error),
        queued=ties.queued,
        oldest_at=ties.oldest_at,
        received=house.received,
        is_followed=house.is_followed,
        is_asked=found.ours.get(house.actor_id) == follows.PENDING,
        end_path=f"{PATH}/{house.actor_id}/unfollow" if house.actor_id in found.ours else "",
        follows_us=house.follows_us,
        followers=house.followers,
        following=house.following,
        copy=_copy(found.copies.get(house.actor_id)),
    )


def _copy(catalogue: Catalogue | None) -> Copy | None:
    """How our copy of a house's catalogue stands; None where we do not keep one."""
    if catalogue is None:
        return None
    state: CopyState = "equal" if catalogue.is_as_announced else "behind"
    if catalogue.problem:
        state = "failing"
    elif not catalogue.announced_digest:
        state = "unknown"
    return Copy(
        state=state,
        total=catalogue.total,
        checked_at=catalogue.checked_at,
        equal_at=catalogue.equal_at or 0,
        problem=one_line(catalogue.problem),
    )
