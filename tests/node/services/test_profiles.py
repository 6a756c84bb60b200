"""Profiles: what changes, what is refused whole, and that those elsewhere hear of it."""

from pathlib import Path

import pytest

from node.errors import Invalid
from node.services.people.profiles import ProfileChange, change_profile
from node.store.people.actors import find_actor, load_profile
from tests.network import network

FIELDS = [("Ward", "4B"), ("Home", "https://ada.example/~me"), ("", ""), ("Odd", "<script>x</script> **b**")]


async def test_a_profile_changes_here_and_elsewhere(tmp_path: Path):
    async with network(tmp_path, "uni", "museum") as net:
        here, there = net.peers
        ada, ben = await here.add_actor("ada"), await there.add_actor("ben")
        await there.follow(ben, ada.uri)
        await net.settle()
        change = ProfileChange(name="Ada <b>L.</b>", note="I *teach* #nursing", fields=FIELDS, discoverable=True)
        assert await here.store.write(change_profile, here.unit(), ada.id, change)
        assert not await here.store.write(change_profile, here.unit(), ada.id, change)
        await net.settle()
        known = await there.store.read(find_actor, ada.uri)
        assert known is not None
        row = await there.store.read(load_profile, known.id)
        assert (row.name, row.discoverable, row.indexable) == ("Ada L.", True, False)
        assert "<em>teach</em>" in row.summary
        assert [field["name"] for field in row.fields] == ["Ward", "Home", "Odd"]
        assert 'href="https://ada.example/~me"' in row.fields[1]["value"]
        assert "<script" not in str(row.fields)
        own = await here.store.read(load_profile, ada.id)
        assert 'rel="me ' in own.fields[1]["value"]
        assert own.fields[2]["text"] == FIELDS[3][1]


async def test_what_is_too_long_changes_nothing(tmp_path: Path):
    wrong = (
        ProfileChange(name="x" * 101, discoverable=True),
        ProfileChange(note="x" * 2001),
        ProfileChange(fields=[(str(n), "v") for n in range(7)]),
        ProfileChange(fields=[("", "value without a name")]),
        ProfileChange(fields=[("n", "v" * 256)]),
    )
    async with network(tmp_path, "uni") as net:
        here = net.peers[0]
        ada = await here.add_actor("ada", name="Ada")
        for change in wrong:
            with pytest.raises(Invalid):
                await here.store.write(change_profile, here.unit(), ada.id, change)
        row = await here.store.read(load_profile, ada.id)
        assert (row.name, row.discoverable, row.fields) == ("Ada", False, [])
