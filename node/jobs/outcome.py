"""What became of a job, and what an error means for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from node import errors
from node.clock import HOUR, MINUTE, SECOND


@dataclass(frozen=True, slots=True)
class Done:
    """The work is done; the job goes."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The work was done and the job removed in one transaction already."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again ``after`` milliseconds; ``counts``: this was one of the tries that it has."""

    after: int
    reason: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Park:
    """Set aside for an administrator."""

    reason: str


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Not tried; due again ``after`` milliseconds, and the try does not count."""

    after: int = 0


Outcome = Done | Settled | Retry | Park | GiveBack

#: An inbound job is tried after these pauses, then parked (security: five tries).
PAUSES = (10 * SECOND, MINUTE, 10 * MINUTE, HOUR)


class Verdict(Enum):
    """What an error class means: try again, park at once, or drop quietly. What this node itself cannot do right now (a
    locked database, a full disk, no free connection) does not count: it says nothing about the work.
    """

    RETRY = "retry"
    UNCOUNTED = "uncounted"
    PARK = "park"
    DROP = "drop"


#: The nearest class in the tree decides.
VERDICTS: Mapping[type[Exception], Verdict] = MappingProxyType(
    {
        errors.NodeError: Verdict.PARK,
        errors.NotFound: Verdict.DROP,
        errors.Gone: Verdict.DROP,
        errors.Unauthenticated: Verdict.DROP,
        errors.Forbidden: Verdict.DROP,
        errors.Invalid: Verdict.DROP,
        errors.Malformed: Verdict.DROP,
        errors.Conflict: Verdict.DROP,
        errors.PreconditionFailed: Verdict.DROP,
        errors.PreconditionRequired: Verdict.DROP,
        errors.TooLarge: Verdict.DROP,
        errors.UnsupportedMediaType: Verdict.DROP,
        errors.Misdirected: Verdict.DROP,
        errors.RateLimited: Verdict.RETRY,
        errors.Unavailable: Verdict.UNCOUNTED,
        errors.ProofUnavailable: Verdict.RETRY,
        errors.SignatureInvalid: Verdict.DROP,
        errors.Blocked: Verdict.DROP,
        errors.RemoteError: Verdict.RETRY,
        errors.RemoteUnavailable: Verdict.RETRY,
        errors.RemoteRefused: Verdict.DROP,
        errors.RemoteMalformed: Verdict.DROP,
        errors.RemoteNotFound: Verdict.DROP,
        errors.RemoteGone: Verdict.DROP,
        errors.ConfigurationRefused: Verdict.PARK,
    }
)


def judge(error: BaseException, attempts: int) -> Outcome:
    """What becomes of a job that failed with ``error`` on its ``attempts``-th try; a pure function.

    An error that is not ours is a bug or an accident: it is tried again like an unreachable server, then parked.
    """
    reason = f"{type(error).__name__}: {error}"
    verdict = next((VERDICTS[base] for base in type(error).__mro__ if base in VERDICTS), Verdict.RETRY)
    if verdict is Verdict.DROP:
        return Done()
    counts = verdict is not Verdict.UNCOUNTED
    if verdict is Verdict.PARK or (counts and attempts > len(PAUSES)):
        return Park(reason)
    asked = getattr(error, "retry_after_seconds", None)
    after = PAUSES[attempts - 1] if asked is None else max(SECOND, asked * SECOND)
    return Retry(after, reason, counts)
