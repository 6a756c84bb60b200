"""On whose home timelines here a post appears."""

from collections.abc import Collection

from sqlalchemy import Connection

from node.domain.visibility import Visibility
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import tags
from node.store.posts.objects import Object

_BY_FOLLOWERS = frozenset(
    {Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.PARTNERS, Visibility.ORGANISATION}
)


def home_owners(
    conn: Connection, post: Object, author: Actor, mentioned: Collection[Actor], parent: Object | None
) -> set[int]:
    """The author, and of our people those who follow the author or a hashtag of a public post.

    An answer is shown to followers who also follow the author of what is answered, a direct post to those followers
    whom it names, a post in a community to its members. Its mentions and hashtags must be stored.
    """
    visibility = Visibility(post.visibility)
    owners: set[int] = set()
    if visibility in _BY_FOLLOWERS or visibility is Visibility.DIRECT:
        owners |= set(follows.load_local_followers(conn, [author.id]).get(author.id, ()))
    if visibility is Visibility.DIRECT:
        owners &= {actor.id for actor in mentioned}
    if visibility is Visibility.COMMUNITY and (group := actors.find_actor(conn, post.audience)):
        owners |= set(follows.load_local_followers(conn, [group.id]).get(group.id, ()))
    if parent is not None and parent.actor_id != author.id:
        owners &= {parent.actor_id, *follows.load_local_followers(conn, [parent.actor_id]).get(parent.actor_id, ())}
    if visibility is Visibility.PUBLIC:
        owners |= {owner for _, owner in tags.load_followers(conn, [post.id])}
    return owners | {author.id} if author.local else owners
