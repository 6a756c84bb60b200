"""Every address of ours that our documents name is served: whoever walks from our actors meets no dead end."""

from collections.abc import Iterator
from typing import Any

from federation.builders import documents
from node.domain.communities import PostPolicy, TopicKind
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.services.posts import posts, reacting
from tests import happenings
from tests.network import network
from tests.records import full_record, record

#: Places that are posted to, and what begins other addresses.
_NOT_READ = frozenset({"inbox", "sharedInbox", "extensions"})


async def test_no_address_leads_nowhere(tmp_path) -> None:
    async with network(tmp_path, "hospital") as net:
        (peer,) = net.peers
        ada, ben = await peer.add_actor("ada"), await peer.add_actor("ben")
        cafe = await peer.add_community("cafe", ada, post_policy=PostPolicy.ANYONE)
        said: dict[str, Any] = {"text": "Tin or zinc? #casting", "visibility": Visibility.PUBLIC}
        question = Draft(**said, community_id=cafe.id, topic_kind=TopicKind.QUESTION, title="Tin?")
        asked = await peer.store.write(posts.publish, peer.unit(), ada.id, question)
        await peer.store.write(posts.publish, peer.unit(), ben.id, Draft(**said, in_reply_to_id=asked.id))
        await peer.store.write(reacting.favourite, peer.unit(), ben.id, asked)
        await peer.publish(record())
        await peer.publish({**full_record(), "id": "https://learn.uni.example/r/full"})
        event = await happenings.publish(peer, ada)
        await happenings.publish(peer, ada, recurrence={"frequency": "weekly", "count": 3})
        await happenings.answer(peer, ben, event.uri)
        await net.settle()

        organisation = await peer.organisation()
        waiting, seen = (
            [organisation.uri, ada.uri, ben.uri, cafe.uri, peer.origin + documents.INSTANCE_PATH],
            set[str](),
        )
        dead = []
        while waiting:
            address = waiting.pop()
            if address in seen:
                continue
            seen.add(address)
            status, document = await peer.get(address)
            if status != 200:
                dead.append((status, address))
            waiting += _addresses(document, f"{peer.origin}/ap/")
        assert dead == []
        assert len(seen) > 60


def _addresses(value: Any, prefix: str) -> Iterator[str]:
    """What stands anywhere in a document and begins so, without its fragment."""
    if isinstance(value, str) and value.startswith(prefix):
        yield value.partition("#")[0]
    elif isinstance(value, list):
        for each in value:
            yield from _addresses(each, prefix)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in _NOT_READ:
                yield from _addresses(each, prefix)
