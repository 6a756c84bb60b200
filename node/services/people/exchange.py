"""Taking follows, blocks, mutes, domains, bookmarks and lists along: out as files, in as files that jobs work off."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Connection

from node.domain.exchange import Kind, flag, read, write
from node.errors import Conflict, Invalid, NotFound
from node.jobs.kinds import IMPORT
from node.services.context import Unit
from node.services.people import follows, lists, relations
from node.services.people.follows import Options
from node.services.posts import reacting
from node.store import jobs
from node.store.jobs import NewJob
from node.store.people import exchange as store
from node.store.people import lists as list_store
from node.store.posts import objects
from node.store.reading import entries

MAX_AT_ONCE = 3

_LOADERS: Mapping[Kind, Callable[[Connection, int], list[list[str]]]] = MappingProxyType(
    {
        Kind.FOLLOWS: store.load_follows,
        Kind.BLOCKS: store.load_blocks,
        Kind.MUTES: store.load_mutes,
        Kind.DOMAINS: store.load_domains,
        Kind.BOOKMARKS: store.load_bookmarks,
        Kind.LISTS: store.load_lists,
    }
)


def export(conn: Connection, me: int, kind: Kind) -> str:
    """The file of what a person has of this kind."""
    return write(kind, _LOADERS[kind](conn, me))


def begin(conn: Connection, unit: Unit, me: int, kind: Kind, file_name: str, data: bytes) -> int:
    """Keep a file and have it worked off; answers its id. Raises Invalid, or Conflict where too many wait."""
    lines = read(data)
    if store.count_waiting(conn, me) >= MAX_AT_ONCE:
        raise Conflict("Please wait until the files that you brought before are finished.")
    import_id = unit.ids.new()
    store.insert_import(conn, import_id, me, kind.value, file_name[:255], lines, unit.now)
    jobs.enqueue_many(conn, [NewJob(IMPORT, unit.ids.new(), unit.now, ref=import_id)])
    return import_id


def address_of(kind: Kind, cells: Sequence[str]) -> str:
    """The account or post that a line names; empty for domains. Raises Invalid where it names none."""
    if kind is Kind.DOMAINS:
        return ""
    place = 1 if kind is Kind.LISTS else 0
    if len(cells) <= place or not cells[place]:
        raise Invalid("This line names nothing.")
    return cells[place].removeprefix("@")


def apply(conn: Connection, unit: Unit, me: int, kind: Kind, cells: Sequence[str], target_id: int) -> None:
    """Do what a line says; raises as the services do. ``target_id``: the account or post that it names."""
    _ACTS[kind](conn, unit, me, cells, target_id)


def _follow(conn: Connection, unit: Unit, me: int, cells: Sequence[str], target: int) -> None:
    languages = [tag.strip() for tag in cells[3].split(",") if tag.strip()] if len(cells) > 3 else None
    options = Options(flag(cells, 1, default=True), flag(cells, 2, default=False), languages)
    follows.follow(conn, unit, me, target, options)


def _block(conn: Connection, unit: Unit, me: int, _cells: Sequence[str], target: int) -> None:
    relations.block(conn, unit, me, target)


def _mute(conn: Connection, unit: Unit, me: int, cells: Sequence[str], target: int) -> None:
    relations.mute(conn, unit, me, target, notifications=flag(cells, 1, default=True))


def _domain(conn: Connection, unit: Unit, me: int, cells: Sequence[str], _target: int) -> None:
    relations.block_domain(conn, unit, me, cells[0])


def _list(conn: Connection, unit: Unit, me: int, cells: Sequence[str], target: int) -> None:
    """Onto the list of this title, which is made where there is none."""
    known = next((each for each in list_store.load_lists(conn, me) if each.title == cells[0]), None)
    found = known or lists.create(conn, unit, me, cells[0], "list", exclusive=False)
    lists.add(conn, unit, me, found.id, [target])


def _bookmark(conn: Connection, unit: Unit, me: int, _cells: Sequence[str], target: int) -> None:
    """Only what one may read."""
    found = objects.find_object_by_id(conn, target)
    if found is None or target not in entries.load_entries(conn, [target], me):
        raise NotFound("There is no post at this address.")
    reacting.bookmark(conn, unit, me, found)


_ACTS: Mapping[Kind, Callable[[Connection, Unit, int, Sequence[str], int], None]] = MappingProxyType(
    {
        Kind.FOLLOWS: _follow,
        Kind.BLOCKS: _block,
        Kind.MUTES: _mute,
        Kind.DOMAINS: _domain,
        Kind.LISTS: _list,
        Kind.BOOKMARKS: _bookmark,
    }
)
