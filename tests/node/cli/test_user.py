"""``rhizome user``."""

import asyncio
import sqlite3
from pathlib import Path

from node.config import load
from node.services.access import passwords
from node.store.access import accounts, tokens
from node.store.access.hashes import hash_of
from node.store.people.actors import find_local_actor
from node.store.people.keys import load_own_keys
from tests.node.cli.running import PASSWORD, add_user, ask, rhizome
from tests.rows import each_row


def test_new_user_has_account_actor_keys_and_audit_row(file: Path, database: sqlite3.Connection) -> None:
    result = add_user(file, "ada", "--role", "admin", "--display-name", "Ada L.", email="Ada@X.org")
    assert (result.exit_code, result.output) == (0, "@ada@localhost:8111\n")
    config = load(file, environ={})
    account = ask(config, accounts.find_account, "ada@x.org")
    assert (account.username, account.name, account.role) == ("ada", "Ada L.", "admin")
    actor = ask(config, find_local_actor, "ada")
    assert {key.algorithm for key in ask(config, load_own_keys, actor.id)} == {"rsa-v1_5-sha256", "ed25519"}
    (row,) = database.execute("SELECT actor_uri, action, target, after FROM audit_log").fetchall()
    assert row == ("", "member.add", actor.uri, '{"role":"admin"}')
    assert PASSWORD not in repr(database.execute("SELECT * FROM accounts").fetchall())


@each_row(
    "name, email, password, sentence",
    [
        ("Not a name", "a@x.org", PASSWORD, "$.username"),
        ("support", "a@x.org", PASSWORD, "does not need itself"),
        ("bob", "nothing", PASSWORD, "$.email"),
        ("bob", "b@x.org", "short", "12 to 256 characters"),
        ("uni", "b@x.org", PASSWORD, "taken"),
    ],
)
def test_wrong_users_leave_no_trace(
    file: Path, database: sqlite3.Connection, name: str, email: str, password: str, sentence: str
) -> None:
    before = database.execute("SELECT count(*) FROM actors").fetchone()
    result = add_user(file, name, email=email, password=password)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stdout == ""
    assert database.execute("SELECT count(*) FROM actors").fetchone() == before
    assert database.execute("SELECT count(*) FROM audit_log").fetchone() == (0,)


def test_name_and_email_belong_to_one_account(file: Path, database: sqlite3.Connection) -> None:
    assert add_user(file).exit_code == 0
    assert "taken" in add_user(file, email="other@x.org").stderr
    assert "e-mail" in add_user(file, "eve", email="ADA@x.org").stderr
    assert database.execute("SELECT count(*) FROM accounts").fetchone() == (1,)


def test_password_must_be_given(file: Path) -> None:
    assert rhizome(file, "user", "add", "ada", "--email", "a@x.org").exit_code == 2


def test_token_is_printed_alone_and_works(file: Path, database: sqlite3.Connection) -> None:
    add_user(file)
    result = rhizome(file, "user", "token", "ada", "--scopes", "read push")
    assert result.exit_code == 0
    token = result.output.strip()
    assert result.output == token + "\n"
    assert len(token) >= 40
    assert ask(load(file, environ={}), tokens.find_token, token).scopes == {"read", "push"}
    assert database.execute("SELECT token_hash FROM access_tokens").fetchall() == [(hash_of(token),)]


def test_token_for_nobody_or_for_unknown_scopes_is_refused(file: Path) -> None:
    add_user(file)
    assert rhizome(file, "user", "token", "eve").exit_code == 1
    assert "$.scopes" in rhizome(file, "user", "token", "ada", "--scopes", "root").stderr


def test_a_lost_password_is_replaced_and_ends_what_was_open(file: Path, database: sqlite3.Connection) -> None:
    add_user(file)
    assert rhizome(file, "user", "token", "ada").exit_code == 0
    given = rhizome(file, "user", "password", "ada", "--password-stdin", stdin="another good password\n")
    assert (given.exit_code, given.output) == (0, "@ada@localhost:8111 has a new password\n")
    (stored,) = database.execute("SELECT password_hash FROM accounts").fetchone()
    assert asyncio.run(passwords.is_right(stored, "another good password"))
    assert database.execute("SELECT count(*) FROM access_tokens").fetchone() == (0,)
    assert database.execute("SELECT count(*) FROM audit_log WHERE action = 'password.change'").fetchone() == (1,)
    for name, word in (("ada", "short"), ("nobody", "another good password")):
        assert rhizome(file, "user", "password", name, "--password-stdin", stdin=f"{word}\n").exit_code == 1


def test_reset_prints_a_link_that_opens_once(file: Path, database: sqlite3.Connection) -> None:
    add_user(file)
    result = rhizome(file, "user", "reset", "@ada")
    assert result.exit_code == 0, result.output
    link = result.output.strip()
    assert link.startswith("http://localhost:8111/reset?ticket=")
    stored = database.execute("SELECT token_hash, purpose FROM one_time_links").fetchall()
    assert stored == [(hash_of(link.partition("=")[2]), "reset")]
    assert rhizome(file, "user", "reset", "ada", "--drop-second-factor").exit_code == 0
    actions = [row[0] for row in database.execute("SELECT action FROM audit_log WHERE actor_uri = '' ORDER BY id")]
    assert actions == ["member.add", "password.link", "second-factor.remove", "password.link"]
    assert "Nobody here" in rhizome(file, "user", "reset", "zoe").output


def test_an_account_is_deleted_for_good(file: Path, database: sqlite3.Connection) -> None:
    rhizome(
        file, "user", "add", "ada", "--email", "ada@example.org", "--role", "admin", "--password-stdin", stdin=PASSWORD
    )
    rhizome(file, "user", "add", "ben", "--email", "ben@example.org", "--password-stdin", stdin=PASSWORD)
    assert rhizome(file, "user", "delete", "ben", stdin="n\n").exit_code == 1
    assert "only administrator" in rhizome(file, "user", "delete", "ada", "--yes").output
    assert "Nobody here" in rhizome(file, "user", "delete", "zoe", "--yes").output
    founded = rhizome(file, "community", "add", "club", "--display-name", "Club", "--moderator", "ben")
    assert founded.exit_code == 0, founded.output
    assert "Nobody else moderates Club" in rhizome(file, "user", "delete", "ben", "--yes").output
    assert rhizome(file, "community", "govern", "club", "appoint", "@ada@localhost:8111").exit_code == 0
    deleted = rhizome(file, "user", "delete", "@ben", stdin="y\n")
    assert deleted.exit_code == 0, deleted.output
    assert database.execute("SELECT state FROM actors WHERE username = 'ben'").fetchone() == ("gone",)
    assert database.execute("SELECT count(*) FROM accounts").fetchone() == (1,)
    (row,) = database.execute("SELECT actor_uri FROM audit_log WHERE action = 'account.delete'").fetchall()
    assert row == ("",)
    assert rhizome(file, "user", "add", "ben", "--email", "b@example.org", "--password-stdin", stdin=PASSWORD).exit_code
