"""Licences in plain words: the facts of ``node.domain.licences`` as sentences for readers."""

from collections.abc import Mapping

from node.domain import licences as facts
from node.sentences import Sentence, sentences
from web.design.resources import Licence

_COPY = Sentence("Copy it and pass it on")
_CHANGE = Sentence("Change it and build on it")
_SELL = Sentence("Use it for anything, also to earn money")
_CREDIT = Sentence("Name the authors, link the licence and say what you changed")
_CREDIT_AS_IT_IS = Sentence("Name the authors and link the licence")
_ALIKE = Sentence("Share what you make of it under the same licence")
_NO_MONEY = Sentence("Use it to earn money")
_NO_CHANGE = Sentence("Pass on changed versions")

_OPEN: Mapping[tuple[bool, bool, bool], str] = sentences(
    {  # derivatives, commercial, share alike
        (True, True, False): "Free to use and change, with credit.",
        (True, True, True): "Free to use and change, with credit, as long as it stays free.",
        (True, False, False): "Free to use and change without earning money, with credit.",
        (True, False, True): "Free to use and change without earning money, with credit, as long as it stays free.",
        (False, True, False): "Free to use as it is, with credit.",
        (False, False, False): "Free to use as it is without earning money, with credit.",
    }
)
_RIGHTS = "http://rightsstatements.org/vocab"
_CLOSED: Mapping[str, str] = sentences(
    {
        facts.NOT_STATED: "Nobody has said what you may do with it. Ask the authors.",
        facts.ALL_RIGHTS_RESERVED: "You may look at it here. Ask the authors before you do anything else with it.",
        facts.INTERNAL_TERMS: "For use within the organisation, by its own terms.",
        f"{_RIGHTS}/InC-EDU/1.0/": "Somebody holds the rights; you may use it to teach and to learn.",
        f"{_RIGHTS}/InC-NC/1.0/": "Somebody holds the rights; you may use it without earning money.",
    }
)

#: What is no name of a licence, which is the same in every language.
_NAMES = sentences(
    {
        facts.NOT_STATED: "Not stated",
        facts.ALL_RIGHTS_RESERVED: "All rights reserved",
        facts.INTERNAL_TERMS: "Internal",
        f"{_RIGHTS}/InC-EDU/1.0/": "Educational use",
        f"{_RIGHTS}/InC-NC/1.0/": "Non-commercial use",
        f"{_RIGHTS}/NKC/1.0/": "No known copyright",
        "https://creativecommons.org/publicdomain/mark/1.0/": "Public domain",
    }
)


def licence_name(iri: str) -> str:
    """What the ``license`` of a record is called on a card or in a list."""
    fact = facts.describe(iri)
    return _NAMES.get(fact.iri, fact.short)


def licence_in_words(iri: str) -> Licence:
    """What a record's ``license`` lets people do. Terms that nobody knows promise nothing.

    >>> licence_in_words("https://creativecommons.org/licenses/by-nd/4.0/").may_not
    ('Pass on changed versions',)
    """
    fact = facts.describe(iri)
    url = fact.iri if fact.iri.startswith(("https://", "http://")) and fact.iri != facts.INTERNAL_TERMS else ""
    if not _may_copy(fact):
        summary = _CLOSED.get(fact.iri, Sentence("Read its terms before you use it."))
        return Licence(name=licence_name(iri), url=url, summary=summary)
    may = [_COPY] + [_CHANGE] * fact.derivatives + [_SELL] * fact.commercial
    credit = _CREDIT if fact.derivatives else _CREDIT_AS_IT_IS
    must = [credit] * fact.attribution + [_ALIKE] * fact.share_alike
    may_not = [_NO_MONEY] * (not fact.commercial) + [_NO_CHANGE] * (not fact.derivatives)
    return Licence(
        name=licence_name(iri),
        url=url,
        summary=_summary(fact),
        may=tuple(may),
        must=tuple(must),
        may_not=tuple(may_not),
    )


def _may_copy(fact: facts.Licence) -> bool:
    """All Creative Commons licences allow at least to copy; of others only those that allow changes are known to."""
    return fact.derivatives or fact.iri.startswith("https://creativecommons.org/licenses/")


def _summary(fact: facts.Licence) -> str:
    if not fact.attribution:
        return Sentence("Free for everyone, without conditions.")
    return _OPEN[fact.derivatives, fact.commercial, fact.share_alike]
