"""The organisation's own sign-in as OpenID Connect client: discovery, authorization code with PKCE, verified ID token.

OpenID Connect Core 1.0 (3.1), Discovery 1.0. Every request goes through the one outgoing client, so the addresses that
a discovery document names are within its policy. joserfc verifies; it is loaded at the first sign-in.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from federation.strictjson import read_object
from federation.transport.http import OutboundClient
from node.clock import HOUR, SECOND, Clock
from node.config.settings import OidcSettings
from node.domain.uris import is_email
from node.errors import Malformed, RemoteMalformed, RemoteRefused

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

#: What providers sign with. None that needs a shared secret, and never ``none``.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_LEEWAY_SECONDS = 60
_FRESH_FOR = HOUR
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in there. ``email`` is empty unless the provider says that it verified it."""

    issuer: str
    subject: str
    email: str
    name: str
    username: str


class Provider:
    """One provider, by its issuer. What it says of itself is kept for an hour."""

    def __init__(self, client: OutboundClient, clock: Clock, settings: OidcSettings, *, redirect_uri: str) -> None:
        self._client, self._clock, self._settings, self._redirect_uri = client, clock, settings, redirect_uri
        self._issuer = settings.issuer
        self._metadata: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._fetched_at = 0

    async def authorization_url(self, *, state: str, nonce: str, verifier: str, again: bool = False) -> str:
        """Where to send the browser; ``again``: the provider shall ask for the password even with a session."""
        metadata = await self._discover()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": " ".join(dict.fromkeys(("openid", *self._settings.scopes))),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login"} if again else {}),
        }
        address = str(metadata["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked, quote_via=quote)}"

    async def exchange(self, code: str, *, nonce: str, verifier: str) -> Person:
        """Who came back with this code. ``RemoteError`` for anything that does not prove it."""
        metadata = await self._discover()
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in methods and self._settings.client_secret:
            headers["Authorization"] = self._basic()
        else:
            secret = self._settings.client_secret
            fields |= {"client_id": self._settings.client_id, **({"client_secret": secret} if secret else {})}
        answer = await self._client.post(str(metadata["token_endpoint"]), urlencode(fields).encode(), headers)
        if answer.status != 200:
            raise RemoteRefused("The organisation's sign-in refused.", detail=f"status {answer.status}")
        tokens = _object(answer.body)
        claims = await self._verify(str(tokens.get("id_token", "")), nonce)
        if "email" not in claims and metadata.get("userinfo_endpoint"):
            claims = claims | await self._user(str(tokens.get("access_token", "")), str(claims["sub"]))
        return _person(self._issuer, claims)

    def _basic(self) -> str:
        """RFC 6749, section 2.3.1."""
        pair = f"{quote(self._settings.client_id, safe='')}:{quote(self._settings.client_secret, safe='')}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    async def _user(self, token: str, subject: str) -> dict[str, Any]:
        """What the provider says of the person beyond the ID token (Core 5.3)."""
        headers = {"Authorization": f"Bearer {token}"}
        found = await self._client.get_json(str(self._metadata["userinfo_endpoint"]), headers=headers)
        if found.data.get("sub") != subject:
            raise RemoteMalformed("The organisation's sign-in answered for somebody else.")
        return {name: found.data[name] for name in _TOLD if name in found.data}

    async def _discover(self) -> Mapping[str, Any]:
        """The provider's metadata; its issuer must be exactly the one that is configured (Discovery 4.3)."""
        now = self._clock.now()
        if not self._metadata or now - self._fetched_at > _FRESH_FOR:
            found = await self._client.get_json(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.data.get("issuer") != self._issuer:
                raise RemoteMalformed(detail=f"issuer {str(found.data.get('issuer'))[:100]!r}")
            if not all(isinstance(found.data.get(name), str) for name in _NEEDED):
                raise RemoteMalformed(detail="the discovery document lacks an endpoint")
            self._metadata, self._keys, self._fetched_at = found.data, None, now
        return self._metadata

    async def _verify(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token (Core 3.1.3.7). With a key that is not known the keys are fetched once more."""
        from joserfc import jwt  # late: see the module
        from joserfc.errors import JoseError

        registry = jwt.JWTClaimsRegistry(
            now=self._clock.now() // SECOND,
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            sub={"essential": True},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for is_last in (False, True):
            keys = await self._load_keys(fresh=is_last)
            try:
                claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
                registry.validate(claims)
            except (JoseError, ValueError) as error:
                if is_last:
                    detail = f"ID token: {type(error).__name__} {error}"[:200]
                    raise RemoteMalformed(
                        "The organisation's sign-in did not prove who you are.", detail=detail
                    ) from None
                continue
            if (
                isinstance(claims["aud"], list)
                and len(claims["aud"]) > 1
                and claims.get("azp") != self._settings.client_id
            ):
                raise RemoteMalformed("The organisation's sign-in answered for another program.")
            return dict(claims)
        raise AssertionError("unreachable: the last try returns or raises")

    async def _load_keys(self, *, fresh: bool) -> "KeySet":
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        if self._keys is None or fresh:
            found = await self._client.get_json(str(self._metadata["jwks_uri"]))
            try:
                self._keys = KeySet.import_key_set(found.data)  # type: ignore[arg-type]  # it checks what it reads
            except (JoseError, KeyError, TypeError, ValueError) as error:
                raise RemoteMalformed(detail=f"jwks: {type(error).__name__}") from None
        return self._keys


_TOLD = ("email", "email_verified", "name", "preferred_username")


def _object(body: bytes) -> dict[str, Any]:
    try:
        return read_object(body)
    except Malformed as error:
        raise RemoteMalformed(detail=f"token answer: {error}") from None


def _person(issuer: str, claims: Mapping[str, Any]) -> Person:
    def text(name: str) -> str:
        value = claims.get(name)
        return value.strip()[:254] if isinstance(value, str) else ""

    email = text("email").lower() if claims.get("email_verified") in (True, "true") else ""
    email = email if is_email(email) else ""  # a bare name would be looked up as a user name
    return Person(issuer, str(claims["sub"])[:255], email, text("name"), text("preferred_username"))
