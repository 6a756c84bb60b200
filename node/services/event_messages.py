"""Messages to people about their answers to events, as direct posts: any app and any server shows those.

Our own people hear from the organisation of their node, people elsewhere from whoever published the event.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from node.domain.drafts import Draft
from node.domain.events import AnswerState, title, when_line
from node.domain.text import primary
from node.domain.visibility import Visibility
from node.services import posts
from node.services.context import Unit
from node.store import accounts, actors
from node.store.actors import Actor
from node.store.events import Event

#: What a state is told as, by language; ``{event}`` is its title and time, ``{url}`` its page.
_WORDS: Mapping[str, Mapping[AnswerState, str]] = {
    "en": {
        AnswerState.GOING: "You have a place: {event}",
        AnswerState.WAITLIST: "All places are taken. You are on the waiting list and will hear if you move up: {event}",
        AnswerState.REQUESTED: "The organisers will decide and you will hear of it: {event}",
        AnswerState.INTERESTED: "Noted that you are interested: {event}",
        AnswerState.DECLINED: "You have been taken off the list: {event}",
        AnswerState.REFUSED: "There is no place for you this time: {event}",
        AnswerState.INVITED: "You are invited: {event}",
        AnswerState.UNTRACKED: "The organisers keep no list. It is in your calendar: {event}",
    },
    "de": {
        AnswerState.GOING: "Du hast einen Platz: {event}",
        AnswerState.WAITLIST: "Alle Plätze sind vergeben. Du stehst auf der Warteliste und hörst, wenn du nachrückst: "
        "{event}",
        AnswerState.REQUESTED: "Die Veranstalter entscheiden, und du hörst davon: {event}",
        AnswerState.INTERESTED: "Vorgemerkt, dass du dich interessierst: {event}",
        AnswerState.DECLINED: "Du stehst nicht mehr auf der Liste: {event}",
        AnswerState.REFUSED: "Diesmal gibt es keinen Platz für dich: {event}",
        AnswerState.INVITED: "Du bist eingeladen: {event}",
        AnswerState.UNTRACKED: "Die Veranstalter führen keine Liste. Der Termin steht in deinem Kalender: {event}",
    },
}


def tell_state(conn: Connection, unit: Unit, event: Event, person: Actor, state: AnswerState) -> None:
    """Write a person what became of her answer."""
    language = _language(conn, event, person)
    sentence = _WORDS[language].get(state)
    if sentence is not None:
        write(conn, unit, event, person, sentence.format(event=_named(event)))


def refuse(conn: Connection, unit: Unit, event: Event, person: Actor, why: str) -> None:
    """Write a person why her answer is not taken."""
    write(conn, unit, event, person, f"{why} {_named(event)}")


def write(conn: Connection, unit: Unit, event: Event, person: Actor, text: str) -> None:
    """A direct post to one person; nothing where there is nobody who could write it."""
    sender = _sender(conn, event, person)
    if sender is None or sender.id == person.id:
        return
    draft = Draft(
        text=f"{person.handle} {text}", visibility=Visibility.DIRECT, language=event.record["defaultLanguage"]
    )
    posts.publish(conn, unit, sender.id, draft)


def _named(event: Event) -> str:
    when = when_line({"start_at": event.start_at, "end_at": event.end_at, "timezone": event.timezone})
    return f"{title(event.record)}, {when} {event.url or event.uri}"


def _sender(conn: Connection, event: Event, person: Actor) -> Actor | None:
    publisher = actors.find_actor_by_id(conn, event.actor_id)
    if not person.local and publisher is not None and publisher.local:
        return publisher if publisher.state == "active" else None
    return next(iter(actors.load_local_actors(conn, ["organization"])), None)


def _language(conn: Connection, event: Event, person: Actor) -> str:
    account = accounts.load_settings(conn, person.id) if person.local and person.kind == "person" else None
    wanted = primary((account.language if account else "") or event.record["defaultLanguage"])
    return wanted if wanted in _WORDS else "en"
