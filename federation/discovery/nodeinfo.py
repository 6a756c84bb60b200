"""NodeInfo, both ways: what this server is, and what another one says it is.

The answer of another server is shown to administrators; what it can do is read off its actors (FEP-844e), never here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from federation.transport.hosts import Software
from federation.transport.http import OutboundClient
from federation.transport.mediatype import ACTIVITY_JSON, AS2_PROFILE
from node.domain.uris import is_web_uri

SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
VERSIONS = ("2.1", "2.0")
APPLICATION_ACTOR = f"{AS2_PROFILE}#Application"

_MAX_LINKS = 20
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def content_type(version: str) -> str:
    """The media type of a document of this version."""
    return f'application/json; profile="{SCHEMA}{version}#"'


def build_well_known(origin: str, *, instance_actor_uri: str) -> dict[str, Any]:
    """The links of ``/.well-known/nodeinfo``, and the instance actor (FEP-2677)."""
    links = [{"rel": SCHEMA + version, "href": f"{origin}/nodeinfo/{version}"} for version in VERSIONS]
    return {"links": [*links, {"rel": APPLICATION_ACTOR, "type": ACTIVITY_JSON, "href": instance_actor_uri}]}


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts that may be published; what is not known stays None and is not told."""

    users: int | None = None
    active_month: int | None = None
    active_half_year: int | None = None
    local_posts: int | None = None
    local_comments: int | None = None


NOT_COUNTED = Usage()


def build_nodeinfo(
    version: str,
    *,
    software_version: str,
    repository: str,
    homepage: str,
    name: str,
    description: str,
    staff: Iterable[str] = (),
    open_registrations: bool = False,
    is_open: bool = True,
    usage: Usage = NOT_COUNTED,
    development: bool = False,
) -> dict[str, Any]:
    """The document of one of ``VERSIONS``.

    ``staff``: actor addresses; ``is_open``: federates with everybody who is not blocked; ``development``: peers on
    loopback are allowed, which nobody should overlook.
    """
    software = {"name": "rhizome", "version": software_version}
    if version == "2.1":
        software |= {"repository": repository, "homepage": homepage}
    metadata: dict[str, Any] = {
        "nodeName": name,
        "nodeDescription": description,
        "staffAccounts": list(staff),
        "federation": {"enabled": is_open},
    }
    return {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": open_registrations,
        "usage": _build_usage(usage),
        "metadata": metadata | ({"development": True} if development else {}),
    }


async def find_software(client: OutboundClient, host: str) -> Software | None:
    """What runs at a host; None where it publishes nothing that can be read as such.

    Raises what ``OutboundClient.get_json`` raises.
    """
    origin = f"{client.policy.scheme_of(host)}://{host}"
    links = await client.get_json(f"{origin}/.well-known/nodeinfo")
    url = read_links(links.data)
    return read_software((await client.get_json(url)).data) if url else None


def read_links(document: dict[str, Any]) -> str | None:
    """The address of the newest document that a well-known document names."""
    links = document.get("links")
    found = {
        link.get("rel"): link.get("href")
        for link in (links[:_MAX_LINKS] if isinstance(links, list) else [])
        if isinstance(link, dict) and isinstance(link.get("rel"), str) and is_web_uri(link.get("href"))
    }
    return next((found[SCHEMA + version] for version in VERSIONS if SCHEMA + version in found), None)


def read_software(document: dict[str, Any]) -> Software | None:
    """Name and version of a NodeInfo document; None without a name."""
    software = document.get("software")
    if not isinstance(software, dict):
        return None
    name = _word(software.get("name"))
    return Software(name.lower(), _word(software.get("version"))) if name else None


def _build_usage(usage: Usage) -> dict[str, Any]:
    users = {"total": usage.users, "activeMonth": usage.active_month, "activeHalfyear": usage.active_half_year}
    counts: dict[str, Any] = {"localPosts": usage.local_posts, "localComments": usage.local_comments}
    told = {name: count for name, count in counts.items() if count is not None}
    return {"users": {name: count for name, count in users.items() if count is not None}} | told


def _word(value: Any) -> str:
    return _CONTROLS.sub(" ", value[:100]).strip() if isinstance(value, str) else ""
