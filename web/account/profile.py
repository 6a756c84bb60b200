"""``/settings``: the profile of whoever is signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.zones import zone_of
from node.errors import Invalid
from node.sentences import Sentence
from node.services.context import Unit
from node.services.people.profiles import MAX_FIELDS, ProfileChange, change_profile
from node.state import NODE
from node.store.access import accounts
from node.store.access.sessions import Session
from node.store.people import actors
from node.translations import spoken
from web import sessions
from web.account.views import FieldPair, ProfileView
from web.design.frame import done, html, page_of
from web.design.parts import Field
from web.events.timezones import COMMON

PATH = "/settings"
_SWITCHES = ("locked", "discoverable", "indexable")
_PLACES = {"$.display_name": "name", "$.note": "note"}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """How the pages speak to her; '' is what the browser, or the node, says."""

    language: str
    timezone: str


async def show_profile(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    stored, chosen = await node.store.read(_load, session.actor_id)
    return _page(request, session, stored, chosen, {})


async def save_profile(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    change = ProfileChange(
        name=sent.get("display_name", "").strip(),
        note=_lines(sent.get("note", "")),
        fields=[(sent.get(f"field-{n}-name", ""), sent.get(f"field-{n}-text", "")) for n in range(MAX_FIELDS)],
        locked="locked" in sent,
        discoverable="discoverable" in sent,
        indexable="indexable" in sent,
    )
    chosen = _Chosen(sent.get("language", ""), sent.get("timezone", "").strip()[:64])
    if chosen.timezone and zone_of(chosen.timezone) is None:
        told = {"timezone": Sentence("Please name a time zone such as Europe/Berlin.")}
        return _page(request, session, _sent(change), chosen, told)
    try:
        await node.store.write(_save, node.unit(), session.actor_id, change, chosen)
    except Invalid as error:
        told = {
            _PLACES.get(each.path, "fields"): Sentence("Please use {what}.", what=each.expected)
            for each in error.problems
        }
        return _page(request, session, _sent(change), chosen, told)
    return done(PATH, "saved")


def _lines(text: str) -> str:
    """What a text area sends, with the line ends of everything else."""
    return text.replace("\r\n", "\n").strip()


def _known(language: str) -> str:
    return language if language in spoken() else ""


def _load(conn: Connection, actor_id: int) -> tuple[Mapping[str, Any], _Chosen]:
    row, account = actors.load_profile(conn, actor_id), accounts.load_settings(conn, actor_id)
    stored = {
        "name": row.name,
        "note": account.note,
        "fields": [(each["name"], each.get("text", each["value"])) for each in row.fields],
        **{name: getattr(row, name) for name in _SWITCHES},
    }
    return stored, _Chosen(account.language, account.timezone)


def _sent(change: ProfileChange) -> Mapping[str, Any]:
    names = ("name", "note", "fields", *_SWITCHES)
    return {name: getattr(change, name) for name in names}


def _save(conn: Connection, unit: Unit, actor_id: int, change: ProfileChange, chosen: _Chosen) -> None:
    change_profile(conn, unit, actor_id, change)
    accounts.set_language(conn, actor_id, _known(chosen.language))
    accounts.set_timezone(conn, actor_id, chosen.timezone)


def _page(
    request: web.Request,
    session: Session,
    shown: Mapping[str, Any],
    chosen: _Chosen,
    errors: Mapping[str, str],
) -> web.Response:
    pairs = [FieldPair(name=name, text=text) for name, text in shown["fields"]]
    view = ProfileView(
        page=page_of(request, PATH, title=Sentence("Your profile"), section=PATH, noindex=True),
        action=PATH,
        csrf=session.csrf,
        name=Field(value=shown["name"], error=errors.get("name", "")),
        note=Field(value=shown["note"], error=errors.get("note", "")),
        fields=tuple((pairs + [FieldPair()] * MAX_FIELDS)[:MAX_FIELDS]),
        fields_error=errors.get("fields", ""),
        language=chosen.language,
        timezone=Field(value=chosen.timezone, error=errors.get("timezone", "")),
        timezones=COMMON,
        node_zone=request.app[NODE].config.node.timezone,
        languages=tuple(sorted(spoken())),
        **{name: shown[name] for name in _SWITCHES},
    )
    return html(request, view, 422 if errors else 200)
