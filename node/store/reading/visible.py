"""Who may read which objects, as conditions of statements: what ``node.domain.visibility`` decides, for many at once.

``visible_to`` is for everything that is read; ``not_hidden_from`` is for lists, which leave out more. Both hold the
viewer as a bind parameter of the name ``viewer``, so that a statement can be built once (``someone``) and run for
anybody (``seen_by``).
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, exists, or_, select

from node.domain.communities import JoinPolicy, Role
from node.domain.visibility import Visibility
from node.store.people.domains import is_at
from node.store.people.follows import ACCEPTED
from node.store.people.mutes import LIVE as UNEXPIRED
from node.store.posts.objects import LIVE
from node.store.tables import (
    actors,
    blocks,
    communities,
    community_invitations,
    community_roles,
    domain_blocks,
    follows,
    mentions,
    mutes,
    objects,
    reactions,
)

_OPEN = [level.value for level in Visibility if level.is_open]
_MEMBERS = [Visibility.PARTNERS.value, Visibility.ORGANISATION.value]

#: Stands for a viewer in a statement that is built once.
SOMEONE = -1


def someone(viewer_id: int | None) -> int | None:
    """For whom a statement is built that is run for others, too: for anybody, or for whoever is bound then."""
    return None if viewer_id is None else SOMEONE


def seen_by(viewer_id: int | None) -> dict[str, int]:
    """The parameter of the viewer for such a statement."""
    return {} if viewer_id is None else {"viewer": viewer_id}


def _viewer(viewer_id: int | None) -> Any:
    return bindparam("viewer", viewer_id, type_=BigInteger)


def visible_to(viewer_id: int | None) -> ColumnElement[bool]:
    """What this person may read of living objects, by visibility and the author's blocks (API14); anybody for None."""
    is_open = objects.c.visibility.in_(_OPEN)
    if viewer_id is None:
        return and_(objects.c.state == LIVE, is_open)
    viewer = _viewer(viewer_id)
    uri = select(actors.c.uri).where(actors.c.id == viewer).scalar_subquery()
    is_named = exists().where(mentions.c.object_id == objects.c.id, mentions.c.actor_uri == uri)
    group = actors.alias()
    is_member = exists(
        select(follows.c.id)
        .join(group, group.c.id == follows.c.followed_id)
        .where(group.c.uri == objects.c.audience, follows.c.follower_id == viewer, follows.c.state == ACCEPTED)
    )
    is_follower = exists().where(
        follows.c.follower_id == viewer, follows.c.followed_id == objects.c.actor_id, follows.c.state == ACCEPTED
    )
    may = or_(
        is_open,
        objects.c.visibility.in_(_MEMBERS),
        and_(objects.c.visibility == Visibility.FOLLOWERS.value, is_follower),
        and_(objects.c.visibility == Visibility.COMMUNITY.value, objects.c.audience != "", is_member),
        is_named,
    )
    return and_(
        objects.c.state == LIVE,
        or_(objects.c.actor_id == viewer, and_(may, _is_not_blocked_by(objects.c.actor_id, viewer))),
    )


def is_shared_with(viewer_id: int | None) -> ColumnElement[bool]:
    """Of boosts (``reactions``): whether this person may see that it was boosted, by their visibility and the sharer's
    blocks (API14).
    """
    is_open = reactions.c.visibility.in_(_OPEN)
    if viewer_id is None:
        return is_open
    viewer, sharer = _viewer(viewer_id), reactions.c.actor_id
    is_follower = exists().where(
        follows.c.follower_id == viewer, follows.c.followed_id == sharer, follows.c.state == ACCEPTED
    )
    return or_(sharer == viewer, and_(or_(is_open, is_follower), _is_not_blocked_by(sharer, viewer)))


def not_secret_to(viewer_id: int | None) -> ColumnElement[bool]:
    """Of ``actors``: all but communities of which this person may not even know (``domain.communities.may_know``).

    Roles count as long as they are held, whenever they end.
    """
    level, policy = communities.c.visibility, communities.c.join_policy
    by_invitation = and_(level == Visibility.COMMUNITY.value, policy == JoinPolicy.INVITE.value)
    of_a_house = level == Visibility.ORGANISATION.value
    if viewer_id is None:
        return ~_of_group(communities.c.actor_id, or_(by_invitation, of_a_house))
    viewer = _viewer(viewer_id)
    uri = select(_me.c.uri).where(_me.c.id == viewer).scalar_subquery()
    return or_(
        ~_of_group(communities.c.actor_id, or_(by_invitation, and_(of_a_house, ~actors.c.local))),
        _of_group(follows.c.followed_id, follows.c.follower_id == viewer, follows.c.state == ACCEPTED),
        _of_group(community_invitations.c.community_id, community_invitations.c.invited_id == viewer),
        _of_group(
            community_roles.c.community_id,
            community_roles.c.actor_uri == uri,
            community_roles.c.role == Role.MODERATOR.value,
        ),
    )


def _of_group(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a row about this row of ``actors``."""
    return exists().where(column == actors.c.id, *conditions).correlate(actors)


_me = actors.alias("me")


def not_hidden_from(viewer_id: int | None, *authors: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """What lists leave out for this person: whom she blocks or mutes, who blocks her, and domains that she blocks.

    ``authors``: columns of actor ids; one that is NULL hides nothing. Mutes end by the bind parameter ``now``.
    """
    if viewer_id is None:
        return []
    viewer = _viewer(viewer_id)
    return [
        condition
        for author in authors
        for condition in (
            _not(_has_blocked(viewer, author), exists().where(blocks.c.blocker_id == viewer)),
            _is_not_blocked_by(author, viewer),
            _not(
                exists().where(mutes.c.muter_id == viewer, mutes.c.muted_id == author, UNEXPIRED),
                exists().where(mutes.c.muter_id == viewer),
            ),
            _not(_is_of_blocked_domain(viewer, author), exists().where(domain_blocks.c.actor_id == viewer)),
        )
    ]


def is_not_blocked(viewer_id: int | None) -> list[ColumnElement[bool]]:
    """Of ``actors``: nobody whom this person blocks, or who blocks her."""
    if viewer_id is None:
        return []
    viewer = _viewer(viewer_id)
    return [~_has_blocked(viewer, actors.c.id), ~_has_blocked(actors.c.id, viewer)]


def _not(condition: ColumnElement[bool], any_at_all: ColumnElement[bool]) -> ColumnElement[bool]:
    """``condition`` does not hold; what it rests on, asked once for the whole statement, spares asking for each row."""
    return or_(~any_at_all, ~condition)


def _has_blocked(blocker: ColumnElement[Any], blocked: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists().where(blocks.c.blocker_id == blocker, blocks.c.blocked_id == blocked)


def _is_not_blocked_by(author: ColumnElement[Any], viewer: Any) -> ColumnElement[bool]:
    return _not(_has_blocked(author, viewer), exists().where(blocks.c.blocked_id == viewer))


def _is_of_blocked_domain(viewer: Any, author: ColumnElement[Any]) -> ColumnElement[bool]:
    is_below = is_at(domain_blocks.c.domain)
    return exists().where(domain_blocks.c.actor_id == viewer, actors.c.id == author, ~actors.c.local, is_below)
