"""What is wrong with values of the configuration: pairs of a path (``node.host``) and half a sentence."""

import datetime as dt
import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import schemas
from node.config.hosts import as_address, host_without_port, is_testing_host
from node.config.schema import Values, complete, fits
from node.config.settings import DEFAULT_PORTS, SECRETS

Problem = tuple[str, str]

#: Keys whose value never appears in a sentence.
_SECRET_PATHS = frozenset(".".join(key) for key in SECRETS)
_LAST_PORT = 65535


def find_problems(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Everything that is wrong with ``values`` (sections of keys): their forms first, then how they go together."""
    problems = list(_unusable(values))
    if not problems and not fits(values):
        problems = list(_findings(values))
    if not problems:
        complete_values = complete(values)
        problems = [problem for rule in _RULES for problem in rule(complete_values)]
    return problems


def _unusable(value: Any, path: str = "") -> Iterator[Problem]:
    """Values that no key takes, and that JSON does not know: dates, and texts with control characters."""
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _unusable(entry, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for entry in value:
            yield from _unusable(entry, path)
    elif isinstance(value, dt.date | dt.time):
        yield path, f'expected a text, found the date or time {value}; perhaps "{value}"'
    elif isinstance(value, str) and any(unicodedata.category(char) == "Cc" for char in value):
        yield path, "expected one line of text, found a control character in it"


def _findings(values: Mapping[str, Any]) -> Iterator[Problem]:
    for finding in schemas.check("config", values):
        path = finding.path.removeprefix("$").lstrip(".")
        found = "something else, which is not shown here" if path in _SECRET_PATHS else finding.found
        yield path, f"expected {finding.expected}, found {found}{_meant_host(path, values)}"


def _meant_host(path: str, values: Mapping[str, Any]) -> str:
    """A suggestion for the one key that everybody has to write."""
    if path != "node.host":
        return ""
    if "host" not in values["node"]:
        return '; write your host name, such as host = "learn.example.org"'
    written = str(values["node"]["host"]).strip().lower()
    host = re.sub(r"^[a-z]+://", "", written).rpartition("@")[2].partition("/")[0].strip(".")
    try:
        host = host.encode("idna").decode()
    except UnicodeError:
        return ""
    return f'; perhaps "{host}"' if fits({"node": {"host": host}}) else ""


# -- rules that a schema cannot state -------------------------------------------------------------------------------


def _check_host(values: Values) -> Iterator[Problem]:
    host, scheme = values["node"]["host"], values["node"]["scheme"]
    name = host_without_port(host)
    port = host[len(name) + 1 :]
    if port and int(port) > _LAST_PORT:
        yield "node.host", f'"{host}" has a port above {_LAST_PORT}'
    elif port and int(port) == DEFAULT_PORTS[scheme]:
        yield "node.host", f'"{host}" names the usual port of {scheme}; write "{name}"'
    if name.startswith("[") and not as_address(name):
        yield "node.host", f'"{name}" is not an IPv6 address'


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this IANA name."""
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name can be that of a folder
        return False


def _check_timezone(values: Values) -> Iterator[Problem]:
    if (name := values["node"]["timezone"]) and not is_zone(name):
        yield "node.timezone", f'"{name}" is no time zone; write a name such as "Europe/Berlin"'


def _check_development(values: Values) -> Iterator[Problem]:
    host, is_on = values["node"]["host"], values["development"]["allow_loopback_peers"]
    if values["node"]["scheme"] == "http" and not is_on:
        yield "node.scheme", 'found "http", which is for development only; write "https", which a proxy speaks for us'
    if is_on and not is_testing_host(host):
        problem = (
            f'found true, but node.host is "{host}", a public domain; remove this line, or use a loopback address or '
            "a host under localhost, .test, .example or .invalid"
        )
        yield "development.allow_loopback_peers", problem


def _check_networks(values: Values) -> Iterator[Problem]:
    for path in ("node.trusted_proxies", "limits.exempt"):
        section, _, name = path.partition(".")
        for text in values[section][name]:
            try:
                ipaddress.ip_network(text)
            except ValueError:
                yield path, f'"{text}" is not a network{_meant_network(text)}'


def _meant_network(text: str) -> str:
    try:
        return f'; perhaps "{ipaddress.ip_network(text, strict=False)}"'
    except ValueError:
        return ""


def _check_listeners(values: Values) -> Iterator[Problem]:
    node, metrics = values["node"]["listen"], values["metrics"]["listen"]
    for path, text in (("node.listen", node), ("metrics.listen", metrics)):
        if text and int(text.rpartition(":")[2]) > _LAST_PORT:
            yield path, f'"{text}" has a port above {_LAST_PORT}'
    if node == metrics and not node.endswith(":0"):
        yield "metrics.listen", f'"{metrics}" is where the node itself listens; give another port'


def _check_proxy(values: Values) -> Iterator[Problem]:
    proxy = values["federation"]["proxy"].rstrip("/")
    if proxy and not 0 < int(proxy.rpartition(":")[2]) <= _LAST_PORT:
        yield "federation.proxy", f'"{proxy}" has no port between 1 and {_LAST_PORT}'


def _check_database(values: Values) -> Iterator[Problem]:
    if values["database"]["url"] and values["database"]["url_file"]:
        yield "database.url_file", "database.url is there too; leave one of them out"
    for problem in find_url_problems(values["database"]["url"]):
        yield "database.url", problem


def find_url_problems(url: str) -> Iterator[str]:
    """Half a sentence where the parts of a database address cannot be told apart; it does not show the address."""
    try:
        parts = urlsplit(url)
        is_clear = parts.port != 0 and parts.netloc.count("@") < 2
    except ValueError:
        is_clear = False
    if not is_clear:
        yield (
            "expected postgresql://USER:PASSWORD@HOST:PORT/NAME with a number for PORT; in a password write "
            "%2F for /, %3F for ?, %23 for #, %40 for @, %5B for [ and %5D for ]"
        )


def _check_media(values: Values) -> Iterator[Problem]:
    media = values["media"]
    if media["secret_key"] and media["secret_key_file"]:
        yield "media.secret_key_file", "media.secret_key is there too; leave one of them out"
    if media["storage"] == "s3":
        for name in ("endpoint", "bucket", "access_key"):
            if not media[name]:
                yield f"media.{name}", 'found nothing, but media.storage is "s3", which needs it'
        if not media["secret_key"] and not media["secret_key_file"]:
            yield (
                "media.secret_key_file",
                'found nothing, but media.storage is "s3", which needs it or media.secret_key',
            )


def _check_mail(values: Values) -> Iterator[Problem]:
    mail = values["mail"]
    if mail["password"] and mail["password_file"]:
        yield "mail.password_file", "mail.password is there too; leave one of them out"
    if mail["host"] and mail["security"] == "none" and not is_testing_host(mail["host"]):
        problem = f'found "none", but {mail["host"]} is not on this machine; use "starttls" or "tls"'
        yield "mail.security", problem


def _check_oidc(values: Values) -> Iterator[Problem]:
    oidc = values["oidc"]
    if oidc["client_secret"] and oidc["client_secret_file"]:
        yield "oidc.client_secret_file", "oidc.client_secret is there too; leave one of them out"
    if oidc["issuer"] and not oidc["client_id"]:
        yield "oidc.client_id", "found nothing, but oidc.issuer is set, which needs it"
    if oidc["issuer"].startswith("http:") and not values["development"]["allow_loopback_peers"]:
        yield "oidc.issuer", "expected an address with https://: who is behind one without, nobody can tell"


_RULES: Sequence[Callable[[Values], Iterator[Problem]]] = (
    _check_host,
    _check_timezone,
    _check_development,
    _check_networks,
    _check_listeners,
    _check_proxy,
    _check_database,
    _check_media,
    _check_mail,
    _check_oidc,
)
