"""What an owner shares with its partners, kept equal to what it lists for us (``serving.partner_entries``).

Follows each look at a catalogue whose owner's organisation follows ours, or of which we still hold something. What is
new or different is fetched; what is listed no more goes where its own address says that it is gone, which it does once
we are no partner any more.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from federation.mapping.digest import article_digest
from federation.synchronisation import catalogue_reading as reading
from node.domain.uris import same_origin
from node.errors import Blocked, Invalid, RemoteError, RemoteMalformed, RemoteNotFound, RemoteUnavailable
from node.ports import Fetcher
from node.services.context import Unit
from node.services.library import catalogue
from node.store.database.engine import Store
from node.store.federation import partners
from node.store.library.catalogues import Catalogue
from node.store.people.actors import Actor

MAX_PAGES = 100
MAX_SHARED = 20_000  # entries of one owner that we hold


class PartnerSync:
    """One look at what one owner shares with us."""

    def __init__(self, store: Store, fetcher: Fetcher, new_unit: Callable[[], Unit]) -> None:
        self._store, self._fetcher, self._new_unit = store, fetcher, new_unit

    async def look(self, owner: Actor, copied: Catalogue) -> None:
        """Raises RemoteUnavailable where the owner's host does not answer; what else goes wrong waits for the next."""
        held = await self._store.read(_load_held, owner)
        if held is None:
            return
        listed = await self._list(copied.uri)
        for uri, digest in listed.items():
            if held.get(uri) != digest:
                await self._bring(owner, uri)
        for uri in held.keys() - listed.keys():
            await self._bring(owner, uri)

    async def _list(self, catalogue_uri: str) -> Mapping[str, str]:
        """Digest by URI; nothing where we are no partner."""
        url, listed = f"{catalogue_uri}/partners", dict[str, str]()
        for _ in range(MAX_PAGES):
            try:
                fetched = await self._fetcher.get_document(url)
            except RemoteUnavailable:
                raise
            except RemoteError:
                return listed
            page = reading.read_bucket_page(fetched.document or {}, catalogue_uri)
            # What is elsewhere is not the owner's to share: a list could send us anywhere.
            listed |= {each.uri: each.digest or "" for each in page.entries if same_origin(each.uri, catalogue_uri)}
            if not page.next_url or len(listed) > MAX_SHARED:
                break
            url = page.next_url
        return listed

    async def _bring(self, owner: Actor, uri: str) -> None:
        """As its own address shows it now, or not at all where that says so."""
        try:
            document: dict[str, Any] = await self._fetcher.get_object(uri)
            if document.get("id") != uri:
                raise RemoteMalformed("The entry has another id.", detail=str(document.get("id"))[:200])
            await self._store.write(catalogue.expect_again, owner, [uri])
            await self._fetcher.take_in(document)
        except RemoteNotFound:
            await self._store.write(catalogue.drop_remote, self._new_unit(), owner, [uri])
        except RemoteUnavailable:
            raise
        except (RemoteError, Blocked, Invalid):
            return


def _load_held(conn: Connection, owner: Actor) -> Mapping[str, str] | None:
    """Digest by URI of what we hold; None where there is nothing to ask for."""
    held = {
        row.uri: article_digest(row.document) for row in partners.list_shared(conn, owner.id, after=0, limit=MAX_SHARED)
    }
    return held if held or partners.is_partner_of(conn, owner.host) else None
