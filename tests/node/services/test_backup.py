"""Backups: made beside a busy writer, refused when damaged, restored with the same ids and keys (BAK1 to BAK6)."""

import asyncio
import base64
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from node import cli, log
from node.app.database import migrate_database, open_store
from node.clock import DAY, FixedClock
from node.config import Config, load
from node.config.editing import with_values
from node.config.settings import DatabaseSettings
from node.errors import Conflict, Unavailable
from node.guard import alone_in
from node.services.house import backups
from node.services.house.backups import (
    MANIFEST,
    SQLITE,
    back_up,
    copy_before_upgrade,
    make_backup,
    restore_backup,
    thin_out,
    verify_backup,
)
from node.store import facts
from node.store.database import backup as copies
from node.store.database import migrate
from node.store.database.lanes import FOLDER as LANES
from tests import postgres, stores

ROOT = Path(__file__).parents[3]
NOW = 1_790_000_000_000


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("RHIZOME_")]:
        if variable != "RHIZOME_TEST_POSTGRESQL":
            monkeypatch.delenv(variable)
    monkeypatch.setattr(log, "_hidden", set())


def rhizome(file: Path, *words: object) -> Result:
    return CliRunner().invoke(cli.main, [*map(str, words), "--config", str(file)])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node that has been founded."""
    file = tmp_path_factory.mktemp("node") / "rhizome.toml"
    made = rhizome(file, "init", "--host", "localhost:8112", "--name", "Uni", "--handle", "uni", "--development")
    assert made.exit_code == 0, made.output
    assert rhizome(file, "domain", "set", "bad.example", "limit").exit_code == 0
    return file.parent


@pytest.fixture
def config(template: Path, tmp_path: Path) -> Config:
    shutil.copytree(template, tmp_path / "node")
    return load(tmp_path / "node" / "rhizome.toml", environ={})


@pytest.fixture
def made(config: Config, tmp_path: Path) -> Path:
    return make_backup(config, tmp_path / "backups", NOW)


def rows(path: Path) -> list[str]:
    raw = sqlite3.connect(path)
    dumped = list(raw.iterdump())
    raw.close()
    return dumped


# -- making ---------------------------------------------------------------------------------------------------------


def test_backup_is_one_private_folder_with_a_true_manifest(made: Path, config: Config) -> None:
    assert made.name == "rhizome-20260921T141320Z"
    assert [place.name for place in made.parent.iterdir()] == [made.name]
    assert {stat.S_IMODE(place.stat().st_mode) for place in made.iterdir()} == {0o600}
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    found = verify_backup(made)
    assert (found.host, found.made_at) == ("localhost:8112", NOW)
    assert found.content.rows["actors"] == 2
    assert len(found.content.keys) == 4
    assert rows(made / SQLITE) == rows(config.database_path)


def test_secrets_stay_at_home_unless_asked_for(made: Path, config: Config, tmp_path: Path) -> None:
    key = json.dumps((config.file.parent / "secrets.toml").read_text().split('"')[1])[1:-1]
    assert not any(key in place.read_text("utf-8", "replace") for place in made.iterdir())
    full = make_backup(config, tmp_path / "backups", NOW, with_secrets=True)
    assert full != made
    assert load(full / "rhizome.toml", environ={}).secrets.key == config.secrets.key


def test_key_inside_the_configuration_is_left_out(config: Config, tmp_path: Path) -> None:
    key = (config.file.parent / "secrets.toml").read_text().split('"')[1]
    config.file.write_text(config.file.read_text().replace('\nkey = ""', f'\nkey = "{key}"'))
    assert key in config.file.read_text()
    made = make_backup(load(config.file, environ={}), tmp_path / "b", NOW)
    assert key not in (made / "rhizome.toml").read_text()


def test_no_secret_of_the_configuration_is_in_a_backup(config: Config, tmp_path: Path) -> None:
    """Each that may stand in the file itself: passwords of mail, storage and sign-in as well as key and database."""
    places = [("mail", "password"), ("media", "secret_key"), ("oidc", "client_secret")]
    text = config.file.read_text("utf-8")
    for section, name in places:
        text = with_values(text, section, {name: f"MARKER-{section}"})
    config.file.write_text(text, "utf-8")
    changed = load(config.file, environ={})
    made = make_backup(changed, tmp_path / "b", NOW)
    assert not any(b"MARKER" in place.read_bytes() for place in made.iterdir())
    full = make_backup(changed, tmp_path / "b", NOW, with_secrets=True)
    assert (full / "rhizome.toml").read_text("utf-8").count("MARKER") == len(places)


def test_secrets_that_are_asked_for_come_from_wherever_they_are(config: Config, tmp_path: Path) -> None:
    """From files of their own, and from the environment: without the key the copy would be of no use, and whoever has
    lost a machine has lost its environment, too.
    """
    key = base64.b64encode(config.secrets.key).decode()
    (config.file.parent / "mail").touch(0o600)
    (config.file.parent / "mail").write_text("MARKER-mail")
    (config.file.parent / "secrets.toml").unlink()
    environ = {
        "RHIZOME_SECRETS__KEY": key,
        "RHIZOME_MAIL__PASSWORD_FILE": "mail",
        "RHIZOME_MEDIA__SECRET_KEY": "MARKER-media",
    }
    full = make_backup(load(config.file, environ=environ), tmp_path / "b", NOW, with_secrets=True)
    assert (full / "mail.password").read_text("utf-8") == "MARKER-mail"
    assert (full / "media.secret_key").read_text("utf-8") == "MARKER-media"
    assert not (full / "oidc.client_secret").exists()
    assert load(full / "rhizome.toml", environ={}).secrets.key == config.secrets.key
    assert {stat.S_IMODE(place.stat().st_mode) for place in full.iterdir()} == {0o600}


def test_backup_beside_a_writer_holds_one_state_and_holds_nobody_up(config: Config, tmp_path: Path) -> None:
    writer = sqlite3.connect(config.database_path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO facts VALUES ('uncommitted', '')")
    made = make_backup(config, tmp_path / "backups", NOW)  # a waiting writer does not stop it, nor it the writer
    writer.commit()
    writer.close()
    assert not any("uncommitted" in line for line in rows(made / SQLITE))
    assert any("uncommitted" in line for line in rows(config.database_path))


def test_backup_without_space_or_database_is_refused(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(Unavailable, match="space"):
        make_backup(config, tmp_path / "backups", NOW)
    assert not list((tmp_path / "backups").iterdir())
    config.database_path.unlink()
    with pytest.raises(Unavailable, match="no database"):
        make_backup(config, tmp_path / "backups", NOW)


def test_killed_backup_leaves_nothing_that_looks_like_one(config: Config, tmp_path: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from node.config import load
from node.services.house import backups
backups._name = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
backups.make_backup(load(Path({str(config.file)!r}), environ={{}}), Path({str(tmp_path / "b")!r}), {NOW})
"""
    killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (left,) = (tmp_path / "b").iterdir()
    assert left.name.startswith(".partial-")
    assert thin_out(tmp_path / "b", NOW + 900 * DAY, days=7, weeks=4) == []
    made = make_backup(config, tmp_path / "b", NOW)
    assert list((tmp_path / "b").iterdir()) == [made]


# -- verifying ------------------------------------------------------------------------------------------------------


def damage(folder: Path, how: str) -> None:
    database, manifest = folder / SQLITE, folder / MANIFEST
    document = json.loads(manifest.read_text())
    match how:
        case "bit":
            data = bytearray(database.read_bytes())
            data[len(data) // 2] ^= 1
            database.write_bytes(data)
        case "cut":
            os.truncate(database, database.stat().st_size - 4096)
        case "missing":
            database.unlink()
        case "link":
            database.rename(folder.parent / "elsewhere")
            database.symlink_to(folder.parent / "elsewhere")
        case "no manifest":
            manifest.unlink()
        case "half a manifest":
            os.truncate(manifest, 100)
        case "other format":
            manifest.write_text(json.dumps(document | {"format": 2}))
        case "rows":
            manifest.write_text(json.dumps(document | {"rows": document["rows"] | {"actors": 3}}))
        case "keys":
            manifest.write_text(json.dumps(document | {"keys": dict.fromkeys(document["keys"], "0" * 64)}))
        case "no files":
            manifest.write_text(json.dumps(document | {"files": {}}))
        case "path":
            manifest.write_text(json.dumps(document | {"files": {"../x": {"bytes": 0, "sha256": ""}}}))
        case "odd file":
            manifest.write_text(json.dumps(document | {"files": document["files"] | {SQLITE: 5}}))
        case "deep manifest":
            manifest.write_text("[" * 100_000)


@pytest.mark.parametrize(
    "how",
    ["bit", "cut", "missing", "link", "no manifest", "half a manifest", "other format", "rows", "keys", "no files",
     "path", "odd file", "deep manifest"],
)  # fmt: skip
def test_damaged_backup_is_refused_before_anything_is_touched(made: Path, config: Config, how: str) -> None:
    shutil.rmtree(config.data_dir)
    damage(made, how)
    with pytest.raises(Conflict):
        restore_backup(config, made)
    assert not config.data_dir.exists()
    assert rhizome(config.file, "backup", "--verify", made).exit_code == 1


def test_the_folder_above_backups_names_the_newest(made: Path, config: Config) -> None:
    refused = rhizome(config.file, "backup", "--verify", made.parent)
    assert refused.exit_code == 1
    assert f"it holds backups, the newest of them {made}" in refused.output


def test_verifying_writes_nothing(made: Path) -> None:
    """A copy is opened and compared (BAK3)."""
    before = {place: (place.stat().st_mtime_ns, place.read_bytes()) for place in made.iterdir()}
    verify_backup(made)
    assert {place: (place.stat().st_mtime_ns, place.read_bytes()) for place in made.iterdir()} == before


# -- restoring ------------------------------------------------------------------------------------------------------


def test_restored_node_is_the_same_node(made: Path, config: Config) -> None:
    """The same ids, keys and work that waits (BAK5)."""
    before = rows(config.database_path)
    shutil.rmtree(config.data_dir)
    result = rhizome(config.file, "restore", made)
    assert result.exit_code == 0, result.output
    assert rows(config.database_path) == before
    assert stat.S_IMODE(config.database_path.stat().st_mode) == 0o600
    assert '"bad.example"' in rhizome(config.file, "domain", "list", "--json").output
    checked = rhizome(config.file, "check", "--json")
    assert checked.exit_code == 0, checked.output


def test_configuration_and_secrets_may_lie_in_the_data_folder(made: Path, config: Config) -> None:
    """As `make run` has them."""
    shutil.rmtree(config.data_dir)
    config.data_dir.mkdir()
    files = [config.file, config.secrets.file]
    inside = [Path(shutil.move(file, config.data_dir)) for file in files if file is not None]
    (config.data_dir / "mail-password").touch(0o600)
    mail = replace(config.mail, password_file=config.data_dir / "mail-password")
    moved = replace(config, file=inside[0], secrets=replace(config.secrets, file=inside[1]), mail=mail)
    (config.data_dir / "media").mkdir()
    with pytest.raises(Conflict, match="Move away what is in it first: media"):
        restore_backup(moved, made)
    (config.data_dir / "media").rmdir()
    assert restore_backup(moved, made).host == config.host


def test_restore_needs_an_empty_folder_the_same_host_and_the_same_key(made: Path, config: Config) -> None:
    with pytest.raises(Conflict, match="not empty"):
        restore_backup(config, made)
    shutil.rmtree(config.data_dir)
    with pytest.raises(Conflict, match="localhost:8112"):
        restore_backup(replace(config, node=replace(config.node, host="b.example")), made)
    with pytest.raises(Conflict, match="sealed"):
        restore_backup(replace(config, secrets=replace(config.secrets, key=bytes(32))), made)
    assert not config.data_dir.exists()
    config.data_dir.mkdir()
    config.database_path.with_suffix(".partial").touch()  # a restore that was killed
    (config.data_dir / LANES).mkdir()  # left by a command; there is no data in it
    restore_backup(config, made)


# -- every day ------------------------------------------------------------------------------------------------------


def test_week_of_days_and_month_of_weeks_are_kept(tmp_path: Path) -> None:
    clock = FixedClock()
    for _ in range(80):
        clock.advance(DAY)
        backups._name(_empty(tmp_path), clock.now())
        thin_out(tmp_path, clock.now(), days=7, weeks=4)
    ages = sorted((clock.now() - (backups._made_at(folder) or 0)) // DAY for folder in tmp_path.iterdir())
    assert ages[:7] == [0, 1, 2, 3, 4, 5, 6]
    assert 3 <= len(ages[7:]) <= 4
    assert all(later - sooner == 7 for sooner, later in pairwise(ages[7:]))
    thin_out(tmp_path, clock.now() + 900 * DAY, days=7, weeks=4)
    assert len(list(tmp_path.iterdir())) == 1  # the last one stays, however old


def _empty(directory: Path) -> Path:
    folder = directory / ".partial-1-00"
    folder.mkdir()
    return folder


async def test_daily_backup_is_noted(config: Config) -> None:
    store = open_store(config)
    await store.open()
    try:
        await back_up(config, store, FixedClock(NOW))
        assert await store.read(facts.load_fact, facts.BACKED_UP_AT) == str(NOW)
    finally:
        await store.close()
    (folder,) = config.backup.directory.iterdir()
    verify_backup(folder)


def test_folders_may_be_named_from_where_one_stands(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert rhizome(config.file, "backup", "b").exit_code == 0
    (folder,) = Path("b").iterdir()
    result = rhizome(config.file, "backup", "--verify", folder)
    assert result.exit_code == 0, result.output
    assert rhizome(config.file, "restore", folder).exit_code == 1  # where the node lives
    shutil.rmtree(config.data_dir)
    result = rhizome(config.file, "restore", folder)
    assert result.exit_code == 0, result.output


def test_command_makes_verifies_and_notes(config: Config, tmp_path: Path) -> None:
    result = rhizome(config.file, "backup", tmp_path / "b")
    assert result.exit_code == 0, result.output
    (folder,) = (tmp_path / "b").iterdir()
    assert f"{folder} is whole: localhost:8112" in result.output
    assert rhizome(config.file, "backup", "--verify", folder).exit_code == 0
    raw = sqlite3.connect(config.database_path)
    assert raw.execute("SELECT count(*) FROM facts WHERE name = 'backed_up_at'").fetchone() == (1,)
    raw.close()


# -- PostgreSQL -----------------------------------------------------------------------------------------------------


def test_postgresql_goes_by_its_own_tools(config: Config, tmp_path: Path, postgresql: str) -> None:
    async def note() -> None:
        async with stores.open_store(postgresql) as store:
            await store.write(facts.save_fact, "note", "kept")

    asyncio.run(note())
    served = replace(config, database=DatabaseSettings(url=postgresql, url_file=None, pool=2))
    made = make_backup(served, tmp_path / "b", NOW)
    assert verify_backup(made).content.rows["facts"] == 1
    with pytest.raises(Conflict, match="not empty"):
        restore_backup(served, made)
    server = postgres.cluster()
    fresh = server.url(server.create())
    restored = restore_backup(replace(served, database=replace(served.database, url=fresh)), made)
    assert restored.content.rows["facts"] == 1
    os.truncate(made / backups.DUMP, 500)
    with pytest.raises(Conflict):
        verify_backup(made)


postgresql = stores.postgresql


def test_missing_tools_of_postgresql_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="pg_restore"):
        copies.check_dump(tmp_path / "x")


# -- before an upgrade ----------------------------------------------------------------------------------------------


def test_upgrade_of_sqlite_copies_the_database_first(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = config.data_dir.parent / "scripts"
    shutil.copytree(migrate.SCRIPTS, scripts)
    (scripts / "versions" / "9999_later.py").write_text(
        f"from alembic import op\nrevision, down_revision = '9999', {migrate.HEAD!r}\n"
        "def upgrade():\n    op.execute('DELETE FROM domain_policies')\n"
    )
    before, was = copies.look_into_sqlite(config.database_path), migrate.HEAD
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)
    monkeypatch.setattr(migrate, "HEAD", "9999")
    assert migrate_database(config)
    (copy,) = config.backup.directory.iterdir()
    assert copy.name == f"before-upgrade-from-{was}.sqlite3"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert copies.check_sqlite(copy) == before
    assert copies.look_into_sqlite(config.database_path).rows["domain_policies"] == 0
    assert not migrate_database(config), "done once"


def test_database_of_a_running_node_is_not_upgraded(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command of a new version beside a node of the old one: what is served stays what its program knows."""
    scripts = config.data_dir.parent / "scripts"
    shutil.copytree(migrate.SCRIPTS, scripts)
    (scripts / "versions" / "9999_later.py").write_text(
        f"from alembic import op\nrevision, down_revision = '9999', {migrate.HEAD!r}\n"
        "def upgrade():\n    op.execute('DELETE FROM domain_policies')\n"
    )
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)
    monkeypatch.setattr(migrate, "HEAD", "9999")
    script = (
        "import sys\nfrom pathlib import Path\nfrom node.guard import alone_in\n"
        f"with alone_in(Path({str(config.data_dir)!r})):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    other = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        (config.data_dir / "serve.lock").write_text(f"{os.getpid()}\n")  # each is the first process of its container
        for words in (("migrate",), ("user", "token", "ada")):
            refused = rhizome(config.file, *words)
            assert (refused.exit_code, "earlier version" in refused.stderr) == (1, True), refused.output
        assert copies.look_into_sqlite(config.database_path).rows["domain_policies"] == 1
        other.communicate()
    with alone_in(config.data_dir):  # as the node does that is started anew
        assert migrate_database(config)


def test_database_that_changes_while_it_is_copied_is_not_upgraded(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = copies.check_sqlite

    def check_beside_a_writer(path: Path) -> copies.Content:
        with sqlite3.connect(config.database_path) as raw:
            raw.execute("INSERT INTO facts (name, value) VALUES ('other', '1')")
        raw.close()
        return check(path)

    monkeypatch.setattr(copies, "check_sqlite", check_beside_a_writer)
    with pytest.raises(Unavailable, match="stop the node"):
        copy_before_upgrade(config, "0001")
    assert list(config.backup.directory.iterdir()) == []


def test_damaged_database_is_not_upgraded_and_an_earlier_copy_stays(config: Config) -> None:
    copy = copy_before_upgrade(config, "0001")
    whole = copy.read_bytes()
    page = 4096
    with config.database_path.open("r+b") as file:
        file.seek(5 * page)
        file.write(b"\xff" * (20 * page))
    with pytest.raises((Conflict, Unavailable)):
        copy_before_upgrade(config, "0001")
    assert list(config.backup.directory.iterdir()) == [copy]
    assert copy.read_bytes() == whole
