"""Messages to people about their answers to events, as direct posts: any app and any server shows those.

Our own people hear from the organisation of their node, people elsewhere from whoever published the event.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from node.calendar.recurrence import shown_at
from node.domain.drafts import Draft
from node.domain.events import AnswerState, title
from node.domain.visibility import Visibility
from node.domain.when import when_line
from node.sentences import Sentence, sentences
from node.services.context import Unit
from node.services.posts import posts
from node.store.access import accounts
from node.store.events.events import Event
from node.store.people import actors
from node.store.people.actors import Actor
from node.translations import first_spoken, translate

#: What a state is told as; ``event`` is its title, time and page.
_WORDS: Mapping[AnswerState, Sentence] = sentences(
    {
        AnswerState.GOING: "You have a place: {event}",
        AnswerState.WAITLIST: "All places are taken. You are on the waiting list and will hear if you move up: {event}",
        AnswerState.REQUESTED: "The organisers will decide and you will hear of it: {event}",
        AnswerState.INTERESTED: "Noted that you are interested: {event}",
        AnswerState.DECLINED: "You have been taken off the list: {event}",
        AnswerState.REFUSED: "There is no place for you this time: {event}",
        AnswerState.INVITED: "You are invited: {event}",
        AnswerState.UNTRACKED: "The organisers keep no list. It is in your calendar: {event}",
    }
)


def tell_state(conn: Connection, unit: Unit, event: Event, person: Actor, state: AnswerState) -> None:
    """Write a person what became of her answer."""
    if state in _WORDS:
        language = _language(conn, event, person)
        said = Sentence(_WORDS[state].message, event=_named(event, unit.now, language))
        write(conn, unit, event, person, translate(said, language), language)


def tell(conn: Connection, unit: Unit, event: Event, person: Actor, what: Sentence) -> None:
    """Write a person, in the name of the organisation, what has become of an event; ``what`` names ``{event}``."""
    sender = next(iter(actors.load_local_actors(conn, ["organization"])), None)
    language = _language(conn, event, person)
    said = translate(Sentence(what.message, event=_named(event, unit.now, language)), language)
    _write_as(conn, unit, sender, person, said, language)


def refuse(conn: Connection, unit: Unit, event: Event, person: Actor, why: str) -> None:
    """Write a person why her answer is not taken; ``why``: what an error says in public."""
    language = _language(conn, event, person)
    told = translate(why if isinstance(why, Sentence) else Sentence(why), language)
    write(conn, unit, event, person, f"{told} {_named(event, unit.now, language)}", language)


def write(conn: Connection, unit: Unit, event: Event, person: Actor, text: str, language: str) -> None:
    """A direct post to one person; nothing where there is nobody who could write it."""
    _write_as(conn, unit, _sender(conn, event, person), person, text, language)


def _write_as(conn: Connection, unit: Unit, sender: Actor | None, person: Actor, text: str, language: str) -> None:
    if sender is None or sender.id == person.id:
        return
    text = f"{person.handle} {text}"
    draft = Draft(text=text, visibility=Visibility.DIRECT, language=language, only_to=person.id)
    posts.publish(conn, unit, sender.id, draft)


def _named(event: Event, now: int, language: str) -> str:
    shown = shown_at(event.record, now)
    when = when_line({"start_at": shown.start_at, "end_at": shown.end_at, "timezone": event.timezone}, language)
    return f"{title(event.record)}, {when} {event.url or event.uri}"


def _sender(conn: Connection, event: Event, person: Actor) -> Actor | None:
    publisher = actors.find_actor_by_id(conn, event.actor_id)
    if not person.local and publisher is not None and publisher.local:
        return publisher if publisher.is_active else None
    return next(iter(actors.load_local_actors(conn, ["organization"])), None)


def _language(conn: Connection, event: Event, person: Actor) -> str:
    """Of our people's own choice, else that of the event."""
    account = accounts.load_settings(conn, person.id) if person.local and person.kind == "person" else None
    return first_spoken([account.language if account else "", event.record["defaultLanguage"]])
