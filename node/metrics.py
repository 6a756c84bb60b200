"""What the node counts and measures for Prometheus (REL16), in a registry of its own.

Callers say what happened (``delivery_ended("ok", 0.2, host="b.example")``); names and labels stand here alone. Labels
never carry the names of more than 200 hosts: those that come later share ``other``. prometheus-client costs 13 ms and
1 MiB beside aiohttp, so it is imported with this module.
"""

import threading
from collections.abc import Mapping
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

import node

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MAX_HOSTS = 200
OTHER_HOSTS = "other"

REGISTRY = CollectorRegistry(auto_describe=False)
ProcessCollector(namespace="rhizome", registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_SLOW = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

BUILD = Gauge("rhizome_build", "1; the label says which version runs.", ["version"], registry=REGISTRY)
DEVELOPMENT = Gauge(
    "rhizome_development_mode", "1 where plain http and peers on loopback are allowed.", registry=REGISTRY
)
REQUESTS = Histogram(
    "rhizome_http_request_seconds",
    "Answered requests by route, method and status, and the time that they took.",
    ["route", "method", "status"],
    buckets=_FAST,
    registry=REGISTRY,
)
INBOX = Counter(
    "rhizome_inbox_activities",
    "Activities that reached an inbox: accepted, duplicate, dropped, or refused by which rule.",
    ["outcome", "rule"],
    registry=REGISTRY,
)
JOBS = Gauge(
    "rhizome_jobs",
    "Jobs by kind and state: due, later, failing, parked (set aside).",
    ["kind", "state"],
    registry=REGISTRY,
)
JOBS_OLDEST = Gauge(
    "rhizome_jobs_oldest_seconds", "For how long the oldest due job of a kind has waited.", ["kind"], registry=REGISTRY
)
DELIVERIES = Counter(
    "rhizome_deliveries", "Tries to deliver by outcome: ok, retry, refused, expired.", ["outcome"], registry=REGISTRY
)
DELIVERY_SECONDS = Histogram(
    "rhizome_delivery_seconds", "The time that a try to deliver took.", buckets=_SLOW, registry=REGISTRY
)
DELIVERY_FAILURES = Counter(
    "rhizome_delivery_failures",
    "Tries to deliver that failed, by host (at most 200, then other).",
    ["host"],
    registry=REGISTRY,
)
CIRCUITS = Gauge(
    "rhizome_circuits_open", "Hosts that deliveries wait for because they failed too often.", registry=REGISTRY
)
FETCHES = Counter(
    "rhizome_fetches", "Documents and files fetched from other hosts, by outcome.", ["outcome"], registry=REGISTRY
)
FETCHES_REFUSED = Counter(
    "rhizome_fetches_refused",
    "Addresses that the node did not call, by the rule that forbids it.",
    ["rule"],
    registry=REGISTRY,
)
COMMITS = Histogram(
    "rhizome_commit_seconds",
    "The time from the end of the statements until a transaction was durable (on SQLite the fsync).",
    buckets=_FAST,
    registry=REGISTRY,
)
LOOP_LAG = Gauge("rhizome_event_loop_lag_seconds", "How late the event loop runs what is due.", registry=REGISTRY)
STORAGE = Gauge(
    "rhizome_storage_bytes", "Size of database, write-ahead log (wal) and media.", ["what"], registry=REGISTRY
)
DISK_FREE = Gauge("rhizome_disk_free_bytes", "Free space where the data lies.", registry=REGISTRY)
BACKUP_AGE = Gauge("rhizome_backup_age_seconds", "Age of the last verified backup.", registry=REGISTRY)

_hosts: set[str] = set()
_hosts_lock = threading.Lock()


def host_label(host: str) -> str:
    """The host itself for the first 200, then ``other``."""
    if host in _hosts:
        return host
    with _hosts_lock:
        if len(_hosts) >= MAX_HOSTS:
            return OTHER_HOSTS
        _hosts.add(host)
    return host


def started(*, development: bool) -> None:
    """The process serves or works from now on."""
    BUILD.labels(node.__version__).set(1)
    DEVELOPMENT.set(development)


def request_answered(route: str, method: str, status: int, seconds: float) -> None:
    """``route`` is the pattern of the route (``/@{name}``), never the path; an unknown method counts as ``other``."""
    _requests(route, method if method in _METHODS else "other", status).observe(seconds)


#: The figure of some requests; routes, methods and statuses are few.
_requests = cache(REQUESTS.labels)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def inbox_taken(outcome: str, *, rule: str = "", count: int = 1) -> None:
    """``outcome``: accepted, duplicate, dropped or refused; ``rule`` says by which rule it was refused (``IN7``)."""
    _taken(outcome, rule).inc(count)


_taken = cache(INBOX.labels)


def jobs_counted(counts: Mapping[str, Mapping[str, int]], oldest_seconds: Mapping[str, float]) -> None:
    """What the job table holds now: kind -> state -> number, and kind -> age of the oldest due job."""
    JOBS.clear()  # a kind of which nothing is left has no row
    JOBS_OLDEST.clear()
    for kind, states in counts.items():
        for state, number in states.items():
            JOBS.labels(kind, state).set(number)
        JOBS_OLDEST.labels(kind).set(oldest_seconds.get(kind, 0.0))


def delivery_ended(outcome: str, seconds: float, *, host: str) -> None:
    """A try to deliver ended: ok, retry, refused or expired."""
    DELIVERIES.labels(outcome).inc()
    DELIVERY_SECONDS.observe(seconds)
    if outcome != "ok":
        DELIVERY_FAILURES.labels(host_label(host)).inc()


def circuits_counted(number: int) -> None:
    CIRCUITS.set(number)


def fetch_ended(outcome: str) -> None:
    """A fetch ended: ok, not_modified, not_found, gone, unavailable or malformed."""
    FETCHES.labels(outcome).inc()


def fetch_refused(rule: str) -> None:
    """An address was not called, or not any further; ``rule`` is the class of the refusal."""
    FETCHES_REFUSED.labels(rule).inc()


def committed(seconds: float) -> None:
    """A transaction became durable."""
    COMMITS.observe(seconds)


def loop_lagged(seconds: float) -> None:
    LOOP_LAG.set(seconds)


def storage_measured(sizes: Mapping[str, int], *, free: int) -> None:
    """Bytes of ``database``, ``wal`` and ``media``, and those that are free."""
    for what, size in sizes.items():
        STORAGE.labels(what).set(size)
    DISK_FREE.set(free)


def backup_verified(seconds_ago: float) -> None:
    """How old the last verified backup is; infinite where there is none."""
    BACKUP_AGE.set(seconds_ago)


def render() -> bytes:
    """Everything in the text format of Prometheus (``CONTENT_TYPE``)."""
    return generate_latest(REGISTRY)
