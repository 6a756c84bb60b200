"""The one outgoing client against servers that misbehave: security rules OUT1 to OUT10, each by its letter.

Everything runs on both event loops, because the node uses uvloop where it installs.
"""

import asyncio
import re
import socket
import ssl
import warnings
from pathlib import Path

import pytest
import uvloop

from federation.address import AddressPolicy, OwnAddress, parse_url
from federation.connection import Dialer, Timeouts
from federation.http import OutboundClient
from federation.http1 import ResponseReader
from federation.mediatype import ACCEPT_ACTIVITY, LD_JSON_AS2
from node.clock import FixedClock
from node.errors import (
    Blocked,
    RemoteGone,
    RemoteMalformed,
    RemoteNotFound,
    RemoteRefused,
    RemoteUnavailable,
    Unavailable,
)
from tests.broken_peers import (
    ACTIVITY,
    BrokenPeer,
    bomb,
    by_path,
    drips,
    hangs_up,
    in_turn,
    is_endless,
    is_silent,
    redirects,
    response,
    says,
    says_json,
)
from tests.tls import Authority

PUBLIC = AddressPolicy()
DEVELOPMENT = AddressPolicy(allow_loopback_peers=True)
HASTY = Timeouts(name=0.1, connect=0.1, tls=0.1, silence=0.1, total=0.2)
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(autouse=True, params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def _asyncio_loop_factory(request):
    """Overrides pytest-asyncio's own fixture for this module; its hook would change the names of all tests."""
    return request.param


async def get_activity(client, url):
    return client.read_activity(await client.get(url, accept=ACCEPT_ACTIVITY))


@pytest.fixture
async def make_client():
    """Clients that may call loopback, unless told otherwise; closed at the end."""
    clients = []

    def make(policy=DEVELOPMENT, **options):
        client = OutboundClient(policy, user_agent="Rhizome/test", clock=FixedClock(), **options)
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.fixture(scope="module")
def authority():
    return Authority()


class Names:
    """A resolver that answers from a list, one entry for each question, the last one for ever."""

    def __init__(self, *answers):
        self.answers, self.questions = list(answers), []

    async def __call__(self, host, port):
        self.questions.append((host, port))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [(ip, port) if isinstance(ip, str) else ip for ip in answer]


# OUT1, OUT2: which address the socket goes to


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::"],
        ["1.1.1.1", "10.0.0.1"],
        ["2606:4700::1111", "1.1.1.1", "fe80::1%eth0"],
    ],
)
async def test_out1_a_name_with_one_special_address_is_refused(make_client, addresses):
    names = Names(addresses)
    for policy in (PUBLIC, DEVELOPMENT):
        if policy is PUBLIC or addresses != ["::1"]:
            with pytest.raises(RemoteRefused):
                await make_client(policy, resolver=names).get("https://peer.example/")


async def test_out1_no_byte_reaches_a_server_on_a_refused_address(make_client):
    async with BrokenPeer(says_json()) as peer:
        names = Names([("127.0.0.1", peer.port)])
        with pytest.raises(RemoteRefused):
            await make_client(PUBLIC, resolver=names).get("https://peer.example/")
        with pytest.raises(RemoteRefused):
            await make_client(PUBLIC, resolver=names).post("https://peer.example/inbox", b"{}", {})
        assert peer.connections == 0


@pytest.mark.parametrize("location", ["http://10.0.0.1/", "https://peer.example/", "http://[::ffff:7f00:1]/"])
async def test_out1_a_redirect_to_a_special_address_is_refused(make_client, location):
    async with BrokenPeer(redirects(lambda _: location)) as peer:
        with pytest.raises(RemoteRefused):
            await make_client(resolver=Names(["192.168.0.1"])).get(peer.url())
        assert len(peer.requests) == 1


async def test_out2_a_name_is_asked_once_and_the_checked_address_is_called(make_client, authority):
    tls = authority.server_context("peer.example")
    async with BrokenPeer(says_json(), tls=tls) as peer:
        names = Names([("127.0.0.1", peer.port)], ["10.0.0.1"])
        client = make_client(resolver=names, tls=authority.client_context())
        await client.get("https://peer.example/")
        assert names.questions == [("peer.example", 443)]
        await client.get("https://peer.example/again")
        assert (len(names.questions), peer.connections) == (1, 1)
        peer.drop_connections()
        with pytest.raises(RemoteRefused):
            await client.get("https://peer.example/")
        assert (len(names.questions), peer.connections) == (2, 1)


async def test_an_address_that_does_not_answer_gives_way_to_the_next(make_client, authority):
    tls = authority.server_context("peer.example")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with BrokenPeer(says_json(), tls=tls) as peer:
            names = Names([closed.getsockname(), ("127.0.0.1", peer.port)])
            client = make_client(resolver=names, tls=authority.client_context())
            assert (await client.get("https://peer.example/")).status == 200


@pytest.mark.parametrize("answer", [socket.gaierror("unknown"), OSError("broken"), []])
async def test_a_name_without_an_address_is_unavailable(make_client, answer):
    with pytest.raises(RemoteUnavailable):
        await make_client(PUBLIC, resolver=Names(answer)).get("https://peer.example/")


async def test_a_name_server_that_never_answers_is_unavailable(make_client):
    async def never(_host, _port):
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RemoteUnavailable):
        await make_client(PUBLIC, resolver=never, timeouts=HASTY).get("https://peer.example/")


async def test_the_system_resolver_knows_localhost(client):
    async with BrokenPeer(says_json()) as peer:
        assert (await client.get(f"http://localhost:{peer.port}/")).status == 200
        assert peer.requests[0].headers["host"] == f"localhost:{peer.port}"


# OUT3 to OUT5: what is refused by its text (the table of spellings is in test_address.py)


@pytest.mark.parametrize(
    "url",
    ["http://peer.example/", "https://ada@peer.example/", "https://127.0.0.1/", "https://127.1/", "https://intranet/",
     "https://peer.local/", "https://peer.example:8443/", "gopher://peer.example/"],
)  # fmt: skip
async def test_out3_out4_nothing_is_resolved_for_an_odd_address(make_client, url):
    names = Names(["1.1.1.1"])
    client = make_client(PUBLIC, resolver=names)
    with pytest.raises(RemoteRefused):
        await client.get(url)
    with pytest.raises(RemoteRefused):
        await client.post(url, b"{}", {})
    assert names.questions == []


async def test_out5_our_own_host_is_never_called(make_client):
    names = Names(["1.1.1.1"])
    client = make_client(AddressPolicy(own_hosts=frozenset({"learn.uni.example"})), resolver=names)
    with pytest.raises(OwnAddress):
        await client.get("https://Learn.Uni.Example.:443/ap/o/1")
    with pytest.raises(OwnAddress):
        await client.post("https://learn.uni.example/inbox", b"{}", {})
    assert names.questions == []


async def test_a_blocked_host_is_not_called_and_not_redirected_to(make_client):
    async with BrokenPeer(redirects(lambda _: "http://127.0.0.9:8101/")) as peer:
        client = make_client(blocked=lambda host: host == "127.0.0.9:8101")
        with pytest.raises(Blocked):
            await client.get(peer.url())
        with pytest.raises(Blocked):
            await client.post("http://127.0.0.9:8101/inbox", b"{}", {})


# OUT6: redirects


async def test_out6_three_redirects_are_followed_and_the_last_address_is_told(client):
    steps = {"/a": "/b", "/b": "/c?d=e", "/c?d=e": "/f"}

    async def answer(request, writer):
        goes_on = request.path in steps
        writer.write(response(status="301 -", Location=steps[request.path]) if goes_on else response(b"{}"))

    async with BrokenPeer(answer) as peer:
        found = await client.get(peer.url("/a#fragment"))
        assert (found.status, found.url) == (200, peer.url("/f"))
        assert [request.path for request in peer.requests] == ["/a", "/b", "/c?d=e", "/f"]


async def test_out6_the_fourth_redirect_is_refused(client):
    async with BrokenPeer(redirects(lambda request: request.path + "x")) as peer:
        with pytest.raises(RemoteRefused):
            await client.get(peer.url("/"))
        assert len(peer.requests) == 4


@pytest.mark.parametrize("location", ["/", "#again", "//127.0.0.1:{port}"])
async def test_out6_a_circle_is_refused(client, location):
    async with BrokenPeer(redirects(lambda _: location.format(port=peer.port))) as peer:
        with pytest.raises(RemoteRefused):
            await client.get(peer.url("/"))
        assert len(peer.requests) == 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "https://[", "https://ada@peer.example/", "\xff\xfe"])
async def test_out6_a_redirect_to_no_proper_address_is_refused(client, location):
    async with BrokenPeer(says(response(status="302 -", Location=location, X="y").decode().encode("latin-1"))) as peer:
        with pytest.raises(RemoteRefused):
            await client.get(peer.url())


async def test_out6_a_redirect_to_our_own_host_is_refused(make_client):
    client = make_client(AddressPolicy(own_hosts=frozenset({"learn.uni.example"}), allow_loopback_peers=True))
    async with BrokenPeer(redirects(lambda _: "https://learn.uni.example/ap/o/1")) as peer:
        with pytest.raises(RemoteRefused):
            await client.get(peer.url())


async def test_out6_https_does_not_lead_to_http(make_client, authority):
    async with BrokenPeer(says_json()) as plain:
        tls = authority.server_context("peer.example")
        async with BrokenPeer(redirects(lambda _: plain.url()), tls=tls) as peer:
            names = Names([("127.0.0.1", peer.port)])
            with pytest.raises(RemoteRefused):
                await make_client(resolver=names, tls=authority.client_context()).get("https://peer.example/")
        assert plain.connections == 0


async def test_out6_each_hop_is_signed_anew_and_other_origins_learn_nothing(client):
    async def sign(url):
        return {"Signature": f"for {url}"}

    async with BrokenPeer(says_json()) as last, BrokenPeer(redirects(lambda _: last.url("/z"))) as first:
        await client.get(first.url("/a"), sign=sign, headers={"If-None-Match": '"1"'})
        assert first.requests[0].headers["signature"] == f"for {first.url('/a')}"
        assert first.requests[0].headers["if-none-match"] == '"1"'
        assert last.requests[0].headers["signature"] == f"for {last.url('/z')}"
        assert "if-none-match" not in last.requests[0].headers


@pytest.mark.parametrize("status", ["301 -", "302 -", "303 -", "307 -", "308 -"])
async def test_out6_a_post_is_never_redirected(client, status):
    async with BrokenPeer(redirects(lambda _: "/elsewhere", status)) as peer:
        answer = await client.post(peer.url("/inbox"), b"{}", {"Content-Type": ACTIVITY})
        assert answer.status == int(status[:3])
        assert [request.path for request in peer.requests] == ["/inbox"]


async def test_a_redirect_status_without_a_location_is_an_answer(client):
    async with BrokenPeer(says(response(status="304 Not Modified"))) as peer:
        assert (await client.get(peer.url())).status == 304


# OUT7, OUT8


async def test_out7_proxies_of_the_environment_are_ignored(make_client, monkeypatch):
    async with BrokenPeer(says_json()) as proxy, BrokenPeer(says_json()) as peer:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        await make_client().get(peer.url())
        assert (proxy.connections, peer.connections) == (0, 1)


class Proxy(BrokenPeer):
    """Connects where it is asked to, whatever the name: to ``port`` on loopback; or answers ``refusal``."""

    def __init__(self, port: int, refusal: bytes = b"") -> None:
        super().__init__(self._relay)
        self._port, self._refusal, self.asked = port, refusal, list[str]()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        await super()._serve(reader, writer)

    async def _relay(self, request, writer: asyncio.StreamWriter) -> None:
        self.asked.append(f"{request.method} {request.path}")
        if self._refusal:
            writer.write(self._refusal)
            return
        near, far = self._reader, await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(self._copy(near, far[1]), self._copy(far[0], writer))
        finally:
            far[1].close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(4_096):
            writer.write(piece)
            await writer.drain()
        writer.close()


async def test_out7_a_named_proxy_connects_and_the_certificate_is_still_that_of_the_name(make_client, authority):
    async with BrokenPeer(says_json(), tls=authority.server_context("peer.example")) as peer, Proxy(peer.port) as proxy:
        options = {"tls": authority.client_context(), "proxy": ("127.0.0.1", proxy.port)}
        client = make_client(PUBLIC, resolver=Names([]), **options)
        await get_activity(client, "https://peer.example/")
        assert proxy.asked == ["CONNECT peer.example:443"]
        assert peer.requests[0].headers["host"] == "peer.example"
        with pytest.raises(RemoteUnavailable):
            await client.get("https://other.example/")
        for refused in ("https://127.0.0.1/", "http://peer.example/", "https://peer.example:8443/"):
            with pytest.raises(RemoteRefused):
                await client.get(refused)
        assert len(peer.requests) == 1


PROXY_ANSWERS = {
    "cannot reach it": (response(status="502 Bad Gateway"), RemoteUnavailable),
    "wants a password": (response(status="407 Proxy Authentication Required"), Unavailable),
    "forbids it": (response(status="403 Forbidden"), Unavailable),
    "speaks something else": (b"SSH-2.0\r\n\r\n", Unavailable),
    "says too much": (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", Unavailable),
    "never ends": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 3_000, Unavailable),
}


@pytest.mark.parametrize(("answer", "error"), PROXY_ANSWERS.values(), ids=PROXY_ANSWERS.keys())
async def test_out7_a_proxy_that_does_not_connect_says_nothing_about_the_host(make_client, answer, error):
    async with Proxy(1, answer) as proxy:
        client = make_client(PUBLIC, proxy=("127.0.0.1", proxy.port))
        with pytest.raises(error) as caught:
            await client.get("https://peer.example/")
        assert type(caught.value) is error


async def test_out7_a_proxy_that_is_not_there_or_is_silent(make_client):
    async with BrokenPeer(is_silent()) as proxy:
        with pytest.raises(RemoteUnavailable):
            await make_client(timeouts=HASTY, proxy=("127.0.0.1", proxy.port)).get("https://peer.example/")
        port = proxy.port
    with pytest.raises(Unavailable):
        await make_client(proxy=("127.0.0.1", port)).get("https://peer.example/")


async def test_out8_a_certificate_for_the_name_is_accepted(make_client, authority):
    async with BrokenPeer(says_json(), tls=authority.server_context("peer.example")) as peer:
        client = make_client(resolver=Names([("127.0.0.1", peer.port)]), tls=authority.client_context())
        found = await client.get("https://Peer.Example./")
        assert (found.url, peer.requests[0].headers["host"]) == ("https://peer.example/", "peer.example")


@pytest.mark.parametrize("flaw", ["other name", "expired", "unknown authority", "no TLS", "old TLS"])
async def test_out8_what_does_not_prove_the_name_gets_no_request(make_client, authority, flaw):
    tls = {
        "other name": lambda: authority.server_context("other.example"),
        "expired": lambda: authority.server_context("peer.example", expired=True),
        "unknown authority": lambda: Authority().server_context("peer.example"),
        "no TLS": lambda: None,
        "old TLS": lambda: _old_tls(authority.server_context("peer.example")),
    }[flaw]()
    async with BrokenPeer(says(b"220 hello\r\n"), tls=tls) as peer:
        client = make_client(resolver=Names([("127.0.0.1", peer.port)]), tls=authority.client_context(), timeouts=HASTY)
        with pytest.raises(RemoteUnavailable):
            await client.get("https://peer.example/")
        assert peer.requests == []


def _old_tls(context):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


async def test_out8_a_context_without_verification_is_no_option(make_client):
    careless = ssl.create_default_context()
    careless.check_hostname = False
    with pytest.raises(ValueError, match="does not verify"):
        make_client(tls=careless)
    careless.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="does not verify"):
        make_client(tls=careless)


async def test_out8_versions_below_1_2_are_off_in_every_context(authority):
    context = authority.client_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    Dialer(PUBLIC, tls=context)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


# OUT9: size and time (the table of framings is in test_http1.py)


OVERSIZED = {
    "announced": says(b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"),
    "streamed": is_endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536),
    "chunked": is_endless(CHUNKED, b"1000\r\n" + b"x" * 4_096 + b"\r\n"),
    "bomb": bomb(20_000_000),
    "head": is_endless(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 1_000),
    "interim": is_endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
}


@pytest.mark.parametrize("answer", OVERSIZED.values(), ids=OVERSIZED)
async def test_out9_an_endless_answer_is_cut_off(client, answer):
    async with BrokenPeer(answer) as peer:
        with pytest.raises(RemoteMalformed):
            await get_activity(client, peer.url())


async def test_out9_the_limit_is_the_callers(client):
    async with BrokenPeer(says(response(b"x" * 11))) as peer:
        assert len((await client.get(peer.url(), max_bytes=11)).body) == 11
        with pytest.raises(RemoteMalformed):
            await client.get(peer.url(), max_bytes=10)


SLOW = {
    "silent": is_silent(),
    "silent after the head": is_silent(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
    "dripping head": drips(b"HTTP/1.1 200 OK\r\n" + b"A: bcdefgh\r\n" * 20, seconds=0.015),
    "dripping body": drips(b"x" * 90, seconds=0.015, rest=b""),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
async def test_out9_a_slow_answer_is_given_up(make_client, answer):
    async with BrokenPeer(answer) as peer:
        client = make_client(timeouts=HASTY)
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        with pytest.raises(RemoteUnavailable):
            await client.get(peer.url())
        assert loop.time() - started_at < 2
        with pytest.raises(RemoteUnavailable):
            await client.post(peer.url(), b"{}", {})


async def test_out9_all_redirects_together_have_one_time_limit(make_client):
    async def answer(request, writer):
        await asyncio.sleep(0.1)
        writer.write(response(status="302 -", Location=request.path + "x"))

    async with BrokenPeer(answer) as peer:
        with pytest.raises(RemoteUnavailable):
            await make_client().get(peer.url(), timeout=0.25)
        assert len(peer.requests) == 3


async def test_a_server_that_takes_the_connection_and_no_tls_is_given_up(make_client, authority):
    async with BrokenPeer(is_silent()) as peer:
        client = make_client(resolver=Names([("127.0.0.1", peer.port)]), tls=authority.client_context(), timeouts=HASTY)
        with pytest.raises(RemoteUnavailable):
            await client.get("https://peer.example/")


async def test_a_closed_port_is_unavailable(client):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(RemoteUnavailable):
            await client.get(f"http://127.0.0.1:{closed.getsockname()[1]}/")


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"])
async def test_a_server_that_hangs_up_is_an_error(client, before):
    async with BrokenPeer(hangs_up(before)) as peer:
        with pytest.raises((RemoteUnavailable, RemoteMalformed)):
            await client.get(peer.url())
        assert len(peer.requests) == 1


# OUT10 and what a status means


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json",
        "application/activity+json; charset=utf-8",
        "Application/Activity+JSON;charset=UTF-8",
        LD_JSON_AS2,
        'application/ld+json;profile="https://www.w3.org/ns/activitystreams https://example.com/more"; charset=utf-8',
        "application/ld+json ; PROFILE=https://www.w3.org/ns/activitystreams",
    ],
)
async def test_out10_an_activitypub_document_is_read(client, content_type):
    async with BrokenPeer(says_json('{"id": "x"}', content_type)) as peer:
        document = await get_activity(client, peer.url("/o"))
        assert (document.url, document.data, document.raw) == (peer.url("/o"), {"id": "x"}, b'{"id": "x"}')
        assert peer.requests[0].headers["accept"] == ACCEPT_ACTIVITY


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/html",
        "text/plain; application/activity+json",
        "application/octet-stream",
        "image/png",
        "application/ld+json",
        'application/ld+json; profile="https://example.com/other"',
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams#"',
        "application/activity+jsonx",
        "application/x-activity+json",
        "application/json; profile=application/activity+json",
        "application/json, application/activity+json",
        "",
    ],
)
async def test_out10_any_other_content_type_is_malformed(client, content_type):
    async with BrokenPeer(says_json('{"id": "x"}', content_type)) as peer:
        with pytest.raises(RemoteMalformed):
            await get_activity(client, peer.url())


async def test_out10_no_content_type_is_malformed(client):
    async with BrokenPeer(says(response(b"{}"))) as peer:
        with pytest.raises(RemoteMalformed):
            await get_activity(client, peer.url())


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"a": NaN}', '{"a": 1, "a": 2}', "\udcff" * 3, "[" * 2_000])
async def test_a_body_that_is_no_json_object_is_malformed(client, text):
    async with BrokenPeer(says(response(text.encode("utf-8", "surrogateescape"), Content_Type=ACTIVITY))) as peer:
        with pytest.raises(RemoteMalformed):
            await get_activity(client, peer.url())
        with pytest.raises(RemoteMalformed):
            await client.get_json(peer.url())


STATUSES = {
    "404 -": RemoteNotFound, "410 -": RemoteGone, "401 -": RemoteNotFound, "403 -": RemoteNotFound,
    "400 -": RemoteMalformed, "406 -": RemoteMalformed, "501 -": RemoteMalformed, "204 -": RemoteMalformed,
    "203 -": RemoteMalformed, "304 -": RemoteMalformed, "408 -": RemoteUnavailable, "425 -": RemoteUnavailable,
    "429 -": RemoteUnavailable, "500 -": RemoteUnavailable, "503 -": RemoteUnavailable, "599 -": RemoteUnavailable,
}  # fmt: skip


@pytest.mark.parametrize(("status", "error"), STATUSES.items())
async def test_only_200_is_a_document(client, status, error):
    async with BrokenPeer(says_json("{}", status=status)) as peer:
        with pytest.raises(error) as refusal:
            await get_activity(client, peer.url())
        assert type(refusal.value) is error
        assert (await client.get(peer.url())).status == int(status[:3])


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 1),
        ("99999999999999999999", 86_400),
        ("Mon, 21 Sep 2026 14:14:20 GMT", 60),
        ("Mon, 21 Sep 2020 14:14:20 GMT", 1),
        ("Mon, 21 Sep 2036 14:14:20 GMT", 86_400),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("Mon, 99 Sep 99999 14:14:20 GMT", None),
    ],
)
async def test_a_server_may_say_when_to_come_back(client, value, seconds):
    async with BrokenPeer(says(response(status="503 -", Retry_After=value))) as peer:
        with pytest.raises(RemoteUnavailable) as refusal:
            await client.get_json(peer.url())
        assert refusal.value.retry_after_seconds == seconds


async def test_out14_what_a_server_says_about_its_error_is_one_short_line_for_the_log(client):
    text = b"<b>\x1b[31mforged\r\nINFO all is well\x00\xff" + b"x" * 5_000
    async with BrokenPeer(says(response(text, status="500 -"))) as peer:
        with pytest.raises(RemoteUnavailable) as refusal:
            await client.get_json(peer.url())
        assert refusal.value.public == "Another server could not be reached."
        assert "\\x1b[31mforged\\x0d\\x0aINFO" in refusal.value.detail
        assert refusal.value.detail.isprintable()
        assert len(refusal.value.detail) < 300


# Deliveries and connections


async def test_a_delivery_is_sent_as_it_was_signed(client):
    headers = {
        "Date": "Mon, 21 Sep 2026 14:13:20 GMT",
        "Digest": "SHA-256=x",
        "Content-Type": ACTIVITY,
        "Signature": "y",
    }
    async with BrokenPeer(says(response(status="202 Accepted"))) as peer:
        answer = await client.post(peer.url("/inbox?a=b"), b'{"type": "Create"}', {**headers, "Host": peer.url()[7:-1]})
        assert answer.status == 202
        (request,) = peer.requests
        assert (request.method, request.path, request.body) == ("POST", "/inbox?a=b", b'{"type": "Create"}')
        assert {name: request.headers[name.lower()] for name in headers} == headers
        assert (request.headers["host"], request.headers["user-agent"]) == (peer.url()[7:-1], "Rhizome/test")
        assert "cookie" not in request.headers


async def test_the_answer_to_a_delivery_is_read_to_64_kib(client):
    async with BrokenPeer(is_endless(b"HTTP/1.1 401 -\r\nAccept-Signature: x\r\n\r\n", b"x" * 1_000)) as peer:
        answer = await client.post(peer.url(), b"{}", {})
        assert (answer.status, answer.headers["accept-signature"], len(answer.body)) == (401, "x", 65_536)


async def test_an_answer_before_the_request_was_read_still_counts(client):
    writers = []

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(response(status="413 -"))
        writers.append(writer)

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        found = await client.post(f"http://127.0.0.1:{port}/", b"x" * 20_000_000, {})
        assert (found.status, client._pool.idle) == (413, 0)
        for writer in writers:
            writer.transport.abort()


async def test_a_connection_serves_one_request_after_the_other(client):
    async with BrokenPeer(says(response(b"hello"))) as peer:
        for _ in range(5):
            assert (await client.get(peer.url())).body == b"hello"
            assert (await client.post(peer.url(), b"{}", {})).body == b"hello"
        assert peer.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        says(response(b"hello", Connection="close")),
        says(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        says(b"HTTP/1.1 200 OK\r\n\r\nhello", then_close=True),
        says(response(b"hello", Keep_Alive="timeout=1, max=100")),
        says(response(b"hello") + response(b"smuggled")),
    ],
)
async def test_a_connection_that_cannot_be_trusted_again_is_not_used_again(client, answer):
    async with BrokenPeer(answer) as peer:
        for _ in range(2):
            assert (await client.get(peer.url())).body == b"hello"
        assert peer.connections == 2


async def test_what_arrives_between_two_requests_never_becomes_an_answer(client):
    async with BrokenPeer(says(response(b"hello"))) as peer:
        assert (await client.get(peer.url())).body == b"hello"
        (writer,) = peer._writers
        writer.write(response(b"smuggled"))
        await writer.drain()
        await asyncio.wait([next(iter(client._pool._idle)).lost], timeout=5)
        assert client._pool.idle == 0
        assert (await client.get(peer.url())).body == b"hello"
        assert peer.connections == 2


async def test_a_request_over_a_connection_that_was_closed_meanwhile_is_sent_once_more(client):
    async with BrokenPeer(in_turn(says(response(b"1")), hangs_up(), says(response(b"2")))) as peer:
        assert (await client.post(peer.url(), b"{}", {})).body == b"1"
        assert (await client.post(peer.url(), b"{}", {})).body == b"2"
        assert (peer.connections, len(peer.requests)) == (2, 3)


async def test_a_request_over_a_fresh_connection_is_not_sent_again(client):
    async with BrokenPeer(hangs_up()) as peer:
        with pytest.raises(RemoteUnavailable):
            await client.post(peer.url(), b"{}", {})
        assert len(peer.requests) == 1


async def test_a_server_that_speaks_first_is_not_listened_to(client):
    async def answer(reader, writer):
        writer.write(response(b"not asked for"))
        await reader.read()
        writer.transport.abort()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        connection = await client._dialer.dial(parse_url(url))
        await connection.lost
        with pytest.raises(RemoteUnavailable):
            await connection.exchange(b"", ResponseReader(10), silence=1, deadline=0)


class Gate:
    """An answer that waits until it is opened, and counts who waits."""

    def __init__(self):
        self.open, self.waiting, self.most = asyncio.Event(), 0, 0
        self.someone = asyncio.Condition()

    async def __call__(self, request, writer):
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        async with self.someone:
            self.someone.notify_all()
        await self.open.wait()
        self.waiting -= 1
        writer.write(response(b"{}"))

    async def reach(self, count):
        async with self.someone, asyncio.timeout(5):
            await self.someone.wait_for(lambda: self.waiting >= count)


async def test_a_host_gets_four_requests_at_once_after_it_has_answered_one(client):
    gate = Gate()
    async with BrokenPeer(in_turn(says(response()), gate)) as peer:
        await client.get(peer.url())
        async with asyncio.TaskGroup() as group:
            for _ in range(12):
                group.create_task(client.get(peer.url()))
            await gate.reach(4)
            gate.open.set()
        assert (gate.most, len(peer.requests), peer.connections) == (4, 13, 4)


async def test_a_host_that_has_not_answered_gets_one_request_at_a_time(make_client):
    async with BrokenPeer(is_silent()) as peer:
        client = make_client(timeouts=HASTY)
        found = await asyncio.gather(*(client.get(peer.url()) for _ in range(2)), return_exceptions=True)
        assert [type(error) for error in found] == [RemoteUnavailable] * 2
        assert (len(peer.requests), peer.connections) == (2, 2)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.get(peer.url())) for _ in range(3)]
            peer.arrived.clear()
            await peer.arrived.wait()
            assert len(peer.requests) == 3
            for task in tasks:
                task.cancel()


async def test_rel8_slow_hosts_leave_places_to_the_others(make_client):
    client = make_client(connections=6)
    async with BrokenPeer(is_silent()) as first, BrokenPeer(is_silent()) as second, BrokenPeer(says_json()) as healthy:
        slow = [asyncio.create_task(client.get(peer.url())) for peer in (first, second) for _ in range(4)]
        await asyncio.gather(first.arrived.wait(), second.arrived.wait())
        for _ in range(20):
            assert (await client.get(healthy.url())).status == 200
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


async def test_what_others_cause_takes_two_places_of_a_host(client):
    gate = Gate()
    async with BrokenPeer(in_turn(says(response()), gate)) as peer:
        await client.get(peer.url())
        async with asyncio.TaskGroup() as group:
            for _ in range(6):
                group.create_task(client.get(peer.url("/others"), caused_by_others=True))
            await gate.reach(2)
            group.create_task(client.get(peer.url("/ours")))
            await gate.reach(3)
            assert [request.path for request in peer.requests[1:]] == ["/others", "/others", "/ours"]
            gate.open.set()


async def test_all_hosts_together_get_no_more_than_the_limit(make_client):
    client, gate = make_client(connections=3), Gate()
    async with asyncio.TaskGroup() as group, BrokenPeer(gate, host="0.0.0.0") as peer:
        tasks = [group.create_task(client.get(f"http://127.0.0.{n}:{peer.port}/")) for n in range(1, 9)]
        await gate.reach(3)
        gate.open.set()
        await asyncio.wait(tasks)
        assert (gate.most, len(peer.requests)) == (3, 8)


async def test_no_free_place_says_nothing_about_the_host(make_client):
    client = make_client(connections=1)
    client._pool._patience = 0.05
    async with BrokenPeer(is_silent()) as peer, BrokenPeer(says_json()) as other:
        task = asyncio.create_task(client.get(peer.url()))
        await peer.arrived.wait()
        with pytest.raises(Unavailable):
            await client.get(other.url())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await client.get(other.url())).status == 200


async def test_a_cancelled_request_gives_its_place_back(make_client):
    client = make_client(connections=1)
    async with BrokenPeer(in_turn(is_silent(), says(response()))) as peer:
        task = asyncio.create_task(client.get(peer.url()))
        waiting = asyncio.create_task(client.get(peer.url()))
        await peer.arrived.wait()
        task.cancel()
        assert (await waiting).status == 200
        assert (client._pool._all.used, client._pool.idle) == (0, 1)


async def test_free_connections_are_kept_to_a_limit_and_the_longest_unused_goes_first(make_client):
    client = make_client(idle_connections=3)
    async with BrokenPeer(says(response()), host="0.0.0.0") as peer:
        urls = [f"http://127.0.0.{n}:{peer.port}/" for n in range(1, 6)]
        for url in urls:
            await client.get(url)
        assert client._pool.idle == 3
        for url in urls[2:]:
            await client.get(url)
        assert peer.connections == 5
        await client.get(urls[0])
        assert (peer.connections, client._pool.idle) == (6, 3)


async def test_nothing_is_remembered_about_hosts_without_connections(client):
    async with BrokenPeer(says(response(Connection="close")), host="0.0.0.0") as peer:
        await asyncio.gather(*(client.get(f"http://127.0.1.{n}:{peer.port}/") for n in range(1, 50)))
        assert client._pool._lanes == {}


async def test_free_connections_close_after_their_time(client):
    async with BrokenPeer(says(response())) as peer:
        client._pool._idle_seconds = 0.02
        await client.get(peer.url())
        await asyncio.wait([next(iter(client._pool._idle)).lost], timeout=5)
        assert (client._pool.idle, client._pool._lanes) == (0, {})


async def test_what_is_asked_for_goes_through_one_address(client):
    async with BrokenPeer(by_path(a=says_json('{"a": 1}'))) as peer:
        assert (await client.get_json(peer.url("/a"))).data == {"a": 1}
        with pytest.raises(RemoteNotFound):
            await client.get_json(peer.url("/b"))


def test_nothing_else_in_the_product_opens_connections():
    root = Path(__file__).resolve().parents[2]
    opens = re.compile(
        r"ClientSession|TCPConnector|urlopen|http\.client|open_connection|create_connection|sock_connect"
    )
    found = {
        str(path.relative_to(root))
        for package in ("node", "federation", "schemas", "web")
        for path in (root / package).rglob("*.py")
        if opens.search(path.read_text())
    }
    # The demo asks the three nodes that it started itself, on loopback; the bucket is where the administrator says.
    assert found == {"federation/connection.py", "node/demo/processes.py", "node/media/s3.py"}
