"""What others may do with it, told in plain words; who may read it; in whose name it is published."""

from collections.abc import Mapping
from dataclasses import dataclass

from node.domain.licences import ALL_RIGHTS_RESERVED, INTERNAL_TERMS, describe
from node.domain.records import ResourceRecord
from node.domain.uris import is_web_uri
from node.sentences import Sentence
from node.services.authoring import LEVELS
from web.library.form import Form, Parts, Section, Values
from web.pages.licences import licence_in_words
from web.pages.parts import Field

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
    "organisation": (Sentence("Members only"), Sentence("Everybody with an account here, nobody else.")),
    "partners": (Sentence("Partners"), Sentence("Members here and at organisations that follow ours.")),
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
    owners: tuple[Choice, ...]  # none where it is decided already


def show(record: ResourceRecord) -> Values:
    iri = describe(record["license"]).iri
    is_offered = iri in OFFERED
    return {
        "licence": iri if is_offered else OTHER,
        "licence-other": "" if is_offered else record["license"],
        "visibility": record.get("visibility", "organisation"),
    }


def read(form: Form) -> tuple[Parts, Mapping[str, str]]:
    wrong = {}
    chosen = form.text("licence")
    licence = form.text("licence-other") if chosen == OTHER else chosen
    if chosen == OTHER and not is_web_uri(licence):
        wrong["licence-other"] = Sentence("The address of the licence is expected; it begins with https:// or http://.")
    elif chosen != OTHER and chosen not in OFFERED:
        wrong["licence"] = Sentence("Choose what others may do with it.")
    if form.text("visibility") not in _VISIBILITIES:
        wrong["visibility"] = Sentence("Choose who may read it.")
    return {"license": licence, "visibility": form.text("visibility")}, wrong


def data(form: Form) -> Rights:
    chosen = form.text("licence")
    licences = [_licence(iri, chosen) for iri in OFFERED]
    other = Choice(OTHER, Sentence("Another licence"), Sentence("One that has an address of its own."), chosen == OTHER)
    seen, owner = form.text("visibility") or "organisation", form.text("owner") or "organisation"
    return Rights(
        licences=(*licences, other),
        licence=Field(error=form.error("licence")),
        other=Field(value=form.values.get("licence-other", ""), error=form.error("licence-other")),
        visibilities=tuple(Choice(v, *_VISIBILITIES[v], v == seen) for v in (each.value for each in reversed(LEVELS))),
        visibility=Field(error=form.error("visibility")),
        owners=tuple(Choice(v, *words, v == owner) for v, words in _OWNERS.items()) if form.is_new else (),
    )


def _licence(iri: str, chosen: str) -> Choice:
    words = licence_in_words(iri)
    return Choice(iri, words.name, words.summary, describe(chosen).iri == iri)


SECTION = Section("rights", Sentence("What others may do"), "library/sections/rights.html", show, read, data)
