"""Making something new from somebody else's work: what its licence says to that, and how the source is named.

A licence decides before anything is written: where adaptations are not allowed, or only under
the same licence, a work that says otherwise is refused; where it is a matter of care, the author is told.
"""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from node.domain.licences import ALL_RIGHTS_RESERVED, INTERNAL_TERMS, NOT_STATED, Licence, describe
from node.domain.records import Agent, Reference, ResourceRecord
from node.domain.resources import title
from node.sentences import Sentence

MAX_CARRIED = 50  # creators that a reference names


class Fit(enum.StrEnum):
    """How a work under one licence goes into a work under another."""

    FINE = "fine"
    CARE = "care"  # allowed, with something to keep in mind
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Mix:
    """``sentence`` says why, with ``{source}`` and ``{target}`` for the two licences; empty where all is fine."""

    fit: Fit
    sentence: str
    source: Licence
    target: Licence

    def told(self) -> Sentence:
        return Sentence(self.sentence, source=self.source.short, target=self.target.short)


NO_DERIVATIVES = Sentence("{source} does not allow adaptations.")
NOBODY_SAID = Sentence("Nobody has said that this may be changed. Ask its authors for a licence first.")
SHARE_ALIKE = Sentence("{source} asks that adaptations are shared under the same licence, not under {target}.")
NOT_COMMERCIAL = Sentence("{source} does not allow commercial use, {target} would.")
OTHER_VERSION = Sentence(
    "{source} allows a later version of itself; make sure that {target} is one that its authors accept."
)
CLOSED = Sentence("{source} lets others use the original freely; what you add would not be free under {target}.")


def mix(source: str, target: str) -> Mix:
    """Whether a work under the licence ``source`` may go into one under ``target``, both IRIs.

    >>> mix("https://creativecommons.org/licenses/by-sa/4.0/", "https://creativecommons.org/licenses/by/4.0/").fit
    <Fit.REFUSED: 'refused'>
    """
    given, wanted = describe(source), describe(target)
    fit, sentence = _judged(given, wanted)
    return Mix(fit, sentence, given, wanted)


def may_be_changed(source: str) -> bool:
    """Whether there is any licence under which a work like this could be made from one under ``source``."""
    return describe(source).derivatives


def _judged(given: Licence, wanted: Licence) -> tuple[Fit, str]:
    if not given.derivatives:
        is_stated = given.known and given.iri not in {NOT_STATED, ALL_RIGHTS_RESERVED, INTERNAL_TERMS}
        return Fit.REFUSED, NO_DERIVATIVES if is_stated else NOBODY_SAID
    if given.iri == wanted.iri:
        return Fit.FINE, ""
    if given.share_alike:
        return (Fit.CARE, OTHER_VERSION) if _is_other_version(given, wanted) else (Fit.REFUSED, SHARE_ALIKE)
    if not given.commercial and wanted.commercial:
        return Fit.REFUSED, NOT_COMMERCIAL
    is_closed = wanted.iri in {ALL_RIGHTS_RESERVED, INTERNAL_TERMS, NOT_STATED}
    return (Fit.CARE, CLOSED) if given.open and given.attribution and is_closed else (Fit.FINE, "")


def _is_other_version(given: Licence, wanted: Licence) -> bool:
    """CC BY-SA 3.0 may become CC BY-SA 4.0; no later version ever becomes an earlier one."""
    before, after = _NAME.fullmatch(given.short), _NAME.fullmatch(wanted.short)
    if before is None or after is None or before["family"] != after["family"]:
        return False
    return before["version"] <= after["version"]


_NAME = re.compile(r"(?P<family>.+?) (?P<version>\d[\d.]*)(?: [A-Z]{2,4})?")


def reference_to(record: ResourceRecord, *, owner_uri: str, owner_name: str) -> Reference:
    """How a work names the one that it is made from: identity, title, creators, licence, who offers it."""
    creators = record.get("creator") or record.get("publisher") or [_organisation(owner_uri, owner_name)]
    return cast(
        Reference,
        {
            "id": record["id"],
            "type": record["type"],
            "name": title(record)[:300],
            "creator": creators[:MAX_CARRIED],
            "license": record["license"],
            "provider": {"id": owner_uri, "name": owner_name[:300]},
        },
    )


def _organisation(uri: str, name: str) -> Agent:
    return {"type": "Organization", "name": name[:300], "id": uri}


def carried_over(record: ResourceRecord) -> list[Agent]:
    """The creators that stay creators of what is made from a work."""
    return list(record.get("creator", ()))[:MAX_CARRIED]


def sources_of(record: Mapping[str, object]) -> tuple[str, ...]:
    """The IRIs of what a record says that it is based on, each once."""
    found = cast("list[Reference]", record.get("isBasedOn", []))
    return tuple(dict.fromkeys(each["id"] for each in found if "id" in each))
