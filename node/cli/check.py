"""``rhizome check``: configuration, packages, disk, mail, database, keys, clock, workers, with a sentence each."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import Connection, Engine, create_engine, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from node import log
from node.cli.reaching import check_reachable
from node.cli.shared import FAILED, json_option, print_rows, with_config
from node.clock import SystemClock
from node.config import Config
from node.errors import NodeError
from node.guard import refuse_foreign_owners, refuse_other_host
from node.health import (
    Check,
    State,
    check_backup,
    check_clock,
    check_database,
    check_deliveries,
    check_disk,
    check_inbox,
    check_media,
    check_packages,
    check_schema,
    check_workers,
    is_ready,
)
from node.jobs.kinds import DELIVER, INBOX
from node.mail import Mailer
from node.media.processor import has_ffmpeg
from node.media.storage import try_storage
from node.secretbox import ACTOR_KEY, SecretBox
from node.services.access.sealing import count_outdated
from node.store import facts as fact_table
from node.store.database.migrate import HEAD, current_version
from node.store.database.postgresql import driver_url
from node.store.house import queue, workers
from node.store.posts import counters
from node.store.tables import actors, facts, jobs, objects, own_keys

_WIDTH = 2000  # these sentences are our own, and may hold long paths
_HEADINGS = {"name": "check", "state": "state", "message": "what was found"}


@click.command("check")
@json_option
@with_config
def command(config: Config, as_json: bool) -> None:
    """Say whether all is well; works while the node runs, and while it does not."""
    refuse_foreign_owners()
    checks = [*_checks(config)]
    print_rows([check.as_json() for check in checks], _HEADINGS, as_json=as_json, limit=_WIDTH)
    if not is_ready(checks):
        raise click.exceptions.Exit(FAILED)


def _checks(config: Config) -> Iterator[Check]:
    yield from _check_configuration(config)
    yield check_packages()
    yield _check_folder(config)
    yield _check_media(config)
    yield from _check_mail(config)
    if config.is_sqlite and not config.database_path.exists():
        yield Check("database", State.WARNING, "There is no database yet; `rhizome serve` makes it.")
        return
    engine = _engine(config)
    try:
        with engine.connect() as conn:
            yield from _check_inside(conn, config)
    except SQLAlchemyError as error:
        yield _check_database(error)
    finally:
        engine.dispose()


def _check_configuration(config: Config) -> Iterator[Check]:
    for warning in config.warnings:
        yield Check("configuration", State.WARNING, warning)
    if config.development:
        yield Check("configuration", State.WARNING, "Development mode is on: http, and peers on loopback.")
    if not config.warnings and not config.development:
        yield Check("configuration", State.OK, f"{config.file} is in order.")


def _check_folder(config: Config) -> Check:
    """Whether data can lie where it should, or where the folder for it would be made."""
    folder = next(place for place in (config.data_dir, *config.data_dir.parents) if place.exists())
    if not folder.is_dir():
        return Check("disk", State.FAILED, f"{folder} is not a folder; no data can lie in it.")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Check("disk", State.FAILED, f"{folder} is closed to the user who runs this command.")
    return check_disk(folder, config.limits.disk_free_mib)


def _check_media(config: Config) -> Check:
    """A new node has no folder yet, and a check makes none."""
    folder, problem = config.data_dir / "media", ""
    if config.media.storage != "disk" or folder.exists():
        try:
            asyncio.run(try_storage(config.media, folder, SystemClock()))
        except NodeError as error:
            problem = str(error)
    return check_media(problem, has_ffmpeg=has_ffmpeg())


def _check_mail(config: Config) -> Iterator[Check]:
    """Nothing where no mail is sent."""
    mailer = Mailer(config.mail, host=config.host)
    if not mailer.is_on:
        return
    try:
        asyncio.run(mailer.try_server())
    except NodeError as error:
        told = f"{config.mail.host}:{config.mail.port} takes no mail: {error}"
        yield Check("mail", State.FAILED, log.mask(told))
    else:
        yield Check("mail", State.OK, f"{config.mail.host}:{config.mail.port} takes mail.")


def _check_database(error: SQLAlchemyError | None) -> Check:
    """With what the database itself says, which is for administrators alone."""
    found = check_database(error)
    if error is None:
        return found
    why = str(getattr(error, "orig", error)).strip().partition("\n")[0]
    return replace(found, told=log.mask(f"{found.told} ({why})"))


def _engine(config: Config) -> Engine:
    if config.is_sqlite:
        return create_engine("sqlite://", creator=lambda: _connect(config.database_path), poolclass=NullPool)
    return create_engine(driver_url(config.database.url), connect_args={"connect_timeout": 5}, poolclass=NullPool)


def _connect(path: Path) -> sqlite3.Connection:
    """The database beside a running node; never a new one."""
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=5)


def _check_inside(conn: Connection, config: Config) -> Iterator[Check]:
    version = current_version(conn)
    yield check_schema(version, HEAD)
    if version != HEAD:
        return
    conn.rollback()
    yield _check_database(_try_writing(conn))
    if conn.dialect.name == "sqlite":
        yield _check_integrity(conn)
    yield _check_host(conn, config)
    yield _check_counters(conn)
    yield _check_keys(conn, config.secret_box)
    now = SystemClock().now()
    yield check_clock(now, _newest_id(conn))
    oldest = {count.kind: count.oldest_due_at for count in queue.count_by_kind(conn, now)}
    yield check_inbox(oldest.get(INBOX), now)
    yield check_deliveries(oldest.get(DELIVER), now)
    at_work = _check_workers(workers.load_worker_heartbeats(conn), now)
    yield at_work
    if at_work.value:
        yield from check_reachable(config)
    verified_at = fact_table.load_fact(conn, fact_table.BACKED_UP_AT)
    yield check_backup(int(verified_at) if verified_at else None, now)


def _try_writing(conn: Connection) -> SQLAlchemyError | None:
    """A row that is written and taken back."""
    try:
        conn.execute(insert(facts).values(name="check: trial write", value=""))
    except SQLAlchemyError as error:
        return error
    finally:
        conn.rollback()
    return None


def _check_integrity(conn: Connection) -> Check:
    """What SQLite itself says about its file."""
    damage: Sequence[str] = conn.execute(text("PRAGMA quick_check(3)")).scalars().all()
    if list(damage) != ["ok"]:
        return Check("integrity", State.FAILED, f"The database is damaged: {'; '.join(damage)}")
    orphans = len(conn.execute(text("PRAGMA foreign_key_check")).all())
    if orphans:
        return Check("integrity", State.FAILED, f"{orphans} rows refer to rows that are not there.", orphans)
    return Check("integrity", State.OK, "The database is whole.")


def _check_host(conn: Connection, config: Config) -> Check:
    """Whether the database is that of the configured host."""
    try:
        refuse_other_host(fact_table.load_fact(conn, fact_table.HOST), config.host)
    except NodeError as error:
        return Check("host", State.FAILED, error.public)
    return Check("host", State.OK, f"The database belongs to {config.host}.")


def _check_counters(conn: Connection) -> Check:
    """Whether what triggers count of follows and posts is what is there."""
    if wrong := counters.find_wrong(conn):
        shown = ", ".join(wrong[:3]) + (" and more" if len(wrong) > 3 else "")
        told = f"Accounts that are counted wrong: {len(wrong)} ({shown}). rhizome database recount sets them right."
        return Check("counters", State.WARNING, told, len(wrong))
    return Check("counters", State.OK, "Followers and posts are counted right.", 0)


def _check_workers(seen_at: Sequence[int], now: int) -> Check:
    """A node that does not run is no fault, one that died without a word is worth a look."""
    if not seen_at:
        return Check("workers", State.OK, "The node is not running.", 0)
    found = check_workers(seen_at, now)
    return replace(found, state=State.WARNING) if found.state is State.FAILED else found


def _check_keys(conn: Connection, box: SecretBox) -> Check:
    """Whether the secrets file opens what is sealed in the database."""
    total = 0
    for uri, sealed in conn.execute(select(own_keys.c.uri, own_keys.c.private_sealed)):
        try:
            box.open(sealed, purpose=ACTOR_KEY)
        except NodeError as error:
            return Check("keys", State.FAILED, f"{uri}: {error.public}")
        total += 1
    if outdated := count_outdated(conn, box):
        told = f"{outdated} secrets are sealed with an earlier key; keep `previous` until they are renewed."
        return Check("keys", State.WARNING, told, outdated)
    return Check("keys", State.OK, f"The secrets file opens all {total} private keys.", total)


def _newest_id(conn: Connection) -> int:
    return max(conn.scalar(select(func.max(table.c.id))) or 0 for table in (actors, objects, jobs))
