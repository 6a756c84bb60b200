"""Finding people and posts: by handles, by the beginnings of names, by words.

Triggers note what is new or changed (``store.triggers.post_search``); ``work_off`` puts it into the index. People are
looked for while somebody types, so a search costs the same whatever the number of accounts: of those who match, the
followed ones are taken first, then a bounded number of all others.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    union,
)

from node.domain import search as folding
from node.domain.text import plain
from node.store.database.index_words import as_vector
from node.store.database.prepared import Prepared
from node.store.index.expressions import Search
from node.store.people.follows import ACCEPTED
from node.store.posts.objects import LIVE
from node.store.reading.visible import not_hidden_from, not_secret_to, visible_to
from node.store.search import search_entries
from node.store.tables import (
    actor_words,
    actors,
    blocks,
    bookmarks,
    follows,
    mentions,
    object_tags,
    objects,
    reactions,
    search_queue,
)
from node.store.triggers.post_search import INDEX

# -- handles --------------------------------------------------------------------------------------------------------

_BY_HANDLE = select(actors.c.id).where(
    func.lower(actors.c.username) == bindparam("username"),
    actors.c.host == bindparam("host"),
    actors.c.state != "gone",
)
_BY_EXACT_HANDLE = select(actors.c.id).where(
    actors.c.username == bindparam("username"), actors.c.host == bindparam("host"), actors.c.state != "gone"
)
_THERE = select(actors.c.id).where(actors.c.id.in_(bindparam("ids", expanding=True)), actors.c.state != "gone")


def find_by_acct(conn: Connection, acct: str, own_hosts: Collection[str], host: str) -> int | None:
    """The actor of ``name`` or ``name@host``, whatever its case; None where nobody here knows one."""
    name, _, place = acct.strip().removeprefix("acct:").lstrip("@").partition("@")
    where = host if not place or place.lower() in own_hosts else place.lower()
    found: int | None = conn.scalar(_BY_EXACT_HANDLE, {"username": name, "host": where})
    if found is None:
        found = conn.scalar(_BY_HANDLE, {"username": name.lower(), "host": where})
    return found


def load_present(conn: Connection, ids: Collection[int]) -> list[int]:
    """Of these ids those of actors that are there, in the same order."""
    if not ids:
        return []
    found = set(conn.scalars(_THERE, {"ids": list(ids)}))
    return [each for each in ids if each in found]


def load_known(conn: Connection, ids: Collection[int], viewer_id: int | None) -> list[int]:
    """Of these ids those of actors of which this person may know (``not_secret_to``), in the same order."""
    if not ids:
        return []
    viewer = {} if viewer_id is None else {"viewer": viewer_id}
    rows = _known(viewer_id is not None).run(conn, {"ids": list(ids), **viewer})
    found = {actor_id for (actor_id,) in rows}
    return [each for each in ids if each in found]


@cache
def _known(is_member: bool) -> Prepared:
    query = select(actors.c.id).where(actors.c.id.in_(bindparam("ids", expanding=True)))
    return Prepared(query.where(not_secret_to(0 if is_member else None)), many="ids")


# -- the index ------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+")
_MAX_WORDS, _MAX_LENGTH = 12, 40


def name_words(value: str) -> list[str]:
    """The words of a name as they are compared: folded, without marks on letters; nothing is cut off their ends.

    >>> name_words("Ada_Lovelace (Gießen)")
    ['ada', 'lovelace', 'giessen']
    """
    folded = unicodedata.normalize("NFKD", value.casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return list(dict.fromkeys(found[0][:_MAX_LENGTH] for found in _WORD.finditer(bare)))[:_MAX_WORDS]


_PUT = {
    "sqlite": text(f"INSERT INTO {INDEX} (rowid, words) VALUES (:id, :words)"),  # noqa: S608 (a constant)
    "postgresql": text(f"INSERT INTO {INDEX} (object_id, words) VALUES (:id, CAST(:words AS tsvector))"),  # noqa: S608 (constants)
}
_KEY = {"sqlite": "rowid", "postgresql": "object_id"}
_DROP = {
    dialect: text(f"DELETE FROM {INDEX} WHERE {key} IN :ids").bindparams(bindparam("ids", expanding=True))  # noqa: S608 (constants)
    for dialect, key in _KEY.items()
}
_TEXTS = Prepared(
    select(objects.c.id, objects.c.name, objects.c.summary, objects.c.content).where(
        objects.c.id.in_(bindparam("ids", expanding=True)), objects.c.state == LIVE, objects.c.kind != "resource"
    ),
    many="ids",
)
#: How many are indexed in one transaction: some hundredths of a second, for which nobody else writes.
BATCH = 200


def work_off(conn: Connection, *, limit: int = BATCH) -> int:
    """Index what waits, at most ``limit``; answers how many. Several processes share the work."""
    query = select(search_queue.c.kind, search_queue.c.ref).limit(limit).with_for_update(skip_locked=True)
    waiting = conn.execute(query).all()
    for kind, index in (("actor", _index_actors), ("post", _index_posts)):
        if ids := [row.ref for row in waiting if row.kind == kind]:
            index(conn, ids)
            conn.execute(delete(search_queue).where(search_queue.c.kind == kind, search_queue.c.ref.in_(ids)))
    return len(waiting)


def index_now(conn: Connection, object_id: int) -> None:
    """Index what one of ours has just written, which its author looks for first; the rest waits its turn."""
    _index_posts(conn, [object_id])
    conn.execute(delete(search_queue).where(search_queue.c.kind == "post", search_queue.c.ref == object_id))


def _index_actors(conn: Connection, ids: Sequence[int]) -> None:
    search_entries.index_actors(conn, ids)
    conn.execute(delete(actor_words).where(actor_words.c.actor_id.in_(ids)))
    query = select(actors.c.id, actors.c.name, actors.c.username).where(
        actors.c.id.in_(ids), actors.c.state == "active", actors.c.kind != "application"
    )
    rows = [
        {"word": word, "actor_id": row.id}
        for row in conn.execute(query)
        for word in dict.fromkeys(
            [*name_words(row.username), row.username.casefold()[:_MAX_LENGTH], *name_words(row.name)]
        )
    ]
    if rows:
        conn.execute(insert(actor_words), rows)


def _index_posts(conn: Connection, ids: Sequence[int]) -> None:
    search_entries.index_objects(conn, ids)
    dialect = conn.dialect.name
    conn.execute(_DROP[dialect], {"ids": list(ids)})
    write = " ".join if dialect == "sqlite" else as_vector
    rows = []
    for object_id, name, summary, content in _TEXTS.run(conn, {"ids": list(ids)}):
        words = folding.words(" ".join((name, plain(summary), plain(content))))
        if words:
            rows.append({"id": object_id, "words": write([f"b{word}" for word in words])})  # the letter of bodies
    if rows:
        conn.execute(_PUT[dialect], rows)


# -- people ---------------------------------------------------------------------------------------------------------

_CANDIDATES = 400


def find_actors(
    conn: Connection,
    typed: str,
    viewer_id: int | None,
    *,
    limit: int,
    offset: int = 0,
    following: bool = False,
) -> list[int]:
    """Ids of people, groups and organisations whose name or handle begins with what was typed, the nearest first.

    ``following``: only those whom the viewer follows.
    """
    name, _, host = typed.strip().removeprefix("acct:").lstrip("@").partition("@")
    words = name_words(name)
    if not words:
        return []
    found = select(actor_words.c.actor_id)
    longest, *others = sorted(words, key=len, reverse=True)
    found = found.where(_begins(actor_words.c.word, longest))
    for number, word in enumerate(others):
        other = actor_words.alias(f"w{number}")
        found = found.where(exists().where(other.c.actor_id == actor_words.c.actor_id, _begins(other.c.word, word)))
    if host:
        at_host = actors.c.host.startswith(host.lower(), autoescape=True)
        found = found.where(exists().where(actors.c.id == actor_words.c.actor_id, at_host))
    followed = _followed(viewer_id)
    if viewer_id is not None:
        mine = found.join(follows, follows.c.followed_id == actor_words.c.actor_id).where(
            follows.c.follower_id == viewer_id, follows.c.state == ACCEPTED
        )
        parts = [mine.limit(_CANDIDATES)] if following else [mine.limit(_CANDIDATES), found.limit(_CANDIDATES)]
    else:
        parts = [] if following else [found.limit(_CANDIDATES)]
    if not parts:
        return []
    candidates = union(*(select(part.subquery().c.actor_id).distinct() for part in parts)).subquery()
    is_exact = case((func.lower(actors.c.username) == name.lower(), 1), else_=0)
    query = (
        select(actors.c.id)
        .join(candidates, candidates.c.actor_id == actors.c.id)
        .where(actors.c.state == "active", not_secret_to(viewer_id), *is_not_blocked(viewer_id))
        .order_by(is_exact.desc(), followed.desc(), actors.c.followers_count.desc(), actors.c.id)
        .limit(limit)
        .offset(offset)
    )
    return list(conn.scalars(query))


def may_find(conn: Connection, actor_id: int, viewer_id: int | None) -> bool:
    """Whether a search shows this actor to this person."""
    query = select(actors.c.id).where(
        actors.c.id == actor_id,
        actors.c.state == "active",
        actors.c.kind != "application",
        not_secret_to(viewer_id),
        *is_not_blocked(viewer_id),
    )
    return conn.scalar(query) is not None


def _begins(word: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """A range, which the index answers."""
    return and_(word >= prefix, word < prefix + "\U0010ffff")


def _followed(viewer_id: int | None) -> ColumnElement[int]:
    if viewer_id is None:
        return literal(0)
    follows_her = exists().where(
        follows.c.follower_id == viewer_id, follows.c.followed_id == actors.c.id, follows.c.state == ACCEPTED
    )
    return case((follows_her, 1), else_=0)


def is_not_blocked(viewer_id: int | None) -> list[ColumnElement[bool]]:
    """Of ``actors``: nobody whom this person blocks, or who blocks her."""
    if viewer_id is None:
        return []
    return [
        ~exists().where(blocks.c.blocker_id == viewer_id, blocks.c.blocked_id == actors.c.id),
        ~exists().where(blocks.c.blocker_id == actors.c.id, blocks.c.blocked_id == viewer_id),
    ]


# -- posts ----------------------------------------------------------------------------------------------------------

#: So many of the newest matches are looked at, whoever may read them.
_LOOKED_AT = 2_000
_MATCHES = {
    "sqlite": f"SELECT rowid AS id FROM {INDEX} WHERE {INDEX} MATCH :expression ORDER BY rowid DESC LIMIT :most",  # noqa: S608 (constants)
    "postgresql": f"SELECT object_id AS id FROM {INDEX} WHERE words @@ CAST(:expression AS tsquery)"  # noqa: S608 (constants)
    " ORDER BY object_id DESC LIMIT :most",
}


def find_posts(
    conn: Connection,
    typed: str,
    viewer_id: int,
    now: int,
    *,
    limit: int,
    offset: int = 0,
    author_id: int | None = None,
    max_id: int | None = None,
    min_id: int | None = None,
) -> list[int]:
    """Ids of posts with these words, the newest first.

    Only what the viewer wrote, kept, liked, shared or was named in, and public posts of people who let everybody find
    them; of all of it what she may read.
    """
    search = Search(folding.parse(typed))
    if search.is_hopeless:
        return []
    matches = (
        text(_MATCHES[conn.dialect.name])
        .bindparams(bindparam("expression", type_=String()), bindparam("most", _LOOKED_AT))
        .columns(objects.c.id)
        .subquery()
    )
    query: Select[int] = (
        select(objects.c.id)
        .join(matches, matches.c.id == objects.c.id)
        .join(actors, actors.c.id == objects.c.actor_id)
        .where(visible_to(viewer_id), _is_hers(viewer_id), *not_hidden_from(viewer_id, objects.c.actor_id))
        .order_by(objects.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if author_id is not None:
        query = query.where(objects.c.actor_id == author_id)
    if max_id is not None:
        query = query.where(objects.c.id < max_id)
    if min_id is not None:
        query = query.where(objects.c.id > min_id)
    parameters = {"expression": search.expression(conn.dialect.name), "viewer": viewer_id, "now": now}
    return list(conn.scalars(query, parameters))


def _is_hers(viewer_id: int) -> ColumnElement[bool]:
    uri = select(actors.c.uri).where(actors.c.id == viewer_id).correlate(None).scalar_subquery()
    return or_(
        objects.c.actor_id == viewer_id,
        and_(objects.c.visibility == "public", actors.c.indexable),
        exists().where(bookmarks.c.object_id == objects.c.id, bookmarks.c.actor_id == viewer_id),
        exists().where(
            reactions.c.object_id == objects.c.id,
            reactions.c.actor_id == viewer_id,
            reactions.c.kind.in_(("like", "share")),
        ),
        exists().where(mentions.c.object_id == objects.c.id, mentions.c.actor_uri == uri),
    )


# -- hashtags -------------------------------------------------------------------------------------------------------


def find_tags(conn: Connection, prefix: str, *, limit: int, offset: int = 0) -> list[str]:
    """Keys of hashtags that begin so, by name."""
    tag = object_tags.c.tag
    query = select(tag).where(tag.startswith(prefix, autoescape=True)).distinct().order_by(tag)
    return list(conn.scalars(query.limit(limit).offset(offset)))
