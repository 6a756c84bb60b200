"""An app that goes the whole way: it registers, sends a person to the consent page, and changes the code."""

import base64
import hashlib
import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from yarl import URL

from tests.client import App
from tests.web.conftest import Site

REDIRECT = "https://app.example/callback"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
VERIFIER = "v" * 43


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def fields_of(text: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text)
    return {name: html.unescape(value) for name, value in found}


@dataclass(slots=True)
class ClientApp:
    """A registered app and the browser of the person whom it asks."""

    site: Site
    registered: dict[str, Any] = field(default_factory=dict)

    @property
    def http(self) -> App:
        return App(self.site.peer)

    async def register(self, redirect_uris: Any = REDIRECT, scopes: str = "read write") -> None:
        said = {"client_name": "Trellis", "website": "https://trellis.example", "scopes": scopes}
        self.registered = await self.http.post("/api/v1/apps", redirect_uris=redirect_uris, **said)

    @property
    def credentials(self) -> dict[str, str]:
        return {name: self.registered[name] for name in ("client_id", "client_secret")}

    def consent_path(self, **changes: str | None) -> str:
        asked = {
            "client_id": self.registered["client_id"],
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "read",
        }
        kept = {name: value for name, value in (asked | changes).items() if value is not None}
        return f"/oauth/authorize?{urlencode(kept)}"

    async def page(self, path: str, status: int = 200) -> str:
        """A page whose address goes out as it is written, as a browser does; or where it redirects to."""
        url = URL(self.site.peer.origin + path, encoded=True)
        async with self.site.browser.get(url, allow_redirects=False) as answer:
            assert answer.status == status, await answer.text()
            return answer.headers.get("Location") or await answer.text()

    async def answer(self, path: str, decision: str = "authorize") -> str:
        """Where the browser is sent after the person decided."""
        fields = fields_of(await self.page(path)) | {"decision": decision}
        url = self.site.peer.origin + "/oauth/authorize"
        async with self.site.browser.post(url, data=fields, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]

    async def code(self, **changes: str | None) -> str:
        location = await self.answer(self.consent_path(**changes))
        return parse_qs(urlsplit(location).query)["code"][0]

    async def change(self, code: str, status: int = 200, **changes: str) -> Any:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, **self.credentials}
        return await self.http.call("POST", "/oauth/token", status, data=fields | changes)

    async def works(self, token: str) -> bool:
        """Whether a token is good (for its app)."""
        answer = await App(self.site.peer, token).ask("GET", "/api/v1/apps/verify_credentials")
        return answer.status == 200
