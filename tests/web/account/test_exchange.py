"""Files of follows, blocks and the like: out as Mastodon writes them, in line by line, bad lines told."""

import aiohttp
import pytest

from node.domain.exchange import Kind, read, write
from node.domain.visibility import Visibility
from node.errors import Conflict, Invalid
from node.services.people import exchange
from node.store.people import exchange as store
from tests.client import App, app_of
from tests.network import network
from tests.notes import publish_note


def test_files_are_read_with_and_without_a_first_line():
    assert read(b"\xef\xbb\xbfAccount address,Show boosts\n\nada@x.example , true\n") == [["ada@x.example", "true"]]
    assert read(b'"My, list",ada@x.example') == [["My, list", "ada@x.example"]]
    for wrong in (b"", b"\n\n", b"\xff\xfe", b"Account address\n", b"x" * 1_000_001, b"a\n" * 10_001):
        with pytest.raises(Invalid):
            read(wrong)


def test_no_cell_is_a_formula():
    assert write(Kind.LISTS, [["=HYPERLINK()", "ada@x.example"]]) == "'=HYPERLINK(),ada@x.example\n"
    assert read(b"'=HYPERLINK(),ada@x.example\n") == [["=HYPERLINK()", "ada@x.example"]]


@pytest.fixture
async def pair(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        yield net


async def bring(app: App, kind: Kind, text: str) -> int:
    unit = app.peer.unit()
    return await app.peer.store.write(exchange.begin, unit, app.me.id, kind, "x.csv", text.encode())


async def take(app: App, kind: Kind) -> str:
    return await app.peer.store.read(exchange.export, app.me.id, kind)


async def test_everything_goes_out_and_comes_in_at_another_account(pair):
    hospital, university = pair.peers
    ann, ben, new = await app_of(hospital, "ann"), await app_of(university, "ben"), await app_of(university, "annie")
    foe = await app_of(hospital, "foe")
    host, there = hospital.system.node.config.host, await hospital.system.federation.fetcher.actor(ben.me.uri)
    note = await university.store.write(publish_note, university.unit(), ben.me.id, "Hello", Visibility.PUBLIC)
    await ann.post(f"v1/accounts/{there.id}/follow", reblogs=False, notify=True, languages=["de", "en"])
    await pair.settle()
    await ann.post(f"v1/accounts/{foe.me.id}/block")
    await ann.post(f"v1/accounts/{foe.me.id}/mute", notifications=False)
    await ann.post("v1/domain_blocks", domain="bad.example")
    made = await ann.post("v1/lists", title="=Friends")
    await ann.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(there.id)])
    kept = (await ann.get("v2/search", q=note.uri, resolve=True))["statuses"][0]
    await ann.post(f"v1/statuses/{kept['id']}/bookmark")
    files = {kind: await take(ann, kind) for kind in Kind}
    handle = f"ben@{there.host}"
    assert files[Kind.FOLLOWS].splitlines() == [
        "Account address,Show boosts,Notify on new posts,Languages", f'{handle},false,true,"de, en"',
    ]  # fmt: skip
    assert files[Kind.BLOCKS] == f"foe@{host}\n"
    assert files[Kind.MUTES].splitlines()[1] == f"foe@{host},false"
    assert files[Kind.DOMAINS] == "bad.example\n"
    assert files[Kind.LISTS] == f"'=Friends,{handle}\n"
    assert files[Kind.BOOKMARKS] == f"{note.uri}\n"
    for kind in (Kind.FOLLOWS, Kind.BLOCKS, Kind.MUTES):
        await bring(new, kind, files[kind])
    await pair.settle()
    for kind in (Kind.DOMAINS, Kind.LISTS, Kind.BOOKMARKS):
        await bring(new, kind, files[kind])
    await pair.settle()
    for row in await university.store.read(store.list_imports, new.me.id, 10):
        assert (row.kind, row.total, row.done, row.failed) == (row.kind, 1, 1, 0)
        assert row.finished_at
    assert (await take(new, Kind.FOLLOWS)) == files[Kind.FOLLOWS]
    assert (await take(new, Kind.BOOKMARKS)) == files[Kind.BOOKMARKS]
    assert (await take(new, Kind.BLOCKS)) == files[Kind.BLOCKS]


async def test_bad_lines_are_told_and_stop_no_other(pair):
    hospital, university = pair.peers
    ann, ben = await app_of(hospital, "ann"), await app_of(university, "ben")
    host = university.system.node.config.host
    lines = [
        "nobody@127.0.0.1:1",
        "no address",
        f"ben@{host}",
        f"nobody@{host}",
        "ann@" + hospital.system.node.config.host,
    ]
    import_id = await bring(ann, Kind.FOLLOWS, "\n".join(lines))
    await pair.settle()
    row = await hospital.store.read(store.find_import, import_id)
    assert (row.total, row.done, row.failed) == (5, 1, 4)
    failed = await hospital.store.read(store.load_failed, import_id, 10)
    assert [each.number for each in failed] == [1, 2, 4, 5]
    assert all(each.problem for each in failed)
    assert len(await ben.get(f"v1/accounts/{ben.me.id}/followers")) == 1


async def test_long_files_are_worked_off_in_batches_and_not_too_many_wait(pair):
    hospital = pair.peers[0]
    ann = await app_of(hospital, "ann")
    import_id = await bring(ann, Kind.DOMAINS, "\n".join(f"d{number}.example" for number in range(45)))
    for _ in range(2):
        await bring(ann, Kind.DOMAINS, "x.example")
    with pytest.raises(Conflict):
        await bring(ann, Kind.DOMAINS, "x.example")
    await pair.settle()
    assert (await hospital.store.read(store.find_import, import_id)).done == 45
    await bring(ann, Kind.DOMAINS, "y.example")


async def test_the_page_takes_files_and_shows_how_far_they_are(site):
    await site.set_up()
    csrf = await site.csrf("/settings/data")
    form = aiohttp.FormData()
    for name, value in (("csrf", csrf), ("kind", "domains")):
        form.add_field(name, value)
    form.add_field("file", b"bad.example\n<b>no domain</b>\n", filename="blocked.csv", content_type="text/csv")
    url = site.peer.origin + "/settings/data"
    async with site.browser.post(url, data=form, headers={"Accept": "text/html"}, allow_redirects=False) as answer:
        assert answer.status == 303
    await site.peer.system.worker.drain()
    page = await site.get("/settings/data")
    assert "blocked.csv" in page
    assert "Line 2" in page
    assert "&lt;b&gt;no domain" in page
    assert await site.get("/settings/data/domains.csv") == "bad.example\n"
    await site.get("/settings/data/passwords.csv", 404)
    async with site.browser.post(
        url, data={"csrf": csrf, "kind": "domains"}, headers={"Accept": "text/html"}
    ) as answer:
        assert answer.status == 422
    async with site.browser.post(url, data={"csrf": "x", "kind": "domains"}, headers={"Accept": "text/html"}) as answer:
        assert answer.status == 403
