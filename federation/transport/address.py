"""Which addresses the node calls, and the one spelling of a host: one policy, without any I/O.

Security rules OUT1 to OUT5 and the development switch (docs/admin/install.md). A URL is checked before its name is
resolved (``AddressPolicy.check_url``), the number behind the name when the socket is about to connect to it
(``AddressPolicy.check_ip``). What addresses mean as identity is said in ``node.domain.uris``.

Two imports are late, for the start-up budget: ``idna`` is needed for names outside ASCII only, ``publicsuffixlist``
(4 MiB, 75 ms with its list) for the first new host that arrives.
"""

import ipaddress
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

from node.errors import Malformed, RemoteRefused

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

MAX_URL = 2_048
MAX_NAME = 253
DEFAULT_PORTS = {"https": 443, "http": 80}

# What is refused although it looks like a unicast address. ``ipaddress.is_global`` of Python 3.11.7 lets several of
# these through, so the tables stand here in full. Sources: IANA special-purpose registries for IPv4 and IPv6
# (RFC 6890 and its successors), and one cloud's host service, which answers on a public-looking number.
_REFUSED_IPV4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "255.255.255.255/32",
        ),
    )
)
# Everything outside this is refused: loopback, link-local, unique local, multicast, and IPv4 inside IPv6 in the
# mapped, compatible and NAT64 forms.
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_IPV6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo among them
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_REFUSED_ENDINGS = frozenset({"localhost", "local", "internal", "onion"})

_URL = re.compile(r"(?i:(https?))://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?")
_BAD_IN_URL = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:@\[\]]+)(?::([0-9]{1,5}))?")
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOOPBACK_QUAD = re.compile(r"127(?:\.(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])){3}")


class OwnAddress(RemoteRefused):
    """The address is one of our own: answer it from the store."""


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of an absolute http(s) URL, ready to be sent.

    ``host`` is lower case, an A-label, without a trailing dot or brackets; ``netloc``, the value of the ``Host``
    header, adds the port where it is not the scheme's own; ``path`` is path and query exactly as they go over the
    wire, so that what is signed is what is sent.
    """

    scheme: str
    host: str
    port: int
    netloc: str
    path: str

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    @property
    def url(self) -> str:
        return self.origin + self.path


@lru_cache(maxsize=2_048)
def parse_url(url: str) -> Target:
    """The parts of an absolute http or https URL; its fragment is dropped. Says nothing about whether to call it.

    Raises ``Malformed`` for any other scheme, for credentials, blanks, backslashes, control characters, and for
    more than 2,048 characters.
    """
    match = _URL.fullmatch(url) if len(url) <= MAX_URL else None
    if match is None or _BAD_IN_URL.search(url):
        raise Malformed("This is not an absolute http or https address.", detail=url[:200])
    scheme = match[1].lower()
    host, port = _split_authority(match[2], scheme)
    path = (match[3] or "/") + (match[4] or "")
    return Target(
        scheme,
        host,
        port,
        _netloc(host, port, scheme),
        path if path.isascii() else quote(path, safe="/?:@!$&'()*+,;=%~[]|^{}`<>\""),
    )


def normalise_host(text: str, scheme: str = "https") -> str:
    """The one spelling of a host in which hosts are compared, with its port where that is not the scheme's own.

    >>> normalise_host("BÜCHER.example.:443")
    'xn--bcher-kva.example'
    >>> normalise_host("127.0.1.1:8101")
    '127.0.1.1:8101'

    Raises ``Malformed`` for what cannot be a host.
    """
    host, port = _split_authority(text, scheme)
    return _netloc(host, port, scheme)


def registrable_domain(host: str) -> str:
    """The domain that somebody registered: public suffix and one label. An IP literal or a public suffix is its own.

    >>> registrable_domain("a.b.example.co.uk:8443")
    'example.co.uk'
    """
    name, _ = _split_authority(host, "https")
    if is_literal(name):
        return name
    return _public_suffixes().privatesuffix(name) or name


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What the outgoing client may call.

    ``own_hosts``: every host (with port where it is not the default) under which this node answers.
    ``allowed_ports``: further ports, beside the scheme's own.
    ``allow_http_feeds``: harvested feeds may lie on plain http.
    ``allow_loopback_peers``: development mode; lifts OUT3 and OUT4 for localhost, 127/8 and ::1, and nothing else.
    """

    own_hosts: frozenset[str] = frozenset()
    allow_loopback_peers: bool = False
    allowed_ports: frozenset[int] = frozenset()
    allow_http_feeds: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "own_hosts", frozenset(map(normalise_host, self.own_hosts)))

    def check_url(self, url: str, *, feed: bool = False) -> Target:
        """The parts of a URL that may be called, as far as its text can tell.

        Raises ``OwnAddress`` for one of our own hosts in any spelling, ``RemoteRefused`` for all else (OUT3-OUT5).
        """
        try:
            target = parse_url(url)
        except Malformed as error:
            raise RemoteRefused(detail=str(error)) from None
        if target.netloc in self.own_hosts:
            raise OwnAddress(detail=url)
        if not (self.allow_loopback_peers and _is_loopback_host(target.host)):
            self._check_public(target, feed=feed)
        return target

    def check_ip(self, ip: str) -> None:
        """Raises ``RemoteRefused`` unless a socket may connect to this address (OUT1)."""
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            _refuse(ip, "not an IP address")
        if self.allow_loopback_peers and _is_loopback(address):
            return
        if not is_public(address):
            _refuse(ip, "not a public unicast address")

    def scheme_of(self, host: str) -> str:
        """How a host is called of which nothing but the name is known: https, or http for a peer on loopback."""
        name, _ = _split_authority(host, "https")
        return "http" if self.allow_loopback_peers and _is_loopback_host(name) else "https"

    def _check_public(self, target: Target, *, feed: bool) -> None:
        if target.scheme != "https" and not (feed and self.allow_http_feeds):
            _refuse(target.url, "not https")
        if is_literal(target.host):
            _refuse(target.url, "an IP literal")
        labels = target.host.split(".")
        if len(labels) < 2 or labels[-1] in _REFUSED_ENDINGS:
            _refuse(target.url, "not a public name")
        if target.port != DEFAULT_PORTS[target.scheme] and target.port not in self.allowed_ports:
            _refuse(target.url, "a port that is not allowed")


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is globally usable unicast by the tables above; IPv4 inside IPv6 never is."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_IPV4)
    if address.scope_id is not None or address not in _GLOBAL_IPV6:
        return False
    return not any(address in network for network in _REFUSED_IPV6)


def is_literal(host: str) -> bool:
    """An IP address, or what a system's resolver would read as one: ``127.1``, ``0x7f.1``, ``2130706433``."""
    return ":" in host or _NUMBER_LABEL.fullmatch(host.rpartition(".")[2]) is not None


@lru_cache(maxsize=4_096)
def _split_authority(text: str, scheme: str) -> tuple[str, int]:
    """Host and port, the host in its one spelling: lower case, A-label, no trailing dot, IPv6 shortest and bare."""
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        raise Malformed("This address names no host that can be called.", detail=text[:200])
    host = _ipv6(match[1][1:-1]) if match[1].startswith("[") else _name(match[1])
    port = int(match[2]) if match[2] else DEFAULT_PORTS[scheme]
    if not 0 < port < 65_536:
        raise Malformed("This port does not exist.", detail=text[:200])
    return host, port


def _netloc(host: str, port: int, scheme: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == DEFAULT_PORTS[scheme] else f"{name}:{port}"


def _name(text: str) -> str:
    name = (text if text.isascii() else _to_ascii(text)).lower().removesuffix(".")
    if not _NAME.fullmatch(name):
        raise Malformed("This is not a host name.", detail=text[:200])
    return name


def _to_ascii(text: str) -> str:
    """The A-label form, mapped as browsers do it (UTS 46)."""
    import idna

    if len(text) > MAX_NAME:  # never cut: invisible letters would push the host out that browsers go to
        raise Malformed("This is not a host name.", detail=text[:200])
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise Malformed("This is not a host name.", detail=f"{text[:200]}: {error}") from None


def _ipv6(text: str) -> str:
    try:
        return ipaddress.IPv6Address(text).compressed
    except ValueError:
        raise Malformed("This is not an IPv6 address.", detail=text[:200]) from None


def _is_loopback_host(host: str) -> bool:
    """``localhost`` itself, ::1, or 127/8 spelled with four decimal numbers."""
    return host in {"localhost", "::1"} or _LOOPBACK_QUAD.fullmatch(host) is not None


def _is_loopback(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return any(address in network for network in _LOOPBACK)


def _refuse(what: str, why: str) -> NoReturn:
    raise RemoteRefused(detail=f"{what}: {why}")


@cache
def _public_suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
