"""The mails that the node writes, in the languages that it speaks."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from node.sentences import Sentence
from node.translations import first_spoken, translate


class Letter(NamedTuple):
    """Subject and text; names in braces are filled in."""

    subject: str
    text: str


RESET, CONFIRM, WAITING, LEFT, ADDRESS, MOVED = "reset", "confirm", "waiting", "left", "address", "moved"

LETTERS: Mapping[str, Letter] = MappingProxyType(
    {
        RESET: Letter(
            Sentence("A new password for {node}"),
            Sentence(
                "Hello {name},\n\nsomebody, probably you, asked for a new password at {node}. Choose it here within an "
                "hour:\n\n{link}\n\nIf it was not you, there is nothing to do: your password stays as it is.\n"
            ),
        ),
        CONFIRM: Letter(
            Sentence("Confirm your address for {node}"),
            Sentence(
                "Hello {name},\n\nan account at {node} was made with this address. Confirm it here within an hour:\n\n"
                "{link}\n\nIf it was not you, there is nothing to do.\n"
            ),
        ),
        ADDRESS: Letter(
            Sentence("Confirm your new address for {node}"),
            Sentence(
                "Hello {name},\n\nyour account at {node} is to have this address. Confirm it here within an hour:\n\n"
                "{link}\n\nIf it was not you, there is nothing to do.\n"
            ),
        ),
        MOVED: Letter(
            Sentence("Your account at {node} has another address"),
            Sentence(
                "Hello {name},\n\nyour account at {node} has another e-mail address from now on; this one opens "
                "nothing any more.\n\nIf it was not you, write to those who run the node:\n\n{link}\n"
            ),
        ),
        LEFT: Letter(
            Sentence("Your account at {node} has been deleted"),
            Sentence(
                "Hello {name},\n\nyour account at {node} has been deleted, as its owner asked. Other servers are being "
                "told. This address is no longer stored.\n\nIf it was not you, write to those who run the node:\n\n"
                "{link}\n"
            ),
        ),
        WAITING: Letter(
            Sentence("Somebody wants to join {node}"),
            Sentence("Hello {name},\n\nsomebody has asked for an account at {node}. Decide about it here:\n\n{link}\n"),
        ),
    }
)


def write(kind: str, languages: tuple[str, ...], **values: str) -> Letter:
    """A letter in the first of the languages that the node speaks.

    >>> write("reset", ("tlh", "de-AT"), node="Uni", name="Ada", link="https://uni.example/reset").subject
    'Ein neues Passwort für Uni'
    """
    tag = first_spoken(languages)
    one_line = {name: " ".join(value.split()) for name, value in values.items()}
    return Letter(*(translate(Sentence(part, **one_line), tag) for part in LETTERS[kind]))
