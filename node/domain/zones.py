"""Instants on the clocks of a time zone, and back."""

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from node.clock import to_rfc3339


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of this IANA name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name can be that of a folder
        return None


def moment(at: int, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.fromtimestamp(at / 1000, zone)


def local_text(at: int, timezone: str) -> str:
    """The instant with the offset that holds then in this zone, as ActivityPub and schema.org write it.

    >>> local_text(1_778_169_600_000, "Europe/Berlin")
    '2026-05-07T18:00:00+02:00'
    """
    zone = zone_of(timezone)
    return moment(at, zone).isoformat(timespec="seconds") if zone else to_rfc3339(at)


def from_wall(text: str, timezone: str) -> str | None:
    """What a form says (``2026-05-07T18:00``) as an instant with its offset; None where it names no time.

    A time that the clocks skip is the one after it, of one that they repeat the first (fold of PEP 495).
    """
    zone = zone_of(timezone)
    try:
        wall = dt.datetime.fromisoformat(text.strip()[:19])
    except ValueError:
        return None
    if zone is None or wall.tzinfo is not None or not 1970 <= wall.year <= 2200:
        return None
    real = wall.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone)
    return real.isoformat(timespec="seconds")


def to_wall(at: int, timezone: str) -> str:
    """The instant as a field for date and time holds it."""
    zone = zone_of(timezone) or ZoneInfo("UTC")
    return moment(at, zone).strftime("%Y-%m-%dT%H:%M")
