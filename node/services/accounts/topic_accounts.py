"""Topic accounts: founded, described, removed. What they show is for ``node.services.library.topic_shares``."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node import events
from node.domain.media import MediaPurpose
from node.domain.selections import Selection
from node.errors import Invalid, NotFound, Problem
from node.services import audit
from node.services.accounts import house_profiles, leaving
from node.services.accounts.house_profiles import HouseProfile
from node.services.context import Unit
from node.services.library import topic_shares
from node.services.posts.media import show_on_profile
from node.store.library import topic_accounts
from node.store.library.topic_accounts import TopicAccount
from node.store.people import actors
from node.store.people.actors import Actor


def check_selection(selection: Selection) -> None:
    """Raises Invalid for a selection that everything fits."""
    if selection.is_empty:
        raise Invalid(problems=[Problem("$.query", "words, or one of kind, topic, language and so on", "nothing")])


def establish(conn: Connection, unit: Unit, actor: Actor, profile: HouseProfile, selection: Selection) -> TopicAccount:
    """A Service of ours says what it is about and shows what fits; the newest that are there stand in its list."""
    check_selection(selection)
    house_profiles.describe(conn, unit, actor.username, profile)
    topic_accounts.insert_topic_account(conn, actor.id, selection, profile.description or "", unit.now)
    topic_shares.show_first(conn, unit, actor, selection, to_servers=True)  # nobody follows yet; its outbox has them
    return load(conn, actor.username)


def change(
    conn: Connection, unit: Unit, username: str, profile: HouseProfile, selection: Selection | None = None
) -> TopicAccount:
    """Change what it says of itself and what it shows from now on; what is None stays, and so does what was shown."""
    found = load(conn, username)
    wanted = selection or found.selection
    check_selection(wanted)
    house_profiles.describe(conn, unit, username, profile)
    purpose = found.purpose if profile.description is None else profile.description
    topic_accounts.update_topic_account(conn, found.actor.id, wanted, purpose)
    if wanted != found.selection:
        topic_shares.show_first(conn, unit, found.actor, wanted, to_servers=False)
        events.record(conn, unit.ids, unit.now, events.ActorUpdated(found.actor.id), about=found.actor.uri)
    return load(conn, username)


def set_picture(
    conn: Connection,
    unit: Unit,
    purpose: MediaPurpose,
    media_id: int | None,
    url: str,
    *,
    username: str,
    by: int | None,
) -> None:
    """Give it another avatar or header, or none (None and an empty ``url``); who did it stands in the log.

    ``media_id``: a picture that this account owns (``Uploads.take_picture``).
    """
    found = load(conn, username)
    show_on_profile(conn, unit, found.actor.id, purpose, media_id, url)
    audit.record(conn, unit, by, "topic.picture", found.actor.uri, after={purpose.value: url or None})


def remove(conn: Connection, unit: Unit, username: str) -> TopicAccount:
    """The account is gone, its followers hear of it, and nobody else ever gets its name; answers what it was."""
    found = load(conn, username)
    leaving.erase(conn, unit, found.actor)
    return found


def load(conn: Connection, username: str) -> TopicAccount:
    """Raises NotFound where there is none of this name."""
    actor = actors.find_local_actor(conn, username)
    found = topic_accounts.find(conn, actor) if actor is not None and actor.is_active else None
    if found is None:
        raise NotFound("There is no account about a topic of this name here.", detail=username)
    return found


def record_deed(conn: Connection, unit: Unit, by: int | None, deed: str, found: TopicAccount) -> None:
    """For the audit log; ``by`` is None for the command line."""
    told: Mapping[str, Any] = {"selection": found.query}
    audit.record(conn, unit, by, f"topic.{deed}", found.actor.uri, after=told)
