"""How a Group says that it is governed: what Lemmy reads, and the rest as ``mainEntity``."""

from typing import Any, TypeVar

from federation.jsonld import Doc
from federation.mapping.limits import MAX_LANGUAGES, MAX_NAME
from node.clock import to_rfc3339
from node.domain.communities import LEVELS, JoinPolicy, PostPolicy, RemoteCommunity
from node.domain.community_drafts import MAX_RULE, MAX_RULES, MAX_TOPICS
from node.domain.uris import is_web_uri, same_origin
from node.domain.visibility import Visibility
from node.domain.words import MAX_MARKDOWN
from node.store.communities.communities import Community
from node.text.richtext import clean_plain_field

TYPE = "rz:Community"
_MARKDOWN = "text/markdown"
_Word = TypeVar("_Word", JoinPolicy, PostPolicy, Visibility)


def build_community(community: Community, uri: str) -> dict[str, Any]:
    """Members of the document of the Group ``uri``, with ``mainEntity``."""
    return {
        "postingRestrictedToMods": community.post_policy is PostPolicy.MODERATORS,
        "language": [{"identifier": tag, "name": tag} for tag in community.languages],
        **({"source": source_of(community.purpose)} if community.purpose else {}),
        "mainEntity": _entity(community, uri),
    }


def build_closed_door(community: Community) -> dict[str, Any]:
    """What is said to those who may not know what it is for: that it is closed, and how people get in."""
    return {"mainEntity": _ways_in(community)}


def _ways_in(community: Community) -> dict[str, Any]:
    return {
        "type": TYPE,
        "rz:joinPolicy": community.join_policy.value,
        "rz:postPolicy": community.post_policy.value,
        "rz:visibility": community.visibility.value,
    }


def source_of(purpose: str) -> dict[str, str]:
    """What a community is for as it was typed; Lemmy shows it beside the threads."""
    return {"content": purpose, "mediaType": _MARKDOWN}


def purpose_of(doc: Doc) -> str:
    """The same of others; empty where it is no Markdown."""
    source = doc.child("source")
    is_markdown = source is not None and source.text("mediaType") == _MARKDOWN
    return source.text("content", MAX_MARKDOWN) if source is not None and is_markdown else ""


def _entity(community: Community, uri: str) -> dict[str, Any]:
    optional = {
        "rz:rules": list(community.rules),
        "keywords": list(community.topics),
        "inLanguage": list(community.languages),
        "rz:archivedAt": to_rfc3339(community.archived_at) if community.archived_at is not None else "",
        "rz:successor": community.successor,
    }
    return {
        **_ways_in(community),
        "rz:facilitators": f"{uri}/facilitators",
        "rz:experts": f"{uri}/experts",
        **{name: value for name, value in optional.items() if value},
    }


def read_community(doc: Doc, *, locked: bool) -> RemoteCommunity:
    """What the document of a Group says; what is unknown or not usable is as usual."""
    entity = doc.value("mainEntity")
    said = entity if isinstance(entity, dict) and entity.get("type") == TYPE else {}
    restricted = PostPolicy.MODERATORS if doc.flag("postingRestrictedToMods") else PostPolicy.MEMBERS
    visibility = _word(Visibility, said.get("rz:visibility"), Visibility.PUBLIC)
    successor = said.get("rz:successor")
    return RemoteCommunity(
        join_policy=_word(JoinPolicy, said.get("rz:joinPolicy"), JoinPolicy.REQUEST if locked else JoinPolicy.OPEN),
        post_policy=_word(PostPolicy, said.get("rz:postPolicy"), restricted),
        visibility=visibility if visibility in LEVELS else Visibility.PUBLIC,
        purpose=purpose_of(doc),
        rules=_texts(said.get("rz:rules"), MAX_RULES, MAX_RULE),
        topics=_texts(said.get("keywords"), MAX_TOPICS, MAX_NAME),
        languages=_texts(said.get("inLanguage"), MAX_LANGUAGES, 35) or _languages(doc),
        is_archived=bool(said.get("rz:archivedAt")),
        successor=successor if isinstance(successor, str) and is_web_uri(successor) else "",
        facilitators=_list(said.get("rz:facilitators"), doc.id),
        experts=_list(said.get("rz:experts"), doc.id),
    )


def _list(said: object, uri: str) -> str:
    """The address of a list of people, where it lies with the Group."""
    return said if isinstance(said, str) and same_origin(said, uri) else ""


def _word(words: type[_Word], said: object, otherwise: _Word) -> _Word:
    return next((word for word in words if word.value == said), otherwise)


def _texts(said: object, at_most: int, max_chars: int) -> tuple[str, ...]:
    listed = said if isinstance(said, list) else [said]
    texts = (clean_plain_field(each[:max_chars]) for each in listed if isinstance(each, str))
    return tuple(text for text in texts if text)[:at_most]


def _languages(doc: Doc) -> tuple[str, ...]:
    """``language`` as Lemmy writes it."""
    found = (each.text("identifier", 35) for each in doc.objects("language"))
    return tuple(tag for tag in found if tag and tag != "und")[:MAX_LANGUAGES]
