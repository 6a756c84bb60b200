"""What becomes of a delivery after an answer or a failure: tables and pure functions (REL9).

Some answers end a delivery quietly; other refusals are set aside for the administrator. Everything that may pass is
tried again, later each time, until what is delivered has lost its worth.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType

from node import errors
from node.clock import DAY, HOUR, MINUTE, SECOND


class Answer(Enum):
    """What the answer to a delivery means."""

    TAKEN = "taken"
    MISTRUSTED = "mistrusted"  # a signature complaint: again a few times, then set aside
    GONE = "gone"  # the inbox has been removed, perhaps its owner too
    MISSING = "missing"  # there is no such inbox
    MOVED = "moved"  # the inbox seems to be elsewhere; POSTs follow no redirect
    REFUSED = "refused"  # not wanted, and never will be
    ODD = "odd"  # a refusal that nobody expected: somebody should look at it
    LATER = "later"  # the same may succeed another time
    UNTRIED = "untried"  # it never left this node


_STATUSES: Mapping[int, Answer] = MappingProxyType(
    {
        400: Answer.REFUSED,
        401: Answer.MISTRUSTED,
        403: Answer.MISTRUSTED,
        404: Answer.MISSING,
        405: Answer.REFUSED,
        406: Answer.REFUSED,
        408: Answer.LATER,
        410: Answer.GONE,
        413: Answer.REFUSED,
        415: Answer.REFUSED,
        422: Answer.REFUSED,
        425: Answer.LATER,
        429: Answer.LATER,
        501: Answer.REFUSED,
    }
)
_CLASSES: Mapping[int, Answer] = MappingProxyType({2: Answer.TAKEN, 3: Answer.MOVED, 4: Answer.ODD, 5: Answer.LATER})
#: The nearest class in the tree decides. Anything else that goes wrong with a host may pass.
_ERRORS: Mapping[type[BaseException], Answer] = MappingProxyType(
    {
        errors.RemoteRefused: Answer.REFUSED,
        errors.Blocked: Answer.REFUSED,
        errors.Unavailable: Answer.UNTRIED,
        errors.NodeError: Answer.LATER,
    }
)

_FIRST = 5 * SECOND
_STEP = 30 * SECOND
_LONGEST = 12 * HOUR
_JITTER = 0.2
#: ``Retry-After`` may ask for this many seconds, no more and no less.
RETRY_AFTER = (1, 86_400)
LONGEST_WAIT = RETRY_AFTER[1] * SECOND
#: A delivery whose signature is not believed is tried so often in all (REL9).
MISTRUSTED_TRIES = 3

_LIFETIME = 10 * DAY
_LIFETIMES: Mapping[str, int] = MappingProxyType(
    {
        "Like": 2 * DAY,
        "Announce": 2 * DAY,
        "View": 2 * DAY,
        "Delete": 14 * DAY,
        "Block": 14 * DAY,
        "Move": 14 * DAY,
        "Undo": 14 * DAY,
    }
)


def read_status(status: int) -> Answer:
    """What an HTTP status means for a delivery.

    >>> read_status(202), read_status(418), read_status(503)
    (<Answer.TAKEN: 'taken'>, <Answer.ODD: 'odd'>, <Answer.LATER: 'later'>)
    """
    return _STATUSES.get(status) or _CLASSES.get(status // 100, Answer.LATER)


def read_error(error: errors.NodeError) -> Answer:
    """What it means that there was no answer."""
    return next(_ERRORS[base] for base in type(error).__mro__ if base in _ERRORS)


def is_alive(status: int, *, has_retry_after: bool) -> bool | None:
    """Whether an answer shows that its host works. None: it shows neither, and counts neither for nor against it.

    A host that says when to come back is not down; one that does not know the method is not down either.
    """
    if status < 500:
        return True
    return None if has_retry_after or status == 501 else False


def lifetime(activity_type: str) -> int:
    """For how many milliseconds an activity is worth delivering."""
    return _LIFETIMES.get(activity_type, _LIFETIME)


def next_delay(attempt: int, *, retry_after_seconds: int | None = None, random: Callable[[], float]) -> int:
    """Milliseconds until the next try, after the ``attempt``-th has failed: 5 s, then 30 s doubling to 12 h.

    ``random`` answers numbers from 0 to 1 and moves the step by up to a fifth, so that what failed together does not
    come back together. What the host asked for replaces the step, shorter or longer.

    >>> [next_delay(n, random=lambda: 0.5) // 1000 for n in (1, 2, 3, 4, 20)]
    [5, 30, 60, 120, 43200]
    """
    if retry_after_seconds is not None:
        return min(max(retry_after_seconds, RETRY_AFTER[0]), RETRY_AFTER[1]) * SECOND
    step = _FIRST if attempt <= 1 else min(_STEP << min(attempt - 2, 20), _LONGEST)
    return round(step * (1 + _JITTER * (2 * random() - 1)))


#: A circuit opens after so many failures in a row, within so long.
CIRCUIT_FAILURES = 5
CIRCUIT_WINDOW = 10 * MINUTE
_HOLD = MINUTE
_LONGEST_HOLD = HOUR
#: After failing on so many days, for so long, a host is given up.
UNAVAILABLE_DAYS = 7


def next_hold(last_hold: int) -> int:
    """Milliseconds for which a host is left alone after a failed probe; ``last_hold`` is 0 when its circuit opens.

    >>> [next_hold(hold) // 60_000 for hold in (0, 60_000, 40 * 60_000)]
    [1, 2, 60]
    """
    return min(last_hold * 2, _LONGEST_HOLD) if last_hold else _HOLD
