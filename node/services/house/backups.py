"""Backups: one folder each, with a manifest that says what must be in it; made, verified, thinned out, restored.

A folder gets its name when it is complete and on disk, so whatever carries the name is a whole backup. It holds the
database, the configuration (without secrets unless asked), a list of the media with their hashes, and
``manifest.json``.
"""

import asyncio
import datetime as dt
import json
import os
import re
import secrets
import shutil
import tomllib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

import node
from node.clock import DAY, Clock, from_rfc3339, to_rfc3339
from node.config import Config
from node.config.schema import render, toml
from node.config.settings import SECRETS
from node.errors import Conflict, Unavailable
from node.secretbox import key_id
from node.store import facts
from node.store.database import backup as copies
from node.store.database.backup import Content
from node.store.database.engine import Store
from node.store.database.lanes import FOLDER as LANES

FORMAT = 1
MANIFEST, SQLITE, DUMP = "manifest.json", "rhizome.sqlite3", "rhizome.dump"
_CONFIGURATION = "rhizome.toml"
#: How a copy of the file with a secret is called, where it is not by the key whose value it holds.
_SECRET_FILES = {"secrets.key": "secrets.toml"}
_NAME = re.compile(r"rhizome-(\d{8}T\d{6}Z)(?:-[0-9a-f]{4})?")
_PARTIAL = re.compile(r"\.partial-(\d+)-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified backup: where it is, when it was made (milliseconds), of which host, and what it holds."""

    folder: Path
    made_at: int
    host: str
    content: Content


# -- making ---------------------------------------------------------------------------------------------------------


def make_backup(config: Config, directory: Path, now: int, *, with_secrets: bool = False) -> Path:
    """A new backup below ``directory``, while the node may be at work; answers its folder.

    What a killed predecessor left half made is removed. Raises Unavailable where there is no space or no database.
    """
    if config.is_sqlite and not config.database_path.exists():
        raise Unavailable("There is no database yet.")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(directory)
        partial = directory / f".partial-{os.getpid()}-{secrets.token_hex(4)}"
        partial.mkdir(mode=0o700)
        try:
            _fill(config, partial, now, with_secrets=with_secrets)
            return _name(partial, now)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    except OSError as error:
        raise Unavailable("The backup cannot be written.", detail=str(error)) from error


def _sweep(directory: Path) -> None:
    for place in directory.iterdir():
        made_by = _PARTIAL.fullmatch(place.name)
        if made_by and not _is_alive(int(made_by[1])):
            shutil.rmtree(place, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _fill(config: Config, folder: Path, now: int, *, with_secrets: bool) -> None:
    content = _copy_database(config, folder)
    _copy_configuration(config, folder, with_secrets=with_secrets)
    manifest = {
        "format": FORMAT,
        "version": node.__version__,
        "made": to_rfc3339(now),
        "host": config.host,
        "sealedWith": key_id(config.secrets.key).hex(),
        **asdict(content),
        "files": {place.name: {"bytes": place.stat().st_size, "sha256": _hash(place)} for place in _files(folder)},
        "media": {str(place.relative_to(config.data_dir)): _hash(place) for place in _files(config.data_dir / "media")},
    }
    _write(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2))
    for place in (*_files(folder), folder):
        copies.sync(place)


def _copy_database(config: Config, folder: Path) -> Content:
    if not config.is_sqlite:
        return copies.dump_postgresql(config.database.url, folder / DUMP)
    copies.copy_sqlite(config.database_path, folder / SQLITE)
    return copies.check_sqlite(folder / SQLITE)


def _copy_configuration(config: Config, folder: Path, *, with_secrets: bool) -> None:
    values: dict[str, dict[str, Any]] = tomllib.loads(config.file.read_text("utf-8"))
    if with_secrets:
        for path, told in _secrets_beside(config, values):
            _write(folder / _SECRET_FILES.get(path, path), told)
    else:
        for section, name in SECRETS:
            values.get(section, {}).pop(name, None)
    _write(folder / _CONFIGURATION, render(values))


def _secrets_beside(config: Config, values: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """What the configuration itself does not say of its secrets, by key: files of their own, the environment."""
    for section, name in SECRETS:
        path, told = f"{section}.{name}", getattr(getattr(config, section), name)
        if place := config.secret_files.get(path):
            yield path, place.read_text("utf-8")
        elif isinstance(told, bytes):
            key = b64encode(told).decode()
            if values.get(section, {}).get(name) != key:
                yield path, f"{name} = {toml(key)}\n"
        elif told and values.get(section, {}).get(name) != told:
            yield path, told


def _write(place: Path, content: str) -> None:
    place.touch(mode=0o600, exist_ok=False)
    place.write_text(content, "utf-8")


def _files(folder: Path) -> list[Path]:
    return sorted(place for place in folder.rglob("*") if place.is_file() and not place.is_symlink())


def _hash(place: Path) -> str:
    with place.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _name(partial: Path, now: int) -> Path:
    """Give a complete folder its name; one made in the same second gets a longer one."""
    stamp = dt.datetime.fromtimestamp(now // 1000, dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = partial.with_name(f"rhizome-{stamp}")
    while folder.exists():
        folder = partial.with_name(f"rhizome-{stamp}-{secrets.token_hex(2)}")
    partial.rename(folder)
    copies.sync(folder.parent)
    return folder


def copy_before_upgrade(config: Config, version: str) -> Path:
    """Copy a SQLite database that is about to change; the copy gets its name once it has been found whole and equal.

    Raises Unavailable where there is no space or where somebody still writes to it, Conflict for a damaged copy.
    """
    target = config.backup.directory / f"before-upgrade-from-{version}.sqlite3"
    partial = target.with_suffix(".partial")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        copies.copy_sqlite(config.database_path, partial)
        if copies.check_sqlite(partial) != copies.look_into_sqlite(config.database_path):
            raise Unavailable("The database changed while it was copied; stop the node before an upgrade.")
        copies.sync(partial)
        partial.replace(target)
        copies.sync(target.parent)
    except OSError as error:
        raise Unavailable("The backup cannot be written.", detail=str(error)) from error
    finally:
        partial.unlink(missing_ok=True)
    return target


# -- verifying ------------------------------------------------------------------------------------------------------


def verify_backup(folder: Path) -> Backup:
    """Compare everything in a backup with its manifest; nothing is written. Raises Conflict for any difference.

    The rows of a PostgreSQL dump are counted when it is restored; until then pg_restore must be able to read it.
    """
    manifest = _read_manifest(folder)
    for name, expected in manifest["files"].items():
        place = folder / name
        if Path(name).name != name or not place.is_file() or place.is_symlink():
            raise Conflict(f"The backup is not complete: {name} is missing.")
        if expected != {"bytes": place.stat().st_size, "sha256": _hash(place)}:
            raise Conflict(f"The backup is damaged: {name} is not what was written.")
    wanted = Content(manifest["schema"], manifest["rows"], manifest["keys"])
    if SQLITE in manifest["files"]:
        _compare(copies.check_sqlite(folder / SQLITE), wanted)
    elif DUMP in manifest["files"]:
        copies.check_dump(folder / DUMP)
    else:
        raise Conflict("The backup holds no database.")
    return Backup(folder, from_rfc3339(manifest["made"]) or 0, manifest["host"], wanted)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        known = manifest["format"] == FORMAT and all(
            isinstance(manifest[name], kind)
            for name, kind in {"files": dict, "rows": dict, "keys": dict, "host": str, "made": str,
                               "sealedWith": str}.items()
        )  # fmt: skip
        if not known or "schema" not in manifest:
            raise Conflict(f"{folder} is a backup of a kind that this version does not know.")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        inside = max((file.parent for file in folder.glob(f"*/{MANIFEST}")), default=None)
        hint = f"; it holds backups, the newest of them {inside}" if inside else ""
        raise Conflict(f"{folder} is not a backup of a node{hint}.", detail=type(error).__name__) from error
    return dict(manifest)


def _compare(found: Content, wanted: Content) -> None:
    if found != wanted:
        different = sorted(name for name, rows in wanted.rows.items() if found.rows.get(name) != rows)
        raise Conflict("The database in the backup is not the one of its manifest.", detail=", ".join(different)[:200])


# -- restoring ------------------------------------------------------------------------------------------------------


def restore_backup(config: Config, folder: Path) -> Backup:
    """Bring a verified backup into an empty data folder (SQLite) or an empty database (PostgreSQL).

    Raises Conflict, before anything is touched, for a damaged backup, one of another host or sealed with a key that
    is not in the configuration, and where anything is there already.
    """
    found = verify_backup(folder)
    manifest = _read_manifest(folder)
    if found.host != config.host:
        raise Conflict(f'This is a backup of "{found.host}"; the configuration is that of "{config.host}".')
    if manifest["sealedWith"] not in {key_id(key).hex() for key in (config.secrets.key, *config.secrets.previous)}:
        raise Conflict("The secrets file does not hold the key that the backup is sealed with.")
    if config.is_sqlite != (SQLITE in manifest["files"]):
        raise Conflict("The backup is one of another database than the configuration names.")
    if config.is_sqlite:
        _restore_sqlite(config, folder)
    else:
        _compare(copies.restore_postgresql(config.database.url, folder / DUMP), found.content)
    return found


def _restore_sqlite(config: Config, folder: Path) -> None:
    data = config.data_dir
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = config.database_path.with_suffix(".partial")  # perhaps that of a restore that was killed
        kept = {partial, config.file, *config.secret_files.values(), data / LANES}  # `make run` has them in one folder
        if found := sorted(place.name for place in data.iterdir() if place not in kept):
            raise Conflict(
                f"{data} is not empty; nothing was restored. Move away what is in it first: {', '.join(found[:5])}"
            )
        partial.touch(mode=0o600)
        shutil.copyfile(folder / SQLITE, partial)
        copies.sync(partial)
        partial.rename(config.database_path)
        copies.sync(data)
    except OSError as error:
        raise Unavailable("The backup cannot be restored.", detail=str(error)) from error


# -- every day ------------------------------------------------------------------------------------------------------


async def back_up(config: Config, store: Store, clock: Clock) -> None:
    """The daily backup: made, verified, noted for ``/readyz``, and older ones thinned out."""
    now = clock.now()
    folder = await asyncio.to_thread(make_backup, config, config.backup.directory, now)
    await asyncio.to_thread(verify_backup, folder)
    await store.write(facts.save_fact, facts.BACKED_UP_AT, str(now))
    await asyncio.to_thread(thin_out, config.backup.directory, now, days=config.backup.days, weeks=config.backup.weeks)


def thin_out(directory: Path, now: int, *, days: int, weeks: int) -> list[Path]:
    """Remove backups that are not kept any more, and answer them."""
    made = {folder: at for folder in directory.iterdir() if (at := _made_at(folder)) is not None}
    kept = {*_kept(made.values(), now, days=days, weeks=weeks)}
    removed = sorted(folder for folder, at in made.items() if at not in kept)
    for folder in removed:
        shutil.rmtree(folder, ignore_errors=True)
    return removed


def _made_at(folder: Path) -> int | None:
    match = _NAME.fullmatch(folder.name)
    return from_rfc3339(match[1]) if match and folder.is_dir() else None


def _kept(made: Iterable[int], now: int, *, days: int, weeks: int) -> Iterator[int]:
    """The newest, all of the last ``days`` days, and the newest of each of the last ``weeks`` weeks."""
    newest_of_week: dict[int, int] = {}
    for at in sorted(made):
        newest_of_week[(at // DAY + 3) // 7] = at  # 1970 began on a Thursday; weeks begin on Monday
        if now - at < days * DAY:
            yield at
    for week, at in newest_of_week.items():
        if (now // DAY + 3) // 7 - week <= weeks or at == max(newest_of_week.values()):
            yield at
