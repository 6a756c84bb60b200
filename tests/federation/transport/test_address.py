"""The address policy: what may be called (OUT1, OUT3-OUT5), and the one spelling of a host."""

import ipaddress
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.transport.address import (
    AddressPolicy,
    OwnAddress,
    is_public,
    normalise_host,
    parse_url,
    registrable_domain,
)
from node.errors import Malformed, RemoteRefused
from tests.depth import examples
from tests.rows import each_row

PUBLIC = AddressPolicy(own_hosts=frozenset({"Learn.Uni.Example.", "uni.example:8443"}))
DEVELOPMENT = AddressPolicy(own_hosts=frozenset({"127.0.1.1:8101"}), allow_loopback_peers=True)

# Written out again from the table in the security rules, so that a range lost in the product is noticed here.
SPECIAL_IPV4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
    "168.63.129.16/32",
]  # fmt: skip
SPECIAL_IPV6 = [
    "::/128", "::1/128", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
    "2001::/32", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "4000::/2", "5f00::/16", "fc00::/7",
    "fe80::/10", "fec0::/10", "ff00::/8",
]  # fmt: skip


def inside(network):
    """Any address of a network, its first and its last often."""
    net = ipaddress.ip_network(network)
    low, high = int(net.network_address), int(net.broadcast_address)
    number = st.one_of(st.sampled_from([low, high]), st.integers(low, high))
    kind = ipaddress.IPv4Address if net.version == 4 else ipaddress.IPv6Address
    return number.map(kind)


def embeddings(inner):
    """The ways in which an IPv6 address can carry an IPv4 address (RFC 4291, 6052, 3056, 4380)."""
    number = int(inner)
    prefixes = {"::ffff:0:0": 0, "::": 0, "64:ff9b::": 0, "64:ff9b:1::": 0, "2002::": 80}
    for prefix, shift in prefixes.items():
        yield ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | number << shift)
    yield ipaddress.IPv6Address(int(ipaddress.IPv6Address("2001::")) | (number ^ 0xFFFFFFFF))


@pytest.mark.parametrize("network", SPECIAL_IPV4 + SPECIAL_IPV6)
@examples(25)
@given(data=st.data())
def test_out1_no_address_of_a_special_range_is_connected_to(network, data):
    ip = data.draw(inside(network))
    with pytest.raises(RemoteRefused):
        PUBLIC.check_ip(str(ip))


@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
def test_out1_ipv4_inside_ipv6_is_refused_whole_even_when_the_inner_address_is_public(inner):
    for ip in embeddings(inner):
        for policy in (PUBLIC, DEVELOPMENT):
            if ip != ipaddress.IPv6Address("::1"):
                with pytest.raises(RemoteRefused):
                    policy.check_ip(str(ip))


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6), inside("2000::/3")))
def test_out1_nothing_passes_that_the_standard_library_calls_local(ip):
    if is_public(ip):
        assert ip.is_global
        assert not ip.is_multicast


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6), inside("2000::/3")))
def test_out1_only_the_listed_ranges_are_refused(ip):
    special = any(ip in ipaddress.ip_network(network) for network in SPECIAL_IPV4 + SPECIAL_IPV6)
    outside = ip.version == 6 and ip not in ipaddress.ip_network("2000::/3")
    assert is_public(ip) is not (special or outside)


@each_row("ip", ["1.1.1.1", "9.9.9.9", "223.255.255.255", "2606:4700::1111", "2a01:4f8::1"])
def test_public_addresses_pass(ip):
    PUBLIC.check_ip(ip)


@each_row("ip", ["2a01::1%eth0", "127.1", "010.0.0.1", "0x7f.0.0.1", "2130706433", "", "example.org"])
def test_out1_what_is_not_the_plain_spelling_of_an_address_is_refused(ip):
    for policy in (PUBLIC, DEVELOPMENT):
        with pytest.raises(RemoteRefused):
            policy.check_ip(ip)


REFUSED_URLS = {
    "http": "http://peer.example/",
    "other scheme": "ftp://peer.example/",
    "no scheme": "peer.example/",
    "relative": "//peer.example/",
    "javascript": "javascript:alert(1)",
    "user": "https://ada@peer.example/",
    "password": "https://ada:secret@peer.example/",
    "empty user": "https://@peer.example/",
    "own host as user": "https://learn.uni.example@peer.example/",
    "no host": "https:///path",
    "port alone": "https://:443/",
    "empty port": "https://peer.example:/",
    "localhost": "https://localhost/",
    "below localhost": "https://peer.localhost/",
    "localhost in capitals": "https://LOCALHOST./",
    "one label": "https://intranet/",
    "local": "https://printer.local/",
    "internal": "https://metadata.google.internal/",
    "onion": "https://expyuzz4wqqyqhjn.onion/",
    "onion with dot": "https://expyuzz4wqqyqhjn.onion./",
    "public literal": "https://1.1.1.1/",
    "loopback literal": "https://127.0.0.1/",
    "short": "https://127.1/",
    "hexadecimal label": "https://0x7f.1/",
    "hexadecimal": "https://0x7f000001/",
    "decimal": "https://2130706433/",
    "octal": "https://0177.0.0.1/",
    "number as last label": "https://peer.example.1/",
    "wide digits": "https://１２７.0.0.1/",
    "circled digits": "https://①②⑦.⓪.⓪.①/",
    "IPv6": "https://[2606:4700::1111]/",
    "IPv6 loopback": "https://[::1]/",
    "mapped": "https://[::ffff:127.0.0.1]/",
    "zone": "https://[fe80::1%25eth0]/",
    "IPv6 without brackets": "https://::1/",
    "percent in host": "https://pe%65r.example/",
    "backslash": "https://peer.example\\@evil.example/",
    "tab": "https://pe\ter.example/",
    "line break": "https://peer.example/\r\nHost: evil",
    "leading blank": " https://peer.example/",
    "empty label": "https://peer..example/",
    "long label": f"https://{'a' * 64}.example/",
    "long name": f"https://{'a.' * 127}example/",
    "long": f"https://peer.example/{'a' * 2048}",
    "other port": "https://peer.example:8443/",
    "port 80 over https": "https://peer.example:80/",
    "port 0": "https://peer.example:0/",
    "port too high": "https://peer.example:65536/",
    "lone surrogate": "https://peer.example/\ud800",
}  # fmt: skip


@each_row("url", REFUSED_URLS.values())
def test_out3_out4_odd_addresses_are_refused_before_any_name_is_resolved(url):
    with pytest.raises(RemoteRefused) as refusal:
        PUBLIC.check_url(url)
    assert not isinstance(refusal.value, OwnAddress)


@each_row(
    "url, netloc, path",
    [
        ("https://peer.example", "peer.example", "/"),
        ("HTTPS://Peer.Example./a?b=c#d", "peer.example", "/a?b=c"),
        ("https://peer.example:443?q=1", "peer.example", "/?q=1"),
        ("https://bücher.example/ä?ö=%C3%BC", "xn--bcher-kva.example", "/%C3%A4?%C3%B6=%C3%BC"),
        ("https://a。b.example/", "a.b.example", "/"),
        ("https://under_score.peer.example/a//b/../c;d,e(f)", "under_score.peer.example", "/a//b/../c;d,e(f)"),
    ],
)
def test_an_address_goes_over_the_wire_as_it_was_written(url, netloc, path):
    target = PUBLIC.check_url(url)
    assert (target.scheme, target.netloc, target.path) == ("https", netloc, path)
    assert parse_url(target.url) == target


def test_out4_further_ports_and_http_for_feeds_are_the_administrators_choice():
    policy = AddressPolicy(allowed_ports=frozenset({8443}), allow_http_feeds=True)
    assert policy.check_url("https://peer.example:8443/").port == 8443
    assert policy.check_url("http://peer.example/feed", feed=True).port == 80
    for url, feed in [("http://peer.example/", False), ("http://peer.example:81/", True), ("http://10.0.0.1/", True)]:
        with pytest.raises(RemoteRefused):
            policy.check_url(url, feed=feed)
    with pytest.raises(RemoteRefused):
        PUBLIC.check_url("http://peer.example/feed", feed=True)


@each_row(
    "url",
    [
        "https://learn.uni.example/",
        "https://LEARN.Uni.Example/x",
        "https://learn.uni.example.:443/",
        "https://learn。uni．example/",
        "https://ｌearn.uni.example/",
        "http://learn.uni.example/",
        "https://uni.example:8443/",
    ],
)
def test_out5_our_own_host_in_any_spelling_is_ours(url):
    with pytest.raises(OwnAddress):
        PUBLIC.check_url(url)


def test_a_host_is_never_cut_to_one_that_somebody_else_has():
    """Soft hyphens are nothing in a name; a reader's browser would go on to the end of it."""
    host = "peer.example" + "\u00ad" * 250 + ".evil.example"
    with pytest.raises(Malformed):
        normalise_host(host)
    with pytest.raises(RemoteRefused):
        PUBLIC.check_url(f"https://{host}/")
    assert normalise_host("pe\u00ader.example") == "peer.example"


def test_hosts_are_compared_with_their_port():
    assert PUBLIC.check_url("https://uni.example/").netloc == "uni.example"
    with pytest.raises(OwnAddress):
        DEVELOPMENT.check_url("http://127.0.1.1:8101/ap/o/1")
    assert DEVELOPMENT.check_url("http://127.0.1.1:8102/").port == 8102


@each_row(
    "url",
    [
        "http://localhost:8101/",
        "https://localhost/",
        "http://127.0.1.2:8101/",
        "http://127.255.255.255/",
        "https://127.0.0.1:8443/",
        "http://[::1]:8101/",
    ],
)
def test_development_allows_loopback_by_http_and_on_any_port(url):
    assert DEVELOPMENT.check_url(url).url == url
    with pytest.raises(RemoteRefused):
        PUBLIC.check_url(url)


@each_row(
    "url",
    [
        "http://peer.example/",
        "https://peer.example:8101/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://192.168.1.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1]/",
        "http://128.0.0.1/",
        "http://127.1/",
        "http://127.0.0.256/",
        "http://127.0.0.01/",
        "http://0x7f.0.0.1/",
        "http://2130706433/",
        "http://0.0.0.0/",
        "http://intranet/",
        "http://peer.localhost/",
        "http://ada@127.0.0.1/",
    ],
)
def test_development_allows_nothing_else(url):
    with pytest.raises(RemoteRefused):
        DEVELOPMENT.check_url(url)


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_development_connects_to_loopback_and_to_what_is_public_anyway(ip):
    def passes(policy):
        try:
            policy.check_ip(str(ip))
        except RemoteRefused:
            return False
        return True

    assert passes(PUBLIC) is is_public(ip)
    assert passes(DEVELOPMENT) is (
        is_public(ip) or ip in ipaddress.ip_network("127.0.0.0/8" if ip.version == 4 else "::1")
    )


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.8.9.10", "::1"])
def test_development_connects_to_loopback(ip):
    DEVELOPMENT.check_ip(ip)
    with pytest.raises(RemoteRefused):
        PUBLIC.check_ip(ip)


@pytest.mark.parametrize(
    ("host", "scheme"), [("127.0.1.1:8101", "http"), ("localhost", "http"), ("peer.example", "https")]
)
def test_a_bare_host_is_called_by_https_except_on_loopback_in_development(host, scheme):
    assert DEVELOPMENT.scheme_of(host) == scheme
    assert PUBLIC.scheme_of(host) == "https"


@each_row(
    "text, spelling",
    [
        ("Peer.Example", "peer.example"),
        ("peer.example.", "peer.example"),
        ("peer.example:443", "peer.example"),
        ("peer.example:0443", "peer.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("127.0.1.1:8101", "127.0.1.1:8101"),
        ("[0:0:0::1]:443", "[::1]"),
        ("[2001:DB8::0:1]:8443", "[2001:db8::1]:8443"),
    ],
)
def test_a_host_has_one_spelling(text, spelling):
    assert normalise_host(text) == spelling
    assert normalise_host(spelling) == spelling


def test_the_default_port_depends_on_the_scheme():
    assert normalise_host("peer.example:80", "http") == "peer.example"
    assert normalise_host("peer.example:80") == "peer.example:80"


@given(st.text(max_size=300))
def test_any_text_is_a_host_in_one_spelling_or_malformed(text):
    try:
        spelling = normalise_host(text)
    except Malformed:
        return
    assert spelling.isascii()
    assert normalise_host(spelling) == spelling


@given(st.one_of(st.text(max_size=300), st.text(max_size=60).map(lambda text: f"https://{text}"),
                 st.text(max_size=60).map(lambda text: f"https://peer.example/{text}")))  # fmt: skip
def test_any_text_is_an_address_that_can_be_sent_or_refused(text):
    try:
        target = PUBLIC.check_url(text)
    except RemoteRefused:
        return
    assert target.url.isascii()
    assert not any(ord(character) <= 0x20 for character in target.url)
    assert parse_url(target.url).netloc == target.netloc


@each_row(
    "host, domain",
    [
        ("a.b.example.co.uk", "example.co.uk"),
        ("example.co.uk:8443", "example.co.uk"),
        ("ada.github.io", "ada.github.io"),
        ("peer.example", "peer.example"),
        ("a.b.peer.example", "peer.example"),
        ("co.uk", "co.uk"),
        ("localhost:8101", "localhost"),
        ("127.0.1.1:8101", "127.0.1.1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
    ],
)
def test_new_hosts_are_counted_by_the_domain_that_somebody_registered(host, domain):
    assert registrable_domain(host) == domain


def test_heavy_packages_are_not_loaded_by_the_import_alone():
    program = "import sys, federation.transport.address; print({'publicsuffixlist', 'idna'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
