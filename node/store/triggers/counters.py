"""What actors have is counted: followers, followed ones, posts; so that no list counts rows.

A post counts where somebody besides those whom it names may read it, a share as one more.
``store.posts.counters`` counts anew and compares.
"""

from collections.abc import Mapping
from types import MappingProxyType

_FOLLOWED = """
    UPDATE actors SET followers_count = followers_count {sign} 1 WHERE id = {row}.followed_id;
    UPDATE actors SET following_count = following_count {sign} 1 WHERE id = {row}.follower_id;
END"""
_POSTED = """
    UPDATE actors SET statuses_count = statuses_count + 1,
        last_status_at = max(coalesce(last_status_at, 0), NEW.{at}) WHERE id = NEW.actor_id;
END"""
_UNPOSTED = """
    UPDATE actors SET statuses_count = statuses_count - 1 WHERE id = OLD.actor_id;
END"""
_COUNTED = "{row}.state = 'live' AND {row}.visibility NOT IN ('direct', 'private')"
_NEW, _OLD = _COUNTED.format(row="NEW"), _COUNTED.format(row="OLD")
_MORE, _FEWER = _FOLLOWED.format(sign="+", row="NEW"), _FOLLOWED.format(sign="-", row="OLD")

_SQLITE = (
    f"CREATE TRIGGER follows_add AFTER INSERT ON follows WHEN NEW.state = 'accepted' BEGIN{_MORE}",
    f"CREATE TRIGGER follows_take AFTER DELETE ON follows WHEN OLD.state = 'accepted' BEGIN{_FEWER}",
    f"""CREATE TRIGGER follows_accept AFTER UPDATE OF state ON follows
        WHEN NEW.state = 'accepted' AND OLD.state <> 'accepted' BEGIN{_MORE}""",
    f"""CREATE TRIGGER follows_unaccept AFTER UPDATE OF state ON follows
        WHEN OLD.state = 'accepted' AND NEW.state <> 'accepted' BEGIN{_FEWER}""",
    f"CREATE TRIGGER objects_add AFTER INSERT ON objects WHEN {_NEW} BEGIN{_POSTED.format(at='published_at')}",
    f"CREATE TRIGGER objects_take AFTER DELETE ON objects WHEN {_OLD} BEGIN{_UNPOSTED}",
    f"""CREATE TRIGGER objects_show AFTER UPDATE OF state, visibility ON objects
        WHEN ({_NEW}) AND NOT ({_OLD}) BEGIN{_POSTED.format(at="published_at")}""",
    f"""CREATE TRIGGER objects_hide AFTER UPDATE OF state, visibility ON objects
        WHEN ({_OLD}) AND NOT ({_NEW}) BEGIN{_UNPOSTED}""",
    f"""CREATE TRIGGER shares_add AFTER INSERT ON reactions
        WHEN NEW.kind = 'share' BEGIN{_POSTED.format(at="created_at")}""",
    f"CREATE TRIGGER shares_take AFTER DELETE ON reactions WHEN OLD.kind = 'share' BEGIN{_UNPOSTED}",
)


# On PostgreSQL counting goes by statement, not by row: one update for all that a statement changed, in the order of
# ids, so that two writers seldom wait for each other in a circle. What a change left as it was is not written.

_FOLLOWS_SET = "followers_count = followers_count + sums.a, following_count = following_count + sums.b"
_POSTS_SET = "statuses_count = statuses_count + sums.a, last_status_at = greatest(last_status_at, sums.at)"


def _follows(rows: str, sign: int) -> str:
    where = f"FROM {rows} WHERE state = 'accepted'"
    return (
        f"SELECT followed_id AS id, {sign} AS a, 0 AS b, CAST(NULL AS bigint) AS at {where}"
        f" UNION ALL SELECT follower_id, 0, {sign}, NULL {where}"
    )


def _posts(rows: str, sign: int, where: str, at: str) -> str:
    last = at if sign > 0 else "CAST(NULL AS bigint)"
    return f"SELECT actor_id AS id, {sign} AS a, 0 AS b, {last} AS at FROM {rows} WHERE {where}"  # noqa: S608 (constants)


def _objects(rows: str, sign: int) -> str:
    return _posts(rows, sign, _COUNTED.format(row=rows), "published_at")


def _shares(rows: str, sign: int) -> str:
    return _posts(rows, sign, "kind = 'share'", "created_at")


_NEW_ROWS, _OLD_ROWS = "NEW TABLE AS added", "OLD TABLE AS taken"


def _counting(table: str, name: str, event: str, rows: str, changes: str, update: str) -> tuple[str, str]:
    """A trigger and its function; ``changes`` selects what each actor has more or less of."""
    sums = f"""SELECT id, sum(a) AS a, sum(b) AS b, max(at) AS at FROM ({changes}) AS changes
            GROUP BY id HAVING sum(a) <> 0 OR sum(b) <> 0"""  # noqa: S608 (constants)
    return (
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM 1 FROM actors WHERE id IN (SELECT id FROM ({sums}) AS sums) ORDER BY id FOR NO KEY UPDATE;
        UPDATE actors SET {update} FROM ({sums}) AS sums WHERE actors.id = sums.id;
        RETURN NULL;
    END $$""",  # noqa: S608 (constants)
        f"""CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}()""",
    )


_POSTGRESQL = (
    *_counting("follows", "follows_add", "INSERT", _NEW_ROWS, _follows("added", 1), _FOLLOWS_SET),
    *_counting("follows", "follows_take", "DELETE", _OLD_ROWS, _follows("taken", -1), _FOLLOWS_SET),
    *_counting(
        "follows",
        "follows_change",
        "UPDATE",
        f"{_NEW_ROWS} {_OLD_ROWS}",
        f"{_follows('added', 1)} UNION ALL {_follows('taken', -1)}",
        _FOLLOWS_SET,
    ),
    *_counting("objects", "objects_add", "INSERT", _NEW_ROWS, _objects("added", 1), _POSTS_SET),
    *_counting("objects", "objects_take", "DELETE", _OLD_ROWS, _objects("taken", -1), _POSTS_SET),
    *_counting(
        "objects",
        "objects_change",
        "UPDATE",
        f"{_NEW_ROWS} {_OLD_ROWS}",
        f"{_objects('added', 1)} UNION ALL {_objects('taken', -1)}",
        _POSTS_SET,
    ),
    *_counting("reactions", "shares_add", "INSERT", _NEW_ROWS, _shares("added", 1), _POSTS_SET),
    *_counting("reactions", "shares_take", "DELETE", _OLD_ROWS, _shares("taken", -1), _POSTS_SET),
)

#: By dialect.
CREATE: Mapping[str, tuple[str, ...]] = MappingProxyType({"sqlite": _SQLITE, "postgresql": _POSTGRESQL})
