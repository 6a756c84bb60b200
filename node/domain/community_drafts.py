"""What somebody says of a community when it is founded or changed, and what is wrong with it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from node.domain.communities import LEVELS, JoinPolicy, PostPolicy
from node.domain.visibility import Visibility
from node.domain.words import MAX_MARKDOWN, hashtags_in
from node.errors import Problem

MAX_NAME, MAX_RULES, MAX_RULE, MAX_TOPICS, MAX_LANGUAGES = 100, 20, 500, 12, 10
_USERNAME = re.compile(r"[a-z0-9_]{1,30}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
#: Parts of addresses below ``/c/`` and ``/communities/``, and names that speak for the node.
RESERVED = frozenset({"new", "about", "admin", "api", "help", "settings", "support"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityDraft:
    """What is to be; None stays as it is, or as usual for a new one.

    ``purpose`` is Markdown; ``topics`` are hashtags without #; ``languages`` BCP 47 tags.
    """

    name: str | None = None
    purpose: str | None = None
    rules: Sequence[str] | None = None
    topics: Sequence[str] | None = None
    languages: Sequence[str] | None = None
    join_policy: JoinPolicy | None = None
    post_policy: PostPolicy | None = None
    visibility: Visibility | None = None


def check_username(username: str) -> Iterator[Problem]:
    """What is wrong with the name that a community has in addresses."""
    if not _USERNAME.fullmatch(username):
        yield Problem("$.username", "1 to 30 of the characters a-z, 0-9 and _", username[:60])
    elif username in RESERVED:
        yield Problem("$.username", "a name that the node does not need itself", username)


def check_draft(draft: CommunityDraft) -> Iterator[Problem]:
    """What is wrong with what is said, with JSON paths."""
    if draft.name is not None and not 0 < len(draft.name.strip()) <= MAX_NAME:
        yield Problem("$.name", f"1 to {MAX_NAME} characters", draft.name[:60])
    if draft.purpose is not None and len(draft.purpose) > MAX_MARKDOWN:
        yield Problem("$.purpose", f"at most {MAX_MARKDOWN} characters", str(len(draft.purpose)))
    yield from _check_rules(draft.rules or ())
    yield from _check_topics(draft.topics or ())
    yield from _check_languages(draft.languages or ())
    if draft.visibility is not None and draft.visibility not in LEVELS:
        yield Problem("$.visibility", f"one of {', '.join(LEVELS)}", draft.visibility.value)


def _check_rules(rules: Sequence[str]) -> Iterator[Problem]:
    if len(rules) > MAX_RULES:
        yield Problem("$.rules", f"at most {MAX_RULES}", str(len(rules)))
    for place, rule in enumerate(rules):
        if not 0 < len(rule.strip()) <= MAX_RULE:
            yield Problem(f"$.rules[{place}]", f"1 to {MAX_RULE} characters", rule[:60])


def _check_topics(topics: Sequence[str]) -> Iterator[Problem]:
    if len(topics) > MAX_TOPICS:
        yield Problem("$.topics", f"at most {MAX_TOPICS}", str(len(topics)))
    for topic in topics:
        if hashtags_in(f"#{topic}") != (topic,):
            yield Problem("$.topics", "hashtags: letters, digits and _, without #", topic[:60])


def _check_languages(languages: Sequence[str]) -> Iterator[Problem]:
    if len(languages) > MAX_LANGUAGES:
        yield Problem("$.languages", f"at most {MAX_LANGUAGES}", str(len(languages)))
    for language in languages:
        if not _LANGUAGE.fullmatch(language):
            yield Problem("$.languages", "language tags such as en or pt-BR", language[:60])
