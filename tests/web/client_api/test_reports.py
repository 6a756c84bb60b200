"""Reports through apps: stored for the moderators, forwarded where that is wished, refused where they make no sense."""

import pytest

from node.domain.visibility import Visibility
from node.services.house.reports import MAX_A_DAY
from node.store.house import reports
from node.store.house.rules import Rule, put_rule
from tests.client import App, app_of
from tests.network import network
from tests.notes import publish_note


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben")


async def stored(peer):
    return await peer.store.read(reports.list_reports, state="open", before=None, limit=100)


async def test_a_report_is_kept_for_the_moderators(site, ada, ben):
    note = await site.store.write(publish_note, site.peer.unit(), ben.me.id, "Rude", Visibility.PUBLIC)
    text = "<script>alert(1)</script> he is rude"
    made = await ada.post(
        "v1/reports", account_id=str(ben.me.id), status_ids=[str(note.id)], comment=text, category="spam", forward=True
    )
    assert (made["category"], made["comment"], made["forwarded"]) == ("spam", text, False)
    assert made["status_ids"] == [str(note.id)]
    assert made["target_account"]["acct"] == "ben"
    (row,) = await stored(site.peer)
    assert (row.reporter_uri, row.target_uri, row.object_uris) == (ada.me.uri, ben.me.uri, [note.uri])


async def test_what_makes_no_sense_is_refused(site, ada, ben):
    mine = await site.store.write(publish_note, site.peer.unit(), ada.me.id, "Mine", Visibility.PUBLIC)
    secret = await site.store.write(publish_note, site.peer.unit(), ben.me.id, "Secret", Visibility.DIRECT)
    target = str(ben.me.id)
    for status, sent in (
        (404, {}),
        (404, {"account_id": "1"}),
        (404, {"account_id": target, "status_ids": [str(mine.id)]}),
        (404, {"account_id": target, "status_ids": [str(secret.id)]}),
        (422, {"account_id": target, "comment": "x" * 1_001}),
        (422, {"account_id": target, "category": "boredom"}),
        (422, {"account_id": target, "rule_ids": ["7"]}),
    ):
        await ada.post("v1/reports", status, **sent)
    await App(site.peer).post("v1/reports", 401, account_id=target)
    reader = App(site.peer, await site.peer.token(ada.me, "read"))
    await reader.post("v1/reports", 403, account_id=target)
    assert await stored(site.peer) == []


async def test_nobody_floods_the_moderators(site, ada, ben):
    for _ in range(MAX_A_DAY):
        await ada.post("v1/reports", account_id=str(ben.me.id))
    await ada.post("v1/reports", 429, account_id=str(ben.me.id))
    assert len(await stored(site.peer)) == MAX_A_DAY


async def test_a_rule_that_was_broken_makes_it_a_violation(site, ada, ben):
    await site.store.write(put_rule, Rule(7, "Be kind", ""))
    made = await ada.post("v1/reports", account_id=str(ben.me.id), rule_ids=["7"])
    assert (made["category"], made["rule_ids"]) == ("violation", ["7"])


async def test_a_forwarded_report_reaches_the_other_node_without_a_name(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        ann, ben = await app_of(hospital, "ann"), await app_of(university, "ben")
        there = await hospital.system.federation.fetcher.actor(ben.me.uri)
        made = await ann.post("v1/reports", account_id=str(there.id), comment="rude", forward="true")
        assert made["forwarded"]
        quiet = await ann.post("v1/reports", account_id=str(there.id), comment="only here")
        assert not quiet["forwarded"]
        await net.settle()
        (row,) = await stored(university)
        assert (row.target_uri, row.comment) == (ben.me.uri, "rude")
        assert row.reporter_uri != ann.me.uri
