"""Only trusted proxies say who asks."""

from ipaddress import ip_network

from node import forwarded
from tests.rows import each_row

PROXIES = [ip_network("127.0.0.0/8"), ip_network("fd00::/8")]


@each_row(
    "remote, header, expected",
    [
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "6.6.6.6, 192.0.2.7, 127.0.0.2", "192.0.2.7"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("192.0.2.9", "6.6.6.6", "192.0.2.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "not an address", "127.0.0.1"),
        (None, "6.6.6.6", ""),
        ("127.0.0.1", "::ffff:192.0.2.7", "192.0.2.7"),  # of a proxy with one socket for both: not all the same /64
        ("::ffff:127.0.0.1", "6.6.6.6, 192.0.2.7", "192.0.2.7"),
    ],
)
def test_the_nearest_address_that_is_no_proxy_counts(remote, header, expected):
    assert forwarded.client_address(remote, header, PROXIES) == expected


def test_without_proxies_nothing_is_believed():
    assert forwarded.client_address("127.0.0.1", "6.6.6.6", []) == "127.0.0.1"
