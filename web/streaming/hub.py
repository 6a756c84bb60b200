"""The hub of one process: who listens to what, and what is written to them.

What renders the messages (0.1 s, 1 MiB) loads with the first that somebody hears.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from node import log
from node.clock import Clock
from node.errors import RateLimited
from node.services.news import messages
from node.store.access import accounts
from node.store.database.engine import Store
from web.client_api.entities.look import Look
from web.streaming import frames
from web.streaming.channels import Channel
from web.streaming.connections import Connection
from web.streaming.interests import Delivery, Interests

MAX_CONNECTIONS, MAX_OF_ONE, MAX_CHANNELS = 2_000, 10, 100
#: Seconds.
TICK, PING_EVERY, DEAD_AFTER = 5.0, 15.0, 45.0
#: News that wait to be told; beyond it the oldest go, and apps catch up by reading.
_MAX_WAITING = 10_000
_AT_ONCE = 50


class Hub:
    """Everything runs in the event loop; nothing here waits for a reader."""

    def __init__(self, store: Store, clock: Clock, look: Look, *, monotonic: Callable[[], float] | None = None) -> None:
        """``monotonic`` (seconds) is for tests."""
        self._store, self._clock, self._look = store, clock, look
        self._monotonic = monotonic
        self._connections: set[Connection] = set()
        self._listening: defaultdict[Channel, set[Connection]] = defaultdict(set)
        self._of_one: Counter[int] = Counter()
        self._waiting: deque[str] = deque(maxlen=_MAX_WAITING)
        self._wake, self._told = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._pinged_at = 0.0
        self._is_stopping = False
        store.hear(messages.TOPIC, self._hear)
        store.listen(self._on_signal)

    @property
    def now(self) -> float:
        """Seconds that only pass."""
        return self._monotonic() if self._monotonic is not None else asyncio.get_running_loop().time()

    @property
    def size(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    # -- coming and going ---------------------------------------------------------------------------------------------

    def check_room(self, viewer_id: int) -> None:
        """Raises RateLimited where this person, or the process, has enough connections (STR1).

        Those that have gone count no more: whoever reads page after page leaves one behind with each.
        """
        if self._of_one[viewer_id] >= MAX_OF_ONE:
            self._forget_gone()
        if self._is_stopping or len(self._connections) >= MAX_CONNECTIONS or self._of_one[viewer_id] >= MAX_OF_ONE:
            raise RateLimited("Too many streams are open.", retry_after_seconds=30)

    def add(self, connection: Connection) -> None:
        self._connections.add(connection)
        self._of_one[connection.viewer_id] += 1
        connection.on_closed = lambda: self.remove(connection)

    def remove(self, connection: Connection) -> None:
        if connection not in self._connections:
            return
        self._connections.remove(connection)
        self._of_one[connection.viewer_id] -= 1
        if not self._of_one[connection.viewer_id]:
            del self._of_one[connection.viewer_id]
        for channel in list(connection.channels):
            self.unsubscribe(connection, channel)

    def subscribe(self, connection: Connection, channel: Channel) -> bool:
        """False where this connection has enough channels already."""
        if len(connection.channels) >= MAX_CHANNELS and channel not in connection.channels:
            return False
        if connection in self._connections:
            connection.channels[channel] = channel.label
            self._listening[channel].add(connection)
        return True

    def unsubscribe(self, connection: Connection, channel: Channel) -> None:
        connection.channels.pop(channel, None)
        listening = self._listening.get(channel, set())
        listening.discard(connection)
        if not listening:
            self._listening.pop(channel, None)

    # -- working ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._tell_always(), name="streams"),
            asyncio.create_task(self._tick_always(), name="streams tick"),
        ]

    def close(self) -> None:
        """Let everybody go, so that their requests end; what is not told by now they catch up with."""
        self._is_stopping = True
        for connection in list(self._connections):
            connection.close(frames.GOING_AWAY)

    async def stop(self) -> None:
        self.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hear(self, message: str) -> None:
        if self._connections:
            self._waiting.append(message)
            self._told.clear()
            self._wake.set()

    def _on_signal(self, name: str) -> None:
        if name == accounts.TOKENS_CHANGED and self._connections:
            self._tasks.append(asyncio.create_task(self.check_tokens(), name="streams tokens"))
            self._tasks = [task for task in self._tasks if not task.done()]

    async def settle(self) -> None:
        """Wait until all that was heard so far is told."""
        await self._told.wait()

    async def _tell_always(self) -> None:
        while True:
            self._wake.clear()
            self._told.set()
            await self._wake.wait()
            while self._waiting:
                said = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
                try:
                    await self._tell(said)
                except Exception as error:  # noqa: BLE001 (what comes next must still be told)
                    log.event("streams.failed", level=log.ERROR, error=error, messages=len(said))

    async def _tell(self, said: list[str]) -> None:
        interests = Interests(
            {channel: frozenset(each.viewer_id for each in who) for channel, who in self._listening.items()}
        )
        if not interests.channels:
            return
        from web.streaming.audience import plan  # late: see the module

        look = self._look.at(self._clock.now())
        for delivery in await self._store.read(plan, look, [messages.read(each) for each in said], interests):
            self._write(delivery)

    def _write(self, delivery: Delivery) -> None:
        """Encode once for each kind of connection and name of the stream, and write."""
        encoded: dict[tuple[type[Connection], tuple[str, ...]], bytes] = {}
        viewers = None if delivery.viewers is None else set(delivery.viewers)
        for connection in list(self._listening.get(delivery.channel, ())):
            if viewers is not None and connection.viewer_id not in viewers:
                continue
            if not connection.may_hear(delivery.event):
                continue
            kind = type(connection), connection.channels[delivery.channel]
            if kind not in encoded:
                encoded[kind] = connection.encode(kind[1], delivery.event, delivery.payload)
            connection.write(encoded[kind])

    # -- staying alive ------------------------------------------------------------------------------------------------

    async def _tick_always(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            try:
                await self.tick()
            except Exception as error:  # noqa: BLE001 (the next round comes anyway)
                log.event("streams.tick_failed", level=log.WARNING, error=error)

    async def tick(self) -> None:
        """Forget who has gone, let go who is dead, ping the others when it is time, and look at their tokens."""
        now = self.now
        is_time = now - self._pinged_at >= PING_EVERY
        if is_time:
            self._pinged_at = now
        self._forget_gone()
        for connection in list(self._connections):
            if now - connection.heard_at > DEAD_AFTER:
                connection.close(frames.GOING_AWAY)
            elif is_time:
                connection.ping(now)
        await self.check_tokens()

    def _forget_gone(self) -> None:
        for connection in [each for each in self._connections if each.is_gone]:
            connection.on_closed()

    async def check_tokens(self) -> None:
        """Let those go whose token was revoked or whose account is not active any more (STR3)."""
        if not self._connections:
            return
        hashes = {connection.token.hash for connection in self._connections}
        from node.store.news import streams  # late: nobody listens yet to a node that has just started

        live = await self._store.read(streams.load_live_tokens, hashes)
        for connection in list(self._connections):
            if connection.token.hash not in live and connection.token.hash in hashes:
                connection.close(frames.POLICY)


HUB = web.AppKey("HUB", Hub)


async def run_hub(app: web.Application) -> AsyncIterator[None]:
    """The hub works as long as the application does."""
    app[HUB].start()
    yield
    await app[HUB].stop()


async def close_streams(app: web.Application) -> None:
    """Before the server waits for requests to end: streams end now."""
    app[HUB].close()
