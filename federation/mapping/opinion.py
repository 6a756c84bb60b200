"""Adoption notes and reviews as ``mainEntity`` of an answer: schema.org Review, and words of our own beyond it."""

from collections.abc import Mapping
from typing import Any, cast

import schemas
from node.domain.opinions import ADOPTION_NOTE, BEST, OUTCOMES, WORST, AdoptionNote, broken_rules
from node.domain.text import pick

REVIEW = "Review"
_MAPS = {"context": "rz:contextMap", "adaptation": "rz:adaptationMap", "advice": "rz:adviceMap"}


def is_note(entity: Mapping[str, Any] | None) -> bool:
    """Whether an entity says that it is an adoption note."""
    return ADOPTION_NOTE in _texts((entity or {}).get("additionalType"))


def is_review(entity: Mapping[str, Any] | None) -> bool:
    """Whether it is a review by a person."""
    return REVIEW in _texts((entity or {}).get("type")) and not is_note(entity)


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def build_note(note: AdoptionNote, *, uri: str, about: str, author_uri: str, author_name: str) -> dict[str, Any]:
    """``about``: the identity of the resource's record."""
    loose = cast("dict[str, Any]", note)
    period = note.get("period", {})
    return {
        "id": f"{uri}#adoption",
        "type": REVIEW,
        "additionalType": ADOPTION_NOTE,
        "itemReviewed": {"id": about, "type": "LearningResource"},
        "author": {"type": "Organization", "id": author_uri, "name": author_name},
        "inLanguage": note["defaultLanguage"],
        "reviewBody": pick(note["context"], (), note["defaultLanguage"]),
        "rz:outcome": {"id": f"{OUTCOMES}{note['outcome']}"},
        **{word: loose[key] for key, word in _MAPS.items() if key in loose},
        **(
            {"rz:audienceSize": {"minValue": note["audienceSize"]["min"], "maxValue": note["audienceSize"]["max"]}}
            if "audienceSize" in note
            else {}
        ),
        **({"temporalCoverage": f"{period['from']}/{period.get('to', '..')}"} if period else {}),
        **({"rz:derivative": {"id": note["derivative"]}} if "derivative" in note else {}),
        **({"rz:contact": {"type": "ContactPoint", **note["contact"]}} if "contact" in note else {}),
    }


def read_note(entity: Mapping[str, Any]) -> AdoptionNote | None:
    """The note that an entity is; None where it breaks the schema of notes."""
    outcome, size = entity.get("rz:outcome"), entity.get("rz:audienceSize")
    begins, _, ends = str(entity.get("temporalCoverage", "")).partition("/")
    derivative, contact = entity.get("rz:derivative"), entity.get("rz:contact")
    note: dict[str, Any] = {
        "defaultLanguage": entity.get("inLanguage"),
        "outcome": str(outcome.get("id", "")).removeprefix(OUTCOMES) if isinstance(outcome, dict) else None,
        **{key: entity[word] for key, word in _MAPS.items() if word in entity},
    }
    if isinstance(size, dict):
        note["audienceSize"] = {"min": size.get("minValue"), "max": size.get("maxValue")}
    if begins:
        note["period"] = {"from": begins, **({"to": ends} if ends not in {"", ".."} else {})}
    if isinstance(derivative, dict):
        note["derivative"] = derivative.get("id")
    if isinstance(contact, dict):
        note["contact"] = {key: contact[key] for key in ("name", "url") if key in contact}
    if schemas.check("adoption-note", note):
        return None
    read = cast(AdoptionNote, note)
    return None if broken_rules(read) else read


def build_review(facts: Mapping[str, Any], *, uri: str, author_uri: str, text: str) -> dict[str, Any]:
    """``facts``: ``about``, ``rating``, ``used_for``, as the details of the answer keep them."""
    rating = facts.get("rating")
    return {
        "id": f"{uri}#review",
        "type": REVIEW,
        "itemReviewed": {"id": facts["about"], "type": "LearningResource"},
        "author": {"type": "Person", "id": author_uri},
        "reviewBody": text,
        **(
            {"reviewRating": {"type": "Rating", "ratingValue": rating, "bestRating": BEST, "worstRating": WORST}}
            if rating
            else {}
        ),
        **({"rz:usedFor": facts["used_for"]} if facts.get("used_for") else {}),
    }


def read_review(entity: Mapping[str, Any]) -> tuple[int | None, str] | None:
    """Rating and use; None where the rating is none that a person of ours could give."""
    rating = entity.get("reviewRating")
    value = rating.get("ratingValue") if isinstance(rating, dict) else None
    if value is not None and (type(value) is not int or not WORST <= value <= BEST):
        return None
    used_for = entity.get("rz:usedFor", "")
    return value, used_for[:300] if isinstance(used_for, str) else ""


def reference_of(entity: Mapping[str, Any], key: str) -> str:
    """The ``id`` of what an entity names under a key."""
    value = entity.get(key)
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""
