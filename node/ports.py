"""What the core needs of the edges: small protocols that ``federation`` implements and ``node.app`` hands over."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from node.domain.records import ResourceRecord
from node.domain.visibility import Visibility

# -- looking at other servers ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FetchedDocument:
    """What an address answered: 200 with a document, or 304 without one.

    ``etag`` is the entity tag as it was sent, quotes included, or empty; ``url`` where the answer came from in the end.
    """

    status: int
    document: dict[str, Any] | None
    etag: str = ""
    url: str = ""


class Fetcher(Protocol):
    """Signed requests to other servers, within the policy for addresses, sizes and times.

    Everything raises RemoteNotFound for 404, RemoteGone for 410 or a tombstone, RemoteUnavailable where a later try
    may help, other RemoteErrors where it will not, and Blocked where policy forbids to ask that host.
    """

    async def get_document(self, uri: str, *, etag: str = "", as_actor_id: int | None = None) -> FetchedDocument:
        """The JSON document at an address; its id is not looked at. With ``etag`` the answer may be 304."""
        ...

    async def get_object(self, uri: str, *, as_actor_id: int | None = None) -> dict[str, Any]:
        """The document of which ``uri`` is the id."""
        ...

    async def take_in(self, document: dict[str, Any]) -> object:
        """Store a document that was fetched from its own address, in the place of an older copy."""
        ...


# -- documents of ours ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Whose a record is, where it is published and when (milliseconds); ``updated_at`` is None until it changes.

    ``named``: URIs of actors whom it is addressed to by name, because it builds on what they published;
    ``audience``: that of the community whose members read it.
    """

    object_uri: str
    actor_uri: str
    followers_uri: str
    page_url: str
    visibility: Visibility
    published_at: int
    updated_at: int | None
    revision: int
    named: tuple[str, ...] = ()
    audience: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDocument:
    """A record as other servers get it: the document without ``@context``, its digest, and the parts
    of it that lists, pages and client apps show.
    """

    document: dict[str, Any]
    digest: str
    name: str
    summary_html: str
    content_html: str
    language: str
    details: dict[str, Any]


class DocumentWriter(Protocol):
    """Writes records of learning resources as documents; pure and deterministic."""

    def __call__(self, record: ResourceRecord, placement: Placement) -> WrittenDocument: ...


# -- files ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file to be sent: a ``path`` on this machine, or the ``pieces`` of an answer with status and headers."""

    path: Path | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: AsyncIterator[bytes] | None = None


class MediaStore(Protocol):
    """Where media lie, under keys made by ``node.domain.media.make_key``.

    Everything raises Unavailable where the storage does not answer, and NotFound for what is no key.
    """

    async def put(self, key: str, source: Path) -> None:
        """Store a copy of a file; when this returns it is durable."""
        ...

    async def get(self, key: str, *, byte_range: str = "") -> StoredFile:
        """A stored file, or the part that a ``Range`` header asks for. Raises NotFound."""
        ...

    async def delete(self, keys: Collection[str]) -> None:
        """Remove files; those that are not there are no error."""
        ...

    async def close(self) -> None: ...
