"""Media types as they stand in headers and links, compared as RFC 9110 section 8.3.1 wants."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

ACTIVITY_JSON = "application/activity+json"
AS2_PROFILE = "https://www.w3.org/ns/activitystreams"
LD_JSON_AS2 = f'application/ld+json; profile="{AS2_PROFILE}"'
ACCEPT_ACTIVITY = f"{ACTIVITY_JSON}, {LD_JSON_AS2}"

_ESSENCE = re.compile(r"[\w!#$%&'*+.^`|~-]+/[\w!#$%&'*+.^`|~-]+", re.ASCII)
_PARAMETER = re.compile(
    r""";[ \t]*([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^";\s]*))[ \t]*""", re.ASCII
)


@dataclass(frozen=True, slots=True)
class MediaType:
    """``essence`` is type/subtype in lower case; parameter names are in lower case, values as they came."""

    essence: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_activity(self) -> bool:
        """Whether a document of this type may be an ActivityPub object (security rule OUT10)."""
        if self.essence == "application/ld+json":
            return AS2_PROFILE in self.parameters.get("profile", "").split()
        return self.essence == ACTIVITY_JSON


@lru_cache(maxsize=128)  # a handful of spellings come with nearly every request
def read_media_type(text: str) -> MediaType:
    """The media type that ``text`` names; its essence is empty where it names none.

    >>> read_media_type('Application/LD+JSON ;profile = "https://www.w3.org/ns/activitystreams"').is_activity
    True
    """
    text = text.strip()
    match = _ESSENCE.match(text)
    if match is None:
        return MediaType("")
    parameters = {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        for name, quoted, plain in _PARAMETER.findall(text, match.end())
    }
    return MediaType(match[0].lower(), parameters)
