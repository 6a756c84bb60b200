"""Block lists as servers of the fediverse exchange them: CSV with a head as Mastodon writes it, or a domain a line."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from node.domain.moderation import DomainPolicy

HEAD = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate")
MAX_LINES, MAX_BYTES = 10_000, 900_000

_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?", re.ASCII)
_SEVERITY: Mapping[str, DomainPolicy] = MappingProxyType(
    {"suspend": DomainPolicy.BLOCK, "silence": DomainPolicy.LIMIT, "": DomainPolicy.BLOCK}
)
_WRITTEN: Mapping[DomainPolicy, tuple[str, str]] = MappingProxyType(
    {
        DomainPolicy.BLOCK: ("suspend", "true"),
        DomainPolicy.LIMIT: ("silence", "false"),
        DomainPolicy.MEDIA_FREE: ("noop", "true"),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """What a list says of one domain; ``without_media``: it also refuses media, which ``policy`` does not."""

    domain: str
    policy: DomainPolicy
    reason: str = ""
    without_media: bool = False


def normal_domain(text: str) -> str:
    """The domain in its one spelling; empty where the text is none.

    >>> normal_domain(" Social.Example. "), normal_domain("https://x/")
    ('social.example', '')
    """
    name = text.strip().lower().rstrip(".")
    return name if _DOMAIN.fullmatch(name) else ""


def read_list(text: str) -> tuple[list[Line], list[str]]:
    """What a list says, each domain once, and the lines that cannot be read, as sentences."""
    found: dict[str, Line] = {}
    problems: list[str] = []
    names: list[str] = ["domain"]
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        if number > MAX_LINES:
            problems.append(f"Only the first {MAX_LINES} lines were read.")
            break
        cells = [cell.strip() for cell in row]
        if not cells or not cells[0]:
            continue
        if cells[0].removeprefix("#").lower() == "domain":
            names = [cell.removeprefix("#").lower() for cell in cells]
        elif not cells[0].startswith("#"):
            _read_row(dict(zip(names, cells, strict=False)), number, found, problems)
    return list(found.values()), problems


def _read_row(row: Mapping[str, str], number: int, found: dict[str, Line], problems: list[str]) -> None:
    written = row.get("domain", "")
    domain, severity = normal_domain(written), row.get("severity", "").lower()
    refuses_media = row.get("reject_media", "").lower() == "true"
    policy = DomainPolicy.MEDIA_FREE if severity == "noop" and refuses_media else _SEVERITY.get(severity)
    if not domain:
        problems.append(f'Line {number}: "{written[:60]}" is no domain.')
    elif policy is None:
        problems.append(f'Line {number}: "{severity[:20]}" has no counterpart here.')
    else:
        reason, limited = row.get("public_comment", "")[:500], policy is DomainPolicy.LIMIT
        found.setdefault(domain, Line(domain, policy, reason, without_media=limited and refuses_media))


def write_list(lines: Iterable[Line]) -> str:
    """The list as CSV; what only allows a domain is nobody else's business and left out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for line in lines:
        if line.policy in _WRITTEN:
            severity, rejects_media = _WRITTEN[line.policy]
            writer.writerow([line.domain, severity, rejects_media, "false", line.reason, "false"])
    return out.getvalue()
