"""Who somebody means: an account by its handle or address, ours or another server's."""

from urllib.parse import quote

from federation.discovery.proving import Proving
from federation.discovery.webfinger import SUBSCRIBE, look_up, read_handle
from federation.fetching.fetch import Fetcher
from federation.transport.http import OutboundClient
from node.domain.uris import is_web_uri
from node.errors import NotFound, RemoteMalformed
from node.sentences import Sentence
from node.store.database.engine import Store
from node.store.people import actors
from node.store.people.actors import Actor


async def find_account(
    store: Store, client: OutboundClient, fetcher: Fetcher, text: str, *, own_host: str, fresh: bool = False
) -> Actor:
    """The actor behind ``@ann@any.host``, ``acct:ann@any.host`` or an address, fetched where it is not ours.

    ``fresh``: even if it is known. Raises NotFound, Malformed and what asking another host raises.
    """
    if is_web_uri(text):
        return await fetcher.actor(text, fresh=fresh)
    handle = read_handle(text)
    if handle.host != own_host:
        return await Proving(store, client, fetcher).find(str(handle), fresh=fresh)
    own = await store.read(actors.find_local_actor, handle.user)
    if own is None or not own.is_active:
        raise NotFound(Sentence("Nobody here is called {handle}.", handle=handle.user))
    return own


async def find_known(store: Store, text: str, *, own_host: str) -> Actor | None:
    """The same without asking anybody: who is known here already. Raises Malformed for what is neither."""
    if is_web_uri(text):
        return await store.read(actors.find_actor, text)
    handle = read_handle(text)
    if handle.host == own_host:
        return await store.read(actors.find_local_actor, handle.user)
    return await store.read(actors.find_actor_by_handle, handle.user, handle.host)


async def find_subscribe_address(client: OutboundClient, handle: str, uri: str) -> str:
    """Where somebody with this handle confirms that she follows ``uri``, as her own server announces it.

    Raises Malformed for what is no handle, RemoteMalformed where her server offers no such page, and what asking it
    raises.
    """
    template = (await look_up(client, read_handle(handle))).template(SUBSCRIBE)
    if "{uri}" not in template:
        raise RemoteMalformed("This server offers no page to follow from.", detail=handle)
    return client.policy.check_url(template.replace("{uri}", quote(uri, safe=""))).url
