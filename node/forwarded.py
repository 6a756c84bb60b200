"""Who really asks when a proxy stands in front (CFG4): only what a trusted proxy says is believed."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Networks = Sequence[IPv4Network | IPv6Network]


def plain_address(text: str) -> IPv4Address | IPv6Address:
    """The address, without the frame that sockets for both versions put around IPv4. Raises ValueError for none.

    >>> str(plain_address("::ffff:192.0.2.7"))
    '192.0.2.7'
    """
    parsed = ip_address(text)
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed


def is_trusted(address: str | None, trusted: Networks) -> bool:
    """Whether this is one of our proxies."""
    if not trusted or not address:
        return False
    try:
        parsed = plain_address(address)
    except ValueError:
        return False
    return any(parsed.version == network.version and parsed in network for network in trusted)


def client_address(remote: str | None, forwarded_for: str, trusted: Networks) -> str:
    """The nearest address that is no proxy of ours: ``X-Forwarded-For`` read from its end, as far as it is trusted.

    >>> from ipaddress import ip_network
    >>> client_address("127.0.0.1", "6.6.6.6, 192.0.2.7", [ip_network("127.0.0.0/8")])
    '192.0.2.7'
    >>> client_address("192.0.2.9", "6.6.6.6", [ip_network("127.0.0.0/8")])
    '192.0.2.9'
    """
    address = remote or ""
    hops = [hop.strip() for hop in forwarded_for.split(",")[-16:]] if forwarded_for else []
    while hops and is_trusted(address, trusted):
        named = hops.pop()
        try:
            address = str(plain_address(named))
        except ValueError:
            break
    return address
