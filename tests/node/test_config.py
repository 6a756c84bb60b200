"""The configuration: sources, sentences, secrets, and the switch for development."""

import base64
import ipaddress
import json
import subprocess
import sys
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from node.config import Address, Config, configure, load, make_handle
from node.config.schema import fits, keys, render, toml
from node.config.settings import SECRETS, DevelopmentSettings, SecretsSettings
from node.errors import ConfigurationRefused
from tests.depth import examples
from tests.rows import each_row

ROOT = Path(__file__).parents[2]
KEY = bytes(range(32))
KEY_TEXT = base64.b64encode(KEY).decode()
MINIMAL = '[node]\nhost = "learn.example.org"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_private(tmp_path / "secrets.toml", f'key = "{KEY_TEXT}"\n')
    return tmp_path


def write_private(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    file.chmod(0o600)
    return file


def load_text(folder: Path, text: str, environ: dict[str, str] | None = None, **overrides) -> Config:
    file = write_private(folder / "rhizome.toml", text)
    return load(file, environ=environ or {}, overrides=overrides)


def refusal(folder: Path, text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationRefused) as caught:
        load_text(folder, text, environ)
    return caught.value.public


def development(host: str, scheme: str = "http") -> str:
    return f'[node]\nhost = "{host}"\nscheme = "{scheme}"\n[development]\nallow_loopback_peers = true\n'


# -- what a configuration says --------------------------------------------------------------------------------------


def test_host_alone_is_enough(folder: Path) -> None:
    config = load_text(folder, MINIMAL)
    assert config.origin == "https://learn.example.org"
    assert config.own_hosts == {"learn.example.org", "learn.example.org:443"}
    assert config.data_dir == folder / "data"
    assert config.database_path == folder / "data" / "rhizome.sqlite3"
    assert config.backup.directory == folder / "data" / "backups"
    assert config.is_sqlite
    assert not config.development
    assert config.node.name == "learn.example.org"
    assert config.node.handle == "learn_example_org"
    assert config.node.listen == Address("127.0.0.1", 8000)
    assert config.metrics.listen is None
    assert config.secrets.key == KEY
    assert config.warnings == ()


def test_values_of_the_file_arrive_with_their_types(folder: Path) -> None:
    config = load_text(
        folder,
        """
        [node]
        host = "learn.example.org:8443"
        name = "Example University"
        languages = ["de", "en"]
        data = "/srv/rhizome"
        listen = "[::1]:9000"
        trusted_proxies = ["127.0.0.1", "fd00::/8"]
        [jobs]
        deliveries = 16.0
        [metrics]
        listen = "127.0.0.1:9100"
        [backup]
        directory = "../copies"
        """,
    )
    assert config.own_hosts == {"learn.example.org:8443"}
    assert config.node.handle == "example_university"
    assert config.node.languages == ("de", "en")
    assert config.data_dir == Path("/srv/rhizome")
    assert str(config.node.listen) == "[::1]:9000"
    assert config.node.trusted_proxies == (ipaddress.ip_network("127.0.0.1/32"), ipaddress.ip_network("fd00::/8"))
    assert type(config.jobs.deliveries) is int
    assert config.metrics.listen == Address("127.0.0.1", 9100)
    assert config.backup.directory == folder.parent / "copies"


def test_later_sources_win(folder: Path) -> None:
    file = write_private(
        folder / "rhizome.toml", MINIMAL + '[jobs]\ndeliveries = 5\nfetches = 5\n[log]\nlevel = "error"\n'
    )
    environ = {
        "RHIZOME_JOBS__DELIVERIES": "6",
        "RHIZOME_JOBS__FETCHES": "6",
        "RHIZOME_NODE__LANGUAGES": "de, fr",
        "RHIZOME_FEDERATION__AUTHORIZED_FETCH": "true",
        "RHIZOME_FEDERATION__ALLOWED_PORTS": "443,8443",
        "RHIZOME_NODE__DESCRIPTION": "",
        "RHIZOME_CONFIG": "elsewhere.toml",
    }
    config = load(file, environ=environ, overrides={"jobs.deliveries": 7})
    assert (config.jobs.inbox, config.log.level, config.jobs.fetches, config.jobs.deliveries) == (200, "error", 6, 7)
    assert config.node.languages == ("de", "fr")
    assert config.federation.authorized_fetch is True
    assert config.federation.allowed_ports == (443, 8443)


def test_process_environment_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RHIZOME_NODE__ACCENT", "clay")
    assert load(write_private(folder / "rhizome.toml", MINIMAL)).node.accent == "clay"


def test_right_configuration_does_not_load_json_schema(folder: Path) -> None:
    write_private(folder / "rhizome.toml", MINIMAL)
    script = (
        "import sys, pathlib; from node.config import load; load(pathlib.Path(sys.argv[1]), environ={});"
        "print({'jsonschema', 'aiohttp', 'sqlalchemy', 'cryptography'} & set(sys.modules))"
    )
    words = [sys.executable, "-c", script, str(folder / "rhizome.toml")]
    assert subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=True).stdout == "set()\n"


def test_configuration_cannot_be_changed(folder: Path) -> None:
    config = load_text(folder, MINIMAL)
    with pytest.raises(AttributeError):
        config.node.host = "other.example.org"  # type: ignore[misc]


@each_row(
    "name, handle",
    [
        ("Example University", "example_university"),
        ("  Städtisches Museum & Archiv ", "stadtisches_museum_archiv"),
        ("上海图书馆", "organisation"),
        ("A" * 29 + " B", "a" * 29),
    ],
)
def test_handle_is_made_from_the_name(name: str, handle: str) -> None:
    assert make_handle(name) == handle


# -- what is refused ------------------------------------------------------------------------------------------------


@each_row(
    "text, sentences",
    [
        ("", ["node: expected", "found nothing"]),
        ("[node]\n", ["node.host: expected a value, found nothing", 'such as host = "learn.example.org"']),
        (MINIMAL + "nmae = 'x'\n", ["node.nmae", 'perhaps "name"']),
        (MINIMAL + "[databse]\npool = 3\n", ["databse", 'perhaps "database"']),
        (MINIMAL + "[jobs]\ninbox = 'many'\n", ["jobs.inbox: expected a whole number", 'found "many"']),
        (MINIMAL + "[jobs]\ninbox = 0\n", ["jobs.inbox: expected a number of at least 1, found 0"]),
        (MINIMAL + "[federation]\nauthorized_fetch = 1\n", ["authorized_fetch: expected true or false, found 1"]),
        (MINIMAL + "accent = 'pink'\n", ["node.accent: expected one of", '"moss"', 'found "pink"']),
        (MINIMAL + "languages = []\n", ["node.languages: expected at least 1 entry"]),
        (MINIMAL + "languages = ['german!']\n", ["node.languages[0]: expected a language tag"]),
        (MINIMAL + "timezone = 'Mars/Olympus'\n", ["node.timezone", 'such as "Europe/Berlin"']),
        (MINIMAL + "contact = 2026-03-01\n", ["node.contact", 'perhaps "2026-03-01"']),
        (MINIMAL + 'name = "a\\nb"\n', ["node.name", "one line"]),
        (MINIMAL + "trusted_proxies = ['10.0.0.1/8']\n", ['"10.0.0.1/8" is not a network; perhaps "10.0.0.0/8"']),
        (MINIMAL + "[limits]\nexempt = ['1.2.3.4.5']\n", ['limits.exempt: "1.2.3.4.5" is not a network']),
        (MINIMAL + "listen = '127.0.0.1'\n", ["node.listen: expected ADDRESS:PORT", 'found "127.0.0.1"']),
        (MINIMAL + "listen = '127.0.0.1:70000'\n", ["node.listen", "port above 65535"]),
        (MINIMAL + "[metrics]\nlisten = '127.0.0.1:8000'\n", ["metrics.listen", "another port"]),
        (
            MINIMAL + "[database]\nurl = 'postgresql://h/n'\nurl_file = 'x'\n",
            ["database.url_file", "leave one of them"],
        ),
        (MINIMAL + "scheme = 'http'\n", ["node.scheme", "for development only"]),
        (
            MINIMAL + "[oidc]\nissuer = 'http://login.example.org'\nclient_id = 'x'\n",
            ["oidc.issuer: expected an address with https://"],
        ),
        (
            MINIMAL + "[federation]\nproxy = 'socks5://x:1'\n",
            ['federation.proxy: expected http://HOST:PORT such as "http://127.0.0.1:3128", or nothing, found "socks5:'],
        ),
        ("[node\n", ["this is not TOML", "line 1"]),
    ],
)
def test_wrong_values_are_told_with_file_path_and_suggestion(folder: Path, text: str, sentences: list[str]) -> None:
    """What cannot be is refused, with a suggestion (CFG1)."""
    told = refusal(folder, text)
    assert told.startswith(str(folder / "rhizome.toml"))
    for sentence in sentences:
        assert sentence in told
    assert told.endswith(".")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://learn.example.org", "learn.example.org"),
        ("https://learn.example.org/about", "learn.example.org"),
        ("Learn.Example.ORG", "learn.example.org"),
        ("learn.example.org.", "learn.example.org"),
        ("schön.example.org", "xn--schn-7qa.example.org"),
        ("me@learn.example.org", "learn.example.org"),
        ("LOCALHOST:8000", "localhost:8000"),
    ],
)
def test_host_in_another_spelling_is_refused_with_the_right_one(folder: Path, written: str, meant: str) -> None:
    assert f'perhaps "{meant}"' in refusal(folder, f'[node]\nhost = "{written}"\n')


@pytest.mark.parametrize(
    "host", ["", "a b", "a..b", "-a.example.org", "a:0", "a:b", "[zz]", "[1:2]", "a:70000", "a:443"]
)
def test_host_that_is_none_is_refused(folder: Path, host: str) -> None:
    assert "node.host" in refusal(folder, f'[node]\nhost = "{host}"\n')


def test_every_problem_is_told_at_once(folder: Path) -> None:
    told = refusal(folder, MINIMAL + "accent = 'pink'\n[jobs]\ninbox = 0\n").splitlines()
    assert [line.split(": ")[1] for line in told] == ["jobs.inbox", "node.accent"]


def test_wrong_variable_of_the_environment_is_named(folder: Path) -> None:
    assert refusal(folder, MINIMAL, {"RHIZOME_JOBS__INBOX": "many"}).startswith(
        "environment variable RHIZOME_JOBS__INBOX: jobs.inbox: expected a whole number"
    )
    assert 'perhaps "inbox"' in refusal(folder, MINIMAL, {"RHIZOME_JOBS__INBX": "1"})
    assert 'perhaps "jobs"' in refusal(folder, MINIMAL, {"RHIZOME_JOB__INBOX": "1"})


def test_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused, match="no such file; `rhizome init` writes one"):
        load(tmp_path / "none.toml", environ={})


def test_folder_and_wrong_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused, match="directory"):
        load(tmp_path, environ={})
    (tmp_path / "latin.toml").write_bytes('[node]\nname = "Universität"'.encode("latin-1"))
    with pytest.raises(ConfigurationRefused, match="UTF-8"):
        load(tmp_path / "latin.toml", environ={})


# -- development ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["localhost:8000", "127.0.1.1:8101", "[::1]:8000", "a.test", "b.example", "c.invalid", "d.localhost"]
)
def test_development_is_allowed_for_hosts_that_cannot_be_public(folder: Path, host: str) -> None:
    config = load_text(folder, development(host))
    assert config.development
    assert config.origin == f"http://{host}"


@pytest.mark.parametrize(
    "host", ["learn.example.org", "10.0.0.1", "192.168.1.2:8000", "8.8.8.8", "localhost.example.org", "intranet"]
)
def test_development_on_a_public_host_is_refused(folder: Path, host: str) -> None:
    told = refusal(folder, development(host, "https"))
    assert f'development.allow_loopback_peers: found true, but node.host is "{host}", a public domain' in told
    assert "under localhost, .test, .example or .invalid" in told


@pytest.mark.parametrize("value", ["true", "false", ""])
def test_environment_cannot_touch_the_switch(folder: Path, value: str) -> None:
    told = refusal(folder, MINIMAL, {"RHIZOME_DEVELOPMENT__ALLOW_LOOPBACK_PEERS": value})
    assert told.startswith("environment variable RHIZOME_DEVELOPMENT__ALLOW_LOOPBACK_PEERS")
    assert "only the configuration file can set this" in told


# -- secrets --------------------------------------------------------------------------------------------------------


def test_key_comes_from_the_environment_where_there_is_no_file(tmp_path: Path) -> None:
    other = base64.b64encode(bytes(32)).decode()
    config = load_text(tmp_path, MINIMAL, {"RHIZOME_SECRETS__KEY": other})
    assert config.secrets.key == bytes(32)


def test_replaced_keys_are_kept(folder: Path) -> None:
    old = base64.b64encode(bytes(32)).decode()
    write_private(folder / "secrets.toml", f'key = "{KEY_TEXT}"\nprevious = ["{old}"]\n')
    assert load_text(folder, MINIMAL).secrets.previous == (bytes(32),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "expected base64 of 32 bytes"),
        ("key = 'c2hvcnQ='", "expected base64 of 32 bytes"),
        ("key = 7", "expected base64 of 32 bytes"),
        ("key = [", "this is not TOML"),
        (f"key = '{KEY_TEXT}'\nprevious = 'x'", "expected a list"),
        (f"key = '{KEY_TEXT}'\nprevious = ['x']", "expected base64 of 32 bytes"),
        (f"keys = '{KEY_TEXT}'", "keys: expected"),
    ],
)
def test_broken_secrets_file_is_refused(folder: Path, text: str, sentence: str) -> None:
    write_private(folder / "secrets.toml", text)
    told = refusal(folder, MINIMAL)
    assert sentence in told
    assert "secrets.toml" in told


def test_missing_secrets_file_is_refused(tmp_path: Path) -> None:
    assert "secrets.toml: there is no such file" in refusal(tmp_path, MINIMAL)


def test_url_may_stand_in_a_file_of_its_own(folder: Path) -> None:
    write_private(folder / "url", "postgresql://rhizome:pa55word@db/rhizome\n")
    config = load_text(folder, MINIMAL + '[database]\nurl_file = "url"\n')
    assert config.database.url == "postgresql://rhizome:pa55word@db/rhizome"
    assert not config.is_sqlite
    write_private(folder / "url", "mysql://pa55word")
    assert "pa55word" not in refusal(folder, MINIMAL + '[database]\nurl_file = "url"\n')


def test_no_secret_is_ever_shown(folder: Path) -> None:
    config = load_text(folder, MINIMAL + '[database]\nurl = "postgresql://rhizome:pa55word@db/rhizome"\n')
    for shown in (repr(config), str(config), repr(config.secrets), repr(config.database)):
        assert "pa55word" not in shown
        assert KEY_TEXT not in shown
        assert repr(KEY)[2:-1] not in shown
    told = refusal(folder, MINIMAL + '[database]\nurl = "postgres://rhizome:pa55word@db/rhizome"\n')
    assert "pa55word" not in told
    assert "pa55word" not in refusal(folder, MINIMAL, {"RHIZOME_SECRETS__KEY": "pa55word"})


@pytest.mark.parametrize(
    "url",
    [
        "p4ss@db:port/n",
        "pa55/word@db/n",
        "pa55#word@db/n",
        "pa55?word@db/n",
        "pa55@word@db/n",
        "pa55[word@db/n",
        "pa55]word@db/n",
        "p4ss@db:0/n",
    ],
)
def test_database_address_that_can_be_read_in_two_ways_is_refused(folder: Path, url: str) -> None:
    """SQLAlchemy, libpq and this module would each take another part of it for the password."""
    write_private(folder / "url", f"postgresql://rhizome:{url}")
    in_file = refusal(folder, MINIMAL + '[database]\nurl_file = "url"\n')
    given = refusal(folder, MINIMAL, {"RHIZOME_DATABASE__URL": f"postgresql://rhizome:{url}"})
    assert in_file.startswith(f"{folder}/url: expected postgresql://")
    assert given.startswith("environment variable RHIZOME_DATABASE__URL: database.url: expected postgresql://")
    in_password, _, _ = url.rpartition("@")
    for told in (in_file, given):
        assert "in a password write %2F for /" in told
        assert all(f"%{ord(each):X} for {each}" in told for each in in_password if not each.isalnum())
        assert "word" not in told.replace("password", "")
        assert "p4ss" not in told


def test_everything_that_is_secret_is_known_as_such() -> None:
    """A key whose name says so, or that has a file of its own, and every field that no ``repr`` shows."""
    paths = {".".join(key) for key in SECRETS}
    by_name = {path for path in keys() if path.endswith(("password", "secret_key", "client_secret"))}
    assert paths == by_name | {"database.url", "secrets.key"}
    assert paths == {path.removesuffix("_file") for path in keys() if path.endswith("_file")} | {"secrets.key"}
    hidden = {
        f"{section}.{field.name}"
        for section, kind in get_type_hints(Config).items()
        if is_dataclass(kind)
        for field in fields(kind)
        if not field.repr
    }
    assert hidden == paths | {"secrets.previous"}


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o666])
def test_secrets_that_others_can_read_are_refused(folder: Path, mode: int) -> None:
    (folder / "secrets.toml").chmod(mode)
    told = refusal(folder, MINIMAL)
    assert f"run `chmod 600 {folder / 'secrets.toml'}`" in told
    config = load_text(folder, development("localhost:8000"))
    assert "secrets.toml" in config.warnings[0]


def test_database_that_others_can_read_is_refused(folder: Path) -> None:
    (folder / "data").mkdir(mode=0o755)
    (folder / "data" / "rhizome.sqlite3").touch(mode=0o644)
    assert "rhizome.sqlite3: other users" in refusal(folder, MINIMAL)
    (folder / "data").chmod(0o700)
    assert load_text(folder, MINIMAL).warnings == ()


def test_configuration_with_a_password_must_be_private(folder: Path) -> None:
    file = folder / "rhizome.toml"
    file.write_text(MINIMAL + '[database]\nurl = "postgresql://rhizome:pa55word@db/rhizome"\n')
    file.chmod(0o644)
    with pytest.raises(ConfigurationRefused, match=r"rhizome\.toml: other users"):
        load(file, environ={})
    file.write_text(MINIMAL)
    load(file, environ={"RHIZOME_DATABASE__URL": "postgresql://rhizome:pa55word@db/rhizome"})


# -- example, schema and dataclasses --------------------------------------------------------------------------------


def test_example_is_the_schema_as_text() -> None:
    assert (ROOT / "config.example.toml").read_text("utf-8") == render({})


def test_example_is_valid_and_shows_every_key_with_its_default(tmp_path: Path) -> None:
    example = tomllib.loads((ROOT / "config.example.toml").read_text("utf-8"))
    shown = {f"{section}.{name}": value for section, part in example.items() for name, value in part.items()}
    assert list(shown) == list(keys())
    without_host = {path: key.schema.get("default") for path, key in keys().items() if path != "node.host"}
    assert {path: value for path, value in shown.items() if path != "node.host"} == without_host
    spoken = configure(example, file=tmp_path / "a.toml", secret_key=KEY)
    silent = configure({"node": {"host": "learn.example.org"}}, file=tmp_path / "a.toml", secret_key=KEY)
    assert spoken == silent


def test_every_key_is_described_and_has_a_field() -> None:
    sections = get_type_hints(Config)
    sections["development"] = DevelopmentSettings
    for key in keys().values():
        assert key.schema["description"].endswith(".")
        names = {field.name for field in fields(sections[key.section])}
        assert key.name in names, key.path
    for name, section in sections.items():
        if section not in {SecretsSettings, Path, tuple[str, ...]} and name != "switches":
            assert {field.name for field in fields(section)} == {k.name for k in keys().values() if k.section == name}


def test_settings_are_immutable_and_have_slots(folder: Path) -> None:
    config = load_text(folder, MINIMAL)
    for part in (config, config.node, config.database, config.secrets):
        assert not hasattr(part, "__dict__")


def test_every_form_of_a_text_is_told_in_words() -> None:
    """In words that go on after "expected", not in those that explain the key."""

    def told(schema: Any) -> list[str]:
        if not isinstance(schema, dict):
            return []
        inner = [word for part in schema.values() for word in told(part)]
        return [schema["description"], *inner] if "pattern" in schema else inner

    every = told(schemas.load("config"))
    assert len(every) > 10
    assert [words for words in every if words.endswith(".") or "Empty:" in words] == []


def test_schema_uses_only_keywords_that_the_quick_reader_knows() -> None:
    from node.config.schema import _RULES

    annotations = {
        "$schema",
        "$id",
        "$comment",
        "$defs",
        "title",
        "description",
        "default",
        "examples",
        "additionalProperties",
    }

    def keywords(schema: dict[str, Any]) -> set[str]:
        found = set(schema)
        for part in [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]:
            found |= keywords(part)
        return found | keywords(schema["items"]) if "items" in schema else found

    def objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
        inner = [each for part in schema.get("properties", {}).values() for each in objects(part)]
        return [schema, *inner] if schema.get("type") == "object" else inner

    document = schemas.load("config")
    assert keywords(document) <= set(_RULES) | annotations
    # The quick reader refuses unknown keys everywhere, so the schema has to.
    assert all(part["additionalProperties"] is False for part in objects(document))


_ENTRIES = st.lists(st.integers(0, 500) | st.sampled_from(["de", "x", "10.0.0.0/8"]), max_size=3)
_TEXTS = st.text(max_size=5) | st.sampled_from(["learn.example.org", "127.0.0.1:80", "10.0.0.0/8"])
_NUMBERS = st.integers(-3, 70000) | st.floats(allow_nan=False)
_ODD: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | _NUMBERS | _TEXTS | _ENTRIES | st.just({"host": "a"}) | st.just({})
)


@st.composite
def _values(draw: st.DrawFn) -> dict[str, Any]:
    values: dict[str, Any] = {"node": {"host": "learn.example.org"}}
    for path in draw(st.lists(st.sampled_from([*keys(), "node.hots", "other.key"]), max_size=4)):
        section, _, name = path.partition(".")
        key = keys().get(path)
        good = [st.just(key.shown), *map(st.just, key.schema.get("enum", []))] if key else []
        values.setdefault(section, {})[name] = draw(st.one_of(*good, _ODD))
    if draw(st.integers(0, 9)) == 0:
        values[draw(st.sampled_from(["node", "jobs"]))] = draw(_ODD)
    return values


@examples(60)
@given(_values())
def test_quick_reader_agrees_with_json_schema(values: dict[str, Any]) -> None:
    assert fits(values) == (not schemas.check("config", values))


@examples(50)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_file(text: str) -> None:
    assert tomllib.loads(f"key = {toml(text)}") == {"key": text}


def test_rendered_values_come_back() -> None:
    values: dict[str, dict[str, Any]] = {
        "node": {"host": "a.test", "name": 'Haus "Nord" \\ Süd', "languages": ["de", "en"]},
        "jobs": {"inbox": 7},
    }
    document = tomllib.loads(render(values))
    assert json.dumps(document["node"]["name"]) == json.dumps(values["node"]["name"])
    assert document["node"]["languages"] == ["de", "en"]
    assert document["jobs"]["inbox"] == 7
