"""What somebody does who governs a community."""

from dataclasses import dataclass

from node.domain.communities import DISMISSES, Act
from node.domain.community_drafts import CommunityDraft


@dataclass(frozen=True, slots=True)
class Deed:
    """``by`` and ``target`` are URIs: who did it, to whom or what. ``activity``: what told it, from elsewhere."""

    act: Act
    by: str
    target: str
    reason: str = ""
    activity: str = ""
    expires_at: int | None = None  # of a ban
    removes_posts: bool = False  # with a ban: what that person wrote there
    settings: CommunityDraft | None = None  # what is to be said of the community from now on
    version: int | None = None  # with settings: of what was read before

    @property
    def gives_up(self) -> bool:
        """Whether somebody gives up a role that she has: everybody may."""
        return self.by == self.target and self.act in DISMISSES.values()
