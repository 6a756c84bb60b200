"""Stamps of what client apps show (``object_stamps``, ``actor_stamps``).

What is rendered of an object or an actor is kept as bytes under its stamp, so every change that apps can see must give
it another one, whoever makes it. Hence triggers, not calls. Stamps are random numbers: one that was rolled back never
comes again.

How much somebody has posted changes with each post, so it is no part of what is kept: it stands beside the stamp, and a
change of it alone, as ``store.triggers.counters`` makes it, leaves the stamp as it was.
"""

from collections.abc import Mapping
from types import MappingProxyType

from node.store.triggers.plpgsql import function

_ADD = """INSERT INTO actor_stamps (actor_id, stamp, state, statuses_count, last_status_at)
        VALUES (NEW.id, {stamp}, NEW.state, NEW.statuses_count, NEW.last_status_at);"""
_CHANGE = """UPDATE actor_stamps
        SET stamp = CASE WHEN NEW.statuses_count = OLD.statuses_count OR NEW.followers_count <> OLD.followers_count
            OR NEW.following_count <> OLD.following_count THEN {stamp} ELSE stamp END,
        state = NEW.state, statuses_count = NEW.statuses_count, last_status_at = NEW.last_status_at
        WHERE actor_id = NEW.id;"""
# Posts are kept with the handles of those whom they mention.
_CALLED = """INSERT INTO object_stamps (object_id, stamp)
        SELECT object_id, {stamp} FROM mentions WHERE actor_uri = NEW.uri
        ON CONFLICT (object_id) DO UPDATE SET stamp = excluded.stamp;"""
_IS_CALLED_OTHERWISE = "NEW.acct <> OLD.acct"
_SQLITE = (
    """CREATE TRIGGER objects_stamp AFTER UPDATE ON objects BEGIN
        INSERT INTO object_stamps (object_id, stamp) VALUES (NEW.id, random())
        ON CONFLICT (object_id) DO UPDATE SET stamp = excluded.stamp;
    END""",
    """CREATE TRIGGER reactions_quoted AFTER INSERT ON reactions WHEN NEW.kind = 'quote' BEGIN
        INSERT INTO object_stamps (object_id, stamp) VALUES (NEW.object_id, random())
        ON CONFLICT (object_id) DO UPDATE SET stamp = excluded.stamp;
    END""",
    """CREATE TRIGGER reactions_unquoted AFTER DELETE ON reactions WHEN OLD.kind = 'quote' BEGIN
        INSERT INTO object_stamps (object_id, stamp)
        SELECT id, random() FROM objects WHERE id = OLD.object_id
        ON CONFLICT (object_id) DO UPDATE SET stamp = excluded.stamp;
    END""",
    f"""CREATE TRIGGER actors_add AFTER INSERT ON actors BEGIN
        {_ADD.format(stamp="random()")}
    END""",
    f"""CREATE TRIGGER actors_stamp AFTER UPDATE ON actors BEGIN
        {_CHANGE.format(stamp="random()")}
    END""",
    f"""CREATE TRIGGER actors_called AFTER UPDATE OF acct ON actors WHEN {_IS_CALLED_OTHERWISE} BEGIN
        {_CALLED.format(stamp="random()")}
    END""",
    """CREATE TRIGGER accounts_add AFTER INSERT ON accounts BEGIN
        UPDATE actor_stamps SET stamp = random() WHERE actor_id = NEW.actor_id;
    END""",
    """CREATE TRIGGER accounts_stamp AFTER UPDATE OF role, state ON accounts BEGIN
        UPDATE actor_stamps SET stamp = random() WHERE actor_id = NEW.actor_id;
    END""",
)

_STAMP = "(random() * 9007199254740992)::bigint"


def _trigger(name: str, when: str, function: str) -> str:
    return f"CREATE TRIGGER {name} AFTER {when} EXECUTE FUNCTION {function}()"


_POSTGRESQL = (
    function(
        "objects_stamp",
        f"""INSERT INTO object_stamps (object_id, stamp) VALUES (NEW.id, {_STAMP})
        ON CONFLICT (object_id) DO UPDATE SET stamp = EXCLUDED.stamp;""",  # noqa: S608 (constants, here and below)
    ),
    _trigger("objects_stamp", "UPDATE ON objects FOR EACH ROW", "objects_stamp"),
    function(
        "reactions_quoted",
        f"""INSERT INTO object_stamps (object_id, stamp)
        SELECT id, {_STAMP} FROM objects WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.object_id ELSE OLD.object_id END
        ON CONFLICT (object_id) DO UPDATE SET stamp = EXCLUDED.stamp;""",  # noqa: S608 (constants)
    ),
    _trigger("reactions_quoted", "INSERT ON reactions FOR EACH ROW WHEN (NEW.kind = 'quote')", "reactions_quoted"),
    _trigger("reactions_unquoted", "DELETE ON reactions FOR EACH ROW WHEN (OLD.kind = 'quote')", "reactions_quoted"),
    function("actors_add", _ADD.format(stamp=_STAMP)),
    _trigger("actors_add", "INSERT ON actors FOR EACH ROW", "actors_add"),
    function("actors_stamp", _CHANGE.format(stamp=_STAMP)),
    _trigger("actors_stamp", "UPDATE ON actors FOR EACH ROW", "actors_stamp"),
    function("actors_called", _CALLED.format(stamp=_STAMP)),
    _trigger("actors_called", f"UPDATE OF acct ON actors FOR EACH ROW WHEN ({_IS_CALLED_OTHERWISE})", "actors_called"),
    function(
        "accounts_stamp",
        f"UPDATE actor_stamps SET stamp = {_STAMP} WHERE actor_id = NEW.actor_id;",  # noqa: S608 (constants)
    ),
    _trigger("accounts_stamp", "INSERT OR UPDATE OF role, state ON accounts FOR EACH ROW", "accounts_stamp"),
)

#: By dialect.
CREATE: Mapping[str, tuple[str, ...]] = MappingProxyType({"sqlite": _SQLITE, "postgresql": _POSTGRESQL})
