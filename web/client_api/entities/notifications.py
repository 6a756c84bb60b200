"""Notification, NotificationGroup, NotificationRequest and NotificationPolicy."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from node.domain.filters import FilterContext
from node.domain.notices import NoticeType, Policy
from node.store.news import notification_lists
from node.store.news.notification_lists import Group, Request
from node.store.reading import filters
from web.client_api.entities import accounts, statuses
from web.client_api.entities.look import Look, instant

Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Parts:
    """What rows of notifications show, rendered."""

    accounts: dict[int, bytes]
    statuses: dict[int, bytes]
    reports: dict[int, Entity]


def render(conn: Connection, look: Look, viewer_id: int, rows: Sequence[Row[Any]]) -> dict[int, bytes]:
    """Notifications as JSON by id, in their order; a number of statements that does not depend on theirs.

    Those of posts that the viewer may not read any more, or has filtered away, and of people of hosts that the node
    has blocked, are left out.
    """
    parts = _parts(conn, look, viewer_id, rows, ())
    return {row.id: orjson.dumps(_notification(row, parts)) for row in rows if _is_whole(row, [row.actor_id], parts)}


def _notification(row: Row[Any], parts: _Parts) -> Entity:
    return {
        "id": str(row.id),
        "type": row.type,
        "created_at": instant(row.created_at),
        "group_key": row.group_key,
        "account": orjson.Fragment(parts.accounts[row.actor_id]),
        "status": orjson.Fragment(parts.statuses[row.object_id]) if row.object_id in parts.statuses else None,
        "filtered": row.filtered,
        **_extras(row, parts),
    }


def _extras(row: Row[Any], parts: _Parts) -> Entity:
    """What only some types have; clients that decode strictly want ``report`` and ``event`` to be there."""
    found: Entity = {"report": parts.reports.get(row.reference), "event": None}
    if row.event is not None:
        told = {**row.event, "id": str(row.reference), "created_at": instant(row.created_at)}
        if row.type == NoticeType.SEVERED:
            found["event"] = told
        elif row.type == NoticeType.WARNING:
            account = orjson.Fragment(parts.accounts[row.actor_id])
            found["moderation_warning"] = {**told, "target_account": account}
    return found


def render_groups(
    conn: Connection, look: Look, viewer_id: int, groups: Sequence[Group], *, partial: bool = False
) -> Entity:
    """The answer to a request for groups: whom and what they name stands beside them, each once.

    ``partial``: of those whom a group shows only as a picture, apps get ``partial_accounts``.
    """
    rows = [group.newest for group in groups]
    samples = {actor_id for group in groups for actor_id in group.actor_ids}
    parts = _parts(conn, look, viewer_id, rows, samples)
    kept = [group for group in groups if _is_whole(group.newest, group.actor_ids, parts)]
    named = dict.fromkeys(actor_id for group in kept for actor_id in group.actor_ids if actor_id in parts.accounts)
    whole = dict.fromkeys(next(each for each in group.actor_ids if each in parts.accounts) for group in kept)
    shown = dict.fromkeys(group.newest.object_id for group in kept if group.newest.object_id in parts.statuses)
    body: Entity = {
        "accounts": _listed(parts.accounts, whole if partial else named),
        "statuses": _listed(parts.statuses, shown),
        "notification_groups": [_group(group, parts) for group in kept],
    }
    if partial:
        body["partial_accounts"] = [_partial(parts.accounts[each]) for each in named if each not in whole]
    return body


def _group(group: Group, parts: _Parts) -> Entity:
    row = group.newest
    return {
        "group_key": group.key,
        "notifications_count": group.total,
        "type": row.type,
        "most_recent_notification_id": str(row.id),
        "page_min_id": str(group.oldest_id),
        "page_max_id": str(row.id),
        "latest_page_notification_at": instant(row.created_at),
        "sample_account_ids": [str(each) for each in group.actor_ids if each in parts.accounts],
        "status_id": str(row.object_id) if row.object_id is not None else None,
        **_extras(row, parts),
    }


def _partial(account: bytes) -> Entity:
    whole = orjson.loads(account)
    return {name: whole[name] for name in ("id", "acct", "url", "avatar", "avatar_static", "locked", "bot")}


def _listed(rendered: dict[int, bytes], ids: Iterable[int]) -> list[orjson.Fragment]:
    return [orjson.Fragment(rendered[each]) for each in ids]


def _parts(
    conn: Connection, look: Look, viewer_id: int, rows: Sequence[Row[Any]], actor_ids: Collection[int]
) -> _Parts:
    objects = {row.object_id for row in rows if row.object_id is not None}
    hidden = filters.load_hidden(conn, viewer_id, FilterContext.NOTIFICATIONS, objects, look.now)
    reported, known = notification_lists.load_reported(
        conn, {row.reference for row in rows if row.type == NoticeType.REPORT}
    )
    targets = {known[row.target_uri] for row in reported.values() if row.target_uri in known}
    people = accounts.render_unblocked(conn, look, {*(row.actor_id for row in rows), *actor_ids})
    accused = accounts.render(conn, look, targets)
    shown = statuses.render(conn, look, sorted(objects - hidden), viewer_id)
    reports = {row.id: _report(row, known, accused) for row in reported.values()}
    return _Parts(people, shown, {report_id: report for report_id, report in reports.items() if report})


def _is_whole(row: Row[Any], actor_ids: Iterable[int], parts: _Parts) -> bool:
    """Whether everything that clients expect of this type is there, and one of those who did it."""
    if parts.accounts.keys().isdisjoint(actor_ids) or (
        row.object_id is not None and row.object_id not in parts.statuses
    ):
        return False
    return row.type != NoticeType.REPORT or row.reference in parts.reports


def _report(row: Row[Any], known: dict[str, int], people: dict[int, bytes]) -> Entity | None:
    target_id = known.get(row.target_uri)
    if target_id not in people:
        return None
    return {
        "id": str(row.id),
        "action_taken": row.state != "open",
        "action_taken_at": instant(row.closed_at) if row.closed_at else None,
        "category": row.category,
        "comment": row.comment,
        "forwarded": row.forwarded,
        "created_at": instant(row.created_at),
        "status_ids": [str(known[uri]) for uri in row.object_uris if uri in known],
        "rule_ids": [str(each) for each in row.rule_ids],
        "target_account": orjson.Fragment(people[target_id]),
    }


# -- policy and requests ----------------------------------------------------------------------------------------------


def policy_of(policy: Policy, pending: tuple[int, int]) -> Entity:
    """``pending``: how many requests wait, and how many notifications are in them."""
    return {
        **{name: getattr(policy, name).value for name in Policy.__dataclass_fields__},
        "summary": {"pending_requests_count": pending[0], "pending_notifications_count": pending[1]},
    }


def first_policy_of(policy: Policy, pending: tuple[int, int]) -> Entity:
    """The policy as its first version had it: yes or no."""
    found = policy_of(policy, pending)
    short = {f"filter_{name.removeprefix('for_')}": found[name] != "accept" for name in Policy.__dataclass_fields__}
    return {**found, **short}


def render_requests(conn: Connection, look: Look, viewer_id: int, requests: Sequence[Request]) -> list[Entity]:
    """NotificationRequests in their order; those of actors that are gone, or of blocked hosts, are left out."""
    people = accounts.render_unblocked(conn, look, {request.actor_id for request in requests})
    objects = sorted({request.last_object_id for request in requests if request.last_object_id is not None})
    shown = statuses.render(conn, look, objects, viewer_id)
    return [
        {
            "id": str(request.id),
            "created_at": instant(request.created_at),
            "updated_at": instant(request.updated_at),
            "notifications_count": str(request.total),
            "account": orjson.Fragment(people[request.actor_id]),
            "last_status": orjson.Fragment(shown[last]) if (last := request.last_object_id) in shown else None,
        }
        for request in requests
        if request.actor_id in people
    ]
