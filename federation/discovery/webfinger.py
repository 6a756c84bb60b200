"""WebFinger, both ways: who is behind a handle, and what we answer about ours (RFC 7033)."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from federation.discovery.hostmeta import read_host_meta
from federation.strictjson import read_object
from federation.transport.address import Target, normalise_host, parse_url
from federation.transport.http import MAX_DISCOVERY, OutboundClient
from federation.transport.mediatype import ACTIVITY_JSON, AS2_PROFILE, read_media_type
from node.domain.uris import host_of, is_web_uri
from node.errors import Malformed, RemoteMalformed

PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
AVATAR = "http://webfinger.net/rel/avatar"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
SERVICE_ACTOR = f"{AS2_PROFILE}#Service"
INTENT = "https://w3id.org/fep/3b86/"

_ACCEPT = "application/jrd+json, application/json"
_MAX_ENTRIES = 100
MayAsk = Callable[[str], Awaitable[None]]  # a host, with its port
# A colon stands only in the handle of a server itself, before its port: ``@127.0.1.1:8101@127.0.1.1:8101``.
_HANDLE = re.compile(r"(?:acct:)?@?([A-Z0-9_.-]{1,255}(?::[0-9]{1,5})?)@([^@/?#\s]{1,300})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Handle:
    """``user@host``, the host in its one spelling. Users are compared without regard to case."""

    user: str
    host: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"

    @property
    def acct(self) -> str:
        return f"acct:{self}"

    def means(self, other: "Handle") -> bool:
        """Whether both name the same account."""
        return self.host == other.host and self.user.lower() == other.user.lower()


def read_handle(text: str) -> Handle:
    """The handle in ``@user@host``, ``user@host`` or ``acct:user@host``, escaped or not. Raises ``Malformed``.

    >>> str(read_handle("acct:Ada%40Uni.Example."))
    'Ada@uni.example'
    """
    match = _HANDLE.fullmatch(unquote(text.strip())) if len(text) <= 1_024 else None
    if match is None:
        raise Malformed("This is not a handle of the form @user@host.", detail=text[:200])
    return Handle(match[1], normalise_host(match[2]))


# What we answer.


def parse_resource(text: str) -> Handle | Target:
    """What a ``resource`` parameter asks for: an account, or an address of ours (the path ``/`` is the server itself).

    Whether there is such a thing, and whether its host is ours, is for the caller to say. Raises ``Malformed``.
    """
    if text.strip().lower().startswith(("https://", "http://")):
        return parse_url(text.strip())
    return read_handle(text)


def build_jrd(
    *,
    subject: str,
    actor_uri: str,
    profile_url: str,
    subscribe_template: str,
    avatar: tuple[str, str] | None = None,
    intents: Mapping[str, str] | None = None,
    is_server: bool = False,
    rels: Collection[str] = (),
) -> dict[str, Any]:
    """The descriptor of one of our actors.

    ``subject`` is its ``acct:`` address, or our origin where that was asked for; ``subscribe_template`` holds
    ``{uri}``; ``avatar`` is address and media type; ``intents`` are templates by name of an activity (FEP-3b86);
    ``is_server`` adds the link of FEP-d556; ``rels``, where given, are the only links that are told.
    """
    links: list[dict[str, str]] = [
        {"rel": "self", "type": ACTIVITY_JSON, "href": actor_uri},
        {"rel": PROFILE_PAGE, "type": "text/html", "href": profile_url},
        {"rel": SUBSCRIBE, "template": subscribe_template},
    ]
    if is_server:
        links.append({"rel": SERVICE_ACTOR, "type": ACTIVITY_JSON, "href": actor_uri})
    if avatar is not None:
        links.append({"rel": AVATAR, "type": avatar[1], "href": avatar[0]})
    links += [{"rel": INTENT + name, "template": template} for name, template in (intents or {}).items()]
    return {
        "subject": subject,
        "aliases": list(dict.fromkeys([profile_url, actor_uri])),
        "links": [link for link in links if not rels or link["rel"] in rels],
    }


# What others answer.


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a descriptor; what it does not say is empty."""

    rel: str
    type: str = ""
    href: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class Jrd:
    """A descriptor, read; entries that could not be read are left out."""

    subject: str = ""
    links: tuple[Link, ...] = ()

    @property
    def handle(self) -> Handle | None:
        """The account that the subject names, if it names one."""
        try:
            return read_handle(self.subject)
        except Malformed:
            return None

    @property
    def actor_uri(self) -> str | None:
        """The first ``self`` link to an ActivityPub document."""
        for link in self.links:
            if link.rel == "self" and read_media_type(link.type).is_activity and is_web_uri(link.href):
                return link.href
        return None

    def template(self, rel: str) -> str:
        """The template of the first link with this relation; empty where there is none."""
        return next((link.template for link in self.links if link.rel == rel and link.template), "")


class Discovered(NamedTuple):
    """The actor behind a handle, and the handle by which its host wants it to be called."""

    actor_uri: str
    handle: Handle


def read_jrd(data: bytes) -> Jrd:
    """The descriptor in ``data``. Raises ``RemoteMalformed`` where it is not a JSON object."""
    try:
        document = read_object(data)
    except Malformed as error:
        raise RemoteMalformed(detail=f"WebFinger: {error}") from None
    return Jrd(
        subject=_text(document.get("subject")),
        links=tuple(_read_link(link) for link in _entries(document.get("links")) if isinstance(link, dict)),
    )


async def find_actor(client: OutboundClient, handle: str, *, may_ask: MayAsk | None = None) -> Discovered:
    """Who is behind a handle.

    Where the host calls the account by another handle, that one is asked once and must lead to the same actor.
    ``may_ask`` is awaited before each host that is asked, and raises where it must not be.
    Raises ``Malformed`` for what is no handle, ``RemoteMalformed`` where the answers name no actor or disagree, and
    what ``OutboundClient.get`` and ``check_status`` raise.
    """
    asked = read_handle(handle)
    first = await look_up(client, asked, may_ask=may_ask)
    named = first.handle or asked
    return check_loop(asked, first, None if named.means(asked) else await look_up(client, named, may_ask=may_ask))


def check_loop(asked: Handle, first: Jrd, second: Jrd | None = None) -> Discovered:
    """What two answers prove together: a handle counts where both ways lead to the same actor.

    ``first`` answered ``asked``; where it names another handle, ``second`` answered that one, and must call itself so
    and lead to the same actor. Raises ``RemoteMalformed``.
    """
    uri, named = first.actor_uri, first.handle or asked
    if uri is None:
        raise RemoteMalformed("This handle leads to no ActivityPub account.", detail=str(asked))
    if named.means(asked):
        return Discovered(uri, named)
    if second is None or second.actor_uri != uri or not (second.handle or named).means(named):
        raise RemoteMalformed("The handles of this account contradict each other.", detail=f"{asked}, {named}")
    return Discovered(uri, named)


async def look_up(client: OutboundClient, handle: Handle, *, may_ask: MayAsk | None = None) -> Jrd:
    """What the host of a handle answers about it. Raises as ``find_actor`` does."""
    if may_ask is not None:
        await may_ask(handle.host)
    origin = f"{client.policy.scheme_of(handle.host)}://{handle.host}"
    resource = quote(handle.acct, safe=":@")
    url = f"{origin}/.well-known/webfinger?resource={resource}"
    response = await client.get(url, accept=_ACCEPT, max_bytes=MAX_DISCOVERY)
    if response.status == 404 and (template := await _find_template(client, origin)):
        url = template.replace("{uri}", quote(handle.acct, safe=""))
        if may_ask is not None:
            await may_ask(host_of(url))
        response = await client.get(url, accept=_ACCEPT, max_bytes=MAX_DISCOVERY)
    client.check_status(response)
    return read_jrd(response.body)


async def _find_template(client: OutboundClient, origin: str) -> str | None:
    """Another address for WebFinger, as the host's host-meta names it."""
    url = f"{origin}/.well-known/host-meta"
    response = await client.get(url, accept="application/xrd+xml, application/xml", max_bytes=MAX_DISCOVERY)
    return read_host_meta(response.body) if response.status == 200 else None


def _read_link(link: dict[str, Any]) -> Link:
    return Link(*(_text(link.get(name)) for name in ("rel", "type", "href", "template")))


def _entries(value: Any) -> list[Any]:
    return value[:_MAX_ENTRIES] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 2_048 else ""
