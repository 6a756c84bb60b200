"""The words that push messages say before an app has loaded anything, in the languages that the node speaks."""

from collections.abc import Mapping, Sequence

from node.sentences import Sentence, sentences
from node.translations import first_spoken, translate

#: Type of notification, or its occasion (``domain.notices.Occasion``) -> title; ``name`` is who did it.
TITLES: Mapping[str, Sentence] = sentences(
    {
        "mention": "{name} mentioned you",
        "status": "{name} has posted",
        "accepted": "Your answer helped {name}",
        "reminded": "This begins within a day",
        "asks": "{name} asks to take part",
        "comes": "{name} takes part",
        "waits": "{name} waits for a place",
        "leaves": "{name} does not take part",
        "place": "You have a place",
        "in-line": "You are on the waiting list",
        "invited": "You are invited",
        "turned-away": "There is no place for you this time",
        "reblog": "{name} shared your post",
        "follow": "{name} follows you",
        "follow_request": "{name} asks to follow you",
        "favourite": "{name} likes your post",
        "poll": "A poll has ended",
        "update": "{name} edited a post",
        "admin.sign_up": "{name} has joined",
        "admin.report": "{name} reported something",
        "severed_relationships": "You lost followers or people whom you follow",
        "moderation_warning": "The moderators wrote to you",
        "quote": "{name} quotes your post",
        "quoted_update": "{name} edited something that you quote",
    }
)

#: Type of notification and kind of the object -> title, where "post" would be wrong.
_TITLES_ABOUT: Mapping[tuple[str, str], Sentence] = sentences(
    {
        ("update", "event"): "{name} changed an event",
        ("update", "question"): "{name} edited a question",
        ("update", "resource"): "{name} changed a resource",
        ("update", "course"): "{name} changed a course",
        ("reblog", "event"): "{name} shared your event",
        ("reblog", "question"): "{name} shared your question",
        ("reblog", "resource"): "{name} shared your resource",
        ("reblog", "course"): "{name} shared your course",
        ("favourite", "event"): "{name} likes your event",
        ("favourite", "question"): "{name} likes your question",
        ("favourite", "resource"): "{name} likes your resource",
        ("favourite", "course"): "{name} likes your course",
        ("quote", "event"): "{name} quotes your event",
        ("quote", "question"): "{name} quotes your question",
        ("quote", "resource"): "{name} quotes your resource",
        ("quote", "course"): "{name} quotes your course",
    }
)


def title(kind: str, name: str, languages: Sequence[str], about: str = "") -> tuple[str, str]:
    """The title in the first of the languages that the node speaks, and that language; ``about``: what the object is
    called (``reading.kinds``).

    >>> title("follow", "Ada", ("", "de-AT", "en"))
    ('Ada folgt dir', 'de')
    >>> title("update", "Ada", ("en",), "event")
    ('Ada changed an event', 'en')
    """
    tag = first_spoken(languages)
    said = _TITLES_ABOUT.get((kind, about), TITLES[kind])
    return translate(Sentence(said, name=name), tag), tag
