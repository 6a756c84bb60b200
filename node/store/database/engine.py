"""The seam between the asynchronous node and its database.

A unit of work is a plain synchronous function ``fn(conn, *args)`` over a SQLAlchemy connection. It runs whole, in one
transaction, in a thread that the store owns; it cannot await, so no network call can ever sit inside a transaction
(docs/adr/0002). Raising rolls back what the unit did and nothing else.

    total = await store.read(follows.count_followers, actor_id)
    await store.write(follows.insert, follow)
    is_new = await store.gather(inbox.insert_many, item)      # waiting items share one call
    actor = await store.collect(actors.find_actors, uri)      # the same, reading
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from typing import Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Engine

from node.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
Item = TypeVar("Item")

_SIGNALS = "rhizome.signals"
_CROWD = 8
#: A database that is locked or away is mostly back so soon.
_AGAIN_SECONDS = 5
#: A disk is full, or fails, until somebody has looked after it (REL4).
FULL_AGAIN_SECONDS = 60


#: What one message may take with its topic, in bytes: NOTIFY of PostgreSQL carries at most 7,999.
MAX_MESSAGE = 7_900


class Signal(NamedTuple):
    """What is told after a commit: that something has changed (``name`` alone), or a message under that name."""

    name: str
    message: str = ""


def signal(conn: Connection, name: str) -> None:
    """Tell listeners of the store (in every process) ``name`` once this unit has been committed."""
    _add(conn, Signal(name))


def send(conn: Connection, topic: str, message: str) -> None:
    """Hand ``message`` to those who hear ``topic`` (in every process) once this unit has been committed, in order.

    Nothing keeps messages: a process that is away, or whose line to the database breaks, misses them. Raises
    ValueError for one that is longer than ``MAX_MESSAGE``; send ids, and what belongs to them is read by the hearer.
    """
    if len(topic.encode()) + len(message.encode()) > MAX_MESSAGE:
        raise ValueError(f"a message of {len(message)} characters under {topic!r} is too long")
    _add(conn, Signal(topic, message))


def _add(conn: Connection, said: Signal) -> None:
    conn.info.setdefault(_SIGNALS, {})[said] = None


def take_signals(conn: Connection) -> list[Signal]:
    """What was said on this connection since the last call, each once, in order."""
    return list(conn.info.pop(_SIGNALS, ()))


def unavailable(error: BaseException, again_seconds: int = _AGAIN_SECONDS) -> Unavailable:
    """What callers see of a failure that is the database's own (REL4, REL5): full disk, lost connection, lock."""
    detail = str(getattr(error, "orig", error))[:200]
    made = Unavailable("The database cannot be used right now.", retry_after_seconds=again_seconds, detail=detail)
    made.__cause__ = error
    return made


def stopping() -> Unavailable:
    """What callers see of a store that is closed."""
    return Unavailable("The node is stopping.")


class Backend(Protocol):
    """What a database has to offer. Its own failures it raises as ``Unavailable``, those of a unit as they are."""

    #: Called, in any thread, with the seconds that a commit took (on SQLite the fsync).
    on_commit: Callable[[float], None]

    @property
    def engines(self) -> Sequence[Engine]: ...
    async def open(self, on_signals: Callable[[Sequence[Signal]], None]) -> None: ...
    async def close(self) -> None: ...
    def version(self) -> int | None: ...
    def lane(self) -> int | None: ...
    async def read(self, unit: Callable[[Connection], T]) -> T: ...
    async def write(self, unit: Callable[[Connection], T]) -> T: ...


class Gathering:
    """Items for one function that wait while its previous call is under way, to be handed over together."""

    def __init__(self, run: Callable[..., Awaitable[Any]], at_most: int) -> None:
        """``run``: ``write`` or ``read`` of the store, for ``at_most`` items at a time."""
        self.run, self.at_most = run, at_most
        self.waiting: list[tuple[Any, asyncio.Future[Any]]] = []
        # Held here because the event loop keeps only weak references to tasks.
        self.task: asyncio.Task[None]


class Store:
    """All reading and writing of the node goes through here."""

    #: Upper bounds for one gathered call, so that a transaction stays short.
    GATHER_AT_MOST, COLLECT_AT_MOST = 256, 1_024

    def __init__(self, backend: Backend, *, dialect: str, on_commit: Callable[[float], None] = lambda _: None) -> None:
        """``on_commit`` is told, in any thread, how many seconds each commit of a write took."""
        self._backend = backend
        backend.on_commit = on_commit
        self.dialect = dialect
        self._writing = 0
        self._gatherings: dict[Callable[..., Any], Gathering] = {}
        self._listeners: list[Callable[[str], None]] = []
        self._hearers: defaultdict[str, list[Callable[[str], None]]] = defaultdict(list)

    @property
    def engines(self) -> Sequence[Engine]:
        """The SQLAlchemy engines, for instruments (statement counts)."""
        return self._backend.engines

    async def open(self) -> None:
        await self._backend.open(self._dispatch)

    async def close(self) -> None:
        """Finish what was asked for, then refuse everything with ``Unavailable``."""
        await self._backend.close()

    def version(self) -> int | None:
        """A number that is another after every commit, of whatever process; None where nothing tells it at once.

        What was read after this number was asked for is what a reader would find, as long as the number stays.
        """
        return self._backend.version()

    def lane(self) -> int | None:
        """A number below ``ids.LANES`` that no other process at this database has; None where none was free."""
        return self._backend.lane()

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call ``listener(name)`` in the event loop after each commit that signalled ``name``."""
        self._listeners.append(listener)

    def hear(self, topic: str, hearer: Callable[[str], None]) -> None:
        """Call ``hearer(message)`` in the event loop for each message sent under ``topic``, after its commit."""
        self._hearers[topic].append(hearer)

    def _dispatch(self, signals: Sequence[Signal]) -> None:
        for name, message in signals:
            told, value = (self._hearers.get(name, ()), message) if message else (self._listeners, name)
            for listener in told:
                try:
                    listener(value)
                except Exception as error:  # noqa: BLE001 (a bad listener must not stop the writer that calls it)
                    context = {"message": f"a listener failed on {name}", "exception": error}
                    asyncio.get_running_loop().call_exception_handler(context)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` in a transaction that sees one state of the database and cannot change it."""
        return await self._backend.read(lambda conn: fn(conn, *args, **kwargs))

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` in a transaction; when this returns, what it did is durable.

        ``fn`` may run more than once (PostgreSQL, after a deadlock, or where another unit was faster to insert what
        this one had looked for: so stores look, then insert; SQLite, where another one that shares its commit failed
        half-way); only its last run counts. A caller who is cancelled does not learn whether it ran.
        """
        # Another thread runs it; the ids of the request in hand go along, so that the jobs it leaves behind carry them.
        context = copy_context()
        self._writing += 1
        try:
            return await self._backend.write(lambda conn: context.run(fn, conn, *args, **kwargs))
        finally:
            self._writing -= 1

    def is_crowded(self) -> bool:
        """Whether so many of this process wait for their commit that what can wait should."""
        return self._writing >= _CROWD

    async def gather(self, fn: Callable[[Connection, Sequence[Item]], Sequence[T]], item: Item) -> T:
        """Run ``fn`` over ``item`` and all others that wait for the same ``fn``; answers the result at its place.

        ``fn`` must answer one result per item. When it raises, the items are tried one by one, so that a bad one
        fails alone.
        """
        return await self._join(fn, item, self.write, self.GATHER_AT_MOST)

    async def collect(self, fn: Callable[[Connection, Sequence[Item]], Sequence[T]], item: Item) -> T:
        """The same for a ``fn`` that only reads."""
        return await self._join(fn, item, self.read, self.COLLECT_AT_MOST)

    async def _join(
        self,
        fn: Callable[[Connection, Sequence[Item]], Sequence[T]],
        item: Item,
        run: Callable[..., Awaitable[Any]],
        at_most: int,
    ) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        gathering = self._gatherings.get(fn)
        if gathering is None:
            gathering = self._gatherings[fn] = Gathering(run, at_most)
            # A task of its own: a caller who goes away must not take the others' write with it.
            # Nor does it stand for the request that happened to be first: it begins with an empty context.
            gathering.task = asyncio.create_task(self._drain(fn, gathering), name="store gather", context=Context())
        gathering.waiting.append((item, future))
        return await future

    async def _drain(self, fn: Callable[[Connection, Sequence[Any]], Sequence[Any]], gathering: Gathering) -> None:
        try:
            while gathering.waiting:
                batch = gathering.waiting[: gathering.at_most]
                del gathering.waiting[: len(batch)]
                await self._hand_over(fn, batch, gathering.run)
        finally:
            del self._gatherings[fn]
            for _, future in gathering.waiting:  # only when this task was cancelled
                future.cancel()

    async def _hand_over(
        self,
        fn: Callable[[Connection, Sequence[Any]], Sequence[Any]],
        batch: list[tuple[Any, asyncio.Future[Any]]],
        run: Callable[..., Awaitable[Any]],
    ) -> None:
        try:
            results = await run(_one_each, fn, [item for item, _ in batch])
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 (each waiting caller gets it, or a second chance alone)
            if len(batch) > 1 and not isinstance(error, Unavailable):
                await asyncio.gather(*(self._hand_over(fn, [single], run) for single in batch))
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)


def _one_each(
    conn: Connection, fn: Callable[[Connection, Sequence[Any]], Sequence[T]], items: Sequence[Any]
) -> list[T]:
    results = list(fn(conn, items))
    if len(results) != len(items):
        raise RuntimeError(f"{fn!r} answered {len(results)} results for {len(items)} items")
    return results
