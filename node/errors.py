"""Every error that crosses a boundary of the node.

Each has two sides: ``public`` is a sentence that anybody may read, in their language where a page shows it (values go
in by ``Sentence``), ``detail`` is for the log only.
``web.errors`` turns a class into an HTTP answer, ``node.jobs.outcome`` into a retry decision; a test walks
this tree and fails when a class is missing from either table.
"""

from collections.abc import Sequence

from node.sentences import Sentence


class NodeError(Exception):
    """Something went wrong."""

    def __init__(self, public: str = "", *, detail: str = "") -> None:
        told = public or (type(self).__doc__ or "").strip().splitlines()[0]
        self.public: str = told if isinstance(told, Sentence) else Sentence(told)
        self.detail = detail
        super().__init__(self.public)

    def __str__(self) -> str:
        return f"{self.public} ({self.detail})" if self.detail else self.public


class NotFound(NodeError):
    """There is nothing here, or nothing that you may see."""


class Gone(NodeError):
    """This was here and has been removed."""


class Unauthenticated(NodeError):
    """Sign in first."""


class Forbidden(NodeError):
    """You may not do this."""


class Problem:
    """One thing that is wrong with a value: where (JSON path), what was expected, what was found."""

    __slots__ = ("expected", "found", "path")

    def __init__(self, path: str, expected: str, found: str) -> None:
        self.path, self.expected, self.found = path, expected, found

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"

    def __repr__(self) -> str:
        return f"Problem({self})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Problem) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


class Invalid(NodeError):
    """What was sent is not valid."""

    def __init__(self, public: str = "", *, problems: Sequence[Problem] = (), detail: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__(public or "; ".join(map(str, self.problems[:5])), detail=detail)
        self.sentence = self.public if public else ""  # that says all of it to people, or only the problems do


class Malformed(Invalid):
    """What was sent cannot be read at all."""


class Conflict(NodeError):
    """This does not fit what is already there."""


class PreconditionFailed(Conflict):
    """This has changed since you read it; read it again."""


class PreconditionRequired(Conflict):
    """Say which state you change: send the entity tag that you read in If-Match."""


class TooLarge(NodeError):
    """This is larger than the node accepts."""


class UnsupportedMediaType(NodeError):
    """The node does not read this content type here."""


class Misdirected(NodeError):
    """This host name is not served here."""


class RateLimited(NodeError):
    """Too many requests; try again later."""

    def __init__(self, public: str = "", *, retry_after_seconds: int = 60, detail: str = "") -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(public, detail=detail)


class Unavailable(NodeError):
    """The node cannot do this right now; try again later."""

    def __init__(self, public: str = "", *, retry_after_seconds: int = 60, detail: str = "") -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(public, detail=detail)


class ProofUnavailable(Unavailable):
    """Whoever could prove who sent this cannot be reached right now; try again later."""


class SignatureInvalid(NodeError):
    """The signature does not prove who sent this."""


class Blocked(NodeError):
    """The node does not deal with this host."""


class RemoteError(NodeError):
    """Another server did not answer as it should."""


class RemoteUnavailable(RemoteError):
    """Another server could not be reached."""

    def __init__(self, public: str = "", *, retry_after_seconds: int | None = None, detail: str = "") -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(public, detail=detail)


class RemoteRefused(RemoteError):
    """The address is one that the node does not call."""


class RemoteMalformed(RemoteError):
    """Another server sent something that cannot be used."""


class RemoteNotFound(RemoteError):
    """Another server says that this does not exist, or not for us."""


class RemoteGone(RemoteNotFound):
    """Another server says that this has been removed."""


class ConfigurationRefused(NodeError):
    """The configuration is not usable."""
