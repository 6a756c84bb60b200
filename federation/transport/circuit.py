"""Whether a host is sent to: pure functions from what was known of it to what is known now.

After five failures in a row within ten minutes its circuit opens: its queue waits, and one delivery is let through
after a minute, then after two, doubling to an hour. Any answer below 500, and any verified request from it, closes the
circuit. A host that has failed for a week, on seven distinct days, is given up until it is heard of again.
"""

from dataclasses import replace

from node.clock import DAY, SECOND
from node.jobs.backoff import CIRCUIT_FAILURES, CIRCUIT_WINDOW, UNAVAILABLE_DAYS, next_hold
from node.store.federation.hosts import Host

#: A success and a sign of life are noted again only when the last note is this old.
NOTE_EVERY = 60 * SECOND
#: So many refused signatures in a row, and what was learnt about signing to a host is forgotten.
FORGET_AFTER_REFUSALS = 3
REMEMBER_SIGNATURE = 30 * DAY
_REMEMBER_AGAIN = DAY


def is_well(host: Host) -> bool:
    """Whether nothing speaks against sending to a host."""
    return not (host.failures or host.refusals or host.is_held or host.is_unavailable)


def after_failure(host: Host, now: int, reason: str) -> Host:
    """It did not answer, or answered 5xx."""
    recent = (*host.recent_failures, now)[-CIRCUIT_FAILURES:]
    day = now // DAY
    failed = replace(
        host,
        failures=host.failures + 1,
        recent_failures=recent,
        failing_since_at=now if host.failing_since_at is None else host.failing_since_at,
        failing_days=host.failing_days + (day != host.last_failing_day),
        last_failing_day=day,
        last_error=reason[:200],
    )
    return _given_up(_held(failed, now), now)


def _held(host: Host, now: int) -> Host:
    if host.held_until_at is not None:
        if now < host.held_until_at:
            return host  # a try that was under way when the circuit opened
    elif len(host.recent_failures) < CIRCUIT_FAILURES or now - host.recent_failures[0] > CIRCUIT_WINDOW:
        return host
    hold = next_hold(host.hold_seconds * SECOND)
    return replace(host, held_until_at=now + hold, hold_seconds=hold // SECOND)


def _given_up(host: Host, now: int) -> Host:
    if host.is_unavailable or host.failing_since_at is None or host.failing_days < UNAVAILABLE_DAYS:
        return host
    if now - host.failing_since_at < UNAVAILABLE_DAYS * DAY:
        return host
    return replace(host, unavailable_at=now, checked_at=now)


def _healed(host: Host) -> Host:
    return replace(
        host,
        failures=0,
        recent_failures=(),
        failing_since_at=None,
        failing_days=0,
        last_failing_day=0,
        held_until_at=None,
        hold_seconds=0,
        unavailable_at=None,
    )


def after_answer(host: Host, now: int) -> Host:
    """It answered a delivery with less than 500."""
    return replace(_healed(host), last_success_at=now, last_error="")


def after_request(host: Host, now: int) -> Host:
    """A verified request came from it."""
    return replace(_healed(host), last_seen_at=now)


def after_check(host: Host, now: int, *, alive: bool) -> Host:
    """It was looked at because it had been given up."""
    checked = replace(host, checked_at=now)
    return _healed(checked) if alive else checked


def after_trust(host: Host, now: int, scheme: str) -> Host:
    """It took a request that was signed so: remembered for 30 days, renewed once a day."""
    is_known = host.signature == scheme and now - (host.signature_at or 0) < _REMEMBER_AGAIN
    return replace(host, refusals=0, signature=scheme, signature_at=host.signature_at if is_known else now)


def after_mistrust(host: Host) -> Host:
    """It refused every signature that was offered. A failure of both is not remembered, only counted."""
    refusals = host.refusals + 1
    if refusals < FORGET_AFTER_REFUSALS:
        return replace(host, refusals=refusals)
    return replace(host, refusals=refusals, signature="", signature_at=None)


def remembered_scheme(host: Host, now: int) -> str:
    """How it last wanted to be signed to; empty where that is not known, or too long ago."""
    return host.signature if now - (host.signature_at or 0) < REMEMBER_SIGNATURE else ""
