"""``rhizome resource``: records from files, and into one."""

import asyncio
import json
import os
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from itertools import count
from typing import BinaryIO, cast

import click
from sqlalchemy import Connection

from federation.builders.resource_documents import write_document
from federation.catalogues.amb_export import write_amb
from federation.catalogues.reader import read_records
from federation.mapping.reading import Reading
from node import log
from node.app.system import System, opened
from node.cli.owners import load_owner
from node.cli.shared import FAILED, config_option, json_option, with_config
from node.config import Config
from node.domain.records import ResourceRecord
from node.domain.visibility import LEVELS, Visibility
from node.errors import NotFound, Problem
from node.services.communities.communities import find_community
from node.services.context import Unit
from node.services.library.importing import publish_many
from node.services.library.publish import withdraw_resource
from node.store.library import resources
from node.store.library.resources import Resource, Viewer
from node.store.search.listing import find
from node.store.search.wishes import MAX_LIMIT, Sort, Wish

_LEVELS = [level.value for level in reversed(LEVELS)]
_FAILED = "failed"

Advance = Callable[[int], None]


@click.group("resource")
@config_option
def command() -> None:
    """Add learning resources, take them back, write them out."""


@command.command("add")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--owner", metavar="HANDLE", help="Who publishes. [default: the organisation]")
@click.option("--visibility", type=click.Choice(_LEVELS), default=_LEVELS[0], show_default=True)
@click.option("--community", metavar="NAME", help="Whose members read it, with --visibility community.")
@json_option
@with_config
def add(
    config: Config, files: Sequence[str], owner: str | None, visibility: str, community: str | None, *, as_json: bool
) -> None:
    """Publish the records of files, - being standard input; the same records again change nothing.

    AMB JSON, schema.org JSON-LD or our own JSON: an object, an array or JSON Lines.
    """
    counts = asyncio.run(_add_all(config, files, owner, Visibility(visibility), community))
    names = ("created", "updated", "unchanged", _FAILED)
    told = {name: counts[name] for name in names}
    click.echo(json.dumps(told) if as_json else ", ".join(f"{count} {name}" for name, count in told.items()))
    if counts[_FAILED]:
        raise click.exceptions.Exit(FAILED)


@command.command("withdraw")
@click.argument("names", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--owner", metavar="HANDLE", help="Who published it. [default: the organisation]")
@with_config
def withdraw(config: Config, names: Sequence[str], owner: str | None) -> None:
    """Take resources back: by the address of their page, or the id of their record.

    Their address answers that they are gone, and everybody who was told of them is told so.
    """
    asyncio.run(_withdraw_all(config, names, owner))


async def _withdraw_all(config: Config, names: Sequence[str], owner: str | None) -> None:
    async with opened(config) as system:
        store = system.node.store
        owner_id = (await store.read(load_owner, owner, config.host)).id
        for name in names:
            click.echo(f"{await store.write(_withdraw, system.node.unit(), owner_id, name)} is withdrawn")


def _withdraw(conn: Connection, unit: Unit, owner_id: int, name: str) -> str:
    found = resources.load_by_iris(conn, owner_id, [name]).get(name)
    slug = name.removeprefix(f"{unit.origin}/r/")
    if found is None and slug != name:
        found = resources.load_by_slug(conn, slug, Viewer(owner_id))
    if found is None or found.owner.id != owner_id:
        raise NotFound(f"{name} is no resource of this owner.")
    withdraw_resource(conn, unit, found.id)
    return found.url


@command.command("export")
@click.option("--owner", metavar="HANDLE", help="Whose. [default: the organisation]")
@click.option("--format", "form", type=click.Choice(("own", "amb")), default="own", show_default=True)
@with_config
def export(config: Config, owner: str | None, form: str) -> None:
    """Write all public resources of an owner to standard output, one JSON document a line.

    Our own form loses nothing, and `add` takes it again; AMB is what other catalogues read. What AMB cannot say is
    named on standard error.
    """
    if not asyncio.run(_export(config, owner, form)):
        raise click.exceptions.Exit(FAILED)


async def _export(config: Config, owner: str | None, form: str) -> bool:
    """Whether each could be written."""
    is_whole = True
    async with opened(config) as system:
        store = system.node.store
        uri = (await store.read(load_owner, owner, config.host)).uri
        cursor: str | None = None
        while True:
            wish = Wish(filters={"owner": [uri]}, origin="local", sort=Sort.NEWEST, cursor=cursor, limit=MAX_LIMIT)
            page = await store.read(find, wish)
            for found in page.items:
                is_whole &= _write(found, form)
            if (cursor := page.next) is None:
                return is_whole


def _write(found: Resource, form: str) -> bool:
    if form == "own":
        click.echo(json.dumps(found.record, ensure_ascii=False))
        return True
    written = write_amb(found.record, page={"id": found.url})
    if written.left_out:
        click.echo(f"{found.url}: left out {', '.join(written.left_out)}", err=True)
    if written.document is None:
        click.echo(f"{found.url}: AMB cannot say it, for want of {', '.join(written.missing)}", err=True)
        return False
    click.echo(json.dumps(written.document, ensure_ascii=False))
    return True


async def _add_all(
    config: Config, files: Sequence[str], owner: str | None, visibility: Visibility, community: str | None
) -> Counter[str]:
    counts: Counter[str] = Counter()
    async with opened(config) as system:
        owner_id = (await system.node.store.read(load_owner, owner, config.host)).id
        group = (await system.node.store.read(find_community, community))[0] if community else None
        placed = {"community": group.uri} if group is not None else {}
        for name in files:
            with _stream(name) as stream, _progress(name) as advance:
                await _add_file(system, owner_id, visibility, placed, name, stream, advance, counts)
    return counts


async def _add_file(
    system: System,
    owner_id: int,
    visibility: Visibility,
    placed: Mapping[str, str],
    name: str,
    stream: BinaryIO,
    advance: Advance,
    counts: Counter[str],
) -> None:
    waiting: deque[Reading] = deque()

    def records() -> Iterator[ResourceRecord]:
        for reading in read_records(stream):
            if reading.record is None:
                counts[_FAILED] += 1
                _complain(name, reading, reading.problems)
            else:
                waiting.append(reading)
                yield cast(ResourceRecord, {**reading.record, **placed})

    node = system.node
    published = publish_many(node.store, node.unit, owner_id, records(), visibility, write=write_document)
    async for each in published:
        reading = waiting.popleft()
        counts[each.result.outcome.value if each.result else _FAILED] += 1
        _complain(name, reading, each.problems)
        advance(stream.tell() if stream.seekable() else each.position)


def _complain(name: str, reading: Reading, problems: Sequence[Problem]) -> None:
    """One line for each problem: where the record is, what it calls itself, where in it what is wrong."""
    place = f"{name}: record {reading.position}" + (f" ({reading.identifier})" if reading.identifier else "")
    for problem in problems:
        click.echo(log.one_line(f"{place}: {problem}", 1000), err=True)


@contextmanager
def _stream(name: str) -> Iterator[BinaryIO]:
    with nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb") as stream:  # noqa: PTH123 (one of two)
        yield stream


@contextmanager
def _progress(name: str) -> Iterator[Advance]:
    """A bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    total = None if name == "-" else os.path.getsize(name)  # noqa: PTH202 (a text that click has checked)
    with click.progressbar(count(), length=total, label=log.one_line(name), file=sys.stderr) as bar:
        yield lambda position: bar.update(position - bar.pos)
