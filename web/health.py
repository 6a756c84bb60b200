"""Whether the process lives, and whether it can work."""

from aiohttp import web
from sqlalchemy import Connection

from node import health
from node.errors import Unavailable
from node.jobs.kinds import DELIVER, INBOX
from node.state import NODE
from node.store import facts, jobs, migrate


async def healthz(request: web.Request) -> web.Response:
    """Without the database: should this process be started again? (REL14)"""
    return web.json_response({"status": "alive"})


async def readyz(request: web.Request) -> web.Response:
    """Database, migrations and workers (REL15)."""
    node = request.app[NODE]
    now, config = node.clock.now(), node.config
    checks = [health.check_disk(config.data_dir, config.limits.disk_free_mib)]
    try:
        found, oldest, workers, backed_up = await node.store.read(_look)
        await node.store.write(_touch)
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
    ready = health.is_ready(checks)
    body = {"ready": ready, "checks": [check.as_json() for check in checks]}
    return web.json_response(body, status=200 if ready else 503)


def _look(conn: Connection) -> tuple[str | None, dict[str, int | None], list[int], str | None]:
    oldest = {kind: jobs.oldest_due_at(conn, kind) for kind in (INBOX, DELIVER)}
    return (
        migrate.current_version(conn),
        oldest,
        jobs.load_worker_heartbeats(conn),
        facts.load_fact(conn, facts.BACKED_UP_AT),
    )


def _touch(conn: Connection) -> None:
    """A write that changes nothing that anybody reads: can the database be written?"""
    facts.save_fact(conn, "probe", "")
