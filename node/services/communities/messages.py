"""What a community says to one person, as a direct message, which every app and every server shows.

People here are spoken to in the language that they chose for the pages, all others in the first of the community.
"""

from sqlalchemy import Connection

from node.domain.communities import Refusal
from node.domain.drafts import Draft
from node.domain.uris import origin_of
from node.domain.visibility import Visibility
from node.sentences import Sentence
from node.services.context import Unit
from node.services.posts import posts
from node.store.access import accounts
from node.store.communities import communities, community_bans, community_roles
from node.store.federation import hosts
from node.store.people import actors
from node.store.people.actors import Actor
from node.translations import first_spoken, translate

#: Software that has pages of communities which live elsewhere, for who governs them.
_GOVERNS_FROM_AFAR = "rhizome"


def tell(conn: Connection, unit: Unit, group: Actor, person: Actor, *said: Sentence) -> None:
    """A direct message of a community of ours to somebody, wherever she is at home."""
    account = accounts.load_settings(conn, person.id) if person.local and person.kind == "person" else None
    community = communities.find_community(conn, group.id)
    chosen = [account.language] if account is not None else []
    language = first_spoken([*chosen, *(community.languages if community is not None else ())])
    text = " ".join(translate(sentence, language) for sentence in said)
    text = f"{person.handle} {text}"
    draft = Draft(text=text, visibility=Visibility.DIRECT, language=language, only_to=person.id)
    posts.publish(conn, unit, group.id, draft)


def because(reason: str) -> tuple[Sentence, ...]:
    """The last sentence of a message about a decision; none where no reason is given."""
    return (Sentence("Reason: {reason}", reason=reason),) if reason else ()


def explain(conn: Connection, unit: Unit, group: Actor, person: Actor, refusal: Refusal, sentence: Sentence) -> None:
    """Tell somebody why she may not join or write, once for each reason."""
    if community_bans.note_refusal(conn, group.id, person.uri, refusal.value, unit.now):
        tell(conn, unit, group, person, sentence)


def tell_of_request(conn: Connection, unit: Unit, group: Actor, person: Actor) -> None:
    """Tell those who govern that somebody asks to join."""
    for moderator in _moderators(conn, unit, group):
        page = _page(conn, unit, group, moderator, "members")
        asks = Sentence("{person} asks to join {name}: {page}", person=person.handle[1:], name=group.title, page=page)
        tell(conn, unit, group, moderator, asks)


def tell_of_report(conn: Connection, unit: Unit, group: Actor) -> None:
    """Tell those who govern that something in the community was reported."""
    for moderator in _moderators(conn, unit, group):
        page = _page(conn, unit, group, moderator, "reports")
        tell(
            conn, unit, group, moderator, Sentence("A post in {name} was reported: {page}", name=group.title, page=page)
        )


def _moderators(conn: Connection, unit: Unit, group: Actor) -> list[Actor]:
    return list(actors.load_actors(conn, community_roles.load_moderators(conn, group.id, unit.now)).values())


def _page(conn: Connection, unit: Unit, group: Actor, moderator: Actor, name: str) -> str:
    """Where a moderator decides: at home, if her node knows how."""
    if moderator.local or hosts.load_software(conn, [moderator.host]).get(moderator.host) != _GOVERNS_FROM_AFAR:
        return f"{unit.origin}/c/{group.username}/{name}"
    return f"{origin_of(moderator.uri)}/c/{group.username}@{group.host}/{name}"
