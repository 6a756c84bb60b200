"""A network for pages to be read beside: 30 houses, 40 communities, threads, events, resources, as rows."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

from node.clock import DAY, HOUR
from node.domain.zones import local_text
from node.ids import first_id_at
from node.store.people.actors import Actor

_HOUSES, _GROUPS, _PEOPLE = 30, 40, 2_000
_KINDS = ("discussion", "question", "note", "announcement")
_WORDS = ("wound", "care", "ethics", "museum", "statistics", "nursing", "language", "history", "drawing", "climate")
#: Of people: each of both, in turns.
_GIVEN = ("Amira", "Anton", "Benoit", "Carla", "Carlo", "Dagny", "Elif", "Hanna", "Hanno", "Ines", "Jonas", "Leonie")
_FAMILY = ("Castell", "Castellano", "Duarte", "Eze", "Haddad", "Hansen", "Keller", "Lindqvist", "Marsh", "Okafor")
#: Parts of a hundred objects.
_RESOURCES, _TOPICS, _EVENTS = 12, 25, 3


class World:
    """Rows of a network of ``number`` objects, the same for the same number."""

    def __init__(self, origin: str, host: str, alice: Actor, number: int, now: int) -> None:
        self.origin, self.host, self.alice, self.number, self.now = origin, host, alice, number, now
        self.random = random.Random(7)
        self._next = first_id_at(now - 365 * DAY)
        self._step = ((now - HOUR - (now - 365 * DAY)) << 16) // (number + 50_000)
        self.houses, self.groups, self.people = [], [], []
        self.objects: list[dict[str, Any]] = []

    def new(self) -> int:
        self._next += self._step
        return self._next

    def actor(self, kind: str, name: str, host: str, display_name: str = "") -> dict[str, Any]:
        number, local = self.new(), host == self.host
        uri = f"{self.origin}/ap/a/{number}" if local else f"https://{host}/ap/a/{number}"
        return {
            "id": number,
            "uri": uri,
            "kind": kind,
            "local": local,
            "username": f"{name}-{number}",
            "host": host,
            "name": display_name or name.title(),
            "inbox": f"{uri}/inbox",
            "discoverable": True,
            "created_at": self.now,
            "updated_at": self.now,
        }

    def actors(self) -> list[dict[str, Any]]:
        hosts = [f"house-{number}.example" for number in range(_HOUSES)]
        self.houses = [self.actor("organization", "house", host) for host in hosts]
        homes = [self.host, *hosts]
        self.groups = [self.actor("group", "theme", homes[n % 5]) for n in range(_GROUPS)]
        names = [f"{_GIVEN[n % len(_GIVEN)]} {_FAMILY[n % len(_FAMILY)]}" for n in range(_PEOPLE)]
        self.people = [self.actor("person", "person", homes[n % len(homes)], name) for n, name in enumerate(names)]
        return [*self.houses, *self.groups, *self.people]

    def follows(self) -> Iterator[dict[str, Any]]:
        pairs = {(self.alice.id, each["id"]) for each in self.groups[:12]}
        pairs |= {(self.alice.id, each["id"]) for each in self.houses}
        pairs |= {(self.alice.id, each["id"]) for each in self.people[:150]}
        pairs |= {(each["id"], self.groups[n % _GROUPS]["id"]) for n, each in enumerate(self.people)}
        pairs |= {(each["id"], self.groups[n * 7 % _GROUPS]["id"]) for n, each in enumerate(self.people)}
        for follower, followed in sorted(pairs):
            number = self.new()
            yield {
                "id": number,
                "follower_id": follower,
                "followed_id": followed,
                "uri": f"{self.origin}/ap/x/{number}",
                "state": "accepted",
                "created_at": self.now,
                "accepted_at": self.now,
            }

    def row(self, author: Mapping[str, Any], kind: str, name: str, **more: Any) -> dict[str, Any]:
        number = self.new()
        host = self.origin if author["local"] else f"https://{author['host']}"
        at = number >> 16
        return {
            "id": number,
            "uri": f"{host}/ap/o/{number}",
            "kind": kind,
            "type": {"event": "Event", "resource": "Article"}.get(kind, "Note"),
            "actor_id": author["id"],
            "local": author["local"],
            "visibility": "public",
            "name": name,
            "content": f"<p>{name} and what we learnt from it, told in two sentences. It helped us a great deal.</p>",
            "language": "en",
            "audience": "",
            "in_reply_to": None,
            "in_reply_to_id": None,
            "context": f"{host}/ap/c/{number}",
            "published_at": at,
            "received_at": at,
            **more,
        }

    def title(self, number: int) -> str:
        return " ".join(_WORDS[(number * step) % len(_WORDS)] for step in (1, 3, 7)) + f" {number}"

    def posts(self) -> Iterator[tuple[str, dict[str, Any], Any]]:
        """``(what, row of objects, row beside it)``."""
        last: list[dict[str, Any]] = []
        for number in range(self.number):
            author, title = self.people[self.random.randrange(_PEOPLE)], self.title(number)
            part = number % 100
            if part < _RESOURCES:
                house = self.houses[number % _HOUSES] if number % 3 else None
                yield "resource", self.row(house or self._alice(), "resource", title), house
            elif part < _RESOURCES + _TOPICS:
                group = self.groups[self.random.randrange(_GROUPS)]
                row = self.row(author, "note", title, audience=group["uri"])
                topic = {
                    "object_id": row["id"],
                    "community_id": group["id"],
                    "kind": _KINDS[number % len(_KINDS)],
                    "last_activity_at": row["published_at"],
                }
                last = [*last[-50:], row]
                yield "topic", row, topic
            elif part < _RESOURCES + _TOPICS + _EVENTS:
                group = self.groups[self.random.randrange(_GROUPS)]
                row = self.row(author, "event", title, audience=group["uri"])
                yield "event", row, self._event(row["id"], title)
            else:
                to = last[self.random.randrange(len(last))] if last else None
                answers = {"in_reply_to": to["uri"], "in_reply_to_id": to["id"], "context": to["context"]} if to else {}
                yield "answer", self.row(author, "note", title, **answers), None

    def _alice(self) -> dict[str, Any]:
        return {"id": self.alice.id, "local": True, "host": self.host}

    def _event(self, number: int, title: str) -> dict[str, Any]:
        start = self.now + self.random.randrange(-300, 120) * DAY
        return {
            "object_id": number,
            "start_at": start,
            "last_at": start + HOUR,
            "next_at": start,
            "timezone": "Europe/Berlin",
            "status": "scheduled",
            "join_mode": "free",
            "record": {
                "name": {"en": title},
                "defaultLanguage": "en",
                "start": local_text(start, "Europe/Berlin"),
                "timeZone": "Europe/Berlin",
                "joinMode": "free",
            },
        }


def hashtags(number: int) -> tuple[str, str]:
    """Of a post: one of ten that are everywhere, and one of a thousand that begin like it."""
    word = _WORDS[number % len(_WORDS)]
    return word, f"{word}{number % 1_000}"
