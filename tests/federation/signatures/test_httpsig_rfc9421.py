"""RFC 9421: our profile to the letter, against an independent implementation, and what peers may vary."""

import base64
import datetime as dt

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)

from federation.signatures.httpsig import (
    Ask,
    Claim,
    Message,
    Scheme,
    digest_of,
    read_accept_signature,
    read_claim,
    sign,
    verify,
)
from federation.signatures.httpsig.rfc9421 import signed_texts
from federation.signatures.keypairs import Algorithm, PublicKey
from node.errors import Malformed, SignatureInvalid
from tests.federation.signatures.signed import (
    ACTIVITY_JSON,
    ACTOR,
    BODY,
    DATE,
    HOSTS,
    NOW,
    SECONDS,
    ed25519_key,
    rfc9421_message,
    rsa_key,
    sha256,
)
from tests.rows import each_row

POST = Message("POST", "https://hub.example/inbox?page=1", {"content-type": ACTIVITY_JSON}, BODY)
GET = Message("GET", "https://hub.example/users/ada", {"accept": ACTIVITY_JSON})
ORACLE = {Algorithm.RSA: algorithms.RSA_V1_5_SHA256, Algorithm.ED25519: algorithms.ED25519}


class OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key):
        self.key = key

    def resolve_private_key(self, key_id):
        assert key_id == self.key.key_id
        return self.key._native

    def resolve_public_key(self, key_id):
        assert key_id == self.key.key_id
        return self.key.public._native


class Verifier(HTTPMessageVerifier):
    max_clock_skew = dt.timedelta(days=36_500)


class Plain:
    """A request as the oracle reads it."""

    def __init__(self, message):
        self.method, self.url, self.headers = message.method, message.url, dict(message.headers)

    def message(self, body):
        return Message.of(self.method, self.url, self.headers.items(), body)


def received(message, added):
    return Message.of(message.method, message.url, [*message.headers.items(), *added.items()], message.body)


def proves(message, key=None):
    claim = read_claim(message, now=NOW, hosts=HOSTS)
    verify(message, claim, (key or rsa_key()).public)
    return claim


def test_a_post_is_signed_to_the_letter_of_the_profile():
    added = sign(POST, rsa_key(), scheme=Scheme.RFC9421, now=NOW + 999)
    signature = added.pop("Signature")
    assert added == {
        "Host": "hub.example",
        "Date": DATE,
        "Content-Digest": f"sha-256=:{sha256(BODY)}:",
        "Signature-Input": 'sig1=("@method" "@target-uri" "content-digest")'
        f';created={SECONDS};keyid="{ACTOR}#main-key"',
    }
    expected = rfc9421_message(url=POST.url)
    assert signature == expected.headers["signature"]


def test_a_get_is_signed_without_digest():
    added = sign(GET, rsa_key(), scheme=Scheme.RFC9421, now=NOW)
    assert added["Signature-Input"] == f'sig1=("@method" "@target-uri");created={SECONDS};keyid="{ACTOR}#main-key"'
    assert "Content-Digest" not in added


def test_a_fragment_is_no_part_of_the_target():
    whole = Message(GET.method, f"{GET.url}#main-key", GET.headers)
    assert sign(whole, rsa_key(), scheme=Scheme.RFC9421, now=NOW) == sign(
        GET, rsa_key(), scheme=Scheme.RFC9421, now=NOW
    )


def test_a_digest_computed_once_serves_every_host():
    assert sign(POST, rsa_key(), scheme=Scheme.RFC9421, now=NOW, body_digest=digest_of(BODY)) == sign(
        POST, rsa_key(), scheme=Scheme.RFC9421, now=NOW
    )


@each_row("key", [rsa_key, ed25519_key])
@each_row("message", [POST, GET])
def test_another_implementation_verifies_what_we_sign(message, key):
    signed = received(message, sign(message, key(), scheme=Scheme.RFC9421, now=NOW, also=tuple(message.headers)))
    oracle = Verifier(signature_algorithm=ORACLE[key().algorithm], key_resolver=OneKey(key()))
    [result] = oracle.verify(Plain(signed), max_age=None, body=message.body if message.has_body() else None)
    assert result.parameters == {"created": SECONDS, "keyid": key().key_id}
    assert '"@target-uri"' in result.covered_components


COVERED = {
    "mastodon": ("@method", "@target-uri", "content-digest"),
    "authority and path": ("@method", "@authority", "@path", "content-digest"),
    "request target": ("@request-target", "@authority", "content-digest"),
    "everything": (
        "@method", "@target-uri", "@authority", "@scheme", "@path", "@query", "@request-target",
        "content-digest", "content-type", "host", "date",
    ),
}  # fmt: skip


@each_row("include_alg", [True, False])
@each_row("key", [rsa_key, ed25519_key])
@each_row("covered", COVERED.values())
@each_row("url", ["https://hub.example/inbox", "https://hub.example/inbox?a=1&b=%20"])
def test_we_verify_what_another_implementation_signs(covered, key, url, include_alg):
    plain = Plain(Message("POST", url, {"host": "hub.example", "date": DATE, "content-type": ACTIVITY_JSON}))
    HTTPMessageSigner(signature_algorithm=ORACLE[key().algorithm], key_resolver=OneKey(key())).sign(
        plain,
        key_id=key().key_id,
        created=dt.datetime.fromtimestamp(SECONDS, dt.UTC),
        expires=dt.datetime.fromtimestamp(SECONDS + 300, dt.UTC),
        nonce='a "quoted\\ nonce',
        include_alg=include_alg,
        covered_component_ids=covered,
        body=BODY,
    )
    claim = proves(plain.message(BODY), key())
    assert set(covered) <= set(claim.covered)
    assert claim.algorithm == (key().algorithm if include_alg else None)
    assert (claim.created_at, claim.expires_at) == (NOW, NOW + 300_000)


def test_the_ed25519_vector_of_the_rfc_verifies():
    """Appendix B.2.6. It covers no digest, so only the signature is looked at, not the policy."""
    key = PublicKey.of(
        "test-key-ed25519",
        load_der_public_key(base64.b64decode("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")),
    )
    covered = ("date", "@method", "@path", "@authority", "content-type", "content-length")
    parameters = ';created=1618884473;keyid="test-key-ed25519"'
    message = Message(
        "POST",
        "https://example.com/foo?param=Value&Pet=dog",
        {
            "host": "example.com",
            "date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "content-type": "application/json",
            "content-length": "18",
        },
        b'{"hello": "world"}',
    )
    signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    own = {"@signature-params": f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in covered)}){parameters}"}
    claim = Claim(Scheme.RFC9421, key.key_id, base64.b64decode(signature), covered, own)
    verify(message, claim, key)
    assert next(signed_texts(message, claim)).startswith(b'"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n')


def test_the_spelling_of_the_field_does_not_matter_to_the_signature():
    message = rfc9421_message()
    respelt = message.headers["signature-input"].replace('("', '(  "').replace('" "', '"  "').replace(";", ";  ")
    proves(Message("POST", message.url, {**message.headers, "signature-input": respelt}, BODY))


def test_a_covered_legacy_digest_stands_in_for_content_digest():
    proves(rfc9421_message('"@method" "@target-uri" "digest"', fields={"digest": f"SHA-256={sha256(BODY)}"}))


def test_a_covered_date_stands_in_for_created():
    proves(rfc9421_message('"@method" "@target-uri" "content-digest" "date"', f';keyid="{ACTOR}#main-key"'))


@pytest.mark.parametrize(
    ("alg", "key"), [("ed25519", rsa_key), ("rsa-v1_5-sha256", lambda: ed25519_key(f"{ACTOR}#main-key"))]
)
def test_a_named_algorithm_has_to_be_that_of_the_key(alg, key):
    message = rfc9421_message(parameters=f';created={SECONDS};keyid="{ACTOR}#main-key";alg="{alg}"')
    claim = read_claim(message, now=NOW, hosts=HOSTS)
    with pytest.raises(SignatureInvalid) as refusal:
        verify(message, claim, key().public)
    assert "with a key for" in refusal.value.detail


def merged(*messages):
    """One request that carries the signatures of all."""
    fields = {name: ", ".join(m.headers[name] for m in messages) for name in ("signature-input", "signature")}
    return Message(messages[0].method, messages[0].url, {**messages[0].headers, **fields}, BODY)


def test_one_good_label_is_enough():
    other = f';created={SECONDS};keyid="{ACTOR}#unknown"'
    stale = f';created={SECONDS - 90_000};keyid="{ACTOR}#stale"'
    message = merged(
        rfc9421_message('"@method" "content-digest"', label="uncovered"),
        rfc9421_message(parameters=stale, label="stale"),
        rfc9421_message(parameters=other, label="unknown"),
        rfc9421_message(label="good"),
    )
    claim = read_claim(message, now=NOW, hosts=HOSTS)
    assert [candidate.key_id for candidate in claim.candidates] == [f"{ACTOR}#unknown", f"{ACTOR}#main-key"]
    verify(message, claim.candidates[1], rsa_key().public)


def test_a_fifth_label_refuses_all():
    with pytest.raises(SignatureInvalid, match="too many"):
        read_claim(merged(*(rfc9421_message(label=f"s{n}") for n in range(5))), now=NOW, hosts=HOSTS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature-input", 'sig1=();keyid="x"'),
        ("signature", "sig1=:AAAA:"),
    ],
)
def test_a_label_twice_is_malformed(name, value):
    message = rfc9421_message()
    doubled = {**message.headers, name: f"{message.headers[name]}, {value}"}
    with pytest.raises(Malformed, match="twice"):
        read_claim(Message("POST", message.url, doubled, BODY), now=NOW, hosts=HOSTS)


def test_a_parameter_twice_is_malformed():
    with pytest.raises(Malformed, match="twice"):
        read_claim(rfc9421_message(parameters=';created=1;created=2;keyid="x"'), now=NOW, hosts=HOSTS)


def test_a_failed_rfc9421_signature_is_not_tried_as_draft_cavage():
    cavage = sign(POST, rsa_key(), scheme=Scheme.CAVAGE, now=NOW)
    fields = {**cavage, "Signature-Input": 'sig1=("@method");created=1;keyid="x"'}
    with pytest.raises(SignatureInvalid):
        read_claim(received(POST, fields), now=NOW, hosts=HOSTS)


DEFAULT = ("@method", "@target-uri")
ASKS = {
    "fedify": ('sig1=("@method" "@target-uri" "@authority");created', Ask("sig1", (*DEFAULT, "@authority"))),
    "digest and content type": ('x=("content-digest" "content-type")', Ask("x", ("content-digest", "content-type"))),
    "nonce and tag": ('s=("@method");nonce="n\\"1";tag="app"', Ask("s", ("@method",), 'n"1', "app")),
    "our algorithm": ('s=("@method");alg="rsa-v1_5-sha256"', Ask("s", ("@method",))),
    "first that we can": ('a=("@status"), b=("@path")', Ask("b", ("@path",))),
    "component parameters": ('a=("@query-param";name="x")', None),
    "unknown derived component": ('a=("@status")', None),
    "field that we do not send": ('a=("x-secret")', None),
    "other algorithm": ('a=("@method");alg="ed25519"', None),
    "a certain key": ('a=("@method");keyid="mine"', None),
    "an end": ('a=("@method");expires', None),
    "created with a value": ('a=("@method");created=1', None),
    "same component twice": ('a=("@method" "@method")', None),
    "nonce that is no text": ('a=("@method");nonce=1', None),
    "not a list": ("a=1", None),
    "not a structured field": ('a=("@method', None),
    "label twice": ('a=("@method"), a=("@path")', None),
    "not ASCII": ("a=(é)", None),
    "endless": ("a" * 9000, None),
    "empty": ("", None),
}  # fmt: skip


@each_row("field, expected", ASKS.values())
def test_accept_signature_is_read(field, expected):
    assert read_accept_signature(field, POST, Algorithm.RSA) == expected


@each_row("ask", [ask for _, ask in ASKS.values() if ask])
def test_what_is_asked_is_what_another_implementation_finds(ask):
    signed = received(POST, sign(POST, rsa_key(), scheme=Scheme.RFC9421, now=NOW, ask=ask))
    oracle = Verifier(signature_algorithm=algorithms.RSA_V1_5_SHA256, key_resolver=OneKey(rsa_key()))
    oracle.allow_label_only_selection = True
    [result] = oracle.verify(Plain(signed), max_age=None, body=BODY)
    assert result.label == ask.label
    assert {f'"{name}"' for name in ask.covered} <= set(result.covered_components)
    assert (result.nonce, result.parameters.get("tag")) == (ask.nonce, ask.tag)
    proves(signed)


def test_a_get_cannot_be_asked_for_a_digest():
    assert read_accept_signature('a=("@method" "content-digest")', GET, Algorithm.RSA) is None
