"""WebFinger and host-meta: what we answer, and what we make of the answers of others."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.discovery.hostmeta import build_host_meta, build_host_meta_json, read_host_meta
from federation.discovery.webfinger import (
    AVATAR,
    PROFILE_PAGE,
    SERVICE_ACTOR,
    SUBSCRIBE,
    Handle,
    Jrd,
    Link,
    build_jrd,
    check_loop,
    find_actor,
    parse_resource,
    read_handle,
    read_jrd,
)
from federation.transport.address import AddressPolicy, OwnAddress, Target
from federation.transport.http import OutboundClient
from federation.transport.mediatype import LD_JSON_AS2
from node.clock import FixedClock
from node.errors import Malformed, RemoteGone, RemoteMalformed, RemoteNotFound, RemoteRefused
from tests.broken_peers import BrokenPeer, is_endless, redirects, response, says, says_json
from tests.rows import each_row
from tests.shared import shared_files

ADA = Handle("ada", "uni.example")
ACTOR = "https://ap.uni.example/ap/a/1"


@pytest.fixture
async def client():
    policy = AddressPolicy(own_hosts=frozenset({"learn.uni.example"}), allow_loopback_peers=True)
    made = OutboundClient(policy, user_agent="Rhizome/test", clock=FixedClock())
    yield made
    await made.close()


def jrd(subject="acct:ada@uni.example", actor=ACTOR, kind="application/activity+json"):
    return Jrd(subject, (Link("self", kind, actor),))


def as_json(subject, actor):
    return json.dumps({"subject": subject, "links": [{"rel": "self", "type": LD_JSON_AS2, "href": actor}]})


# Handles and resources


@each_row(
    "text",
    [
        "acct:ada@uni.example",
        "ACCT:ada@uni.example",
        "ada@uni.example",
        "@ada@uni.example",
        "acct:ada%40uni.example",
        "acct%3Aada%40uni.example",
        " ada@Uni.Example. ",
        "ada@uni.example:443",
    ],
)
def test_a_handle_is_read_in_every_spelling(text):
    assert read_handle(text) == ADA
    assert parse_resource(text) == ADA


@each_row(
    "text, user, host",
    [
        ("Ada.L-1_x@uni.example", "Ada.L-1_x", "uni.example"),
        ("ada@127.0.1.1:8101", "ada", "127.0.1.1:8101"),
        ("acct:127.0.1.1:8101@127.0.1.1:8101", "127.0.1.1:8101", "127.0.1.1:8101"),
        ("ada@bücher.example", "ada", "xn--bcher-kva.example"),
        ("@ada@[::1]:8101", "ada", "[::1]:8101"),
    ],
)
def test_hosts_with_ports_and_beyond_ascii_have_handles_too(text, user, host):
    assert read_handle(text) == Handle(user, host)


@each_row(
    "text",
    ["", "@", "ada", "ada@", "@uni.example", "ada@uni@example", "a b@uni.example", "ada@uni.example/x",
     "äda@uni.example", "ada@uni example", "acct:ada", "mailto:ada@uni.example", "ada@user:pw@uni.example", "ada@-..",
     "x" * 2_000, "https://", "https://ada@uni.example/", "http:/uni.example", "ftp://uni.example/"],
)  # fmt: skip
def test_what_names_nothing_is_malformed(text):
    with pytest.raises(Malformed):
        parse_resource(text)


@given(st.text(max_size=100))
def test_any_resource_is_read_or_malformed(text):
    try:
        found = parse_resource(text)
    except Malformed:
        return
    assert isinstance(found, Handle | Target)


def test_a_user_is_the_same_in_any_case_and_a_host_in_its_spelling():
    assert read_handle("ADA@uni.example").means(ADA)
    assert not read_handle("ada@uni.example:8443").means(ADA)
    assert (str(ADA), ADA.acct) == ("ada@uni.example", "acct:ada@uni.example")


@each_row(
    "text, netloc, path",
    [
        ("https://Uni.Example/@ada", "uni.example", "/@ada"),
        ("https://uni.example/ap/a/1", "uni.example", "/ap/a/1"),
        ("https://uni.example/", "uni.example", "/"),
        ("https://uni.example", "uni.example", "/"),
        ("http://127.0.1.1:8101/x?y=z", "127.0.1.1:8101", "/x?y=z"),
    ],
)
def test_an_address_is_a_resource(text, netloc, path):
    found = parse_resource(text)
    assert isinstance(found, Target)
    assert (found.netloc, found.path) == (netloc, path)


# What we answer


def our_jrd(**options):
    return build_jrd(
        subject=ADA.acct,
        actor_uri=ACTOR,
        profile_url="https://uni.example/@ada",
        subscribe_template="https://uni.example/authorize_interaction?uri={uri}",
        **options,
    )


def test_our_descriptor_holds_what_every_peer_looks_for():
    found = our_jrd(
        avatar=("https://uni.example/media/a.webp", "image/webp"), intents={"Create": "https://x/?c={content}"}
    )
    assert found["subject"] == "acct:ada@uni.example"
    assert found["aliases"] == ["https://uni.example/@ada", ACTOR]
    assert found["links"] == [
        {"rel": "self", "type": "application/activity+json", "href": ACTOR},
        {"rel": PROFILE_PAGE, "type": "text/html", "href": "https://uni.example/@ada"},
        {"rel": SUBSCRIBE, "template": "https://uni.example/authorize_interaction?uri={uri}"},
        {"rel": AVATAR, "type": "image/webp", "href": "https://uni.example/media/a.webp"},
        {"rel": "https://w3id.org/fep/3b86/Create", "template": "https://x/?c={content}"},
    ]


def test_the_server_itself_has_a_descriptor():
    rels = [link["rel"] for link in our_jrd(is_server=True)["links"]]
    assert rels.count("self") == 1
    assert SERVICE_ACTOR in rels


def test_asked_for_relations_reduce_the_links_alone():
    found = our_jrd(rels=["self", "unknown"])
    assert [link["rel"] for link in found["links"]] == ["self"]
    assert found["subject"] == our_jrd()["subject"]
    assert found["aliases"] == our_jrd()["aliases"]


def test_we_read_what_we_write():
    found = read_jrd(json.dumps(our_jrd()).encode())
    assert (found.handle, found.actor_uri) == (ADA, ACTOR)
    assert found.template(SUBSCRIBE).endswith("?uri={uri}")
    assert found.template("unknown") == ""


def test_host_meta_names_webfinger_in_both_forms():
    text = build_host_meta("https://uni.example")
    template = "https://uni.example/.well-known/webfinger?resource={uri}"
    assert read_host_meta(text.encode()) == template
    assert build_host_meta_json("https://uni.example")["links"][0]["template"] == template


# What others answer


@pytest.mark.parametrize("path", shared_files("payloads/webfinger"), ids=lambda path: path.stem)
def test_descriptors_of_other_software_are_read(path):
    found = read_jrd(path.read_bytes())
    document = json.loads(path.read_text())
    assert found.handle is not None
    assert found.handle.acct == document["subject"]
    assert found.actor_uri in {link.get("href") for link in document["links"] if link["rel"] == "self"}
    assert "{uri}" in found.template(SUBSCRIBE)
    assert len(found.links) == len(document["links"])


@each_row(
    "kind, is_actor",
    [
        ("application/activity+json", True),
        ("Application/Activity+JSON ; charset=utf-8", True),
        (LD_JSON_AS2, True),
        ('application/ld+json;profile="https://www.w3.org/ns/activitystreams"', True),
        ("application/ld+json", False),
        ("application/json", False),
        ("text/html", False),
        ("", False),
    ],
)
def test_the_type_of_a_link_decides_whether_it_is_the_actor(kind, is_actor):
    assert (jrd(kind=kind).actor_uri is not None) is is_actor


@each_row("href", ["", "javascript:alert(1)", "/ap/a/1", "acct:ada@uni.example", "https://a@b.example/"])
def test_an_actor_has_a_web_address(href):
    assert jrd(actor=href).actor_uri is None


@each_row(
    "document",
    [
        {},
        {"subject": None, "aliases": None, "links": None},
        {"subject": 1, "aliases": {"a": "b"}, "links": {"rel": "self"}},
        {"aliases": [None, 1, {}], "links": [None, 1, "self", [], {}, {"rel": 1, "type": [], "href": {}}]},
        {"links": [{"rel": "self", "type": "application/activity+json", "href": "x" * 5_000}]},
    ],
)
def test_what_is_wrong_in_a_descriptor_is_left_out(document):
    found = read_jrd(json.dumps(document).encode())
    assert (found.actor_uri, found.handle) == (None, None)


@each_row("data", [b"", b"[]", b"null", b"<XRD/>", b"\xff", b'{"a":1,"a":2}', b"[" * 3_000])
def test_what_is_no_json_object_is_malformed(data):
    with pytest.raises(RemoteMalformed):
        read_jrd(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["rel", "type", "href", "template", "x"]), inner, max_size=5)
    ),
)


@given(st.dictionaries(st.sampled_from(["subject", "aliases", "links", "properties"]), JSON))
def test_the_reader_never_fails_on_an_object(document):
    found = read_jrd(json.dumps(document).encode())
    assert found.actor_uri is None or found.actor_uri.startswith("http")
    assert found.handle is None or isinstance(found.handle, Handle)


@given(st.binary(max_size=200))
def test_the_readers_never_crash(data):
    for read in (read_jrd, read_host_meta):
        try:
            read(data)
        except RemoteMalformed:
            continue


@each_row(
    "text",
    [
        "<XRD",
        "",
        '<!DOCTYPE XRD SYSTEM "http://10.0.0.1/x.dtd"><XRD/>',
        '<!DOCTYPE x [<!ENTITY a "b">]><XRD>&a;</XRD>',
        '<?xml version="1.0" encoding="nonsense"?><XRD/>',
    ],
)
def test_host_meta_with_a_document_type_or_no_xml_is_refused(text):
    with pytest.raises(RemoteMalformed):
        read_host_meta(text.encode())


@each_row(
    "links",
    ["", '<Link rel="lrdd"/>', '<Link rel="lrdd" template="https://x/"/>', '<Link rel="other" template="https://x/{uri}"/>',
     '<Link xmlns="urn:x" rel="lrdd" template="https://x/{uri}"/>'],
)  # fmt: skip
def test_host_meta_without_a_template_names_nothing(links):
    assert read_host_meta(f'<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">{links}</XRD>'.encode()) is None


# The reverse check


def test_a_handle_that_answers_for_itself_is_proven():
    assert check_loop(ADA, jrd()) == (ACTOR, ADA)
    assert check_loop(ADA, jrd(subject="")) == (ACTOR, ADA)
    assert check_loop(ADA, jrd(subject=ACTOR)) == (ACTOR, ADA)
    assert check_loop(ADA, jrd(subject="acct:Ada@Uni.Example")) == (ACTOR, Handle("Ada", "uni.example"))


def test_a_handle_of_a_split_domain_is_proven_by_the_second_answer():
    asked = Handle("ada", "ap.uni.example")
    assert check_loop(asked, jrd(), jrd()) == (ACTOR, ADA)
    assert check_loop(asked, jrd(), jrd(subject="")) == (ACTOR, ADA)


@each_row(
    "first, second",
    [
        (Jrd(), None),
        (jrd(kind="text/html"), None),
        (jrd(subject="acct:eve@evil.example"), None),
        (jrd(subject="acct:eve@evil.example"), jrd(subject="acct:eve@evil.example", actor="https://evil.example/eve")),
        (jrd(subject="acct:eve@evil.example"), jrd(subject="acct:third@evil.example")),
        (jrd(subject="acct:eve@evil.example"), Jrd()),
    ],
)
def test_answers_that_disagree_prove_nothing(first, second):
    with pytest.raises(RemoteMalformed):
        check_loop(ADA, first, second)


# Over the wire


async def test_an_actor_is_found_by_its_handle(client):
    async with BrokenPeer(says_json(as_json("", ACTOR), "application/jrd+json")) as peer:
        host = peer.url()[7:-1]
        assert await find_actor(client, f"@ada@{host}") == (ACTOR, Handle("ada", host))
        (request,) = peer.requests
        assert request.path == f"/.well-known/webfinger?resource=acct:ada@{host}"
        assert request.headers["accept"] == "application/jrd+json, application/json"


async def test_a_handle_that_its_host_calls_otherwise_is_asked_once_more(client):
    async with BrokenPeer(says_json(), host="127.0.0.2") as other, BrokenPeer(says_json()) as peer:
        canonical = f"ada@{other.url()[7:-1]}"
        peer.answer = other.answer = says_json(as_json(f"acct:{canonical}", ACTOR))
        found = await find_actor(client, f"ada@{peer.url()[7:-1]}")
        assert (found.actor_uri, str(found.handle)) == (ACTOR, canonical)
        assert (len(peer.requests), len(other.requests)) == (1, 1)
        other.answer = says_json(as_json("acct:third@127.0.0.3:1", ACTOR))
        with pytest.raises(RemoteMalformed):
            await find_actor(client, f"ada@{peer.url()[7:-1]}")
        assert len(other.requests) == 2


async def test_host_meta_helps_where_the_usual_address_is_unknown(client):
    async def answer(request, writer):
        host = request.headers["host"]
        known = {
            "/.well-known/host-meta": build_host_meta(f"http://{host}").replace(".well-known/webfinger", "finger"),
            f"/finger?resource=acct%3Aada%40{host.replace(':', '%3A')}": as_json("", ACTOR),
        }
        text = known.get(request.path)
        writer.write(response(status="404 -") if text is None else response(text.encode()))

    async with BrokenPeer(answer) as peer:
        assert (await find_actor(client, f"ada@{peer.url()[7:-1]}")).actor_uri == ACTOR
        assert len(peer.requests) == 3


@pytest.mark.parametrize(
    ("status", "error", "requests"),
    [("404 -", RemoteNotFound, 2), ("410 -", RemoteGone, 1), ("400 -", RemoteMalformed, 1)],
)
async def test_an_unknown_account_is_not_found(client, status, error, requests):
    async with BrokenPeer(says(response(status=status))) as peer:
        with pytest.raises(error) as refusal:
            await find_actor(client, f"ada@{peer.url()[7:-1]}")
        assert type(refusal.value) is error
        assert len(peer.requests) == requests


async def test_host_meta_cannot_lead_to_a_special_address(client):
    async def answer(request, writer):
        is_meta = request.path.endswith("host-meta")
        writer.write(response(build_host_meta("http://10.0.0.1").encode()) if is_meta else response(status="404 -"))

    async with BrokenPeer(answer) as peer:
        with pytest.raises(RemoteRefused):
            await find_actor(client, f"ada@{peer.url()[7:-1]}")


async def test_redirects_of_webfinger_are_checked(client):
    async with (
        BrokenPeer(says_json(as_json("", ACTOR))) as last,
        BrokenPeer(redirects(lambda _: last.url("/x"))) as first,
    ):
        assert (await find_actor(client, f"ada@{first.url()[7:-1]}")).actor_uri == ACTOR
        first.answer = redirects(lambda _: "http://169.254.169.254/latest/meta-data")
        with pytest.raises(RemoteRefused):
            await find_actor(client, f"ada@{first.url()[7:-1]}")


async def test_an_endless_descriptor_is_cut_off(client):
    async with BrokenPeer(is_endless(b'HTTP/1.1 200 OK\r\n\r\n{"subject": "', b"x" * 65_536)) as peer:
        with pytest.raises(RemoteMalformed):
            await find_actor(client, f"ada@{peer.url()[7:-1]}")


async def test_a_handle_of_ours_is_for_the_store(client):
    with pytest.raises(OwnAddress):
        await find_actor(client, "ada@Learn.Uni.Example")


@each_row("handle", ["ada@10.0.0.1", "ada@intranet", "ada@peer.local", "ada@127.1"])
async def test_a_handle_at_a_special_address_is_refused(client, handle):
    with pytest.raises(RemoteRefused):
        await find_actor(client, handle)
