"""``/admin``: is everything well, and if not, where to look."""

from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web
from sqlalchemy import Connection, func, select

from node.health import State
from node.sentences import Sentence
from node.state import NODE
from node.store import facts
from node.store.house import queue
from node.store.house.queue import Count
from node.store.library.resources import Viewer
from node.store.people import keys
from node.store.posts import media
from node.store.reading.showing import count_kinds
from node.store.search import counts
from node.store.tables import domain_policies, hosts
from web.design.frame import html, page_of
from web.design.page import Page
from web.health import find_checks
from web.sessions import require_admin
from web.state import WEB


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


@dataclass(frozen=True, slots=True)
class Found:
    counts: list[Count]
    peers: int
    failing: int
    policies: int
    users: int
    own: int
    network: int
    backup: str | None
    oldest_key_at: int
    changing_keys: int
    media_bytes: int


async def show_overview(request: web.Request) -> web.Response:
    session = require_admin(request)
    node = request.app[NODE]
    found = await node.store.read(_find, node.clock.now(), Viewer(session.actor_id))
    checks = await find_checks(node)
    due = [count.oldest_due_at for count in found.counts if count.oldest_due_at]
    path = node.config.database_path
    view = OverviewView(
        page=page_of(request, "/admin", title=Sentence("Administration"), section="/admin", noindex=True),
        peers=found.peers,
        peers_failing=found.failing,
        waiting=sum(count.due for count in found.counts),
        oldest_at=min(due, default=0),
        parked=sum(count.parked for count in found.counts),
        policies=found.policies,
        users=found.users,
        own_resources=found.own,
        network_resources=found.network,
        media_bytes=found.media_bytes,
        database_bytes=path.stat().st_size if node.config.is_sqlite and path.exists() else 0,
        backup_at=int(found.backup) if found.backup else 0,
        oldest_key_at=found.oldest_key_at,
        changing_keys=found.changing_keys,
        started_at=request.app[WEB].started_at,
        checks=tuple(Check(name=each.name, ok=each.state is State.OK, sentence=each.told) for each in checks),
    )
    return html(request, view)


def _find(conn: Connection, now: int, viewer: Viewer) -> Found:
    oldest_key_at, changing_keys = keys.count_own_keys(conn)
    failing = select(func.count()).select_from(hosts).where(hosts.c.failures > 0)
    return Found(
        counts=queue.count_by_kind(conn, now),
        peers=conn.scalar(select(func.count()).select_from(hosts)) or 0,
        failing=conn.scalar(failing) or 0,
        policies=conn.scalar(select(func.count()).select_from(domain_policies)) or 0,
        users=count_kinds(conn)["person"],
        own=counts.count(conn, viewer.listings("local")),
        network=counts.count(conn, viewer.listings("remote")),
        backup=facts.load_fact(conn, facts.BACKED_UP_AT),
        oldest_key_at=oldest_key_at,
        changing_keys=changing_keys,
        media_bytes=media.count_all_bytes(conn),
    )
