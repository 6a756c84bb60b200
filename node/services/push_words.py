"""The words that push messages say before an app has loaded anything, in the languages that the node speaks."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from node.services.letters import FALLBACK

#: Type of notification, or its occasion (``domain.notices.Occasion``) -> language -> title; the braces hold the name of
#: who did it.
TITLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "mention": {"en": "{} mentioned you", "de": "{} hat Sie erwähnt"},
        "status": {"en": "{} has posted", "de": "{} hat etwas geschrieben"},
        "accepted": {"en": "Your answer helped {}", "de": "Ihre Antwort hat {} geholfen"},
        "reblog": {"en": "{} shared your post", "de": "{} hat Ihren Beitrag geteilt"},
        "follow": {"en": "{} follows you", "de": "{} folgt Ihnen"},
        "follow_request": {"en": "{} asks to follow you", "de": "{} möchte Ihnen folgen"},
        "favourite": {"en": "{} likes your post", "de": "{} mag Ihren Beitrag"},
        "poll": {"en": "A poll has ended", "de": "Eine Umfrage ist zu Ende"},
        "update": {"en": "{} edited a post", "de": "{} hat einen Beitrag geändert"},
        "admin.sign_up": {"en": "{} has joined", "de": "{} ist beigetreten"},
        "admin.report": {"en": "{} reported something", "de": "{} hat etwas gemeldet"},
        "severed_relationships": {
            "en": "You lost followers or people whom you follow",
            "de": "Sie haben Verbindungen zu anderen verloren",
        },
        "moderation_warning": {"en": "The moderators wrote to you", "de": "Die Moderation hat Ihnen geschrieben"},
        "quote": {"en": "{} quotes your post", "de": "{} zitiert Ihren Beitrag"},
        "quoted_update": {
            "en": "{} edited a post that you quote",
            "de": "{} hat einen Beitrag geändert, den Sie zitieren",
        },
    }
)


def title(kind: str, name: str, languages: Sequence[str]) -> tuple[str, str]:
    """The title in the first of the languages that it exists in, and that language.

    >>> title("follow", "Ada", ("", "de-AT", "en"))
    ('Ada folgt Ihnen', 'de')
    """
    known = TITLES[kind]
    spoken = (tag.partition("-")[0].lower() for tag in languages)
    language = next((tag for tag in spoken if tag in known), FALLBACK)
    return known[language].format(name), language
