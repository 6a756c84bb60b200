"""Structured logging: one event a line, JSON for machines or text for people.

    log.event("delivery.failed", level=log.WARNING, host="b.example", attempt=3, retry_in_seconds=960)

Event names are constants (``noun.what_happened``), everything else is a field. The ids of the request, job and
activity in hand travel in context variables (``bound``). Texts of strangers are escaped, put on one line and cut
(ADM5); passwords, tokens and keys are masked wherever they turn up (CFG3).
"""

import json
import logging
import math
import random
import re
import sys
import traceback
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, TextIO

from node.clock import to_rfc3339
from node.errors import NodeError

DEBUG, INFO, WARNING, ERROR = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR

MAX_TEXT = 200
MASK = "***"
_MAX_TRACEBACK = 8000
#: Names of fields whose value is a secret whatever it looks like.
_SECRET_FIELDS = re.compile(r"(?:^|_)(?:password|passwd|secret|token|authorization|cookie|private_key|session)$")
#: Secrets inside other text: what stands before one, then the secret itself. Repetitions are bounded, so that no text
#: of a stranger takes long.
_SECRETS_IN_TEXT = re.compile(
    r"""(?xi)
    ( \b authorization ["']? \s* [=:] \s* ["']? (?: \w{1,20} \s+ )?       # Authorization: Bearer SECRET
    | \b (?: bearer | basic ) \s+
    | \b [a-z_]{0,40} (?: password | passwd | secret | token | cookie | private_key ) ["']? \s* [=:] \s* ["']?
    | [?&] (?: code | state ) =                                            # OAuth
    | \b [a-z] [a-z0-9+.-]{0,20} :// [^\s:/@]{0,100} : (?= [^\s/@]+ @ )    # scheme://user:SECRET@host
    | (?= -----BEGIN )                                                     # PEM
    )
    ( -----BEGIN\ [A-Z ]{0,20}PRIVATE\ KEY----- .*? (?: -----END\ [A-Z ]{0,20}KEY----- | \Z )
    | (?! -----BEGIN | expected\  | (?-i:PASSWORD@) ) [^\s"'&,;@]+         # neither "$.password: expected" nor
    )                                                                       # USER:PASSWORD@HOST, in sentences
    """,
    re.DOTALL,
)
_MAY_HOLD_SECRETS = re.compile(r"[=\s]|:(?!//[^@]*\Z)|-----BEGIN")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

_logger = logging.getLogger("rhizome")
_hidden: set[str] = set()

request_id: ContextVar[str] = ContextVar("request_id", default="")
job_id: ContextVar[str] = ContextVar("job_id", default="")
activity_id: ContextVar[str] = ContextVar("activity_id", default="")
_CONTEXT: Mapping[str, ContextVar[str]] = MappingProxyType(
    {"request_id": request_id, "job_id": job_id, "activity_id": activity_id}
)


def event(name: str, /, *, level: int = INFO, error: BaseException | None = None, **fields: Any) -> None:
    """Log that ``name`` happened. Costs next to nothing where the level is off.

    With ``error``: its class and text, and where it came from unless it is one of ours.
    """
    if _logger.isEnabledFor(level):
        _logger.log(level, name, extra={"fields": fields, "error": error})


def is_on(level: int) -> bool:
    """Whether events of this level are written: ask before computing costly fields."""
    return _logger.isEnabledFor(level)


@contextmanager
def bound(*, request: str = "", job: str = "", activity: str = "") -> Iterator[None]:
    """Everything logged inside carries these ids; an empty one leaves what is bound already."""
    given = ((request_id, request), (job_id, job), (activity_id, activity))
    tokens = [(variable, variable.set(value)) for variable, value in given if value]
    try:
        yield
    finally:
        for variable, token in reversed(tokens):
            variable.reset(token)


def turn_to(*, request: str = "", job: str = "", activity: str = "") -> None:
    """From here on everything that is logged in this context carries these ids: one thing after the other is done."""
    request_id.set(request)
    job_id.set(job)
    activity_id.set(activity)


def request_id_from(text: str | None) -> str:
    """The id that a trusted proxy gave a request where it has the right form, else a new one (REL17)."""
    return text if text and _REQUEST_ID.fullmatch(text) else f"{random.getrandbits(64):016x}"


# -- text -----------------------------------------------------------------------------------------------------------


def hide(*texts: str) -> None:
    """Never write these texts again, wherever they turn up; for keys and passwords of this node."""
    _hidden.update(text for text in texts if len(text) >= 8)


def mask(text: str) -> str:
    """The text without the secrets in it.

    >>> mask("GET /x?token=abc HTTP/1.1"), mask("postgresql://rhizome:pa55@db/rhizome")
    ('GET /x?token=*** HTTP/1.1', 'postgresql://rhizome:***@db/rhizome')
    """
    for secret in _hidden:
        text = text.replace(secret, MASK)
    # Most texts are a word or an address; every secret in a text follows one of these.
    return _SECRETS_IN_TEXT.sub(rf"\1{MASK}", text) if _MAY_HOLD_SECRETS.search(text) else text


def one_line(text: str, limit: int = MAX_TEXT) -> str:
    r"""A stranger's text made fit for a log or a table: masked, on one line, visible, at most ``limit`` characters.

    >>> one_line("a\nb\u202ec")
    'a\\nb\\u202ec'
    """
    # More than is shown has to be masked, so that a secret across the cut is seen as one.
    escaped = escape(mask(text[: limit + 4096]))
    return escaped if len(escaped) <= limit else escaped[: limit - 1] + "…"


def escape(text: str) -> str:
    """The text with everything spelled out that is not visible where it stands: controls, line and bidi marks."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _ESCAPES.get(char) or _spelled(char) for char in text)


_ESCAPES = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


def _spelled(char: str) -> str:
    if unicodedata.category(char) == "Zs":
        return " "
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


# -- lines ----------------------------------------------------------------------------------------------------------


def setup(level: str = "info", form: str = "json", stream: TextIO | None = None) -> None:
    """Write events, and what libraries log, to ``stream`` (standard error); replaces what an earlier call set up."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_JsonLines() if form == "json" else _TextLines())
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each.formatter, _Lines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    # Libraries are heard when something is wrong; what they do is told by our own events.
    root.setLevel(max(WARNING, _LEVELS[level]))
    _logger.setLevel(_LEVELS[level])
    logging.captureWarnings(capture=True)


_LEVELS = {"debug": DEBUG, "info": INFO, "warning": WARNING, "error": ERROR}


def _value(name: str, value: Any) -> Any:
    """A field as it may be shown."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if _SECRET_FIELDS.search(name):
        return MASK
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(name, entry) for entry in list(value)[:20]]
    return one_line(str(value))


def _about(error: BaseException) -> Iterator[tuple[str, Any]]:
    yield "error", type(error).__name__
    yield "message", one_line(str(error))
    if not isinstance(error, NodeError):
        lines = mask("".join(traceback.format_exception(error))).split("\n")
        yield "traceback", "\n".join(map(escape, lines))[-_MAX_TRACEBACK:]


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    """Everything that a line says besides its time, level and event."""
    for name, variable in _CONTEXT.items():
        if value := variable.get():
            yield name, one_line(value)
    for name, value in getattr(record, "fields", {}).items():
        yield name, _value(name, value)
    if not hasattr(record, "fields"):
        yield "message", one_line(record.getMessage())
    error = getattr(record, "error", None) or (record.exc_info[1] if record.exc_info else None)
    if error is not None:
        yield from _about(error)


class _Lines(logging.Formatter):
    """What both formats have in common."""

    @staticmethod
    def head(record: logging.LogRecord) -> tuple[str, str, str]:
        """Time, level and event; a library's event is the name of its logger."""
        name = str(record.msg) if hasattr(record, "fields") else record.name
        return to_rfc3339(int(record.created * 1000)), record.levelname.lower(), name


_encode = json.JSONEncoder(ensure_ascii=False).encode


class _JsonLines(_Lines):
    def format(self, record: logging.LogRecord) -> str:
        time, level, name = self.head(record)
        line = {"time": time, "level": level, "event": name, **dict(_fields(record))}
        return _encode(line)


class _TextLines(_Lines):
    def format(self, record: logging.LogRecord) -> str:
        time, level, name = self.head(record)
        fields = dict(_fields(record))
        trace = fields.pop("traceback", "")
        said = " ".join(f"{key}={_quoted(value)}" for key, value in fields.items())
        return f"{time} {level:7} {name} {said}".rstrip() + (f"\n{trace.rstrip()}" if trace else "")


def _quoted(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if re.fullmatch(r"[^\s\"=]+", text) else json.dumps(text, ensure_ascii=False)
