"""Passwords: the standard form of argon2id, whichever library wrote it."""

import pytest

from node.errors import Invalid
from node.services.access import passwords
from node.services.access.passwords import hash_in_thread, hash_password, is_outdated, is_right
from tests import costs

PASSWORD = "correct horse battery"
#: Written by argon2-cffi, which earlier versions used, and with half of today's memory.
WRITTEN = "$argon2id$v=19$m=47104,t=2,p=1$kEXD/lOLxnHY6iXXrCJhlA$qer8/nK2u988UnpUAYIxmPJCezntLYhQayP/pY0Rzu4"
WEAKER = "$argon2id$v=19$m=23552,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAA"


@pytest.fixture(autouse=True)
def _as_dear_as_in_earnest(monkeypatch):
    monkeypatch.setattr(passwords, "TODAY", costs.PASSWORD_COST)


def test_a_hash_costs_what_is_promised():
    assert hash_password(PASSWORD).startswith("$argon2id$v=19$m=47104,t=2,p=1$")


async def test_hashes_of_earlier_versions_still_open():
    assert await is_right(WRITTEN, PASSWORD)
    assert not await is_right(WRITTEN, PASSWORD + "!")
    assert not is_outdated(WRITTEN)
    assert is_outdated(WEAKER)


async def test_hashes_differ_and_are_right():
    first, second = hash_password("pass wörd – lang genug"), await hash_in_thread("pass wörd – lang genug")
    assert first != second
    assert await is_right(first, "pass wörd – lang genug")
    assert not is_outdated(second)


@pytest.mark.parametrize("stored", [None, "", "nonsense", "$argon2id$v=19$m=1,t=1,p=1$x$y", WEAKER])
async def test_what_is_no_hash_is_never_right(stored):
    assert not await is_right(stored, PASSWORD)
    assert not await is_right(stored, "\udc80" * 20)


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_too_short_and_too_long_are_refused(password):
    with pytest.raises(Invalid):
        hash_password(password)
