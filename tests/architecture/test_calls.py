"""Calls that are dangerous anywhere, or that belong in one place (DEP4, OUT)."""

import ast
import re
import tokenize

import pytest

from tests.architecture.sources import ROOT, Source, sources

pytestmark = pytest.mark.dear("whichever comes first reads every module there is")

#: Modules that run what they read, or that no stranger's data may reach; packages are never unpacked (MED9).
FORBIDDEN_IMPORTS = (
    "dbm", "marshal", "pickle", "shelve", "tarfile", "telnetlib", "xml.dom", "xml.etree", "xml.sax", "yaml", "zipfile",
)  # fmt: skip
FORBIDDEN_CALLS = frozenset(
    {
        "eval",
        "exec",
        "os.system",
        "os.popen",
        "shutil.unpack_archive",
        "tempfile.mktemp",
        "ssl._create_unverified_context",
        "breakpoint",
        "input",
    }
)
#: Ways out of the node, and the files that may take them.
WAYS_OUT = re.compile(
    r"(?:^|\.)(?:ClientSession|TCPConnector|urlopen|open_connection|create_connection|sock_connect|create_datagram_endpoint"
    r"|HTTPConnection|HTTPSConnection|SMTP|SMTP_SSL)$"
)
#: To the storage of media that the administrator named; no stranger chooses that address.
STORAGE = "node/media/s3.py"
#: The mail server is named by the administrator, not by strangers.
MAY_GO_OUT = {"federation/transport/connection.py", "federation/transport/http.py", "node/mail.py", STORAGE}
#: The demo asks the three nodes that it started itself whether they are ready.
ASKS_ITS_OWN = "node/demo/processes.py"
FORBIDDEN_CLIENTS = ("ftplib", "http.client", "httpx", "poplib", "requests", "urllib.request", "urllib3", "xmlrpc")


def where(source: Source, node: ast.AST) -> str:
    return f"{source.path}:{getattr(node, 'lineno', 0)}"


def begins(name: str, with_any_of: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in with_any_of)


def test_nothing_that_runs_what_it_reads_is_imported() -> None:
    found = [f"{s.path}: {name}" for s in sources() for name in s.imports() if begins(name, FORBIDDEN_IMPORTS)]
    assert found == []


def test_no_dangerous_call() -> None:
    assert [
        where(source, call) for source in sources() for name, call in source.calls() if name in FORBIDDEN_CALLS
    ] == []


def test_no_shell() -> None:
    found = [
        where(source, call)
        for source in sources()
        for name, call in source.calls()
        for keyword in call.keywords
        if (keyword.arg == "shell" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False))
        or name.endswith("create_subprocess_shell")
    ]
    assert found == []


def test_certificates_are_always_verified() -> None:
    switches = {"verify": False, "ssl": False, "verify_ssl": False, "check_hostname": False, "trust_env": True}
    found = [
        where(source, call)
        for source in sources()
        for _, call in source.calls()
        for keyword in call.keywords
        if keyword.arg in switches
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is switches[keyword.arg]
    ]
    found += [
        source.path
        for source in sources()
        if re.search(r"CERT_NONE|CERT_OPTIONAL|check_hostname\s*=\s*False", source.text)
    ]
    assert found == []


def test_one_client_goes_out() -> None:
    others = [source for source in sources() if source.path != ASKS_ITS_OWN]
    found = {source.path for source in others for name, _ in source.calls() if WAYS_OUT.search(name)}
    assert found <= MAY_GO_OUT
    assert [f"{s.path}: {name}" for s in others for name in s.imports() if begins(name, FORBIDDEN_CLIENTS)] == []


def test_one_clock_is_read() -> None:
    """REL6: the wall clock in ``node.clock`` alone; durations come from the monotonic clock."""
    wall = {"time.time", "time.time_ns", "datetime.now", "dt.datetime.now", "datetime.datetime.now", "datetime.utcnow"}
    found = {source.path for source in sources() for name, _ in source.calls() if name in wall}
    assert found <= {"node/clock.py"}


def test_environment_is_read_by_the_configuration_alone() -> None:
    found = {source.path for source in sources() if re.search(r"\bos\.(?:environ|getenv)\b", source.text)}
    starts_programs = {ASKS_ITS_OWN, "node/store/database/backup.py"}  # which get the environment on their way
    assert found <= {"node/config/loading.py", "node/cli/shared.py"} | starts_programs


def test_every_exception_from_a_rule_says_why() -> None:
    """``# noqa: RULE (reason)`` or ``# noqa: RULE - reason``; the same for mypy."""
    excuse = re.compile(
        r"#\s*(?:noqa(?::\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)?|type: ignore(?:\[[a-z-]+(?:,\s*[a-z-]+)*\])?)"
    )
    found = []
    for source in filter(lambda source: excuse.search(source.text), sources()):
        with (ROOT / source.path).open("rb") as file:
            comments = [t for t in tokenize.tokenize(file.readline) if t.type == tokenize.COMMENT]
        for comment in comments:
            if (match := excuse.search(comment.string)) and len(comment.string[match.end() :].strip(" #-()")) < 4:
                found.append(f"{source.path}:{comment.start[0]}: {comment.string}")
    assert found == []


def test_no_work_is_left_for_later() -> None:
    found = [
        source.path for source in sources() if re.search(r"#.*\b(?:TODO|FIXME|XXX)\b|NotImplementedError", source.text)
    ]
    assert found == []
