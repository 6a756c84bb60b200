"""Pictures as client apps get them: always a raster image, always from us."""

from dataclasses import dataclass

from node.media.links import MediaLinks
from web.assets import Assets

#: Of a drawn cover (web.pages.covers).
COVER_WIDTH, COVER_HEIGHT = 1_200, 630


@dataclass(frozen=True, slots=True)
class Pictures:
    """``no_*``: absolute addresses of what stands where there is no picture."""

    links: MediaLinks
    no_avatar: str
    no_header: str
    no_preview: str

    def avatar(self, icon: str) -> str:
        """``icon`` of an actor, ours or another server's."""
        return self.links.proxied(icon) or self.no_avatar

    def avatar_static(self, icon: str) -> str:
        """The same, standing still where it is ours."""
        return self.links.still(self.avatar(icon))

    def header(self, image: str) -> str:
        return self.links.proxied(image) or self.no_header

    def header_static(self, image: str) -> str:
        return self.links.still(self.header(image))


def build_pictures(links: MediaLinks, assets: Assets) -> Pictures:
    def url(name: str) -> str:
        return links.origin + assets.url(name)

    return Pictures(links, url("avatar.png"), url("header.png"), url("preview.png"))
