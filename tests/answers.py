"""Every answer of the client API in the whole test run is held against the schema of its entity.

``ANSWERS`` says what each route answers, by the route's name; ``watch`` notes the answers of a test node that do not
fit, and stopping the node fails for them. A route of the client API without an entry fails a test.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

import schemas

#: Name of a route -> its entity, ``[entity]`` for a list of them, None where the answer has no body worth a schema.
ANSWERS: dict[str, str | list[str] | None] = {
    "client-apps": "CredentialApplication",
    "client-apps-own": "Application",
    "client-accounts-register": "Token",
    "client-emails-confirmations": None,
    "api-apps": "CredentialApplication",
    "api-apps-own": "Application",
    "client-instance-v1": "InstanceV1",
    "client-instance": "Instance",
    "client-rules": ["Rule"],
    "client-extended-description": "NodeText",
    "client-privacy-policy": "NodeText",
    "client-terms": "TermsOfService",
    "client-peers": None,
    "client-activity": ["Week"],
    "client-instance-domain-blocks": ["DomainBlock"],
    "client-translations": None,
    "client-languages": ["Language"],
    "client-custom-emojis": ["CustomEmoji"],
    "client-accounts": ["Account"],
    "client-account-lookup": "Account",
    "client-familiar-followers": ["FamiliarFollowers"],
    "client-follows": ["Account"],
    "client-account-endorsements": ["Account"],
    "client-follow-requests": ["Account"],
    "client-blocks": ["Account"],
    "client-mutes": ["MutedAccount"],
    "client-endorsements": ["Account"],
    "client-list-members": ["Account"],
    "client-domain-blocks": None,
    "client-domain-block": None,
    "client-domain-unblock": None,
    "client-update-credentials": "CredentialAccount",
    "client-profile": "CredentialAccount",
    "client-profile-update": "CredentialAccount",
    "client-profile-change": "CredentialAccount",
    "client-preferences": "Preferences",
    "client-alias": "CredentialAccount",
    "client-move": None,
    "client-report": "Report",
    "client-suggestions": ["Suggestion"],
    "client-suggestions-v1": ["Account"],
    "client-suggestion-dismiss": None,
    "client-directory": ["Account"],
    "client-search": "Search",
    "client-search-v1": "SearchV1",
    "client-account-search": ["Account"],
    "client-relationships": ["Relationship"],
    "client-account-act": "Relationship",
    "client-follow-request-answer": "Relationship",
    "client-lists": ["List"],
    "client-list": "List",
    "client-list-create": "List",
    "client-list-change": "List",
    "client-list-delete": None,
    "client-list-add": None,
    "client-list-remove": None,
    "client-account-lists": ["List"],
    "client-identity-proofs": None,
    "client-collections": None,
    "client-featuring-collections": None,
    "client-annual-reports": None,
    "media-upload": "MediaAttachment",
    "media-upload-v1": "MediaAttachment",
    "media-show": "MediaAttachment",
    "media-change": "MediaAttachment",
    "media-delete": None,
    "client-profile-picture": "CredentialAccount",
    "client-account": "Account",
    "client-account-statuses": ["Status"],
    "client-bookmarks": ["OwnedStatus"],
    "client-direct": ["OwnedStatus"],
    "client-favourites": ["OwnedStatus"],
    "client-link-timeline": ["Status"],
    "client-list-timeline": ["OwnedStatus"],
    "client-poll": "Poll",
    "client-poll-vote": "Poll",
    "client-public": ["Status"],
    "client-quote-revoke": "OwnedStatus",
    "client-scheduled": ["ScheduledStatus"],
    "client-scheduled-cancel": None,
    "client-scheduled-move": "ScheduledStatus",
    "client-scheduled-one": "ScheduledStatus",
    "client-status-act": "OwnedStatus",
    "client-status-context": "Context",
    "client-status-delete": "OwnedStatus",
    "client-status-edit": "OwnedStatus",
    "client-status-favourited-by": ["Account"],
    "client-status-history": ["StatusEdit"],
    "client-status-policy": "OwnedStatus",
    "client-status-post": "PostedStatus",
    "client-status-quotes": ["Status"],
    "client-status-reblogged-by": ["Account"],
    "client-status-source": "StatusSource",
    "client-status-translate": None,
    "client-tag-timeline": ["Status"],
    "client-home": ["OwnedStatus"],
    "client-status": "Status",
    "client-statuses": ["Status"],
    "client-verify-credentials": "CredentialAccount",
    "client-notifications": ["Notification"],
    "client-notification": "Notification",
    "client-notifications-unread": "UnreadCount",
    "client-notifications-clear": None,
    "client-notification-dismiss": None,
    "client-notification-groups": "GroupedNotifications",
    "client-notification-groups-unread": "UnreadCount",
    "client-notification-group": "GroupedNotifications",
    "client-notification-group-accounts": ["Account"],
    "client-notification-group-dismiss": None,
    "client-notification-policy": "NotificationPolicy",
    "client-notification-policy-set": "NotificationPolicy",
    "client-notification-policy-first": "NotificationPolicy",
    "client-notification-policy-first-put": "NotificationPolicy",
    "client-notification-policy-first-set": "NotificationPolicy",
    "client-notification-requests": ["NotificationRequest"],
    "client-notification-request": "NotificationRequest",
    "client-notification-requests-merged": "MergedRequests",
    "client-notification-requests-accept": None,
    "client-notification-requests-dismiss": None,
    "client-notification-request-accept": None,
    "client-notification-request-dismiss": None,
    "client-markers": "Markers",
    "client-markers-save": "Markers",
    "client-conversations": ["Conversation"],
    "client-conversation-delete": None,
    "client-conversation-read": "Conversation",
    "client-conversation-unread": "Conversation",
    "client-announcements": ["Announcement"],
    "client-announcement-dismiss": None,
    "client-announcement-react": None,
    "client-announcement-take-back": None,
    "client-filters": ["Filter"],
    "client-filter": "Filter",
    "client-filter-create": "Filter",
    "client-filter-change": "Filter",
    "client-filter-delete": None,
    "client-filter-keywords": ["FilterKeyword"],
    "client-filter-keyword-add": "FilterKeyword",
    "client-filter-keyword": "FilterKeyword",
    "client-filter-keyword-change": "FilterKeyword",
    "client-filter-keyword-delete": None,
    "client-filter-statuses": ["FilterStatus"],
    "client-filter-status-add": "FilterStatus",
    "client-filter-status": "FilterStatus",
    "client-filter-status-delete": "FilterStatus",
    "client-filters-first": ["FilterV1"],
    "client-filter-first": "FilterV1",
    "client-filter-first-create": "FilterV1",
    "client-filter-first-change": "FilterV1",
    "client-filter-first-delete": None,
    "client-push": "WebPushSubscription",
    "client-push-subscribe": "WebPushSubscription",
    "client-push-change": "WebPushSubscription",
    "client-push-delete": None,
    "client-streaming-health": None,
    "client-streaming": None,
    "client-streaming-slash": None,
    "client-streaming-events": None,
    "client-followed-tags": ["Tag"],
    "client-tag": "Tag",
    "client-tag-follow": "Tag",
    "client-tag-unfollow": "Tag",
    "client-tag-feature": "Tag",
    "client-tag-unfeature": "Tag",
    "client-featured-tags": ["FeaturedTag"],
    "client-featured-tag-add": "FeaturedTag",
    "client-featured-tags-suggestions": ["Tag"],
    "client-featured-tag-remove": None,
    "client-account-featured-tags": ["FeaturedTag"],
    "client-trends": ["Tag"],
    "client-trends-tags": ["Tag"],
    "client-trends-statuses": ["Status"],
    "client-trends-links": ["PreviewCard"],
}

_PREFIXES = ("/api/v1", "/api/v2")


def is_client_route(path: str) -> bool:
    return path.startswith(_PREFIXES)


@dataclass(slots=True)
class Watch:
    """What did not fit, as sentences."""

    wrong: list[str]

    async def note(self, request: web.Request, response: web.StreamResponse) -> None:
        if not is_client_route(request.path) or not isinstance(response, web.Response) or not response.body:
            return
        for finding in findings(request, response):
            self.wrong.append(f"{request.method} {request.path_qs} -> {response.status}: {finding}")


def findings(request: web.Request, response: web.Response) -> list[str]:
    """What is wrong with one answer."""
    expected = ANSWERS.get((request.match_info.route.name or "").removesuffix(".slash"), "")
    if expected is None and response.status < 400:
        return []
    body = orjson.loads(bytes(response.body))
    if response.status >= 400:
        return _check("Error", body)
    if expected == "":
        return ["the route has no entry in tests.answers.ANSWERS"]
    if isinstance(expected, str):
        return _check(expected, body)
    if not isinstance(body, list):
        return [f"expected a list of {expected[0]}"]
    return [found for each in body for found in _check(expected[0], each)]


def _check(entity: str, value: Any) -> list[str]:
    return [f"{entity} {finding}" for finding in schemas.check(f"client/{entity}", value)]


def watch(app: web.Application) -> Watch:
    """Begin to note the answers of this application; before it starts."""
    made = Watch([])
    app.on_response_prepare.append(made.note)
    return made
