"""A pathway as its page shows it: steps in order, what became of each, and how far the reader is, for herself."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from node.domain import resources as records
from node.domain.pathways import Action, State, Step, progress_of, steps_of
from node.domain.text import language_of
from node.domain.uris import host_of, is_web_uri
from node.sentences import Sentence, sentences
from node.services.library import progress
from node.store.library import collections
from node.store.library.resources import Resource, Viewer
from node.store.library.targets import Target, find_targets
from node.store.posts.objects import LIVE
from web.design.cards import Reader
from web.design.licences import licence_name
from web.design.parts import Link, Text
from web.design.paths import event_path

ACTIONS: Mapping[str, str] = sentences(
    {
        Action.USE.value: "Use it",
        Action.ATTEND.value: "Take part",
        Action.TAKE.value: "Take the course",
        Action.FOLLOW.value: "Follow the pathway",
        Action.ASK.value: "Ask",
        Action.MEET.value: "Meet",
        Action.PRACTISE.value: "Practise",
        Action.MENTOR.value: "Find a mentor",
        Action.REFLECT.value: "Reflect",
        Action.PRODUCE.value: "Make something of your own",
    }
)
"""What one does in a step."""
STATES: Mapping[str, str] = sentences(
    {State.STARTED.value: "Begun", State.DONE.value: "Done", State.SKIPPED.value: "Left out"}
)
_DONE = (State.DONE.value, Sentence("I have done this"))
_REOPEN = (State.OPEN.value, Sentence("Not yet, after all"))
#: What can be said of a step by its state: value of the button, and its words.
BUTTONS: Mapping[State, tuple[tuple[str, str], ...]] = {
    State.OPEN: (
        _DONE,
        (State.STARTED.value, Sentence("I have begun")),
        (State.SKIPPED.value, Sentence("Leave it out")),
    ),
    State.STARTED: (_DONE, _REOPEN),
    State.DONE: (_REOPEN,),
    State.SKIPPED: (_REOPEN,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """``href``: the page here where we hold it, else the address of the thing; ``host`` where that is elsewhere."""

    key: str
    title: Text
    action: str
    href: str = ""
    host: str = ""
    provider: str = ""
    licence: str = ""
    note: Text | None = None
    time: str = ""
    optional: bool = False
    gone: bool = False
    instead: tuple[Link, ...] = ()
    state: str = ""  # in words; empty for a step that is open
    done: bool = False
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayPart:
    """Paths are empty for whoever has no account here."""

    steps: tuple[StepRow, ...] = ()
    done: int = 0
    total: int = 0
    progress_path: str = ""
    follow_path: str = ""
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What the store knows of a pathway and of this reader's way along it."""

    steps: tuple[Step, ...]
    targets: Mapping[str, Target]
    states: Mapping[str, State]
    follows: bool


def load_steps(conn: Connection, found: Resource, viewer: Viewer) -> Held:
    """The number of statements does not grow with the steps."""
    steps = steps_of(found.record)
    iris = [iri for step in steps for iri in (step.iri, *step.alternatives) if iri]
    follows = viewer.actor_id is not None and viewer.actor_id in collections.load_followers(conn, found.id)
    return Held(steps, find_targets(conn, iris, viewer), progress.load_states(conn, found, viewer), follows)


def pathway_part(found: Resource, held: Held, reader: Reader) -> PathwayPart:
    is_member = reader.actor_id is not None
    so_far = progress_of(held.steps, held.states)
    return PathwayPart(
        steps=tuple(_row(step, held, reader, is_member=is_member) for step in held.steps),
        done=so_far.done,
        total=so_far.total,
        progress_path=f"{found.path}/progress" if is_member else "",
        follow_path=f"{found.path}/follow" if is_member else "",
        follows=held.follows,
    )


def _row(step: Step, held: Held, reader: Reader, *, is_member: bool) -> StepRow:
    target, state = held.targets.get(step.iri), held.states.get(step.key, State.OPEN)
    language = language_of(step.note, reader.languages)
    is_known = target is not None and target.readable
    is_hidden = target is not None and not is_known and not is_gone(target)
    return StepRow(
        key=step.key,
        title=title_of(step, target, reader),
        action=ACTIONS[step.action.value],
        href=path_to(step.iri, target),
        host=host_of(step.iri) if step.iri and not is_known else "",
        provider="" if is_hidden else step.provider,
        licence=licence_name(step.license) if step.license and not is_hidden else "",
        note=Text(value=step.note[language], language=language) if language else None,
        time=step.time,
        optional=step.optional,
        gone=is_gone(target),
        instead=tuple(_other(iri, held.targets.get(iri), reader) for iri in step.alternatives),
        state=STATES.get(state.value, ""),
        done=state is State.DONE,
        buttons=BUTTONS[state] if is_member else (),
    )


def is_gone(target: Target | None) -> bool:
    """Withdrawn, as far as this node heard."""
    return target is not None and target.state != LIVE


def title_of(step: Step, target: Target | None, reader: Reader) -> Text:
    """As it is called today, else as it was last known; nothing of what is not for this reader."""
    if target is None or is_gone(target):
        return Text(value=step.name or step.iri)
    if not target.readable:
        return Text(value=Sentence("Something that is not for everybody"))
    if target.resource is None:
        return Text(value=target.name)
    record, languages = target.resource.record, reader.languages
    return Text(value=records.title(record, languages), language=records.title_language(record, languages))


def path_to(iri: str, target: Target | None) -> str:
    """Where it is shown here, else its own address; none for what is gone or not for this reader."""
    if target is None:
        return iri if is_web_uri(iri) else ""
    if not target.readable:
        return ""
    return target.resource.path if target.resource else event_path(target.object_id, target.name)


def _other(iri: str, target: Target | None, reader: Reader) -> Link:
    is_known = target is not None and target.readable
    step = Step(key="", iri=iri, name="", action=Action.USE, note={})
    label = title_of(step, target, reader).value if is_known else host_of(iri) or iri
    return Link(label=label, href=path_to(iri, target))
