"""Counts anew what triggers keep (store.triggers.counters): the proof that they do, and the repair."""

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from node.store.people.follows import ACCEPTED
from node.store.posts.objects import LIVE
from node.store.posts.reactions import SHARE
from node.store.tables import actors, follows, objects, reactions

_FOLLOWERS = (
    select(func.count()).where(follows.c.followed_id == actors.c.id, follows.c.state == ACCEPTED).scalar_subquery()
)
_FOLLOWING = (
    select(func.count()).where(follows.c.follower_id == actors.c.id, follows.c.state == ACCEPTED).scalar_subquery()
)
_POSTS = and_(
    objects.c.actor_id == actors.c.id, objects.c.state == LIVE, objects.c.visibility.not_in(("direct", "private"))
)
_SHARES = and_(reactions.c.actor_id == actors.c.id, reactions.c.kind == SHARE)
_STATUSES = select(func.count()).where(_POSTS).scalar_subquery() + select(func.count()).where(_SHARES).scalar_subquery()
#: Of communities elsewhere their home says how many belong to them; those whom this node knows are some of these.
_IS_TOLD = and_(~actors.c.local, actors.c.kind == "group", actors.c.followers_count > _FOLLOWERS)
_COUNTERS: dict[str, ColumnElement[int]] = {
    "followers_count": case((_IS_TOLD, actors.c.followers_count), else_=_FOLLOWERS),
    "following_count": _FOLLOWING,
    "statuses_count": _STATUSES,
}
_WRONG = or_(*(actors.c[name] != counted for name, counted in _COUNTERS.items()))


def find_wrong(conn: Connection) -> list[str]:
    """URIs of actors whose counters differ from what is there; walks everything."""
    return list(conn.scalars(select(actors.c.uri).where(_WRONG).order_by(actors.c.id)))


def repair(conn: Connection) -> int:
    """Set them right; answers for how many actors."""
    return conn.execute(update(actors).where(_WRONG).values(**_COUNTERS)).rowcount
