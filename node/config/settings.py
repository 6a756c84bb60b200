"""The configuration as frozen dataclasses: one per section of the file, one field per key, and ``Config`` over all.

A test holds them, the schema and the example together.
"""

import ipaddress
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from node.config.hosts import host_without_port

if TYPE_CHECKING:
    from node.secretbox import SecretBox

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: The keys that hold a secret, as section and name; whatever shows, stores or hides values goes by this list (CFG3).
SECRETS = (
    ("database", "url"),
    ("mail", "password"),
    ("media", "secret_key"),
    ("oidc", "client_secret"),
    ("secrets", "key"),
)

DEFAULT_PORTS: Mapping[str, int] = MappingProxyType({"https": 443, "http": 80})


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """``[node]``; name, handle and time zone are filled in where the file leaves them empty."""

    host: str
    scheme: str
    name: str
    handle: str
    description: str
    languages: tuple[str, ...]
    timezone: str
    accent: str
    contact: str
    data: Path
    listen: Address
    trusted_proxies: tuple[Network, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """``[database]``; an empty ``url`` is SQLite. What ``url_file`` holds is in ``url``."""

    url: str = field(repr=False)
    url_file: Path | None
    pool: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FederationSettings:
    """``[federation]``"""

    mode: str
    tell_blocks: bool
    authorized_fetch: bool
    allowed_ports: tuple[int, ...]
    proxy: tuple[str, int] | None  # host and port


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsSettings:
    """``[jobs]``"""

    inbox: int
    deliveries: int
    fetches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSettings:
    """``[media]``; what ``secret_key_file`` holds is in ``secret_key``, and ``public_url`` ends in no slash."""

    storage: str
    endpoint: str
    bucket: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    secret_key_file: Path | None
    public_url: str
    image_mib: int
    file_mib: int
    quota_mib: int
    cache_mib: int
    cache_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """``[mail]``; what ``password_file`` holds is in ``password``. Without ``host`` no mail is sent."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    password_file: Path | None
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationsSettings:
    """``[registrations]``"""

    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """``[oidc]``; what ``client_secret_file`` holds is in ``client_secret``. Without ``issuer`` it is off."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    client_secret_file: Path | None
    label: str
    scopes: tuple[str, ...]
    create_accounts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsSettings:
    """``[limits]``"""

    exempt: tuple[Network, ...]
    inbox_backlog: int
    disk_free_mib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """``[log]``"""

    level: str
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """``[metrics]``; None is off."""

    listen: Address | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """``[backup]``"""

    directory: Path
    days: int
    weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsSettings:
    """``[secrets]``: the current key (32 bytes), those that it replaced, and where they were read, if in a file."""

    file: Path | None
    key: bytes = field(repr=False)
    previous: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentSettings:
    """``[development]``"""

    allow_loopback_peers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that an administrator decides. All paths are absolute; no ``repr`` shows a secret."""

    file: Path
    node: NodeSettings
    database: DatabaseSettings
    federation: FederationSettings
    jobs: JobsSettings
    media: MediaSettings
    mail: MailSettings
    registrations: RegistrationsSettings
    oidc: OidcSettings
    limits: LimitsSettings
    log: LogSettings
    metrics: MetricsSettings
    backup: BackupSettings
    secrets: SecretsSettings
    switches: DevelopmentSettings
    #: Sentences for the log and for ``rhizome check``: tolerated, but not right.
    warnings: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """The public host, with its port where that is not the usual one."""
        return self.node.host

    @property
    def origin(self) -> str:
        """How every id and link begins: ``https://learn.example.org``."""
        return f"{self.node.scheme}://{self.node.host}"

    @property
    def own_hosts(self) -> frozenset[str]:
        """The spellings of the public host that a ``Host`` header or an address may use, in small letters."""
        with_port = f"{self.host}:{DEFAULT_PORTS[self.node.scheme]}"
        return frozenset({self.host, with_port} if self.host == host_without_port(self.host) else {self.host})

    @property
    def data_dir(self) -> Path:
        return self.node.data

    @property
    def is_sqlite(self) -> bool:
        return not self.database.url

    @property
    def database_path(self) -> Path:
        """The file of the SQLite database; it exists only where ``is_sqlite``."""
        return self.node.data / "rhizome.sqlite3"

    @property
    def secret_texts(self) -> tuple[str, ...]:
        """What no output may ever hold, as it is written: keys and passwords."""
        password = urlsplit(self.database.url).password or ""
        others = (self.mail.password, self.media.secret_key, self.oidc.client_secret, password, unquote(password))
        keys = (b64encode(key).decode() for key in (self.secrets.key, *self.secrets.previous))
        return tuple(text for text in (*keys, *others) if text)

    @property
    def secret_files(self) -> Mapping[str, Path]:
        """The files that secrets are read from, by the key whose value they hold."""
        files = {
            "secrets.key": self.secrets.file,
            "database.url": self.database.url_file,
            "mail.password": self.mail.password_file,
            "media.secret_key": self.media.secret_key_file,
            "oidc.client_secret": self.oidc.client_secret_file,
        }
        return {path: file for path, file in files.items() if file}

    @property
    def secret_box(self) -> "SecretBox":
        """What seals private keys with the key of today and opens what earlier keys sealed."""
        from node.secretbox import SecretBox  # late: reading a configuration loads no cryptography

        return SecretBox(self.secrets.key, self.secrets.previous)

    @property
    def development(self) -> bool:
        """Whether plain http and peers on loopback are allowed."""
        return self.switches.allow_loopback_peers
