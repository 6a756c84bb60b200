"""What this node is and how it wants to be used, as two documents and a count of weeks.

Called by every app at every start, so they are made once a minute at most, and anew when
administrators change a rule or a text. All numbers are integers: an app that finds a fraction gives up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

import node as product
from node.clock import DAY, MINUTE, SECOND
from node.domain.drafts import MAX_OPEN, MAX_OPTION, MAX_OPTIONS, MAX_PINNED, MAX_POST, MIN_OPEN
from node.domain.media import MAX_DESCRIPTION, SUPPORTED_TYPES
from node.media.facts import MAX_FRAME_RATE, MAX_PIXELS, MAX_VIDEO_PIXELS
from node.services.house.house import TextName
from node.services.news import vapid
from node.services.people.profiles import MAX_FIELD, MAX_FIELDS, MAX_NAME, MAX_NOTE
from node.services.posts.media import MAX_ATTACHED
from node.services.posts.tag_lists import MAX_FEATURED
from node.state import Node
from node.store.house import rules, usage
from node.store.house.rules import NodeText, Rule
from node.store.house.usage import Usage
from web.client_api.entities import accounts
from web.client_api.entities.look import Look
from web.state import WebState

#: The interface whose numbers apps compare: below 4 some do not even ask for the second document.
COMPATIBLE = "4.5.0"
#: How much of it is there: 2 grouped notifications, 3 server metadata with PKCE, 4 standard Web Push, 5 the filter
#: action ``blur``, 6 endorsements, 7 quotes; not here: 8 another form of profiles, 10 collections. An app that reads a
#: number calls what it promises, with no way back: raise it only when all that it promises, and all below, is there.
API_VERSION = 7
#: Of what only this software has.
OWN_API_VERSION = 1

_FRESH_FOR = MINUTE
_WEEK = 7 * DAY
_WEEKS = 12
_ACTIVITY_FRESH_FOR = 60 * MINUTE
_MONDAY = 4 * DAY  # 1970 began on a Thursday
_MIB = 1_048_576
_THUMBNAIL = ("thumbnail.png", 1200, 630)

Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What the documents are made of, as the database says."""

    usage: Usage
    rules: Sequence[Rule]
    texts: dict[str, NodeText]
    contact: orjson.Fragment | None


def _load(conn: Connection, look: Look, now: int) -> Known:
    contact_id = usage.find_contact(conn)
    people = accounts.render(conn, look, [contact_id] if contact_id is not None else [])
    return Known(
        usage.load_usage(conn, now),
        rules.load_rules(conn),
        rules.load_texts(conn),
        orjson.Fragment(people[contact_id]) if contact_id in people else None,
    )


class House:
    """The documents as bytes, for a minute."""

    def __init__(self, node: Node, state: WebState, look: Look) -> None:
        self._node, self._state, self._look = node, state, look
        self._made: tuple[int, bytes, bytes] | None = None
        self._activity: tuple[int, bytes] | None = None
        self._vapid = ""
        node.store.listen(self._forget)

    def _forget(self, signal: str) -> None:
        if signal == rules.CHANGED:
            self._made = None

    async def documents(self) -> tuple[bytes, bytes]:
        """Version 1 and version 2."""
        now = self._node.clock.now()
        if self._made is None or not 0 <= now - self._made[0] < _FRESH_FOR:
            known = await self._node.store.read(_load, self._look, now)
            key = await self._vapid_key()
            writer = _Writer(self._node, self._state, known, key)
            self._made = now, orjson.dumps(writer.first()), orjson.dumps(writer.second())
        return self._made[1], self._made[2]

    async def activity(self) -> bytes:
        """Counts of each of the last weeks, this one first."""
        now = self._node.clock.now()
        if self._activity is None or not 0 <= now - self._activity[0] < _ACTIVITY_FRESH_FOR:
            begin = now - (now - _MONDAY) % _WEEK
            begins = [begin - number * _WEEK for number in range(_WEEKS)]
            found = await self._node.store.read(usage.load_weeks, begins, _WEEK)
            weeks = [
                {
                    "week": str(week.begins_at // SECOND),
                    "statuses": str(week.statuses),
                    "logins": str(week.logins),
                    "registrations": str(week.registrations),
                }
                for week in found
            ]
            self._activity = now, orjson.dumps(weeks)
        return self._activity[1]

    async def _vapid_key(self) -> str:
        """It never changes, so it is asked for once."""
        if not self._vapid:
            self._vapid = (await self._node.store.write(vapid.load_key, self._node.config.secret_box)).public
        return self._vapid


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes both documents from what is known."""

    node: Node
    state: WebState
    known: Known
    vapid_key: str

    def first(self) -> Entity:
        config = self.node.config
        return {
            "uri": config.host,
            "title": config.node.name,
            "short_description": config.node.description,
            "description": config.node.description,
            "email": config.node.contact,
            "version": self._version,
            "urls": {"streaming_api": self._streaming},
            "stats": {
                "user_count": self.known.usage.people,
                "status_count": self.known.usage.statuses,
                "domain_count": self.known.usage.hosts,
            },
            "thumbnail": self._thumbnail,
            "languages": list(config.node.languages),
            "registrations": config.registrations.mode != "closed",
            "approval_required": config.registrations.mode == "approval",
            "invites_enabled": False,
            "configuration": self._configuration(),
            "contact_account": self.known.contact,
            "rules": [rule_entity(rule) for rule in self.known.rules],
        }

    def second(self) -> Entity:
        config, origin = self.node.config, self.node.config.origin
        texts = self.known.texts
        return {
            "domain": config.host,
            "title": config.node.name,
            "version": self._version,
            "source_url": "https://w3id.org/rhizome",
            "description": config.node.description,
            "usage": {"users": {"active_month": self.known.usage.active}},
            "thumbnail": {
                "url": self._thumbnail,
                "blurhash": None,
                "versions": {"@1x": self._thumbnail},
                "description": "",
            },
            "icon": [],
            "languages": list(config.node.languages),
            "configuration": {
                "urls": {
                    "streaming": self._streaming,
                    "status": None,
                    "about": f"{origin}/about",
                    "privacy_policy": f"{origin}/privacy-policy" if TextName.PRIVACY in texts else None,
                    "terms_of_service": f"{origin}/terms-of-service" if TextName.TERMS in texts else None,
                },
                "vapid": {"public_key": self.vapid_key},
                **self._configuration(),
                "translation": {"enabled": False},
                "limited_federation": config.federation.mode == "allow-list",
                "timelines_access": {
                    feed: {"local": "public", "remote": "public"}
                    for feed in ("live_feeds", "hashtag_feeds", "trending_link_feeds")
                },
            },
            "registrations": {
                "enabled": config.registrations.mode != "closed",
                "approval_required": config.registrations.mode == "approval",
                "reason_required": False,
                "message": None,
                "min_age": None,
                "url": f"{origin}/join",
            },
            "api_versions": {"mastodon": API_VERSION, "rhizome": OWN_API_VERSION},
            "contact": {"email": config.node.contact, "account": self.known.contact},
            "rules": [rule_entity(rule) for rule in self.known.rules],
        }

    def _configuration(self) -> Entity:
        """What both versions tell."""
        media = self.node.config.media
        return {
            "accounts": {
                "max_featured_tags": MAX_FEATURED,
                "max_pinned_statuses": MAX_PINNED,
                "max_display_name_length": MAX_NAME,
                "max_note_length": MAX_NOTE,
                "max_profile_fields": MAX_FIELDS,
                "profile_field_name_limit": MAX_FIELD,
                "profile_field_value_limit": MAX_FIELD,
            },
            "statuses": {
                "max_characters": MAX_POST,
                "max_media_attachments": MAX_ATTACHED,
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "description_limit": MAX_DESCRIPTION,
                "supported_mime_types": list(SUPPORTED_TYPES),
                "image_size_limit": media.image_mib * _MIB,
                "image_matrix_limit": MAX_PIXELS,
                "video_size_limit": media.file_mib * _MIB,
                "video_frame_rate_limit": MAX_FRAME_RATE,
                "video_matrix_limit": MAX_VIDEO_PIXELS,
            },
            "polls": {
                "max_options": MAX_OPTIONS,
                "max_characters_per_option": MAX_OPTION,
                "min_expiration": MIN_OPEN // SECOND,
                "max_expiration": MAX_OPEN // SECOND,
            },
        }

    @property
    def _version(self) -> str:
        return f"{COMPATIBLE} (compatible; Rhizome {product.__version__})"

    @property
    def _streaming(self) -> str:
        """Secure exactly where the site is."""
        return f"{'wss' if self.state.is_https else 'ws'}://{self.node.config.host}"

    @property
    def _thumbnail(self) -> str:
        return self.node.config.origin + self.state.assets.url(_THUMBNAIL[0])


def rule_entity(rule: Rule) -> Entity:
    """Rule: its text, and a sentence that explains it."""
    return {"id": str(rule.id), "text": rule.text, "hint": rule.hint}
