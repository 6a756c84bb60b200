"""host-meta: where a host answers WebFinger, as XRD and as JSON (RFC 6415).

The XML parser is imported late, for the start-up budget: it is needed only for hosts without the usual address.
"""

from html import escape
from typing import Any

from node.errors import RemoteMalformed

_XRD = "{http://docs.oasis-open.org/ns/xri/xrd-1.0}"
_MAX_TEMPLATE = 2_048


def webfinger_template(origin: str) -> str:
    return f"{origin}/.well-known/webfinger?resource={{uri}}"


def build_host_meta(origin: str) -> str:
    """The XRD document of the host at ``origin``, such as ``https://learn.uni.example``."""
    template = escape(webfinger_template(origin))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" type="application/jrd+json" template="{template}"/>\n'
        "</XRD>\n"
    )


def build_host_meta_json(origin: str) -> dict[str, Any]:
    """The same as JSON (RFC 6415 appendix A)."""
    return {"links": [{"rel": "lrdd", "type": "application/jrd+json", "template": webfinger_template(origin)}]}


def read_host_meta(data: bytes) -> str | None:
    """The ``lrdd`` template of an XRD document, with its ``{uri}``; None where it has none.

    Raises ``RemoteMalformed`` for what is not XML, and for any document type or entity (rule HAR1).
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise RemoteMalformed(detail=f"host-meta: {error!r}"[:200]) from None
    for link in root.iterfind(f"{_XRD}Link"):
        template = link.get("template", "")
        if link.get("rel") == "lrdd" and "{uri}" in template and len(template) <= _MAX_TEMPLATE:
            return str(template)
    return None
