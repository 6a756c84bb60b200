"""What other servers hear of a change, by who could read a thing before and who may now.

Who may read it only now gets it, and hears before that its deletion, if there was one, holds no more; who may no longer
is told that it is gone, everybody else gets the change. Whoever is told is found out when the activity is made
(``federation.builders``).
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from node import events
from node.domain.visibility import Circle
from node.services.context import Unit


def tell_change(
    conn: Connection,
    unit: Unit,
    object_id: int,
    uri: str,
    before: Circle | None,
    now: Circle | None,
    told: Sequence[str] = (),
) -> None:
    """Record what is to be sent. None: it was not there before, or is no more.

    ``told``: who knows of it beside the followers (``objects.load_told``).
    """
    was, is_now = (each if each is not None and each.federates else None for each in (before, now))
    if before is not None and is_now is not None and not (was and is_now.is_within(was)):
        events.record(conn, unit.ids, unit.now, events.ObjectReopened(object_id), about=uri)
    for event in _events(object_id, was, is_now, told):
        events.record(conn, unit.ids, unit.now, event, about=uri)


def _events(object_id: int, was: Circle | None, now: Circle | None, told: Sequence[str]) -> Iterator[events.Event]:
    if was is None:
        if now is not None:
            yield events.ObjectCreated(object_id)
        return
    if now is None:
        yield events.ObjectDeleted(object_id, told, was.visibility.value, was.community)
        return
    if now == was:
        yield events.ObjectUpdated(object_id)
        return
    stays, widens = now.is_within(was), was.is_within(now)
    if not stays:
        yield events.ObjectCreated(object_id)
    if stays or widens:
        yield events.ObjectUpdated(object_id, was.community)
    if not widens:
        yield events.ObjectDeleted(object_id, told, was.visibility.value, was.community)
