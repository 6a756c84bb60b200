"""The mails that the node writes, in the languages that it speaks."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Letter(NamedTuple):
    """Subject and text; names in braces are filled in."""

    subject: str
    text: str


RESET, CONFIRM, WAITING = "reset", "confirm", "waiting"
FALLBACK = "en"

LETTERS: Mapping[str, Mapping[str, Letter]] = MappingProxyType(
    {
        RESET: {
            "en": Letter(
                "A new password for {node}",
                "Hello {name},\n\nsomebody, probably you, asked for a new password at {node}. Choose it here within an "
                "hour:\n\n{link}\n\nIf it was not you, there is nothing to do: your password stays as it is.\n",
            ),
            "de": Letter(
                "Ein neues Passwort für {node}",
                "Guten Tag {name},\n\njemand, vermutlich Sie, hat bei {node} ein neues Passwort verlangt. Innerhalb "
                "einer Stunde können Sie es hier wählen:\n\n{link}\n\nWaren Sie es nicht, so ist nichts zu tun: Ihr "
                "Passwort bleibt, wie es ist.\n",
            ),
        },
        CONFIRM: {
            "en": Letter(
                "Confirm your address for {node}",
                "Hello {name},\n\nan account at {node} was made with this address. Confirm it here within an hour:\n\n"
                "{link}\n\nIf it was not you, there is nothing to do.\n",
            ),
            "de": Letter(
                "Bestätigen Sie Ihre Adresse für {node}",
                "Guten Tag {name},\n\nmit dieser Adresse wurde ein Konto bei {node} angelegt. Bestätigen Sie sie "
                "innerhalb einer Stunde:\n\n{link}\n\nWaren Sie es nicht, so ist nichts zu tun.\n",
            ),
        },
        WAITING: {
            "en": Letter(
                "Somebody wants to join {node}",
                "Hello {name},\n\nsomebody has asked for an account at {node}. Decide about it here:\n\n{link}\n",
            ),
            "de": Letter(
                "Jemand möchte zu {node}",
                "Guten Tag {name},\n\njemand hat um ein Konto bei {node} gebeten. Hier entscheiden Sie darüber:\n\n"
                "{link}\n",
            ),
        },
    }
)


def write(kind: str, languages: tuple[str, ...], **values: str) -> Letter:
    """A letter in the first of the languages that it exists in.

    >>> write("reset", ("fr", "de-AT"), node="Uni", name="Ada", link="https://uni.example/reset").subject
    'Ein neues Passwort für Uni'
    """
    known = LETTERS[kind]
    spoken = (tag.partition("-")[0].lower() for tag in languages)
    letter = known[next((tag for tag in spoken if tag in known), FALLBACK)]
    one_line = {name: " ".join(value.split()) for name, value in values.items()}
    return Letter(letter.subject.format(**one_line), letter.text.format(**one_line))
