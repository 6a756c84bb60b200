"""What a person has chosen for reading and posting, beside her profile."""

from collections.abc import Mapping
from types import MappingProxyType

from node.domain.posts import QuotePolicy

QUOTE_POLICIES = tuple(policy.value for policy in QuotePolicy)
#: What posts may be by default; a message to named people is written on purpose.
VISIBILITIES = ("public", "unlisted", "private")
#: Whether pathways that she follows are lists in her apps, in the same place as the next.
PATHWAY_LISTS = "pathway_lists"
#: Keys of ``accounts.preferences`` with their values where nothing is chosen.
READING: Mapping[str, str | bool] = MappingProxyType(
    {"expand_media": "default", "expand_spoilers": False, "autoplay_gifs": False}
)
