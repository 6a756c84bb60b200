"""``/admin/members``: who wants to join, and whom to invite. Everybody stands in ``/admin/people``."""

import secrets
from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web
from sqlalchemy import Connection

from federation.actors import joining as rules
from node.clock import DAY
from node.domain.numbers import id_in, number_in
from node.errors import NotFound
from node.sentences import Sentence, sentences
from node.services import audit
from node.services.context import Unit
from node.state import NODE
from node.store.access import joining
from node.store.access.joining import Invitation, Member
from node.store.access.sessions import Session
from web.account.join import door_of
from web.design.frame import done, html, page_of
from web.design.page import Page
from web.sessions import read_form, require_admin

PATH = "/admin/members"
_PENDING_AT_MOST = 100
_DAYS, _USES = range(1, 91), range(1, 501)
_DAYS_USUAL = 7
_SAID = sentences(
    {
        "approved": "The account has been let in.",
        "rejected": "The account has not been let in. Nothing is kept of it.",
        "revoked": "That link lets nobody in any more.",
    }
)


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


@dataclass(frozen=True, slots=True)
class _Found:
    pending: list[Member]
    invitations: list[Invitation]


async def show_members(request: web.Request) -> web.Response:
    return await _page(request, require_admin(request))


async def decide(request: web.Request) -> web.Response:
    """Let somebody in, or not."""
    session, node = require_admin(request), request.app[NODE]
    fields = await read_form(request, session.csrf)
    actor_id, unit = id_in(request.match_info, "actor"), node.unit()
    if fields.get("decision") == "approve":
        await node.store.write(_approve, unit, door_of(request), actor_id, session.actor_id)
        return done(PATH, "approved")
    await node.store.write(_reject, unit, actor_id, session.actor_id)
    return done(PATH, "rejected")


async def invite(request: web.Request) -> web.Response:
    """A link that lets people in; it is shown this once."""
    session, node = require_admin(request), request.app[NODE]
    fields = await read_form(request, session.csrf)
    days, uses = _number(fields.get("days", ""), _DAYS, _DAYS_USUAL), _number(fields.get("uses", ""), _USES, 1)
    secret = await node.store.write(
        _invite, node.unit(), session.actor_id, fields.get("note", "").strip()[:200], days, uses
    )
    return await _page(request, session, link=f"{node.config.origin}/join?invite={secret}")


async def revoke(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    await read_form(request, session.csrf)
    await node.store.write(_revoke, node.unit(), id_in(request.match_info, "invitation"), session.actor_id)
    return done(PATH, "revoked")


def _number(text: str, allowed: range, usual: int) -> int:
    number = number_in(text)
    return number if number is not None and number in allowed else usual


# -- units of work --------------------------------------------------------------------------------------------------


def _approve(conn: Connection, unit: Unit, door: rules.Door, actor_id: int, admin_id: int) -> None:
    rules.approve(conn, unit, door, actor_id, by=admin_id)


def _reject(conn: Connection, unit: Unit, actor_id: int, admin_id: int) -> None:
    rules.reject(conn, unit, actor_id, by=admin_id)


def _invite(conn: Connection, unit: Unit, admin_id: int, note: str, days: int, uses: int) -> str:
    secret, number = secrets.token_urlsafe(32), unit.ids.new()
    joining.insert_invitation(
        conn,
        number,
        secret,
        made_by=admin_id,
        note=note,
        uses=uses,
        now=unit.now,
        expires_at=unit.now + days * DAY,
    )
    after = {"note": note, "uses": uses, "days": days}
    audit.record(conn, unit, admin_id, "invitation.add", str(number), after=after)
    return secret


def _revoke(conn: Connection, unit: Unit, number: int, admin_id: int) -> None:
    if not joining.delete_invitation(conn, number):
        raise NotFound
    audit.record(conn, unit, admin_id, "invitation.remove", str(number))


# -- the page -------------------------------------------------------------------------------------------------------


def _find(conn: Connection, now: int) -> _Found:
    return _Found(joining.list_pending(conn, _PENDING_AT_MOST), joining.list_invitations(conn, now))


async def _page(request: web.Request, session: Session, *, link: str = "") -> web.Response:
    node = request.app[NODE]
    found = await node.store.read(_find, node.clock.now())
    view = MembersView(
        page=page_of(request, PATH, title=Sentence("Joining"), section="/admin", noindex=True, said=_SAID),
        csrf=session.csrf,
        mode=node.config.registrations.mode,
        invite_path=f"{PATH}/invitations",
        link=link,
        pending=tuple(map(_member, found.pending)),
        invitations=tuple(map(_invitation, found.invitations)),
    )
    return html(request, view)


def _member(found: Member) -> MemberRow:
    return MemberRow(
        username=found.username,
        name=found.name,
        email=found.email,
        reason=found.reason,
        since_at=found.created_at,
        decide_path=f"{PATH}/{found.actor_id}/decide",
    )


def _invitation(found: Invitation) -> InvitationRow:
    return InvitationRow(
        note=found.note,
        by=found.made_by,
        uses=found.uses,
        used=found.used,
        expires_at=found.expires_at,
        remove_path=f"{PATH}/invitations/{found.id}/remove",
    )
