"""Domain policies as a list to give away or to take over; what it would do is shown before it is done (ADM6)."""

from dataclasses import dataclass, field
from typing import ClassVar

from aiohttp import web
from aiohttp.web_request import FileField
from sqlalchemy import Connection

from node.domain.blocklists import MAX_BYTES, Line, read_list, write_list
from node.domain.moderation import DomainPolicy
from node.sentences import Sentence
from node.services.house import moderate
from node.state import NODE
from node.store.federation import policies
from web.design.frame import done, html, page_of
from web.design.page import Page
from web.design.parts import Field
from web.sessions import read_upload_form, require_admin

_PATH = "/admin/policies"
_IMPORT = f"{_PATH}/import"
_NOTHING = Sentence("There is no domain in this list.")
_TOO_LONG = Sentence("This list is too long; take it over in parts.")


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
    text: Field = field(default_factory=Field)
    domains: tuple[ListedDomain, ...] = ()
    problems: tuple[Sentence, ...] = ()
    unchanged: int = 0


async def export_list(request: web.Request) -> web.Response:
    """``GET /admin/policies.csv``"""
    require_admin(request)
    rows = await request.app[NODE].store.read(policies.list_policies)
    text = write_list(Line(row.domain, DomainPolicy(row.policy), row.reason) for row in rows)
    headers = {
        "Content-Disposition": 'attachment; filename="domain-policies.csv"',
        "Cache-Control": "private, no-store",
    }
    return web.Response(text=text, content_type="text/csv", headers=headers)


async def show_import(request: web.Request) -> web.Response:
    require_admin(request)
    return _form(request, Field())


async def import_list(request: web.Request) -> web.Response:
    """With ``confirm`` the list is taken over; without, it is shown what that would do. A file goes before the text."""
    session, node = require_admin(request), request.app[NODE]
    fields, files = await read_upload_form(request, request)
    text = _read(files["file"]) if "file" in files else fields.get("text", "")
    if len(text.encode()) > MAX_BYTES:
        return _form(request, Field(value=fields.get("text", ""), error=_TOO_LONG))
    if not text.strip():
        return _form(request, Field(error=_NOTHING))
    lines, problems = read_list(text)
    lines = [line for line in lines if not _is_ours(line.domain, node.config.host)]
    if fields.get("confirm"):
        if not lines:
            return _form(request, Field(value=text, error=_NOTHING))
        await node.store.write(moderate.take_list_over, node.unit(), session.actor_id, lines)
        return done(_PATH, "taken")
    listed = await node.store.read(_compare, lines)
    view = BlockListView(
        page=_page(request),
        csrf=session.csrf,
        import_path=_IMPORT,
        text=Field(value=text),
        domains=tuple(each for each in listed if each.known is not each.effect),
        problems=tuple(problems),
        unchanged=sum(each.known is each.effect for each in listed),
    )
    return html(request, view)


def _form(request: web.Request, text: Field) -> web.Response:
    """The form alone: empty, or with what is wrong."""
    view = BlockListView(page=_page(request), csrf=require_admin(request).csrf, import_path=_IMPORT, text=text)
    return html(request, view, 422 if text.error else 200)


def _read(file: FileField) -> str:
    """The text of a file that was sent; what is no UTF-8 becomes lines that cannot be used."""
    with file.file as opened:
        return opened.read(MAX_BYTES + 1).decode("utf-8-sig", "replace")


def _page(request: web.Request) -> Page:
    return page_of(request, _IMPORT, title=Sentence("Take over a list"), section="/admin", noindex=True)


def _is_ours(domain: str, host: str) -> bool:
    return domain == host or host.endswith("." + domain)


def _compare(conn: Connection, lines: list[Line]) -> list[ListedDomain]:
    known = {row.domain: DomainPolicy(row.policy) for row in policies.list_policies(conn)}
    ended = policies.count_follows_by_domain(conn)
    return [
        ListedDomain(
            domain=line.domain,
            effect=line.policy,
            reason=line.reason,
            known=known.get(line.domain),
            follows=policies.follows_below(ended, line.domain) if line.policy is DomainPolicy.BLOCK else 0,
        )
        for line in lines
    ]
