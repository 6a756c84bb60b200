"""The pages of one community, as they are offered above each of them."""

from dataclasses import dataclass

from node.sentences import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A page of a community; ``waits``: how many things wait there for who governs it."""

    path: str
    label: str
    waits: str = ""


def rooms_of(
    path: str, *, is_inside: bool, governs: bool, lives_here: bool, requests: int = 0, reports: int = 0
) -> tuple[Room, ...]:
    """What somebody may go to. ``is_inside``: a member; ``path``: of the community."""
    rooms = [Room(path=path, label=Sentence("Threads"))]
    if lives_here or is_inside or governs:
        asking = Sentence("{n} request", "{n} requests", n=requests) if requests else ""
        rooms.append(Room(path=f"{path}/members", label=Sentence("Members"), waits=asking))
    if is_inside or governs:
        rooms.append(Room(path=f"{path}/log", label=Sentence("Log of the moderators")))
    if governs:
        waiting = Sentence("{n} open", "{n} open", n=reports) if reports else ""
        rooms.append(Room(path=f"{path}/reports", label=Sentence("Reports"), waits=waiting))
    if governs:
        rooms.append(Room(path=f"{path}/settings", label=Sentence("Settings")))
    return tuple(rooms)
