"""Files of other servers through our proxy: fetched once, bounded, checked by content, and never an open proxy."""

import asyncio
import errno
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Connection

from federation.fetching import remote_media
from federation.transport.http1 import FileReader
from node.clock import DAY, HOUR, MINUTE, FixedClock
from node.domain.media import Form
from node.domain.moderation import DomainPolicy
from node.errors import NotFound, RemoteMalformed
from node.media.links import MediaLinks, proxy_key
from node.store.federation import policies
from node.store.people import actors
from tests import media_files as files
from tests.broken_peers import BrokenPeer, Request, bomb, hangs_up, is_endless, redirects, response, says
from tests.client import App
from tests.network import Peer, running_peer
from tests.rows import each_row

PNG = files.picture("PNG")


@dataclass
class Gallery:
    """Another server: what it answers by path, and how often it was asked."""

    peer: BrokenPeer
    answers: dict[str, object] = field(default_factory=dict)

    def asked(self, path: str) -> int:
        return sum(request.path == path for request in self.peer.requests)


@pytest.fixture
async def gallery() -> AsyncIterator[Gallery]:
    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        found = made.answers.get(request.path, says(response(status="404 Not Found")))
        await found(request, writer)

    async with BrokenPeer(answer, host="127.2.0.9") as peer:
        made = Gallery(peer, {"/a.png": says(response(PNG, Content_Type="text/html"))})
        yield made


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Peer]:
    async with running_peer(tmp_path, "uni", clock=FixedClock()) as peer:
        yield peer


def links(node: Peer) -> MediaLinks:
    return node.system.node.links


async def load(node: Peer, url: str) -> tuple[int, str, bytes, dict[str, str]]:
    async with node.http.get(links(node).proxied(url)) as answer:
        return answer.status, answer.content_type, await answer.read(), dict(answer.headers)


async def status(node: Peer, url: str) -> int:
    return (await load(node, url))[0]


def cached(node: Peer) -> list[Path]:
    folder = node.system.node.config.data_dir / "media-cache"
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


async def test_a_file_is_fetched_once_and_is_what_its_content_says(node, gallery):
    url = gallery.peer.url("/a.png")
    answers = await asyncio.gather(*(load(node, url) for _ in range(5)))
    assert {answer[:3] for answer in answers} == {(200, "image/png", PNG)}
    headers = answers[0][3]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cache-Control"] == "public, max-age=86400"
    assert gallery.asked("/a.png") == 1
    assert gallery.peer.requests[0].headers.keys() <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
    async with node.http.get(links(node).proxied(url), headers={"Range": "bytes=1-3"}) as part:
        assert (part.status, await part.read()) == (206, b"PNG")


async def test_only_what_this_node_signed_is_fetched(node, gallery):
    url = gallery.peer.url("/a.png")
    ours = links(node).proxied(url)
    signature, address = ours.split("/")[-2:]
    other = MediaLinks(node.origin, (proxy_key(b"x" * 32),)).proxied(url)
    elsewhere = links(node).proxied(gallery.peer.url("/b.png")).split("/")[-1]
    for wrong in (
        other,
        ours.replace(signature, "A" * 22),
        ours.replace(address, elsewhere),
        ours.replace(address, address[:-2]),
        f"{node.origin}/media/remote/{gallery.peer.url('/a.png')}",
        f"{node.origin}/media/remote/{signature}/%2e%2e",
        f"{node.origin}/media/remote/{signature}/A",
        ours + "A",
    ):
        assert (await App(node).ask("GET", wrong.removeprefix(node.origin))).status == 404, wrong
    assert gallery.peer.requests == []


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/a.png", "http://169.254.169.254/latest/meta-data", "https://localhost/a.png", "http://[::1]:1/x"],
)
async def test_addresses_that_the_node_does_not_call_are_not_there(node, url):
    assert await status(node, url) == 404


TROUBLE = {
    "a page": says(response(b"<!doctype html><script>alert(1)</script>", Content_Type="image/png")),
    "an SVG": says(response(b"<svg xmlns='http://www.w3.org/2000/svg'/>", Content_Type="image/svg+xml")),
    "nothing": says(response(b"")),
    "an error": says(response(PNG, status="500 Oops")),
    "too much": says(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"),
    "no end": is_endless(b"HTTP/1.1 200 OK\r\n\r\n", PNG + bytes(1_000_000)),
    "a broken answer": hangs_up(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + PNG[:50]),
    "a bomb": bomb(50_000_000),
    "a circle": redirects(lambda request: request.path),
    "a way inside": redirects(lambda _: "http://10.0.0.1/a.png"),
}


@pytest.mark.parametrize("name", TROUBLE)
async def test_what_goes_wrong_is_not_there_and_not_asked_again_at_once(node, gallery, name):
    gallery.answers["/x"] = TROUBLE[name]
    url = gallery.peer.url("/x")
    assert await status(node, url) == 404
    asked = gallery.asked("/x")
    assert await status(node, url) == 404
    assert gallery.asked("/x") == asked
    assert [path.stat().st_size for path in cached(node)] == [0]
    node.system.node.clock.advance(11 * MINUTE)
    gallery.answers["/x"] = says(response(PNG))
    assert await status(node, url) == 200


async def test_copies_grow_old(node, gallery):
    url, clock = gallery.peer.url("/a.png"), node.system.node.clock
    await status(node, url)
    clock.advance(6 * DAY)
    await node.system.federation.media.trim()
    assert await status(node, url) == 200
    assert gallery.asked("/a.png") == 1
    clock.advance(2 * DAY)
    assert await status(node, url) == 200
    assert gallery.asked("/a.png") == 2
    clock.advance(8 * DAY)
    await node.system.federation.media.trim()
    assert cached(node) == []


async def test_the_longest_unused_copies_go_first(node, gallery):
    media, clock = node.system.federation.media, node.system.node.clock
    for number in range(6):
        gallery.answers[f"/{number}.png"] = says(response(PNG + bytes(1_000)))
        url = gallery.peer.url(f"/{number}.png")
        await status(node, url)
        # When it was read, as the file system of a machine with the test's clock would say.
        os.utime(media._path(url), (clock.now() / 1_000 + number, clock.now() / 1_000))
    clock.advance(2 * HOUR)
    await status(node, gallery.peer.url("/0.png"))  # used again
    media._cache_bytes = 3 * (len(PNG) + 1_000)
    await media.trim()
    kept = [number for number in range(6) if media._path(gallery.peer.url(f"/{number}.png")).exists()]
    assert kept == [0, 4, 5]


async def test_a_full_cache_is_trimmed_while_it_fills(node, gallery):
    media = node.system.federation.media
    media._cache_bytes = 4 * (len(PNG) + 50_000)
    for number in range(12):
        gallery.answers[f"/{number}.png"] = says(response(PNG + bytes(50_000)))
        assert await status(node, gallery.peer.url(f"/{number}.png")) == 200
        assert sum(path.stat().st_size for path in cached(node)) <= media._cache_bytes


async def test_what_another_process_removes_meanwhile_is_fetched_again(node, gallery, monkeypatch):
    url = gallery.peer.url("/a.png")
    assert await status(node, url) == 200
    look = remote_media._form_of

    def too_late(path: Path) -> Form | None:
        monkeypatch.setattr(remote_media, "_form_of", look)
        path.unlink()
        return look(path)

    monkeypatch.setattr(remote_media, "_form_of", too_late)
    assert await status(node, url) == 200
    assert gallery.asked("/a.png") == 2


async def test_a_copy_that_is_being_written_is_left_alone_and_a_broken_one_goes(node, gallery):
    media, clock = node.system.federation.media, node.system.node.clock
    await status(node, gallery.peer.url("/a.png"))
    (copy,) = cached(node)
    partial = copy.parent / ".partial-abc"
    partial.write_bytes(bytes(5_000))
    os.utime(partial, (clock.now() / 1_000 - 9, clock.now() / 1_000))
    media._cache_bytes = 2 * len(PNG)
    await media.trim()
    assert set(cached(node)) == {copy, partial}
    clock.advance(2 * HOUR)
    await media.trim()
    assert cached(node) == [copy]


async def test_a_full_disk_is_no_failure_of_the_node(node, gallery, monkeypatch):
    async def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(node.system.federation.media._client, "download", full)
    assert await status(node, gallery.peer.url("/a.png")) == 404


@pytest.mark.parametrize("policy", [DomainPolicy.BLOCK, DomainPolicy.MEDIA_FREE])
async def test_policies_hold_for_copies_too(node, gallery, policy):
    url = gallery.peer.url("/a.png")
    assert await status(node, url) == 200
    await node.store.write(policies.set_policy, "127.2.0.9", policy, "", 0)
    await node.system.federation.policies.load()
    assert await status(node, url) == 404
    assert gallery.asked("/a.png") == 1


async def test_a_new_key_keeps_old_links_until_it_is_forgotten():
    old, new = proxy_key(b"o" * 32), proxy_key(b"n" * 32)
    url = "https://far.example/a.png?b=1"
    path = MediaLinks("https://x.example", (old,)).proxied(url)
    signature, address = path.split("/")[-2:]
    assert MediaLinks("https://x.example", (new, old)).read_proxied(signature, address) == url
    with pytest.raises(NotFound):
        MediaLinks("https://x.example", (new,)).read_proxied(signature, address)


@each_row(
    "url, becomes",
    [
        ("", ""),
        ("https://x.example/media/1.png", "https://x.example/media/1.png"),
        ("https://cdn.x.example/ab/1.png", "https://cdn.x.example/ab/1.png"),
        ("javascript:alert(1)", ""),
        ("data:image/png;base64,AA", ""),
        ("https://user:pass@far.example/", ""),
        ("https://far.example/" + "a" * 5_000, ""),
        ("https://x.example.evil.example/a", None),
        ("http://x.example/a", None),
    ],
)
async def test_addresses_become_ours(url, becomes):
    found = MediaLinks("https://x.example", (b"k",), "https://cdn.x.example").proxied(url)
    if becomes is None:
        assert re.fullmatch(r"https://x\.example/media/remote/[A-Za-z0-9_-]{22}/[A-Za-z0-9_-]+", found)
    else:
        assert found == becomes


async def test_a_file_is_read_without_keeping_it(tmp_path):
    with (tmp_path / "file").open("w+b") as file:
        reader = FileReader(1_000, file)
        assert reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + bytes(900))
        assert (file.tell(), reader.body) == (900, b"")
        over = FileReader(100, file)
        with pytest.raises(RemoteMalformed):
            over.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + bytes(101))


# -- where readers meet them ----------------------------------------------------------------------------------------


async def test_pages_show_remote_pictures_from_us_alone(node, gallery):
    icon = gallery.peer.url("/a.png")

    def known(conn: Connection) -> None:
        actors.insert_actor(
            conn,
            id=node.unit().ids.new(),
            uri="https://far.example/users/bo",
            kind="person",
            local=False,
            username="bo",
            host="far.example",
            icon=icon,
            created_at=0,
            updated_at=0,
        )

    await node.store.write(known)
    path = "/@bo@far.example"
    async with node.http.get(node.origin + path, headers={"Accept": "text/html"}) as answer:
        page = await answer.text()
    assert links(node).proxied(icon) in page
    assert icon not in page
    await node.store.write(policies.set_policy, "far.example", DomainPolicy.MEDIA_FREE, "", 0)
    await node.system.federation.policies.load()
    async with node.http.get(node.origin + path, headers={"Accept": "text/html"}) as answer:
        assert "/media/remote/" not in await answer.text()
