"""Joins the sources of the configuration, refuses what is wrong, and builds ``Config``."""

import base64
import ipaddress
import json
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from node.config.hosts import make_handle
from node.config.rules import find_problems, find_url_problems, is_zone
from node.config.schema import Values, complete, keys
from node.config.settings import (
    SECRETS,
    Address,
    BackupSettings,
    Config,
    DatabaseSettings,
    DevelopmentSettings,
    FederationSettings,
    JobsSettings,
    LimitsSettings,
    LogSettings,
    MailSettings,
    MediaSettings,
    MetricsSettings,
    Network,
    NodeSettings,
    OidcSettings,
    RegistrationsSettings,
    SecretsSettings,
)
from node.errors import ConfigurationRefused

KEY_BYTES = 32
_VARIABLE = re.compile(r"RHIZOME_([A-Z0-9_]+?)__([A-Z0-9_]+)")
_OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH


def load(file: Path, *, environ: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read a configuration file and everything that it refers to.

    ``environ`` is the environment of the process unless given; ``overrides`` are values of the command line by path
    (``{"node.listen": "127.0.0.1:9000"}``). Raises ``ConfigurationRefused`` with one sentence a line.
    """
    file = Path(os.path.abspath(file))  # noqa: PTH100 (resolve() would follow a link away from the secrets beside it)
    values = _read_toml(file, "; `rhizome init` writes one")
    sources: dict[str, str] = {}
    for path, value, source in _replacements(os.environ if environ is None else environ, overrides or {}):
        section, _, name = path.partition(".")
        part = values.setdefault(section, {})
        if isinstance(part, dict):
            part[name] = value
            sources[path] = source
    config = configure(values, file=file, sources=sources)
    in_file = (values.get(section, {}).get(name) for section, name in SECRETS if f"{section}.{name}" not in sources)
    return _guard_files(config, has_secrets=any(in_file))


def configure(
    values: Mapping[str, Any],
    *,
    file: Path,
    sources: Mapping[str, str] | None = None,
    secret_key: bytes | None = None,
) -> Config:
    """The configuration that ``values`` (sections of keys) describe, as if they stood in ``file``.

    ``sources`` names where values come from, by path, if not from the file. With ``secret_key`` no secrets file is
    read. Raises ``ConfigurationRefused`` with one sentence a line.
    """
    if problems := find_problems(values):
        told = [f"{_source(path, file, sources or {})}: {path}: {problem}." for path, problem in problems]
        raise ConfigurationRefused("\n".join(told))
    return _build(complete(values), file, secret_key)


def _source(path: str, file: Path, sources: Mapping[str, str]) -> str:
    """Where the value at ``path``, or something below it, comes from."""
    below = f"{path.partition('[')[0]}."
    return next((source for at, source in sources.items() if f"{at}.".startswith(below)), str(file))


# -- sources --------------------------------------------------------------------------------------------------------


def _read_toml(file: Path, hint: str = "") -> dict[str, Any]:
    try:
        return tomllib.loads(_read_text(file, hint))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationRefused(f"{file}: this is not TOML: {error}.") from None


def _read_text(file: Path, hint: str = "") -> str:
    """``hint``: what to do where there is none."""
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigurationRefused(f"{file}: there is no such file{hint}.") from None
    except OSError as error:
        raise ConfigurationRefused(f"{file}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigurationRefused(f"{file}: this is not text in UTF-8.") from None


def _replacements(environ: Mapping[str, str], overrides: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """What replaces values of the file: path, value, and where it comes from."""
    for variable in sorted(environ):
        parts = _VARIABLE.fullmatch(variable)
        if parts is None:
            continue
        section, name = parts[1].lower(), parts[2].lower()
        if section == "development":
            raise ConfigurationRefused(
                f"environment variable {variable}: {section}.{name}: only the configuration file can set this; "
                "unset the variable."
            )
        yield f"{section}.{name}", _typed(f"{section}.{name}", environ[variable]), f"environment variable {variable}"
    for path, value in overrides.items():
        yield path, value, "command line"


def _typed(path: str, text: str) -> Any:
    """The value that ``text`` stands for, by the type that the schema wants; the text itself where it is none."""
    key = keys().get(path)
    wanted = key.schema.get("type") if key else None
    if wanted == "array":
        return [_from_json(entry.strip()) for entry in text.split(",") if entry.strip()]
    return _from_json(text) if wanted in {"integer", "boolean"} else text


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


# -- secrets --------------------------------------------------------------------------------------------------------


def _read_url(file: Path) -> str:
    url = _read_text(file).strip()
    if not url.startswith("postgresql://"):
        raise ConfigurationRefused(f"{file}: expected postgresql://USER:PASSWORD@HOST/NAME and nothing else.")
    for problem in find_url_problems(url):
        raise ConfigurationRefused(f"{file}: {problem}.")
    return url


def _read_secrets(file: Path, key: str) -> SecretsSettings:
    """The keys: ``key`` where it was given, else what stands in ``file``."""
    if key:
        return SecretsSettings(file=None, key=_decoded(key, "secrets.key"))
    document = _read_toml(file)
    if unknown := sorted(document.keys() - {"key", "previous"}):
        raise ConfigurationRefused(f'{file}: {unknown[0]}: expected "key" or "previous", found this unknown key.')
    previous = document.get("previous", [])
    if not isinstance(previous, list):
        raise ConfigurationRefused(f"{file}: previous: expected a list of keys.")
    return SecretsSettings(
        file=file,
        key=_decoded(document.get("key"), f"{file}: key"),
        previous=tuple(_decoded(each, f"{file}: previous") for each in previous),
    )


def _decoded(text: Any, place: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (TypeError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationRefused(f"{place}: expected base64 of {KEY_BYTES} bytes, as `rhizome init` writes it.")
    return key


def _guard_files(config: Config, *, has_secrets: bool) -> Config:
    """Refuse files that others may read though they hold secrets (CFG2); in development, warn.

    ``has_secrets``: whether the configuration file itself holds any.
    """
    problems = [
        f"{file}: other users of this machine can open this file, which holds secrets; run `chmod 600 {file}`."
        for file in (*_private_files(config), *([config.file] if has_secrets else []))
        if os.name == "posix" and file.exists() and file.stat().st_mode & _OTHERS
    ]
    if problems and not config.development:
        raise ConfigurationRefused("\n".join(problems))
    return replace(config, warnings=(*config.warnings, *problems))


def _private_files(config: Config) -> Iterator[Path]:
    yield from config.secret_files.values()
    # The database inside a folder that is closed to others is safe whatever its own permissions say.
    if config.is_sqlite and config.data_dir.exists() and config.data_dir.stat().st_mode & stat.S_IXOTH:
        yield config.database_path


# -- putting it together --------------------------------------------------------------------------------------------


def _path(text: str, folder: Path) -> Path:
    return Path(os.path.normpath(folder / text))


def _path_or_none(text: str, folder: Path) -> Path | None:
    return _path(text, folder) if text else None


def _address(text: str, _: Path) -> Address | None:
    host, port = text.rpartition(":")[::2]
    return Address(host.strip("[]"), int(port)) if text else None


def _proxy(text: str, _: Path) -> tuple[str, int] | None:
    host, port = text.removeprefix("http://").rstrip("/").rpartition(":")[::2]
    return (host.strip("[]"), int(port)) if text else None


def _networks(texts: list[str], _: Path) -> tuple[Network, ...]:
    return tuple(map(ipaddress.ip_network, texts))


def machine_zone() -> str:
    """The time zone that the machine is set to; UTC where it says none."""
    linked = Path("/etc/localtime")
    found = str(linked.resolve()).partition("zoneinfo/")[2] if linked.is_symlink() else ""
    return found if "/" in found and found != "Etc/UTC" and is_zone(found) else "UTC"


#: How the value of a key becomes the value of its field; all others are taken as they are.
_FIELDS: Mapping[str, Callable[[Any, Path], Any]] = MappingProxyType(
    {
        "node.languages": lambda texts, _: tuple(texts),
        "node.data": _path,
        "node.listen": _address,
        "node.trusted_proxies": _networks,
        "database.url_file": _path_or_none,
        "federation.allowed_ports": lambda ports, _: tuple(map(int, ports)),
        "federation.proxy": _proxy,
        "mail.password_file": _path_or_none,
        "media.secret_key_file": _path_or_none,
        "media.public_url": lambda url, _: url.rstrip("/"),
        "oidc.client_secret_file": _path_or_none,
        "oidc.scopes": lambda texts, _: tuple(texts),
        "limits.exempt": _networks,
        "metrics.listen": _address,
        "backup.directory": _path_or_none,
        "secrets.file": _path,
    }
)


def _build(values: Values, file: Path, secret_key: bytes | None) -> Config:
    parts: dict[str, dict[str, Any]] = {}
    for key in keys().values():
        value = values[key.section][key.name]
        if key.schema.get("type") == "integer":
            value = int(value)  # JSON Schema counts 8.0 among the integers
        convert = _FIELDS.get(key.path)
        parts.setdefault(key.section, {})[key.name] = convert(value, file.parent) if convert else value
    node, backup, secrets = parts["node"], parts["backup"], parts["secrets"]
    node["name"] = node["name"].strip() or node["host"]
    node["handle"] = node["handle"] or make_handle(node["name"])
    node["timezone"] = node["timezone"] or machine_zone()
    backup["directory"] = backup["directory"] or node["data"] / "backups"
    if parts["database"]["url_file"]:
        parts["database"]["url"] = _read_url(parts["database"]["url_file"])
    for section, name in (("media", "secret_key"), ("mail", "password"), ("oidc", "client_secret")):
        if secret_file := parts[section][f"{name}_file"]:
            parts[section][name] = _read_text(secret_file).strip()
    return Config(
        file=file,
        node=NodeSettings(**node),
        database=DatabaseSettings(**parts["database"]),
        federation=FederationSettings(**parts["federation"]),
        jobs=JobsSettings(**parts["jobs"]),
        media=MediaSettings(**parts["media"]),
        mail=MailSettings(**parts["mail"]),
        registrations=RegistrationsSettings(**parts["registrations"]),
        oidc=OidcSettings(**parts["oidc"]),
        limits=LimitsSettings(**parts["limits"]),
        log=LogSettings(**parts["log"]),
        metrics=MetricsSettings(**parts["metrics"]),
        backup=BackupSettings(**backup),
        secrets=SecretsSettings(file=None, key=secret_key) if secret_key else _read_secrets(**secrets),
        switches=DevelopmentSettings(**parts["development"]),
    )
