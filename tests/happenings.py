"""Events for tests: a record that holds, and steps that people take with it."""

from typing import Any

from node.domain.events import EventRecord, Wish
from node.domain.visibility import Visibility
from node.services.events import event_answers, event_changes, events
from node.services.events.events import EventDraft
from node.store.events import event_answers as answer_store
from node.store.events import events as event_store
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.people.actors import Actor
from node.store.posts import objects
from tests.network import Network, Peer


def event_record(**changes: Any) -> EventRecord:
    """A workshop in Berlin in 2099; a change to None leaves a field out."""
    record: dict[str, Any] = {
        "name": {"en": "Casting at home"},
        "defaultLanguage": "en",
        "description": {"en": "Bring safety glasses. #casting"},
        "kind": "workshop",
        "start": "2099-05-07T18:00:00+02:00",
        "end": "2099-05-07T20:00:00+02:00",
        "timeZone": "Europe/Berlin",
        "place": {"name": "City Library", "street": "Breite Str. 30", "postalCode": "10178", "locality": "Berlin"},
        "joinMode": "free",
        "keywords": ["metal casting"],
        **changes,
    }
    return {key: value for key, value in record.items() if value is not None}  # type: ignore[return-value]


async def publish(peer: Peer, person: Actor, visibility: Visibility = Visibility.PUBLIC, **changes: Any) -> Event:
    draft = EventDraft(event_record(**changes), visibility)
    return await peer.store.write(events.publish_event, peer.unit(), person.id, draft)


async def change(peer: Peer, person: Actor, event: Event, **changes: Any) -> Event:
    record = {key: value for key, value in {**event.record, **changes}.items() if value is not None}
    return await peer.store.write(event_changes.change_event, peer.unit(), person.id, event.id, record)


async def answer(peer: Peer, person: Actor, uri: str, wish: Wish = Wish.GOING, **more: Any) -> Answer:
    """Answer the event of this URI, at home or elsewhere."""
    found = await peer.object(uri)
    assert found is not None, f"{peer.origin} does not know {uri}"
    return await peer.store.write(event_answers.answer, peer.unit(), person.id, found.id, wish, **more)


async def copy_of(peer: Peer, uri: str) -> Event:
    """The event as this node holds it."""
    found = await peer.object(uri)
    assert found is not None, f"{peer.origin} does not know {uri}"
    event = await peer.store.read(event_store.find_event, found.id)
    assert event is not None, f"{uri} is no event on {peer.origin}"
    return event


async def state_of(peer: Peer, person: Actor, uri: str) -> str:
    """What this node knows of somebody's answer; '' where there is none."""
    event = await copy_of(peer, uri)
    found = await peer.store.read(answer_store.find_answer, event.id, person.id)
    return found.state if found else ""


async def meet(net: Network, person: Actor, *guests: tuple[Peer, Actor]) -> None:
    """People of other nodes follow the organiser."""
    for peer, guest in guests:
        await peer.follow(guest, person.uri)
    await net.settle()


async def direct_words(peer: Peer, person: Actor) -> list[str]:
    """What this person was told in direct posts."""

    def load(conn):
        rows = conn.execute(objects.select(objects.objects).where(objects.objects.c.visibility == "direct")).all()
        return [row.content for row in rows if person.uri in objects.load_mentioned(conn, row.id)]

    return await peer.store.read(load)
