"""The least that a post is, and what changes in it."""

from federation.mapping.activity import Activity
from federation.vocab import PUBLIC

ADA = "https://learn.uni.example/ap/a/ada"
URI = "https://learn.uni.example/ap/o/1"
BEN = "https://lib.city.example/ap/a/ben"
NOTE = {
    "id": URI,
    "type": "Note",
    "attributedTo": ADA,
    "content": "<p>Hi</p>",
    "to": [PUBLIC],
    "cc": [f"{ADA}/followers"],
}


def note(**changes):
    return {**NOTE, **changes}


def arrived(actor: str = ADA, to: tuple[str, ...] = (), cc: tuple[str, ...] = ()) -> Activity:
    return Activity(id=f"{ADA}/x/1", type="Create", actor=actor, to=to, cc=cc)
