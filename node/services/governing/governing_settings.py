"""What governing does to what a community says of itself. Units of work of ``governing``.

Moderators of all houses may change most of it (``SHARED_SETTINGS``): at home it is changed, and the home of a community
elsewhere is asked to.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.domain.communities import SHARED_SETTINGS, Act
from node.domain.deeds import Deed
from node.domain.visibility import Visibility
from node.errors import Invalid, PreconditionFailed
from node.sentences import Sentence
from node.services.communities import communities as describing
from node.services.context import Unit
from node.services.governing import narrowing
from node.store.communities import communities
from node.store.people.actors import Actor

_FOR_THE_HOUSE = Sentence("Only moderators who have an account where the community lives can change this.")


def change(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    """The names of what is changed, as the log keeps them. Raises Invalid for what is not for her to change."""
    if deed.settings is None:
        return None
    if not deed.by.startswith(f"{unit.origin}/"):
        _only_shared(_differences(conn, group, deed))
    said = describing.change(conn, unit, group, deed.settings, version=deed.version)
    if said.get("visibility") is Visibility.ORGANISATION:
        narrowing.part_with_others(conn, unit, group)
    return _named(said)


def ask(conn: Connection, _unit: Unit, group: Actor, deed: Deed) -> str | None:
    """The same for a community elsewhere, which is changed when its home says so."""
    known = communities.load_communities(conn, [group.id])[group.id]
    if deed.version is not None and deed.version != known.version:
        raise PreconditionFailed
    said = _differences(conn, group, deed)
    _only_shared(said)
    return _named(said)


def asked_of(conn: Connection, group: Actor, deed: Deed) -> Mapping[str, Any] | None:
    """What the home of a community elsewhere is asked to say of it; None for everything else."""
    return _differences(conn, group, deed) if deed.act is Act.SETTINGS and not group.local else None


def _differences(conn: Connection, group: Actor, deed: Deed) -> Mapping[str, Any]:
    if deed.settings is None:
        return {}
    known = communities.load_communities(conn, [group.id])[group.id]
    return describing.differences(group, known, deed.settings)


def _only_shared(said: Mapping[str, Any]) -> None:
    if any(name not in SHARED_SETTINGS for name in said):
        raise Invalid(_FOR_THE_HOUSE)


def _named(said: Mapping[str, Any]) -> str | None:
    return ", ".join(sorted(said)) or None
