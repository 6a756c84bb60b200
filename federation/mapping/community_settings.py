"""What a moderator changes of what a Group says of itself: an ``Update`` of the Group, written and read (FEP-1b12).

Servers of this kind send the whole Group as they know it. Ours name beside it what is meant (``rz:changed``), so that a
copy that is not the newest changes nothing else; of what others send only that counts which they keep themselves.
"""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from federation import jsonld
from federation.mapping.community import TYPE, purpose_of, read_community, source_of
from federation.mapping.limits import MAX_NAME
from node.domain.communities import JoinPolicy, PostPolicy
from node.domain.community_drafts import CommunityDraft
from node.domain.visibility import Visibility
from node.errors import Invalid, Problem
from node.store.communities.communities import Community

CHANGED = "rz:changed"
#: Setting -> the member that says it: of the Group, or of its ``mainEntity``.
_OF_GROUP = {"name": "name", "purpose": "source"}
_OF_ENTITY = {
    "rules": "rz:rules",
    "topics": "keywords",
    "languages": "inLanguage",
    "join_policy": "rz:joinPolicy",
    "post_policy": "rz:postPolicy",
    "visibility": "rz:visibility",
}
_MEMBERS = {**_OF_GROUP, **_OF_ENTITY}
_Word = TypeVar("_Word", JoinPolicy, PostPolicy, Visibility)


def changed_members(settings: Collection[str]) -> list[str]:
    """``rz:changed``: the members that say these settings.

    >>> changed_members(["rules", "name"])
    ['name', 'rz:rules']
    """
    return sorted(_MEMBERS[name] for name in settings if name in _MEMBERS)


def write_changes(document: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """A Group as it is to be: its document as it is known here, with what is said otherwise."""
    known = document.get("mainEntity")
    entity = dict(known) if isinstance(known, dict) else {"type": TYPE}
    entity |= {member: said[name] for name, member in _OF_ENTITY.items() if name in said}
    changed = {name: value for name, value in document.items() if name not in {"@context", "proof"}}
    changed |= {"mainEntity": entity}
    if "name" in said:
        changed["name"] = said["name"]
    if "purpose" in said:
        changed["source"] = source_of(said["purpose"])
    if "post_policy" in said:
        changed["postingRestrictedToMods"] = said["post_policy"] == PostPolicy.MODERATORS
    return changed


def read_changes(document: Mapping[str, Any], changed: object, known: Community) -> CommunityDraft:
    """What the document of a Group of ours is to say from now on. Raises Invalid for words that mean nothing.

    ``changed``: what ``rz:changed`` of the Update says, None of software without it, which keeps name, purpose and
    whether moderators alone begin threads.
    """
    doc = jsonld.read(document)
    named = _OF_GROUP.values() if changed is None else changed if isinstance(changed, list) else [changed]
    name = doc.text("name", MAX_NAME) if "name" in named else None
    purpose = purpose_of(doc) if "source" in named and doc.child("source") is not None else None
    if changed is None:
        restricted = doc.flag("postingRestrictedToMods")
        return CommunityDraft(name=name or None, purpose=purpose, post_policy=_post_policy(restricted, known))
    said, found = doc.value("mainEntity"), read_community(doc, locked=False)
    words = said if isinstance(said, dict) else {}
    return CommunityDraft(
        name=name,
        purpose=purpose,
        rules=found.rules if "rz:rules" in named else None,
        topics=found.topics if "keywords" in named else None,
        languages=found.languages if "inLanguage" in named else None,
        join_policy=_word(JoinPolicy, words, "rz:joinPolicy", named),
        post_policy=_word(PostPolicy, words, "rz:postPolicy", named),
        visibility=_word(Visibility, words, "rz:visibility", named),
    )


def _post_policy(restricted: bool | None, known: Community) -> PostPolicy | None:
    """Of two words others know one: whoever may write but moderators is not theirs to say."""
    is_restricted = known.post_policy is PostPolicy.MODERATORS
    if restricted is None or restricted is is_restricted:
        return None
    return PostPolicy.MODERATORS if restricted else PostPolicy.MEMBERS


def _word(words: type[_Word], said: Mapping[str, Any], member: str, named: Collection[Any]) -> _Word | None:
    if member not in named:
        return None
    found = next((word for word in words if word.value == said.get(member)), None)
    if found is None:
        raise Invalid(problems=[Problem(f"$.{member}", " or ".join(words), str(said.get(member))[:60])])
    return found
