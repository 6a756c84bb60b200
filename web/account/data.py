"""``/settings/data``: files of whom one follows, blocks and mutes, to take along and to bring."""

from dataclasses import dataclass
from typing import ClassVar

from aiohttp import hdrs, web
from sqlalchemy import Connection

from node.domain.exchange import FILE_NAMES, MAX_BYTES, Kind
from node.errors import Conflict, Invalid, NotFound
from node.sentences import Sentence, sentences
from node.services.people import exchange
from node.state import NODE
from node.store.access.sessions import Session
from node.store.people import exchange as store
from web import sessions
from web.design.frame import done, html, page_of
from web.design.page import Page

PATH = "/settings/data"
_TITLES = sentences(
    {
        Kind.FOLLOWS: "People whom you follow",
        Kind.LISTS: "Lists",
        Kind.BLOCKS: "People whom you block",
        Kind.MUTES: "People whom you mute",
        Kind.DOMAINS: "Domains that you block",
        Kind.BOOKMARKS: "Bookmarks",
    }
)
_SHOWN, _SHOWN_FAILURES = 10, 100
_BEGUN = Sentence("The file is being worked off. This page shows how far it is.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLine:
    """A line that could not be used, and why."""

    number: int
    text: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A file that was brought; ``finished_at`` 0: it is being worked off."""

    title: str
    file_name: str
    total: int
    done: int
    failed: int
    created_at: int
    finished_at: int = 0
    failures: tuple[FailedLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """``kinds`` are pairs of a word in addresses and a title."""

    template: ClassVar[str] = "account/data.html"

    page: Page
    csrf: str
    action: str = PATH
    kinds: tuple[tuple[str, str], ...]
    error: str = ""
    imports: tuple[ImportRow, ...] = ()


async def show(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    return await _page(request, session, "")


async def download(request: web.Request) -> web.Response:
    """One file, as Mastodon writes it."""
    session, kind = sessions.require_person(request), _kind(request.match_info["kind"])
    text = await request.app[NODE].store.read(exchange.export, session.actor_id, kind)
    return web.Response(
        text=text,
        content_type="text/csv",
        charset="utf-8",
        headers={
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="{FILE_NAMES[kind]}"',
            hdrs.CACHE_CONTROL: "private, no-store",
        },
    )


async def upload(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    words, files = await sessions.read_upload_form(request, request)
    field = files.get("file")
    try:
        kind = _kind(words.get("kind", ""))
        if field is None:
            raise Invalid("Please choose a file.")
        data = field.file.read(MAX_BYTES + 1)
        name = field.filename.rpartition("/")[2].rpartition("\\")[2]
        await node.store.write(exchange.begin, node.unit(), session.actor_id, kind, name, data)
    except (Invalid, Conflict) as error:
        return await _page(request, session, error.public)
    finally:
        for each in files.values():
            each.file.close()
    return done(PATH, "begun")


def _kind(text: str) -> Kind:
    if text not in set(Kind):
        raise NotFound
    return Kind(text)


async def _page(request: web.Request, session: Session, error: str) -> web.Response:
    rows = await request.app[NODE].store.read(_load, session.actor_id)
    view = DataView(
        page=page_of(
            request, PATH, title=Sentence("Your data"), section="/settings", noindex=True, said={"begun": _BEGUN}
        ),
        csrf=session.csrf,
        kinds=tuple((kind.value, title) for kind, title in _TITLES.items()),
        error=error,
        imports=rows,
    )
    return html(request, view, 422 if error else 200)


def _load(conn: Connection, actor_id: int) -> tuple[ImportRow, ...]:
    return tuple(
        ImportRow(
            title=_TITLES[Kind(row.kind)],
            file_name=row.file_name,
            total=row.total,
            done=row.done,
            failed=row.failed,
            created_at=row.created_at,
            finished_at=row.finished_at or 0,
            failures=tuple(
                FailedLine(number=each.number, text=", ".join(each.line), problem=Sentence(each.problem))
                for each in (store.load_failed(conn, row.id, _SHOWN_FAILURES) if row.failed else ())
            ),
        )
        for row in store.list_imports(conn, actor_id, _SHOWN)
    )


ROUTES = [
    web.get(PATH, show, name="settings-data"),
    web.post(PATH, upload, name="settings-data-form"),
    web.get(f"{PATH}/{{kind:[a-z]{{1,16}}}}.csv", download, name="settings-data-file"),
]
