"""The working set of one transaction that applies what arrived.

A batch loads the actors, objects and followers that its activities name with one query per table, hands them to the
handlers from memory, and writes what they collected as sets. Handlers check first and collect afterwards: a handler
that raises has collected nothing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection

from federation.mapping.activity import Activity
from node.domain.communities import TopicKind
from node.domain.moderation import Policies
from node.domain.uris import host_of
from node.jobs.kinds import FETCH
from node.services.context import Unit
from node.services.news import news
from node.services.news.happened import News
from node.store import jobs
from node.store.database.dated_ids import new_object_id
from node.store.federation import activities, inbox
from node.store.jobs import NewJob
from node.store.people import actors, blocks, follows
from node.store.people.actors import Actor
from node.store.posts import burying, objects, stamps, tags, topics
from node.store.posts.objects import Object
from node.store.reading import homes

#: How many requests to other hosts one activity may cause (OUT12).
BUDGET = 20
_NOBODY: frozenset[str] = frozenset()


class Inbound(NamedTuple):
    """An activity whose sender is proven: the signer, a valid proof, or a look at its own host."""

    received_id: int
    activity: Activity
    received_at: int
    announced_by: str = ""  # the community that passed it on
    announce_uri: str = ""
    left: int = BUDGET  # requests that it may still cause


class Needs(Exception):
    """The activity cannot be applied before these actors and objects are known."""

    def __init__(self, *, actors: Collection[str] = (), objects: Collection[str] = ()) -> None:
        self.actors, self.objects = tuple(actors), tuple(objects)
        super().__init__(", ".join((*self.actors, *self.objects)))


@dataclass(slots=True)
class Batch:
    """What handlers read from memory, and collect to be written as sets at the end."""

    conn: Connection
    unit: Unit
    policies: Policies
    climbs: bool = True  # whether what is answered is looked at, where it is unknown
    left: int = BUDGET  # requests that the activity in hand may still cause
    _actors: dict[str, Actor | None] = field(default_factory=dict)
    _objects: dict[str, Object | None] = field(default_factory=dict)
    _tombstones: dict[str, set[str] | frozenset[str]] = field(default_factory=dict)
    _followers: dict[int, list[int]] = field(default_factory=dict)
    _given: set[int] = field(default_factory=set)  # ids of objects, some not written yet
    _object_rows: list[dict[str, Any]] = field(default_factory=list)
    _mentions: list[dict[str, Any]] = field(default_factory=list)
    _tags: dict[int, Sequence[str]] = field(default_factory=dict)
    _by_tags: list[int] = field(default_factory=list)
    _home: list[dict[str, Any]] = field(default_factory=list)
    _replies: Counter[int] = field(default_factory=Counter)
    _activities: list[activities.Activity] = field(default_factory=list)
    _jobs: list[NewJob] = field(default_factory=list)
    _looks: list[NewJob] = field(default_factory=list)
    _owners: list[tuple[int, int]] = field(default_factory=list)
    _news: list[News] = field(default_factory=list)
    _topics: list[dict[str, Any]] = field(default_factory=list)
    _touched: set[str] = field(default_factory=set)
    _accepted: dict[int, int | None] = field(default_factory=dict)

    # -- looking ----------------------------------------------------------------------------------------------------

    def preload(self, actor_uris: Collection[str], object_uris: Collection[str]) -> None:
        """Load in a few queries what the activities name; later look-ups come from memory."""
        self._actors.update(dict.fromkeys(actor_uris))
        self._actors.update(actors.load_actors(self.conn, actor_uris))
        self._objects.update(dict.fromkeys(object_uris))
        self._objects.update(objects.load_objects(self.conn, object_uris))
        self._tombstones.update(dict.fromkeys(object_uris, _NOBODY))
        self._tombstones.update(burying.load_tombstones(self.conn, object_uris, self.unit.now))
        # Of ours nobody asks here, and they may have ten thousand followers.
        authors = [actor.id for actor in self._actors.values() if actor is not None and not actor.local]
        self._followers.update({actor_id: [] for actor_id in authors})
        self._followers.update(follows.load_local_followers(self.conn, authors))

    def actor(self, uri: str) -> Actor | None:
        """The actor of this URI, where it is known."""
        if uri not in self._actors:
            self._actors[uri] = actors.find_actor(self.conn, uri)
        return self._actors[uri]

    def known_actor(self, uri: str) -> Actor:
        """The actor of this URI; asks for it where it is unknown."""
        found = self.actor(uri)
        if found is None:
            raise Needs(actors=[uri])
        return found

    def object(self, uri: str | None) -> Object | None:
        """The object of this URI, where it is known; a deleted one included."""
        if not uri:
            return None
        if uri not in self._objects:
            self._objects[uri] = objects.find_object(self.conn, uri)
        return self._objects[uri]

    def live_object(self, uri: str | None) -> Object | None:
        found = self.object(uri)
        return found if found is not None and found.state == objects.LIVE else None

    def is_deleted(self, uri: str, by: str) -> bool:
        """Whether ``by`` has said that this must not come (back)."""
        if uri not in self._tombstones:
            self._tombstones[uri] = burying.load_tombstones(self.conn, [uri], self.unit.now).get(uri, _NOBODY)
        return not self._tombstones[uri].isdisjoint((by, burying.HOUSE))

    def local_followers(self, actor_id: int) -> list[int]:
        if actor_id not in self._followers:
            self._followers[actor_id] = follows.load_local_followers(self.conn, [actor_id]).get(actor_id, [])
        return self._followers[actor_id]

    def is_local(self, uri: str) -> bool:
        return uri.startswith(self.unit.origin + "/")

    def local_addressees(self, uris: Iterable[str]) -> list[Actor]:
        """Our actors among these addresses."""
        found = (self.actor(uri) for uri in uris if self.is_local(uri))
        return [actor for actor in found if actor is not None and actor.local]

    def has_blocked(self, owner_id: int, actor_id: int) -> bool:
        """Whether our person has blocked this actor."""
        return blocks.has_blocked(self.conn, owner_id, actor_id)

    # -- collecting -------------------------------------------------------------------------------------------------

    def add_object(self, row: dict[str, Any], addressed: Collection[tuple[str, bool]]) -> Object:
        """A new object; ``addressed`` are ``(actor uri, silent)``. Answers how others will see it."""
        self._object_rows.append(row)
        self._mentions += [{"object_id": row["id"], "actor_uri": uri, "silent": silent} for uri, silent in addressed]
        self.add_tags(row["id"], row["details"])
        found = objects.as_object(row)
        self._objects[found.uri] = found
        return found

    def add_tags(self, object_id: int, details: Mapping[str, Any] | None) -> None:
        """The hashtags of a post that people hear of now."""
        if hashtags := (details or {}).get("hashtags"):
            self._tags[object_id] = hashtags

    def add_home(self, owners: Iterable[int], entry_id: int, object_id: int, shared_by_id: int | None) -> None:
        self._home += [
            {"owner_id": owner, "id": entry_id, "object_id": object_id, "shared_by_id": shared_by_id}
            for owner in owners
        ]

    def add_reply(self, parent: Object) -> None:
        self._replies[parent.id] += 1

    def add_activity(self, activity: activities.Activity) -> None:
        """What one of ours says by it, an answer."""
        self._activities.append(activity)

    def add_job(self, job: NewJob) -> None:
        self._jobs.append(job)

    def begin(self, inbound: Inbound) -> None:
        """Another activity: what it causes is measured by itself."""
        if self._looks:
            self._share_out()
        self.left = inbound.left

    def _share_out(self) -> None:
        """What looks on has equal shares of what is left; where there is nothing left, nobody looks on."""
        looks = self._looks[: self.left]
        for place, job in enumerate(looks):
            share = (self.left + place) // len(looks)
            self.add_job(replace(job, payload={**(job.payload or {}), "left": share}))
        self._looks.clear()

    def add_look(self, job: NewJob) -> None:
        """A job that asks other hosts, as far as the activity may; ``left`` of its payload says how often."""
        self._looks.append(job)

    def add_fetch(self, uri: str, host: str, *, reason: str) -> None:
        """Look at ``uri`` later; nobody waits for it."""
        if reason == "parent" and not self.climbs:
            return
        self.add_look(
            NewJob(
                FETCH,
                self.unit.ids.new(),
                self.unit.now,
                target=uri,
                host=host,
                payload={"reason": reason},
                lock_key=f"fetch|{uri}",
            )
        )

    def add_fetch_of(self, uri: str, *, reason: str) -> None:
        """The same for what is not above, but beside."""
        self.add_fetch(uri, host_of(uri), reason=reason)

    def add_topic(self, stored: Object, community_id: int | None, kind: TopicKind) -> None:
        """This post begins a thread, in a community or as a question outside of any."""
        self._topics.append(
            {
                "object_id": stored.id,
                "community_id": community_id,
                "kind": kind.value,
                "last_activity_at": stored.published_at,
            }
        )

    def touch_topic(self, context: str) -> None:
        """The thread of this conversation has something new."""
        self._touched.add(context)

    def accept_answer(self, question_id: int, answer_id: int | None) -> None:
        """This answer of a question helped; None: none did after all."""
        self._accepted[question_id] = answer_id

    def add_owner(self, owner_id: int, received_id: int) -> None:
        """The activity belongs in this person's inbox."""
        if received_id:
            self._owners.append((owner_id, received_id))

    def add_news(self, item: News) -> None:
        """Tell people here once everything is written; of what was undone meanwhile nobody hears."""
        self._news.append(item)

    def forget(self, uri: str) -> None:
        """Look this actor or object up again next time: a handler has changed its row."""
        self._actors.pop(uri, None)
        self._objects.pop(uri, None)
        self._tombstones.pop(uri, None)

    def forget_followers(self, actor_id: int) -> None:
        self._followers.pop(actor_id, None)

    def add_home_by_tags(self, object_id: int) -> None:
        """A new public object also goes to those who follow one of its hashtags."""
        if object_id in self._tags:
            self._by_tags.append(object_id)

    def new_object_id(self, published_at: int, arrived_at: int) -> int:
        """An id for an object of another server, by the time at which it was published."""
        while (made := new_object_id(self.conn, self.unit.ids, published_at, arrived_at)) in self._given:
            pass
        self._given.add(made)
        return made

    def flush(self) -> None:
        """Write what was collected. Handlers that change rows directly call it first, so that rows are there."""
        objects.insert_objects(self.conn, self._object_rows)
        objects.insert_mentions(self.conn, self._mentions)
        tags.add_tags(self.conn, self._tags)
        self._adopt()
        for object_id, owner in tags.load_followers(self.conn, self._by_tags):
            self.add_home([owner], object_id, object_id, None)
        objects.insert_home_entries(self.conn, self._home)
        objects.add_replies(self.conn, self._replies)
        self._write_threads()
        activities.insert_activities(self.conn, self._activities)
        jobs.enqueue_many(self.conn, self._jobs)
        inbox.add_owners(self.conn, self._owners)
        for collected in (self._object_rows, self._mentions, self._by_tags, self._home, self._activities, self._jobs):
            collected.clear()
        self._owners.clear()
        self._tags.clear()
        self._replies.clear()

    def _write_threads(self) -> None:
        topics.save_topics(self.conn, self._topics)
        if self._touched:
            topics.touch_topics(self.conn, self._touched, self.unit.now)
        for question_id, answer_id in self._accepted.items():
            topics.update_topics(self.conn, [question_id], accepted_id=answer_id)
            stamps.touch_objects(self.conn, [question_id])
        self._topics.clear()
        self._touched.clear()
        self._accepted.clear()

    def _adopt(self) -> None:
        """Tie replies that came before what they answer to it, and show them to those who wait for them."""
        ids = {row["uri"]: row["id"] for row in self._object_rows}
        for uri in objects.load_awaited(self.conn, ids) if ids else ():
            objects.adopt_replies(self.conn, uri, ids[uri])
            self._home += homes.load_late(self.conn, ids[uri])

    def finish(self) -> None:
        """Write what was collected, and tell the people here: the end of the batch."""
        self._share_out()
        self.flush()
        news.tell(self.conn, self.unit, *self._news)
        self._news.clear()
