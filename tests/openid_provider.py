"""A small OpenID provider that says and signs whatever a test wants: for what an honest one would never send."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from node.clock import Clock

CLIENT_ID, CLIENT_SECRET = "rhizome", "a secret of the provider"


@dataclass(slots=True)
class FakeProvider:
    """``claims`` and ``header`` replace what an honest ID token would say; ``metadata`` the same for discovery."""

    clock: Clock
    origin: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    signing_key: Any = None
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    status: int = 200

    def authorize(self, url: str) -> dict[str, str]:
        """What the browser would bring back from this address."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return {"code": "the-code", "state": self.asked["state"]}

    async def show_metadata(self, request: web.Request) -> web.Response:
        told = {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/authorize?tenant=1",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/jwks",
            "userinfo_endpoint": f"{self.origin}/userinfo",
        }
        return web.json_response(told | self.metadata)

    async def show_keys(self, request: web.Request) -> web.Response:
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    async def show_user(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer access"
        return web.json_response(self.userinfo)

    async def give_token(self, request: web.Request) -> web.Response:
        fields = await request.post()
        assert fields["code"] == "the-code"
        assert fields["redirect_uri"] == self.asked["redirect_uri"]
        assert len(str(fields["code_verifier"])) >= 43
        assert request.headers["Authorization"].startswith("Basic ")
        now = self.clock.now() // 1000
        honest = {
            "iss": self.origin,
            "aud": CLIENT_ID,
            "sub": "4711",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"],
        }
        header = {"alg": "RS256", "kid": self.key.kid} | self.header
        claims = {name: value for name, value in (honest | self.person | self.claims).items() if value is not None}
        token = self.forge(header, claims)
        told = {"access_token": "access", "token_type": "Bearer", "id_token": token}
        return web.json_response(told, status=self.status)

    def forge(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        if header["alg"] == "HS256":  # signed with what everybody knows
            key: Any = OctKey.import_key(self.key.as_pem(private=False))
            return jwt.encode(header, claims, key, algorithms=["HS256"])
        if header["alg"] == "none":
            unsigned = jwt.encode(header | {"alg": "RS256"}, claims, self.key)
            head = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("x" * 32)).split(".")[0]
            return f"{head}.{unsigned.split('.')[1]}."
        return jwt.encode(header, claims, self.signing_key or self.key, algorithms=[header["alg"]])


@asynccontextmanager
async def fake_provider(clock: Clock) -> AsyncIterator[FakeProvider]:
    made = FakeProvider(clock)
    app = web.Application()
    app.add_routes(
        [
            web.get("/.well-known/openid-configuration", made.show_metadata),
            web.get("/jwks", made.show_keys),
            web.get("/userinfo", made.show_user),
            web.post("/token", made.give_token),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()
