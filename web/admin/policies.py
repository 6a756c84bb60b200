"""``/admin/policies``: how domains are treated; what a policy would do is counted before it is set (ADM6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiohttp import web
from sqlalchemy import Connection, func, or_, select

from node.domain.blocklists import normal_domain
from node.domain.moderation import DomainPolicy
from node.errors import Conflict, Malformed
from node.sentences import Sentence, sentences
from node.services.house import moderate
from node.state import NODE
from node.store.federation import policies
from node.store.tables import hosts, jobs
from web.design.frame import done, html, page_of
from web.design.page import Page
from web.design.parts import Field
from web.sessions import read_form, require_admin

_PATH = "/admin/policies"
_NO_DOMAIN = Sentence("Please write a domain such as social.example, without https and path.")
_ITSELF = Sentence("This would be a policy against this node itself.")
_SAID = sentences(
    {
        "set": "The policy holds from now on.",
        "removed": "The policy has been taken back.",
        "taken": "The list has been taken over.",
    }
)


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


async def show_policies(request: web.Request) -> web.Response:
    """With ``domain`` in the query also what a policy for it would touch."""
    session, node = require_admin(request), request.app[NODE]
    asked = request.query.get("domain", "")
    domain, effect = normal_domain(asked), _effect(request.query.get("effect", DomainPolicy.BLOCK))
    reason = request.query.get("reason", "")[:500]
    error = _NO_DOMAIN if not domain else _ITSELF if _is_ours(domain, node.config.host) else ""
    rows, counts = await node.store.read(_find, "" if error else domain)
    preview = None if error else PolicyPreview(domain=domain, effect=effect, reason=reason, **counts)
    view = PoliciesView(
        page=page_of(request, _PATH, title=Sentence("Domain policies"), section="/admin", noindex=True, said=_SAID),
        csrf=session.csrf,
        preview_path=_PATH,
        set_path=_PATH,
        allow_list=node.config.federation.mode == "allow-list",
        policies=tuple(_row(row) for row in rows),
        domain=Field(value=asked, error=error if asked else ""),
        effect=effect,
        reason=reason,
        preview=preview,
    )
    return html(request, view)


async def set_policy(request: web.Request) -> web.Response:
    session = require_admin(request)
    fields, node = await read_form(request, session.csrf), request.app[NODE]
    domain = normal_domain(fields.get("domain", ""))
    if not domain:
        raise Malformed(_NO_DOMAIN)
    if _is_ours(domain, node.config.host):
        raise Conflict(_ITSELF)
    effect, reason = _effect(fields.get("effect", "")), fields.get("reason", "")[:500]
    await node.store.write(moderate.set_policy, node.unit(), session.actor_id, domain, effect, reason)
    return done(_PATH, "set")


async def remove_policy(request: web.Request) -> web.Response:
    session = require_admin(request)
    await read_form(request, session.csrf)
    node = request.app[NODE]
    await node.store.write(moderate.remove_policy, node.unit(), session.actor_id, request.match_info["domain"])
    return done(_PATH, "removed")


def _is_ours(domain: str, host: str) -> bool:
    return host == domain or host.endswith("." + domain)


def _effect(text: str) -> DomainPolicy:
    if text not in set(DomainPolicy):
        raise Malformed("This effect is not known.")
    return DomainPolicy(text)


# -- units of work --------------------------------------------------------------------------------------------------


def _find(conn: Connection, domain: str) -> tuple[Sequence[Any], Mapping[str, int]]:
    return policies.list_policies(conn), _count(conn, domain) if domain else {}


def _count(conn: Connection, domain: str) -> Mapping[str, int]:
    effect = policies.count_effect(conn, domain)
    known = select(func.count()).select_from(hosts).where(_below(hosts.c.host, domain))
    waiting = select(func.count()).where(_below(jobs.c.host, domain), jobs.c.kind == "deliver")
    return {
        "hosts": conn.scalar(known) or 0,
        "followers": effect["followers"],
        "following": effect["following"],
        "posts": effect["objects"],
        "deliveries": conn.scalar(waiting) or 0,
    }


def _below(column: Any, domain: str) -> Any:
    return or_(column == domain, column.endswith("." + domain, autoescape=True))


def _row(row: Any) -> PolicyRow:
    return PolicyRow(
        domain=row.domain,
        effect=DomainPolicy(row.policy),
        remove_path=f"{_PATH}/{row.domain}/remove",
        reason=row.reason,
        set_at=row.created_at,
    )
