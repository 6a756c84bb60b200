"""What ``rhizome check`` finds in a node that has run: its host, its workers, its backups."""

import asyncio
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from click.testing import CliRunner

from node import cli
from node.config import load
from tests import stores

postgresql = stores.postgresql


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "rhizome.toml"
    run("init", "--config", made, "--host", "localhost:8113", "--name", "Uni", "--development")
    run("domain", "list", "--config", made)
    return made


def run(*words: Any, **variables: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.main, [str(word) for word in words], env=variables)
    return result.exit_code, result.stdout


def check(file: Path, **variables: str) -> tuple[int, dict[str, tuple[str, str]]]:
    code, printed = run("check", "--json", "--config", file, **variables)
    return code, {each["name"]: (each["state"], each["message"]) for each in json.loads(printed)}


def change(file: Path, statement: str, *values: Any) -> None:
    with sqlite3.connect(load(file, environ={}).database_path) as raw:
        raw.execute(statement, values)
    raw.close()


def test_stopped_node_is_well(file: Path) -> None:
    code, found = check(file)
    assert code == 0
    assert found["host"] == ("ok", "The database belongs to localhost:8113.")
    assert found["workers"] == ("ok", "The node is not running.")
    assert found["backup"] == ("warning", "There is no verified backup yet.")


def test_heartbeats_tell_a_running_node_from_a_dead_one(file: Path) -> None:
    now = time.time_ns() // 1_000_000
    change(file, "INSERT INTO workers VALUES ('w', 1, 1)")
    assert check(file)[1]["workers"][0] == "warning"
    change(file, "UPDATE workers SET seen_at = ?", now)
    assert check(file)[1]["workers"] == ("ok", "1 of 1 workers is alive.")


def test_wrong_counters_are_a_warning_until_they_are_counted_anew(file: Path) -> None:
    assert check(file)[1]["counters"] == ("ok", "Followers and posts are counted right.")
    change(file, "UPDATE actors SET followers_count = 7 WHERE kind = 'organization'")
    state, message = check(file)[1]["counters"]
    assert (state, message.startswith("Accounts that are counted wrong: 1 (http")) == ("warning", True)
    assert "rhizome database recount" in message
    assert run("database", "recount", "--config", file) == (
        0,
        "Accounts that were counted wrong and are right now: 1.\n",
    )
    assert run("database", "recount", "--config", file) == (0, "All was counted right.\n")
    assert check(file)[1]["counters"][0] == "ok"


def test_old_backup_is_a_warning(file: Path) -> None:
    now = time.time_ns() // 1_000_000
    change(file, "INSERT INTO facts VALUES ('backed_up_at', ?)", str(now - 72 * 3_600_000))
    assert check(file)[1]["backup"] == ("warning", "The last verified backup is 3 days old.")
    change(file, "UPDATE facts SET value = ? WHERE name = 'backed_up_at'", str(now))
    assert check(file)[1]["backup"][0] == "ok"


def test_database_of_another_host_is_named(file: Path) -> None:
    code, found = check(file, RHIZOME_NODE__HOST="localhost:9999")
    assert code == 1
    assert found["host"][0] == "failed"
    assert "localhost:8113" in found["host"][1]


def test_a_database_that_cannot_be_used_says_why(file: Path) -> None:
    """A server that is away, a file that is none; what /readyz tells everybody stays without."""
    code, found = check(file, RHIZOME_DATABASE__URL="postgresql://ann:geheim@127.0.0.1:1/node")
    assert (code, found["database"][0]) == (1, "failed")
    assert "Connection refused" in found["database"][1]
    assert "geheim" not in found["database"][1]
    load(file, environ={}).database_path.write_bytes(b"no database" * 100)
    assert check(file)[1]["database"] == ("failed", "The database cannot be written. (file is not a database)")


def test_the_mail_server_is_tried_where_there_is_one(file: Path) -> None:
    assert "mail" not in check(file)[1]
    server = {"HOST": "127.0.0.1", "SECURITY": "none"}
    code, found = check(file, **{f"RHIZOME_MAIL__{name}": value for name, value in (server | {"PORT": "1"}).items()})
    assert (code, found["mail"][0]) == (1, "failed")
    assert "127.0.0.1:1 takes no mail: The mail server cannot be reached." in found["mail"][1]


def answering(status: int, host: str = "", **headers: str) -> web.Application:
    """What answers so to everything; it calls itself ``host``, or as it is called."""

    async def answer(request: web.Request) -> web.Response:
        links = [{"href": f"http://{host or request.host}/nodeinfo/2.1"}]
        return web.json_response({"links": links}, status=status, headers=headers)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    return app


async def test_who_answers_at_the_public_address_is_looked_at(file: Path, aiohttp_server: Any) -> None:
    """What stands in front of the node, or in its place."""
    change(file, "INSERT INTO workers VALUES ('w', 1, ?)", time.time_ns() // 1_000_000)
    for app, told in (
        (answering(200), "The node answers at http://localhost:"),
        (answering(200, "other.example"), "is answered by something else (status 200)"),
        (answering(404), "is answered by something else (status 404)"),
        (answering(421), "the proxy has to pass the original Host header"),
        (answering(502), "reaches a proxy that gets no answer (502): it has to call"),
        (answering(302, Location="http://10.0.0.1/"), "cannot be reached from here"),
    ):
        server = await aiohttp_server(app)
        assert told in await asyncio.to_thread(reach, file, f"localhost:{server.port}")
    assert "cannot be reached from here" in await asyncio.to_thread(reach, file, "localhost:1")


def reach(file: Path, host: str) -> str:
    change(file, "UPDATE facts SET value = ? WHERE name = 'host'", host)
    return check(file, RHIZOME_NODE__HOST=host)[1]["reachable"][1]


def test_media_are_stored_for_a_trial(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media = load(file, environ={}).data_dir / "media"
    media.mkdir()
    assert check(file)[1]["media"][0] in {"ok", "warning"}
    assert [place for place in media.rglob("*") if place.is_file()] == []
    gone = {"STORAGE": "s3", "ENDPOINT": "http://127.0.0.1:9", "BUCKET": "abc", "ACCESS_KEY": "x", "SECRET_KEY": "y"}
    code, found = check(file, **{f"RHIZOME_MEDIA__{name}": value for name, value in gone.items()})
    assert (code, found["media"][0]) == (1, "failed")
    monkeypatch.setenv("PATH", "/nowhere")
    assert check(file)[1]["media"] == (
        "warning",
        "FFmpeg is not installed: recordings keep what their makers' devices noted in them, such as the place.",
    )


def test_postgresql_is_looked_into(file: Path, postgresql: str) -> None:
    code, found = check(file, RHIZOME_DATABASE__URL=postgresql)
    assert (code, found["schema"][0]) == (0, "ok")
    assert found["database"][0] == "ok"
