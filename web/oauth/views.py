"""What the pages of consent show."""

from dataclasses import dataclass
from typing import ClassVar

from web.design.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """One form with two answers. ``query`` is what the app asked, byte for byte; ``goes_to`` tells where the app lives.

    ``handle`` is who agrees, ``switch_path`` leads to signing in as somebody else.
    """

    template: ClassVar[str] = "oauth/consent.html"

    page: Page
    action: str
    csrf: str
    query: str
    app: str
    handle: str
    scopes: tuple[str, ...]
    switch_path: str
    website: str = ""
    goes_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeView:
    """The code that a person carries to the app by hand."""

    template: ClassVar[str] = "oauth/code.html"

    page: Page
    app: str
    code: str
