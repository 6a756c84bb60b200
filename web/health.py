"""Whether the process lives, and whether it can work."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import suppress
from typing import TypeVar

from aiohttp import hdrs, web
from sqlalchemy import Connection

from node import health, proxies
from node.errors import NotFound, Unavailable
from node.jobs.kinds import DELIVER, INBOX
from node.sentences import Sentence
from node.state import NODE, Node
from node.store import facts, jobs
from node.store.database import migrate
from node.store.house import workers as worker_rows
from web.state import WEB

T = TypeVar("T")

#: A database that has not answered by then is away: whoever asks gives up after a few seconds, and has to hear of it.
TRIAL_SECONDS = 2.0
#: Set when the node is told to stop, while requests under way are still answered (REL11).
STOPPING = web.AppKey("STOPPING", asyncio.Event)


async def healthz(request: web.Request) -> web.Response:
    """Without the database: should this process be started again? (REL14)"""
    loop = request.app[WEB].loop
    body = {"status": "alive" if loop.is_alive else "stuck", "loop_lag_seconds": round(loop.lag_seconds, 3)}
    return web.json_response(body, status=200 if loop.is_alive else 503)


async def watch_loop(app: web.Application) -> AsyncIterator[None]:
    """While the application runs, its event loop is watched."""
    task = asyncio.create_task(app[WEB].loop.run(), name="loop watch")
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def readyz(request: web.Request) -> web.Response:
    """Database, migrations and workers (REL15); not while the node is being stopped (REL11)."""
    node = request.app[NODE]
    checks, writing = await asyncio.gather(find_checks(node), _try_to_write(node))
    if request.app[STOPPING].is_set():
        checks.append(health.Check("stopping", health.State.FAILED, Sentence("The node is being stopped.")))
    if writing.state is not health.State.OK:
        checks = [*(check for check in checks if check.name != "database"), writing]
    ready = health.is_ready(checks)
    body = {"ready": ready, "checks": [check.as_json() for check in checks]}
    return web.json_response(body, status=200 if ready else 503)


async def judge_proxies(request: web.Request) -> web.Response:
    """How this request came, for ``rhizome check`` alone; to others nothing is here."""
    node = request.app[NODE]
    if not proxies.is_ticket(node.config.secret_box, request.headers.get(proxies.TICKET, ""), node.clock.now()):
        raise NotFound
    settings = node.config.node
    hops = ",".join(request.headers.getall(hdrs.X_FORWARDED_FOR, []))
    is_https = settings.scheme == "https"
    problem = proxies.find_problem(request.remote or "", hops, settings.trusted_proxies, is_https=is_https)
    return web.json_response({"problem": problem}, headers={hdrs.CACHE_CONTROL: "no-store"})


async def find_checks(node: Node) -> list[health.Check]:
    """How the node is, read only."""
    now, config = node.clock.now(), node.config
    checks = [health.check_disk(config.data_dir, config.limits.disk_free_mib)]
    try:
        found, oldest, workers, backed_up = await _in_time(node.store.collect(_look, None))
        checks += [
            health.check_database(None),
            health.check_schema(found, migrate.HEAD),
            health.check_inbox(oldest.get(INBOX), now),
            health.check_deliveries(oldest.get(DELIVER), now),
            health.check_workers(workers, now),
            health.check_backup(int(backed_up) if backed_up else None, now),
        ]
    except Unavailable as error:
        checks.append(health.check_database(error))
    return checks


async def _try_to_write(node: Node) -> health.Check:
    try:
        await _in_time(node.store.gather(_touch, None))
    except Unavailable as error:
        return health.check_database(error)
    return health.check_database(None)


async def _in_time(answer: Awaitable[T]) -> T:
    """What the database answers. Raises Unavailable where it takes too long.

    All who wait for it share one question: however many ask, one connection at most is held up.
    """
    try:
        return await asyncio.wait_for(answer, TRIAL_SECONDS)
    except TimeoutError:
        raise Unavailable("The database does not answer in time.") from None


_Found = tuple[str | None, dict[str, int | None], list[int], str | None]


def _look(conn: Connection, askers: Sequence[None]) -> list[_Found]:
    found = (
        migrate.current_version(conn),
        {kind: jobs.oldest_due_at(conn, kind) for kind in (INBOX, DELIVER)},
        worker_rows.load_worker_heartbeats(conn),
        facts.load_fact(conn, facts.BACKED_UP_AT),
    )
    return [found] * len(askers)


def _touch(conn: Connection, askers: Sequence[None]) -> Sequence[None]:
    """A write that changes nothing that anybody reads: can the database be written?"""
    facts.save_fact(conn, "probe", "")
    return askers
