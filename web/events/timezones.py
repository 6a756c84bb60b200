"""Time zones that forms suggest (any other IANA name can be typed), and the one in which a person writes times."""

from aiohttp import web

from node.state import NODE
from web.sessions import session_of

COMMON = (
    *("UTC", "Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/Amsterdam", "Europe/Athens", "Europe/Brussels"),
    *(
        "Europe/Bucharest",
        "Europe/Budapest",
        "Europe/Copenhagen",
        "Europe/Dublin",
        "Europe/Helsinki",
        "Europe/Istanbul",
    ),
    *("Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Oslo", "Europe/Paris", "Europe/Prague"),
    *("Europe/Rome", "Europe/Sofia", "Europe/Stockholm", "Europe/Warsaw", "Europe/Zagreb", "Africa/Cairo"),
    *("Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires", "America/Bogota"),
    *("America/Chicago", "America/Denver", "America/Halifax", "America/Los_Angeles", "America/Mexico_City"),
    *("America/New_York", "America/Santiago", "America/Sao_Paulo", "America/Toronto", "Asia/Bangkok", "Asia/Dubai"),
    *("Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul"),
    *("Asia/Shanghai", "Asia/Singapore", "Asia/Taipei", "Asia/Tehran", "Asia/Tokyo", "Australia/Perth"),
    *("Australia/Sydney", "Pacific/Auckland"),
)


def own_zone(request: web.Request) -> str:
    """That of the reader's settings, else that of the node."""
    session = session_of(request)
    return (session.timezone if session is not None else "") or request.app[NODE].config.node.timezone
