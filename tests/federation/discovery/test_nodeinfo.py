"""NodeInfo: our documents, and what others say about themselves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.discovery.nodeinfo import (
    APPLICATION_ACTOR,
    SCHEMA,
    Software,
    Usage,
    build_nodeinfo,
    build_well_known,
    content_type,
    find_software,
    read_links,
    read_software,
)
from federation.transport.address import AddressPolicy
from federation.transport.http import OutboundClient
from node.clock import FixedClock
from node.errors import RemoteMalformed, RemoteRefused
from tests.broken_peers import BrokenPeer, by_path, response, says
from tests.rows import each_row
from tests.shared import shared_data


@pytest.fixture
async def client():
    made = OutboundClient(AddressPolicy(allow_loopback_peers=True), user_agent="Rhizome/test", clock=FixedClock())
    yield made
    await made.close()


def ours(version, **options):
    return build_nodeinfo(
        version,
        software_version="0.1.0",
        repository="https://code.example/rhizome",
        homepage="https://rhizome.example/",
        name="University",
        description="Learning together",
        **options,
    )


def test_the_well_known_document_names_both_versions_and_the_instance_actor():
    links = build_well_known("https://uni.example", instance_actor_uri="https://uni.example/ap/instance")["links"]
    found = {link["rel"]: link["href"] for link in links}
    assert found == {
        "http://nodeinfo.diaspora.software/ns/schema/2.1": "https://uni.example/nodeinfo/2.1",
        "http://nodeinfo.diaspora.software/ns/schema/2.0": "https://uni.example/nodeinfo/2.0",
        "https://www.w3.org/ns/activitystreams#Application": "https://uni.example/ap/instance",
    }
    assert APPLICATION_ACTOR in found


def test_the_two_versions_differ_in_what_the_schema_allows():
    newer, older = ours("2.1"), ours("2.0")
    assert (newer["version"], older["version"]) == ("2.1", "2.0")
    assert older["software"] == {"name": "rhizome", "version": "0.1.0"}
    assert set(newer["software"]) == {"name", "version", "repository", "homepage"}
    for document in (newer, older):
        assert document["protocols"] == ["activitypub"]
        assert document["services"] == {"inbound": [], "outbound": []}
        assert document["openRegistrations"] is False
        assert document["metadata"]["nodeName"] == "University"
        assert document["metadata"]["federation"] == {"enabled": True}
    assert content_type("2.1") == 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"'


def test_numbers_are_told_only_where_they_are_known():
    assert ours("2.1")["usage"] == {"users": {}}
    usage = Usage(users=12, active_month=0, local_posts=318)
    assert ours("2.1", usage=usage)["usage"] == {"users": {"total": 12, "activeMonth": 0}, "localPosts": 318}


def test_development_mode_cannot_be_overlooked():
    assert ours("2.1", development=True)["metadata"]["development"] is True
    assert "development" not in ours("2.1")["metadata"]


def test_a_closed_server_says_so():
    document = ours("2.1", is_open=False, staff=["https://uni.example/ap/a/1"])
    assert document["metadata"]["federation"] == {"enabled": False}
    assert document["metadata"]["staffAccounts"] == ["https://uni.example/ap/a/1"]


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("both_versions", "https://mobilizon.fr/.well-known/nodeinfo/2.1"),
        ("regular", "https://event-federation.eu/wp-json/activitypub/1.0/nodeinfo"),
    ],
)
def test_the_newest_document_is_chosen(name, url):
    assert read_links(json.loads(shared_data(f"payloads/nodeinfo/{name}.json").read_text())) == url


def test_the_software_of_another_server_is_read():
    document = json.loads(shared_data("payloads/nodeinfo/data.json").read_text())
    assert read_software(document) == Software("mobilizon", "5.1.0")


@each_row(
    "software, found",
    [
        ({"name": "Lemmy", "version": None}, Software("lemmy", "")),
        ({"name": " gone\r\nwild\x00 ", "version": 4}, Software("gone wild", "")),
        ({"name": "x" * 5_000, "version": "y" * 5_000}, Software("x" * 100, "y" * 100)),
        ({"name": ""}, None),
        ({"version": "1"}, None),
        ("mastodon", None),
        (None, None),
    ],
)
def test_what_a_server_says_about_itself_is_short_and_on_one_line(software, found):
    assert read_software({"software": software}) == found


JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["rel", "href", "name", "version", "links"]), inner)
    ),
)


@given(st.dictionaries(st.sampled_from(["links", "software", "version"]), JSON))
def test_the_readers_never_fail(document):
    url, software = read_links(document), read_software(document)
    assert url is None or url.startswith("http")
    assert software is None or software.name


async def test_a_server_is_asked_in_two_steps(client):
    async def answer(request, writer):
        links = {"links": [{"rel": f"{SCHEMA}2.0", "href": peer.url("/n/2.0")}]}
        document = links if request.path == "/.well-known/nodeinfo" else {"software": {"name": "Node", "version": "2"}}
        writer.write(response(json.dumps(document).encode()))

    async with BrokenPeer(answer) as peer:
        assert await find_software(client, peer.url()[7:-1]) == Software("node", "2")
        assert [request.path for request in peer.requests] == ["/.well-known/nodeinfo", "/n/2.0"]


@pytest.mark.parametrize(
    "href", ["http://10.0.0.1/", "http://169.254.169.254/latest", "http://192.168.0.1:9/", "ftp://x/"]
)
async def test_the_link_of_a_server_cannot_lead_to_a_special_address(make_peer, client, href):
    async with make_peer({"links": [{"rel": f"{SCHEMA}2.1", "href": href}]}) as peer:
        found = find_software(client, peer.url()[7:-1])
        if href.startswith("ftp"):
            assert await found is None
        else:
            with pytest.raises(RemoteRefused):
                await found


async def test_a_document_over_256_kib_is_cut_off(make_peer, client):
    async with make_peer({"links": [], "more": "x" * 262_144}) as peer:
        with pytest.raises(RemoteMalformed):
            await find_software(client, peer.url()[7:-1])


@pytest.fixture
def make_peer():
    return lambda document: BrokenPeer(by_path(**{".well-known": says(response(json.dumps(document).encode()))}))
