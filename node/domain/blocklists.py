"""Block lists as servers of the fediverse exchange them: CSV with a head as Mastodon writes it, or a domain a line."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from node.domain.cells import as_meant, harmless, lines_of
from node.domain.moderation import DomainPolicy
from node.sentences import Sentence

HEAD = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate")
MAX_LINES, MAX_BYTES = 10_000, 900_000

_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?", re.ASCII)
#: By severity and whether media are refused. Reports are not refused apart from all else here.
_READ: Mapping[tuple[str, bool], DomainPolicy] = MappingProxyType(
    {
        ("", False): DomainPolicy.BLOCK,
        ("", True): DomainPolicy.BLOCK,
        ("suspend", False): DomainPolicy.BLOCK,
        ("suspend", True): DomainPolicy.BLOCK,
        ("silence", False): DomainPolicy.LIMIT,
        ("silence", True): DomainPolicy.LIMIT_MEDIA_FREE,
        ("noop", True): DomainPolicy.MEDIA_FREE,
    }
)
_WRITTEN: Mapping[DomainPolicy, tuple[str, str]] = MappingProxyType(
    {
        DomainPolicy.BLOCK: ("suspend", "true"),
        DomainPolicy.LIMIT: ("silence", "false"),
        DomainPolicy.LIMIT_MEDIA_FREE: ("silence", "true"),
        DomainPolicy.MEDIA_FREE: ("noop", "true"),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """What a list says of one domain."""

    domain: str
    policy: DomainPolicy
    reason: str = ""


def normal_domain(text: str) -> str:
    """The domain in its one spelling; empty where the text is none.

    >>> normal_domain(" Social.Example. "), normal_domain("https://x/")
    ('social.example', '')
    """
    name = text.strip().lower().rstrip(".")
    return name if _DOMAIN.fullmatch(name) else ""


def read_list(text: str) -> tuple[list[Line], list[Sentence]]:
    """What a list says, each domain once, and the lines that cannot be read, as sentences."""
    found: dict[str, Line] = {}
    problems: list[Sentence] = []
    names: list[str] = ["domain"]
    number = 0
    try:
        for number, row in enumerate(lines_of(text), start=1):
            if number > MAX_LINES:
                problems.append(Sentence("Only the first {n} lines were read.", n=MAX_LINES))
                break
            cells = [cell.strip() for cell in row]
            if not cells or not cells[0]:
                continue
            if cells[0].removeprefix("#").lower() == "domain":
                names = [cell.removeprefix("#").lower() for cell in cells]
            elif not cells[0].startswith("#"):
                _read_row(dict(zip(names, cells, strict=False)), number, found, problems)
    except csv.Error:  # a quotation mark that nothing closes
        problems.append(Sentence("From line {number} on the list cannot be read.", number=number + 1))
    return list(found.values()), problems


def _read_row(row: Mapping[str, str], number: int, found: dict[str, Line], problems: list[Sentence]) -> None:
    written = row.get("domain", "")
    domain, severity = normal_domain(written), row.get("severity", "").lower()
    policy = _READ.get((severity, row.get("reject_media", "").lower() == "true"))
    if not domain:
        problems.append(Sentence('Line {number}: "{text}" is no domain.', number=number, text=written[:60]))
    elif policy is None:
        told = Sentence('Line {number}: "{text}" has no counterpart here.', number=number, text=severity[:20])
        problems.append(told)
    else:
        found.setdefault(domain, Line(domain, policy, as_meant(row.get("public_comment", ""))[:500]))


def write_list(lines: Iterable[Line]) -> str:
    """The list as CSV; what only allows a domain is nobody else's business and left out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for line in lines:
        if line.policy in _WRITTEN:
            severity, rejects_media = _WRITTEN[line.policy]
            writer.writerow([line.domain, severity, rejects_media, "false", harmless(line.reason), "false"])
    return out.getvalue()
