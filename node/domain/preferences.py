"""What a person has chosen for reading and posting, beside her profile."""

from collections.abc import Mapping
from types import MappingProxyType

from node.domain.posts import QuotePolicy

#: How apps may show media.
EXPAND_MEDIA = ("default", "show_all", "hide_all")
QUOTE_POLICIES = tuple(policy.value for policy in QuotePolicy)
#: What posts may be by default; a message to named people is written on purpose.
VISIBILITIES = ("public", "unlisted", "private")
#: Keys of ``accounts.preferences`` with their values where nothing is chosen.
#: Whether pathways that she follows are lists in her apps, beside these in the same place.
PATHWAY_LISTS = "pathway_lists"
READING: Mapping[str, str | bool] = MappingProxyType(
    {"expand_media": "default", "expand_spoilers": False, "autoplay_gifs": False}
)
