"""Whether the proxies in front of the node are named rightly (CFG4), as ``rhizome check`` finds out.

It asks the public address with ``PROBE`` as the address of somebody else; the node judges how that came. Only who holds
the secrets file is answered: her ticket is the present time, sealed for this purpose.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from ipaddress import ip_address

from node.clock import MINUTE
from node.errors import ConfigurationRefused
from node.forwarded import Networks, client_address, is_trusted
from node.secretbox import SecretBox

PATH = "/healthz/proxies"
TICKET = "Rhizome-Check"
PROBE = "192.0.2.1"  # nobody's: RFC 5737

_PURPOSE = "check of proxies"
_ALONE = "everybody counts as one reader"


def make_ticket(box: SecretBox, now: int) -> str:
    """What ``TICKET`` carries; it is good for a minute. ``now`` in milliseconds."""
    return urlsafe_b64encode(box.seal(str(now).encode(), purpose=_PURPOSE)).decode()


def is_ticket(box: SecretBox, text: str, now: int) -> bool:
    """Whether this was made with the same secrets, within a minute."""
    try:
        made_at = int(box.open(urlsafe_b64decode(text), purpose=_PURPOSE))
    except (ConfigurationRefused, ValueError):
        return False
    return abs(now - made_at) <= MINUTE


def find_problem(remote: str, forwarded_for: str, trusted: Networks, *, is_https: bool) -> str:
    """What is wrong with how a request came that said ``X-Forwarded-For: PROBE``; empty where nothing is.

    The end of a sentence that begins with the public address. The node speaks plain HTTP: what ends https is a proxy.

    >>> from ipaddress import ip_network
    >>> find_problem("127.0.0.1", "192.0.2.1, 198.51.100.7", [ip_network("127.0.0.0/8")], is_https=True)
    ''
    """
    named = [hop.strip() for hop in forwarded_for.split(",")] if forwarded_for else []
    if named == [PROBE] and not is_https:
        return ""  # nobody stands between
    if not is_trusted(remote, trusted):
        return f"is passed on by {remote}, which node.trusted_proxies does not name: {_ALONE}"
    if not named:
        return f"is passed on by {remote}, which does not say for whom (X-Forwarded-For): {_ALONE}"
    if named == [PROBE]:
        return f"is passed on by {remote}, which believes any X-Forwarded-For: it has to write down who asks"
    sender = named[1] if named[0] == PROBE else named[0]
    found = client_address(remote, forwarded_for, trusted)
    if is_trusted(sender, trusted) or _is_same(sender, found):  # this machine may itself be one that is trusted
        return ""
    return f"is passed on by {found}, too, which node.trusted_proxies does not name: {_ALONE}"


def _is_same(named: str, address: str) -> bool:
    try:
        return str(ip_address(named)) == address
    except ValueError:
        return False
