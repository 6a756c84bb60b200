"""Answers in words: how people whose server knows no events answer one.

Only a reply that holds nothing but such a word counts, so that a conversation never becomes an answer by accident.
"""

import re

from node.domain.events import Wish
from node.domain.text import plain

#: Said before or after: mentions, links and signs are no words.
_NO_WORDS = re.compile(r"@[\w.-]+(?:@[\w.:-]+)?|https?://\S+|[^\w\s']|_", re.UNICODE)
_PHRASES = {
    Wish.GOING: (
        "yes|yes please|join|going|i am going|i'm going|im going|i'm in|im in|i am in|count me in|i'll be there|"
        "ja|ja gerne|ja bitte|dabei|bin dabei|ich bin dabei|ich komme|komme|zusage|ich sage zu|teilnehmen"
    ),
    Wish.DECLINED: (
        "no|no thanks|leave|decline|cancel my place|not going|i am not going|i'm not going|i can't come|"
        "nein|nein danke|absage|ich sage ab|komme nicht|ich komme nicht|ich kann nicht|abmelden"
    ),
    Wish.INTERESTED: "maybe|interested|i am interested|i'm interested|vielleicht|interessiert|ich bin interessiert",
}
_MEANS = {phrase: wish for wish, phrases in _PHRASES.items() for phrase in phrases.split("|")}
_LONGEST = 300  # characters of a reply that may still be an answer, mentions included


def read_answer(content_html: str) -> Wish | None:
    """The answer that a reply is; None where it is something else.

    >>> read_answer("<p><span>@ada@uni.example</span> Yes, please!</p>"), read_answer("<p>Yes, but where?</p>")
    (<Wish.GOING: 'going'>, None)
    """
    text = plain(content_html)
    if len(text) > _LONGEST:
        return None
    words = " ".join(_NO_WORDS.sub(" ", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).lower().split())
    return _MEANS.get(words)
