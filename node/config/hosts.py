"""What the public host name of a node tells about it, and the user name of its organisation."""

import ipaddress
import re
import unicodedata

#: Names that the public name system never answers for (RFC 2606 section 2, RFC 6761 section 6).
TESTING_DOMAINS = frozenset({"localhost", "test", "example", "invalid"})


def host_without_port(host: str) -> str:
    """``learn.example.org`` of ``learn.example.org:8443``; the brackets of an IPv6 address stay."""
    return host if host.endswith("]") else re.sub(r":\d+$", "", host)


def is_testing_host(host: str) -> bool:
    """Whether a host is a loopback address or lies under localhost, .test, .example or .invalid.

    >>> [is_testing_host(host) for host in ("localhost:8000", "127.0.1.1:81", "a.test", "example.org", "10.0.0.1")]
    [True, True, True, False, False]
    """
    name = host_without_port(host)
    address = as_address(name)
    return address.is_loopback if address else name.rpartition(".")[2] in TESTING_DOMAINS


def as_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host name spells out, with brackets or without; None where it is a name."""
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None


def make_handle(name: str) -> str:
    """A handle made from the name of an organisation.

    >>> make_handle("Universität für Angewandte Künste"), make_handle("上海")
    ('universitat_fur_angewandte_kun', 'organisation')
    """
    letters = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters)[:30].strip("_") or "organisation"
