"""``rhizome init`` and ``rhizome check``, and what all commands have in common."""

import base64
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, insert

import node
from node import cli, log
from node.cli import shared
from node.config import Config, load
from node.config.schema import keys, render
from node.errors import ConfigurationRefused, Conflict, Invalid, Problem
from node.secretbox import ACTOR_KEY
from node.store.tables import actors, own_keys
from tests.rows import each_row
from tests.stores import sqlite_template

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def rhizome(*words: Any, **variables: str) -> Result:
    return CliRunner().invoke(cli.main, [str(word) for word in words], env=variables)


def init(file: Path, *words: Any, host: str = "learn.example.org", name: str = "Example University") -> Result:
    return rhizome("init", "--config", file, "--host", host, "--name", name, *words)


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


# -- init -----------------------------------------------------------------------------------------------------------


def test_init_writes_a_complete_private_configuration(tmp_path: Path) -> None:
    file = tmp_path / "new" / "rhizome.toml"
    result = init(file)
    assert result.exit_code == 0, result.output
    config = load(file, environ={})
    assert (config.host, config.node.name, config.node.handle) == (
        "learn.example.org", "Example University", "example_university",
    )  # fmt: skip
    assert config.data_dir == file.parent / "data"
    assert config.data_dir.is_dir()
    assert not config.development
    assert [mode(place) for place in (file, file.parent / "secrets.toml", config.data_dir, file.parent)] == [
        0o600, 0o600, 0o700, 0o700,
    ]  # fmt: skip
    assert f"rhizome serve --config {file}" in result.output
    assert str(file.parent / "secrets.toml") in result.output


def test_written_file_is_the_example_with_values_filled_in(tmp_path: Path) -> None:
    init(tmp_path / "rhizome.toml", "--handle", "uni")
    values: dict[str, dict[str, Any]] = {
        "node": {"host": "learn.example.org", "name": "Example University", "handle": "uni"}
    }
    values["node"]["trusted_proxies"] = ["127.0.0.1/32", "::1/128"]
    assert (tmp_path / "rhizome.toml").read_text("utf-8") == render(values)
    example = (ROOT / "config.example.toml").read_text("utf-8").splitlines()
    written = (tmp_path / "rhizome.toml").read_text("utf-8").splitlines()
    changed = [new for old, new in zip(example, written, strict=True) if old != new]
    proxies = 'trusted_proxies = ["127.0.0.1/32", "::1/128"]'
    assert changed == ['name = "Example University"', 'handle = "uni"', proxies]


def test_every_node_has_its_own_key(tmp_path: Path) -> None:
    for name in ("a", "b"):
        init(tmp_path / name / "rhizome.toml")
    one, other = (tomllib.loads((tmp_path / name / "secrets.toml").read_text())["key"] for name in ("a", "b"))
    assert one != other
    assert len(base64.b64decode(one)) == 32


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "rhizome.toml"
    init(file)
    before = {place: place.read_bytes() for place in tmp_path.glob("*.toml")}
    result = init(file, host="other.example.org")
    assert result.exit_code == 1
    assert f"{file} is there already; nothing was written." in result.stderr
    assert {place: place.read_bytes() for place in tmp_path.glob("*.toml")} == before


def test_two_nodes_may_keep_their_files_in_one_folder(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert init(tmp_path / f"{name}.toml", "--data", tmp_path / f"data-{name}").exit_code == 0
    assert load(tmp_path / "a.toml", environ={}).secrets.key != load(tmp_path / "b.toml", environ={}).secrets.key
    assert (tmp_path / "b.secrets.toml").exists()


def test_database_of_an_earlier_node_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rhizome.sqlite3").touch()
    result = init(tmp_path / "rhizome.toml")
    assert result.exit_code == 1
    assert "rhizome.sqlite3 is there already" in result.stderr
    assert not list(tmp_path.glob("*.toml"))


def test_dangling_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "rhizome.toml").symlink_to(tmp_path / "elsewhere")
    assert init(tmp_path / "rhizome.toml").exit_code == 1
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("data", "written"), [("node-data", "{here}/node-data"), ("conf/x", "x"), ("conf", "."), ("/srv/r", "/srv/r")]
)
def test_data_is_meant_from_where_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, written: str
) -> None:
    monkeypatch.setattr(
        "node.cli.init._make_folder", lambda folder: folder.mkdir(exist_ok=True) if "srv" not in str(folder) else None
    )
    assert init(Path("conf/rhizome.toml"), "--data", data).exit_code == 0
    values = tomllib.loads(Path("conf/rhizome.toml").read_text())
    assert values["node"]["data"] == written.format(here=tmp_path)
    assert load(Path("conf/rhizome.toml"), environ={}).data_dir == tmp_path / data


def test_development_sets_exactly_three_things(tmp_path: Path) -> None:
    result = init(tmp_path / "rhizome.toml", "--development", host="localhost:8000")
    assert result.exit_code == 0, result.output
    values = tomllib.loads((tmp_path / "rhizome.toml").read_text())
    shown = {f"{section}.{name}": value for section, part in values.items() for name, value in part.items()}
    assert {path: value for path, value in shown.items() if value != keys()[path].schema.get("default")} == {
        "node.host": "localhost:8000",
        "node.name": "Example University",
        "node.handle": "example_university",
        "node.scheme": "http",
        "limits.exempt": ["127.0.0.0/8"],
        "development.allow_loopback_peers": True,
    }


@pytest.mark.parametrize(
    ("host", "listen"),
    [("localhost:8101", "127.0.0.1:8101"), ("127.0.1.1:8101", "127.0.1.1:8101"), ("[::1]:8101", "[::1]:8101"),
     ("a.test", "127.0.0.1:8000"), ("hospital.example:8101", "127.0.0.1:8101")],
)  # fmt: skip
def test_development_node_listens_at_its_own_host(tmp_path: Path, host: str, listen: str) -> None:
    assert init(tmp_path / "rhizome.toml", "--development", host=host).exit_code == 0
    assert str(load(tmp_path / "rhizome.toml", environ={}).node.listen) == listen


def test_given_listener_is_taken(tmp_path: Path) -> None:
    init(tmp_path / "rhizome.toml", "--development", "--listen", "127.0.0.1:9000", host="localhost:8101")
    assert load(tmp_path / "rhizome.toml", environ={}).node.listen.port == 9000


@pytest.mark.parametrize(
    ("words", "host", "sentence"),
    [
        (["--development"], "learn.example.org", "a public domain"),
        ([], "https://learn.example.org", 'perhaps "learn.example.org"'),
        (["--handle", "Not A Handle"], "learn.example.org", "node.handle"),
        (["--listen", "8000"], "learn.example.org", "node.listen"),
    ],
)
def test_wrong_values_are_refused_before_anything_is_written(
    tmp_path: Path, words: list[str], host: str, sentence: str
) -> None:
    result = init(tmp_path / "rhizome.toml", *words, host=host)
    assert result.exit_code == 78
    assert sentence in result.stderr
    assert not list(tmp_path.iterdir())


@each_row(
    "words",
    [["init", "--config", "a.toml", "--name", "A"], ["init", "--config", "a.toml", "--host", "a.org"],
     ["init", "--host", "a.org", "--name", "A"], ["init", "--config", "a.toml", "--colour", "red"], ["initialise"]],
)  # fmt: skip
def test_wrong_usage_ends_with_2(words: list[str]) -> None:
    result = rhizome(*words)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = init(tmp_path / "file" / "rhizome.toml")
    assert result.exit_code == 1
    assert str(tmp_path / "file") in result.stderr
    result = init(tmp_path / "rhizome.toml", "--data", tmp_path / "file")
    assert result.exit_code == 1
    assert sorted(place.name for place in tmp_path.iterdir()) == ["file"], "it can be said again, rightly"


# -- check ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A node with a database and one key."""
    init(tmp_path / "rhizome.toml")
    config = load(tmp_path / "rhizome.toml", environ={})
    config.database_path.write_bytes(sqlite_template())
    config.database_path.chmod(0o600)
    engine = create_engine(f"sqlite:///{config.database_path}")
    sealed = config.secret_box.seal(b"private", purpose=ACTOR_KEY)
    with engine.begin() as conn:
        conn.execute(insert(actors).values(**_row(actors, id=1, uri="https://learn.example.org/ap/a/1")))
        conn.execute(insert(own_keys).values(**_row(own_keys, id=2, actor_id=1, uri="key", private_sealed=sealed)))
    engine.dispose()
    return config


def _row(table: Any, **values: Any) -> dict[str, Any]:
    """A row with something in every column that wants something."""
    needed = [column for column in table.c if not column.nullable and column.server_default is None]
    return {column.name: column.type.python_type() for column in needed} | values


def check(config: Config, *words: str, **variables: str) -> tuple[int, dict[str, dict[str, Any]]]:
    result = rhizome("check", "--json", "--config", config.file, *words, **variables)
    assert result.stdout, result.stderr
    return result.exit_code, {each["name"]: each for each in json.loads(result.stdout)}


def test_check_finds_nothing_in_a_sound_node(config: Config) -> None:
    code, found = check(config)
    assert code == 0
    assert {name for name, each in found.items() if each["state"] == "ok"} >= {
        "configuration", "disk", "schema", "database", "integrity", "keys", "clock", "inbox", "deliveries",
    }  # fmt: skip
    assert found["keys"]["value"] == 1


def test_check_of_a_node_that_never_ran(tmp_path: Path) -> None:
    init(tmp_path / "rhizome.toml")
    code, found = check(load(tmp_path / "rhizome.toml", environ={}))
    assert code == 0
    assert "`rhizome serve` makes it" in found["database"]["message"]


def test_check_works_beside_a_running_node(config: Config) -> None:
    with sqlite3.connect(config.database_path) as running:
        running.execute("PRAGMA journal_mode=WAL")
        assert check(config)[0] == 0
    running.close()


def test_check_says_how_long_an_earlier_key_is_needed(config: Config) -> None:
    assert config.secrets.file is not None
    config.secrets.file.write_text(
        f'key = "{base64.b64encode(bytes(32)).decode()}"\n'
        f'previous = ["{base64.b64encode(config.secrets.key).decode()}"]\n'
    )
    code, found = check(config)
    assert code == 0
    assert found["keys"]["state"] == "warning"
    assert "keep `previous`" in found["keys"]["message"]


def test_check_names_a_wrong_key(config: Config) -> None:
    code, found = check(config, RHIZOME_SECRETS__KEY=base64.b64encode(bytes(32)).decode())
    assert code == 1
    assert found["keys"]["state"] == "failed"
    assert "does not hold the key" in found["keys"]["message"]


def test_check_names_damage(config: Config) -> None:
    data = bytearray(config.database_path.read_bytes())
    data[4096 : 4096 * 6] = os.urandom(4096 * 5)
    config.database_path.write_bytes(data)
    code, found = check(config)
    assert code == 1
    assert "failed" in {each["state"] for each in found.values()}


def test_check_names_an_empty_database(config: Config) -> None:
    config.database_path.write_bytes(b"")
    code, found = check(config)
    assert code == 0
    assert found["schema"]["state"] == "warning"
    assert "`rhizome serve`" in found["schema"]["message"]


def test_check_names_a_full_disk(config: Config) -> None:
    code, found = check(config, RHIZOME_LIMITS__DISK_FREE_MIB="1000000000")
    assert code == 1
    assert found["disk"]["state"] == "failed"


def test_check_names_a_data_folder_that_is_none(config: Config) -> None:
    (config.file.parent / "file").touch()
    for place in ("file", "file/below"):
        code, found = check(config, RHIZOME_NODE__DATA=place)
        assert code == 1
        assert found["disk"]["message"] == f"{config.file.parent / 'file'} is not a folder; no data can lie in it."


def test_check_prints_a_table_for_people(config: Config) -> None:
    result = rhizome("check", "--config", config.file)
    heading, *rest = result.output.splitlines()
    assert heading.split() == ["CHECK", "STATE", "WHAT", "WAS", "FOUND"]
    assert any(line.startswith("clock ") and " ok " in line for line in rest)


def test_check_refuses_a_wrong_configuration(config: Config) -> None:
    result = rhizome("check", "--config", config.file, RHIZOME_JOBS__INBOX="0")
    assert result.exit_code == 78
    assert "environment variable RHIZOME_JOBS__INBOX: jobs.inbox" in result.stderr


# -- all commands ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--config", "a.toml"],
        ["--config", "a.toml", "check"],
        ["--config", "no.toml", "check", "--config", "a.toml"],
    ],
)
def test_configuration_is_named_before_or_after_other_words(words: list[str]) -> None:
    assert "a.toml: there is no such file" in rhizome(*words).stderr


def test_configuration_may_be_named_by_a_variable(tmp_path: Path) -> None:
    init(tmp_path / "rhizome.toml")
    assert rhizome("check", RHIZOME_CONFIG=str(tmp_path / "rhizome.toml")).exit_code == 0
    assert "other.toml" in rhizome("check", "--config", "other.toml", RHIZOME_CONFIG="x.toml").stderr


def test_configuration_must_be_named() -> None:
    result = rhizome("check")
    assert result.exit_code == 2
    assert "--config FILE" in result.stderr


def test_group_takes_the_configuration_at_every_place(tmp_path: Path) -> None:
    init(tmp_path / "rhizome.toml")

    @click.group("user")
    @shared.config_option
    def user() -> None:
        pass

    @user.command("add")
    @click.argument("name")
    @shared.with_config
    def add(config: Config, name: str) -> None:
        click.echo(f"{name}@{config.host}")

    for words in (
        ["--config", "rhizome.toml", "add", "ann"],
        ["add", "--config", "rhizome.toml", "ann"],
        ["add", "ann", "--config", "rhizome.toml"],
    ):
        assert CliRunner().invoke(user, words).output == "ann@learn.example.org\n"


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (Conflict("There is one already.", detail="row 3\nforged"), 1, [r"There is one already. (row 3\nforged)"]),
        (ConfigurationRefused("No.\nNever."), 78, ["No.", "Never."]),
        (Invalid(problems=[Problem("$.a", "a text", "1")]), 1, ["$.a: expected a text, found 1"]),
        (
            Invalid("Two are wrong.", problems=[Problem("$.a", "b", "c")]),
            1,
            ["Two are wrong.", "$.a: expected b, found c"],
        ),
    ],
)
def test_errors_become_sentences_and_codes(
    error: Exception, code: int, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @click.command("check")
    def failing() -> None:
        raise error

    monkeypatch.setattr("node.cli.check.command", failing)
    result = rhizome("check")
    assert (result.exit_code, result.stderr.splitlines(), result.stdout) == (code, lines, "")


def test_secrets_of_the_configuration_are_hidden_from_logs(tmp_path: Path) -> None:
    init(tmp_path / "rhizome.toml")
    key = tomllib.loads((tmp_path / "secrets.toml").read_text())["key"]

    @click.command()
    @shared.with_config
    def command(config: Config) -> None:
        click.echo(log.mask(f"{base64.b64encode(config.secrets.key).decode()} pa55%word1"))
        click.echo(log.mask("MARKER-mail MARKER-s3 MARKER-oidc"))

    variables = {
        "RHIZOME_DATABASE__URL": "postgresql://rhizome:pa55%25word1@db/rhizome",
        "RHIZOME_MAIL__PASSWORD": "MARKER-mail",
        "RHIZOME_MEDIA__SECRET_KEY": "MARKER-s3",
        "RHIZOME_OIDC__CLIENT_SECRET": "MARKER-oidc",
    }
    result = CliRunner().invoke(command, ["--config", "rhizome.toml"], env=variables)
    assert result.output == "*** ***\n*** *** ***\n"
    assert key not in result.output


def test_tables_show_texts_of_strangers_harmlessly(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"host": "a\n\x1b[31mb", "count": 3, "more": None}, {"host": "b", "count": 12}]
    shared.print_rows(rows, {"host": "host", "count": "count"}, as_json=False)
    assert capsys.readouterr().out.splitlines() == ["HOST          COUNT", r"a\n\x1b[31mb  3", "b             12"]
    shared.print_rows(rows, {"host": "host"}, as_json=True)
    assert json.loads(capsys.readouterr().out) == rows
    shared.print_rows([], {"host": "host"}, as_json=False)
    assert capsys.readouterr().out == "HOST\n"


def run_python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=ROOT, check=False)


def test_version_is_printed() -> None:
    answer = run_python("-m", "node", "--version")
    assert (answer.returncode, answer.stdout) == (0, f"rhizome {node.__version__}\n")


def test_overview_imports_no_command() -> None:
    script = "import sys; from node.cli import main; main(['-h'], standalone_mode=False); print(sorted(sys.modules))"
    answer = run_python("-c", script)
    assert re.search(r"init +Write a new configuration", answer.stdout)
    for module in ("node.cli.init", "sqlalchemy", "aiohttp", "jsonschema", "rich", "cryptography"):
        assert f"'{module}'" not in answer.stdout


def test_crash_report_holds_no_secret() -> None:
    answer = run_python(
        "-c", "import sys, node.__main__ as m; sys.excepthook = m._crash\nraise ValueError('password=MARKER5ecret')"
    )
    assert "ValueError" in answer.stderr
    assert "password=***" in answer.stderr
