"""``rhizome keys``."""

import base64
import json
import re
import sqlite3
from pathlib import Path

from tests.node.cli.running import rhizome


def test_new_keys_are_public_and_do_not_sign_yet(file: Path, database: sqlite3.Connection) -> None:
    result = rhizome(file, "keys", "rotate", "@uni")
    assert result.exit_code == 0
    assert re.fullmatch(r"@uni@localhost:8111: new keys are public, and sign from \S+Z\n", result.output)
    listed = json.loads(rhizome(file, "keys", "list", "--json").output)
    mine = [(key["algorithm"], key["state"]) for key in listed if key["actor"] == "@uni@localhost:8111"]
    kinds = ("rsa-v1_5-sha256", "ed25519")
    assert mine == [(kind, state) for state in ("current", "next") for kind in kinds]
    (told,) = database.execute("SELECT payload FROM jobs WHERE kind = 'event'").fetchall()
    assert json.loads(told[0])["event"] == "ActorUpdated"
    again = rhizome(file, "keys", "rotate", "uni")
    assert (again.exit_code, again.stderr) == (1, "The keys of @uni@localhost:8111 are being changed already.\n")
    others = rhizome(file, "keys", "rotate").output
    assert "public" in others
    assert "@uni@" not in others


def test_keys_of_all_actors_are_replaced_at_once(file: Path, database: sqlite3.Connection) -> None:
    before = {uri for (uri,) in database.execute("SELECT uri FROM own_keys")}
    result = rhizome(file, "keys", "rotate", "--at-once")
    assert result.output.count("the old ones are gone") == len(before) / 2
    after = database.execute("SELECT uri, state FROM own_keys").fetchall()
    assert len(after) == len(before)
    assert not before & {uri for uri, _ in after}
    assert {state for _, state in after} == {"current"}
    (actions,) = database.execute("SELECT DISTINCT action FROM audit_log").fetchall()
    assert actions == ("keys.replace",)


def test_keys_of_nobody_are_refused(file: Path, database: sqlite3.Connection) -> None:
    result = rhizome(file, "keys", "rotate", "uni", "nobody")
    assert (result.exit_code, result.stderr) == (1, "Nobody here is called nobody.\n")
    assert database.execute("SELECT count(*) FROM own_keys WHERE state <> 'current'").fetchone() == (0,)


def test_a_node_does_not_start_with_a_key_that_opens_nothing(file: Path) -> None:
    secrets = file.with_name("secrets.toml")
    (old,) = re.findall(r'key = "(.+)"', secrets.read_text())
    new = base64.b64encode(bytes(32)).decode()
    secrets.write_text(f'key = "{new}"\n')
    for words in (("serve",), ("keys", "rotate")):
        refused = rhizome(file, *words)
        assert (refused.exit_code, refused.stderr) == (
            78,
            "The secrets file does not hold the key that a stored secret was sealed with.\n",
        )
    secrets.write_text(f'key = "{new}"\nprevious = ["{old}"]\n')
    assert rhizome(file, "keys", "rotate").exit_code == 0
