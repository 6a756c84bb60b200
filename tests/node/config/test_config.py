"""The configuration: sources, sentences, and the switch for development."""

import ipaddress
import subprocess
import sys
from pathlib import Path

import pytest

from node.config import Address, load, make_handle
from node.errors import ConfigurationRefused
from tests.node.config.texts import KEY, MINIMAL, ROOT, development, load_text, refusal, write_private
from tests.rows import each_row

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
