"""What others may do with it, told in plain words; who may read it; in whose name it is published."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from node.domain.licences import ALL_RIGHTS_RESERVED, INTERNAL_TERMS, describe
from node.domain.records import ResourceRecord
from node.domain.uris import is_web_uri
from node.domain.visibility import LEVELS, LEVELS_OF_ORGANISATION, Visibility
from node.sentences import Sentence
from web.design.licences import licence_in_words
from web.design.parts import Field
from web.library.form import Form, Parts, Section, Values

_CC = "https://creativecommons.org/licenses"
#: From the most to the least that others may do.
OFFERED = (
    "https://creativecommons.org/publicdomain/zero/1.0/",
    f"{_CC}/by/4.0/",
    f"{_CC}/by-sa/4.0/",
    f"{_CC}/by-nc/4.0/",
    f"{_CC}/by-nc-sa/4.0/",
    f"{_CC}/by-nd/4.0/",
    f"{_CC}/by-nc-nd/4.0/",
    ALL_RIGHTS_RESERVED,
    INTERNAL_TERMS,
)
OTHER = "other"
_VISIBILITIES: Mapping[str, tuple[str, str]] = {
    "private": (Sentence("Only me"), Sentence("Nobody else sees it; it is yours and never leaves this node.")),
    "community": (
        Sentence("Members of a community"),
        Sentence("Wherever they have their account. It is yours; the community shows it to its members."),
    ),
    "organisation": (Sentence("Members only"), Sentence("Everybody with an account here, nobody else.")),
    "partners": (Sentence("Partners"), Sentence("Members here and at the organisations that ours follows.")),
    "public": (
        Sentence("Everybody"),
        Sentence("It is in our public catalogue, search engines find it, other organisations may list it."),
    ),
}
_OWNERS: Mapping[str, tuple[str, str]] = {
    "organisation": (
        Sentence("Of the organisation"),
        Sentence("It is in the catalogue that partners follow; you and administrators may change it."),
    ),
    "me": (Sentence("My own"), Sentence("It is on your profile and in search; only you may change it.")),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several; ``hint`` says what it means."""

    value: str
    label: str
    hint: str
    on: bool


@dataclass(frozen=True, slots=True)
class Rights:
    licences: tuple[Choice, ...]
    licence: Field
    other: Field
    visibilities: tuple[Choice, ...]
    visibility: Field
    communities: tuple[tuple[str, str], ...]
    community: Field
    owners: tuple[Choice, ...]  # none where it is decided already


def show(record: ResourceRecord) -> Values:
    iri = describe(record["license"]).iri
    is_offered = iri in OFFERED
    return {
        "licence": iri if is_offered else OTHER,
        "licence-other": "" if is_offered else record["license"],
        "visibility": record.get("visibility", "organisation"),
        "community": record.get("community", ""),
    }


def read(form: Form) -> tuple[Parts, Mapping[str, str]]:
    wrong = {}
    chosen = form.text("licence")
    licence = form.text("licence-other") if chosen == OTHER else chosen
    if chosen == OTHER and not is_web_uri(licence):
        wrong["licence-other"] = Sentence("The address of the licence is expected; it begins with https:// or http://.")
    elif chosen != OTHER and chosen not in OFFERED:
        wrong["licence"] = Sentence("Choose what others may do with it.")
    level, community = form.text("visibility"), form.text("community")
    if level not in _VISIBILITIES:
        wrong["visibility"] = Sentence("Choose who may read it.")
    if level != Visibility.COMMUNITY:
        community = ""
    elif community not in dict(form.communities):
        wrong["community"] = Sentence("Choose the community whose members may read it.")
    return {"license": licence, "visibility": level, "community": community or None}, wrong


def data(form: Form) -> Rights:
    chosen = form.text("licence")
    licences = [_licence(iri, chosen) for iri in OFFERED]
    other = Choice(OTHER, Sentence("Another licence"), Sentence("One that has an address of its own."), chosen == OTHER)
    seen, owner = form.text("visibility") or "organisation", form.text("owner") or "organisation"
    return Rights(
        licences=(*licences, other),
        licence=Field(error=form.error("licence")),
        other=Field(value=form.values.get("licence-other", ""), error=form.error("licence-other")),
        visibilities=tuple(Choice(v, *_VISIBILITIES[v], v == seen) for v in _levels(form)),
        visibility=Field(error=form.error("visibility")),
        communities=form.communities,
        community=Field(value=form.values.get("community", ""), error=form.error("community")),
        owners=tuple(Choice(v, *words, v == owner) for v, words in _OWNERS.items()) if form.is_new else (),
    )


def _levels(form: Form) -> Iterator[str]:
    """From everybody to herself; of the organisation's work those that the organisation may have."""
    levels = LEVELS if form.is_new or form.is_own else LEVELS_OF_ORGANISATION
    return (each.value for each in reversed(levels) if each is not Visibility.COMMUNITY or form.communities)


def _licence(iri: str, chosen: str) -> Choice:
    words = licence_in_words(iri)
    return Choice(iri, words.name, words.summary, describe(chosen).iri == iri)


SECTION = Section("rights", Sentence("What others may do"), "library/sections/rights.html", show, read, data)
