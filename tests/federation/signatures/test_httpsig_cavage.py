"""draft-cavage-12: what we send to the letter, and every peer's way of doing it taken in."""

import pytest

from federation.signatures.httpsig import Message, Scheme, digest_of, read_claim, sign, verify
from node.errors import Malformed, SignatureInvalid
from tests.federation.signatures.signed import (
    ACTIVITY_JSON,
    ACTOR,
    BODY,
    DATE,
    HOSTS,
    NOW,
    SECONDS,
    cavage_message,
    ed25519_key,
    rsa_key,
    rsa_signature,
    sha256,
)
from tests.rows import each_row

POST = Message("POST", "https://hub.example/inbox?page=1", {"content-type": ACTIVITY_JSON}, BODY)
GET = Message("GET", "https://hub.example/users/ada", {"accept": ACTIVITY_JSON})
MASTODON = ("host", "date", "content-type", "digest", "(request-target)")


def proves(message, key=None):
    claim = read_claim(message, now=NOW, hosts=HOSTS)
    verify(message, claim, (key or rsa_key()).public)
    return claim


def received(message, added):
    return Message.of(message.method, message.url, [*message.headers.items(), *added.items()], message.body)


def test_a_post_is_signed_to_the_letter_of_the_profile():
    text = (
        "(request-target): post /inbox?page=1\nhost: hub.example\n"
        f"date: {DATE}\ndigest: SHA-256={sha256(BODY)}\ncontent-type: {ACTIVITY_JSON}"
    )
    assert sign(POST, rsa_key(), scheme=Scheme.CAVAGE, now=NOW + 999) == {
        "Host": "hub.example",
        "Date": DATE,
        "Digest": f"SHA-256={sha256(BODY)}",
        "Signature": f'keyId="{ACTOR}#main-key",algorithm="rsa-sha256",'
        f'headers="(request-target) host date digest content-type",signature="{rsa_signature(rsa_key(), text)}"',
    }


def test_a_get_is_signed_without_digest_and_content_type():
    text = f"(request-target): get /users/ada\nhost: hub.example\ndate: {DATE}"
    assert sign(GET, rsa_key(), scheme=Scheme.CAVAGE, now=NOW) == {
        "Host": "hub.example",
        "Date": DATE,
        "Signature": f'keyId="{ACTOR}#main-key",algorithm="rsa-sha256",headers="(request-target) host date",'
        f'signature="{rsa_signature(rsa_key(), text)}"',
    }


def test_the_second_knock_leaves_the_query_out():
    added = sign(POST, rsa_key(), scheme=Scheme.CAVAGE, now=NOW, include_query=False)
    bare = Message("POST", "https://hub.example/inbox", POST.headers, BODY)
    assert added == sign(bare, rsa_key(), scheme=Scheme.CAVAGE, now=NOW)


def test_a_digest_computed_once_serves_every_host():
    assert sign(POST, rsa_key(), scheme=Scheme.CAVAGE, now=NOW, body_digest=digest_of(BODY)) == sign(
        POST, rsa_key(), scheme=Scheme.CAVAGE, now=NOW
    )


def test_further_fields_are_covered_on_request():
    message = Message(POST.method, POST.url, {**POST.headers, "collection-synchronization": 'collectionId="x"'}, BODY)
    added = sign(message, rsa_key(), scheme=Scheme.CAVAGE, now=NOW, also=("collection-synchronization",))
    claim = proves(received(message, added))
    assert claim.covered == ("(request-target)", "host", "date", "digest", "content-type", "collection-synchronization")


@pytest.mark.parametrize(("also", "headers"), [((), {}), (("date", "accept"), POST.headers)])
def test_signing_a_field_that_is_not_there_is_a_fault_of_the_caller(also, headers):
    with pytest.raises(ValueError, match=r"no (content-type|accept) to sign"):
        sign(Message("POST", POST.url, headers, BODY), rsa_key(), scheme=Scheme.CAVAGE, now=NOW, also=also)


@each_row(
    "url, host",
    [
        ("https://Hub.Example:443/inbox", "hub.example"),
        ("https://hub.example:8443/inbox", "hub.example:8443"),
        ("http://127.0.0.1:80/inbox", "127.0.0.1"),
        ("http://127.0.0.1:443", "127.0.0.1:443"),
    ],
)
def test_host_stands_without_the_default_port(url, host):
    assert sign(Message("GET", url, {}), rsa_key(), scheme=Scheme.CAVAGE, now=NOW)["Host"] == host


@each_row("key", [rsa_key, ed25519_key])
@each_row("message", [POST, GET])
def test_what_we_sign_we_verify(message, key):
    claim = proves(received(message, sign(message, key(), scheme=Scheme.CAVAGE, now=NOW)), key())
    assert (claim.scheme, claim.key_id, claim.others) == (Scheme.CAVAGE, key().key_id, ())


PEERS = {
    "mastodon": {"names": MASTODON},
    "mastodon with followers synchronisation": {
        "names": ("host", "date", "collection-synchronization", "content-type", "digest", "(request-target)"),
        "fields": {"collection-synchronization": 'collectionId="x", digest="y", url="z"'},
    },
    "mastodon, signed get": {"names": ("host", "date", "accept", "(request-target)"), "method": "GET",
                             "fields": {"accept": ACTIVITY_JSON, "digest": None, "content-length": None}},
    "mastodon, query": {"names": MASTODON, "url": "https://hub.example/inbox?x=1&y=2"},
    "mastodon before 4.4, query left out": {"names": MASTODON, "url": "https://hub.example/inbox?x=1",
                                            "signed_target": "/inbox"},
    "gotosocial": {
        "names": ("(request-target)", "host", "date", "digest"),
        "parameters": {"algorithm": "hs2019"},
        "key": rsa_key("https://peer.example/users/ada/main-key"),
    },
    "lemmy": {
        "names": ("(request-target)", "(created)", "(expires)", "content-type", "date", "digest", "host"),
        "parameters": {"algorithm": "hs2019", "created": str(SECONDS), "expires": str(SECONDS + 3600)},
    },
    "lemmy, created and expires as bare numbers": {
        "names": ("(request-target)", "(created)", "(expires)", "content-type", "digest", "host"),
        "parameters": {"algorithm": "hs2019", "created": str(SECONDS), "expires": str(SECONDS + 3600)},
        "quote": lambda value: value if value.isdigit() else f'"{value}"',
    },
    "mobilizon": {"names": ("(request-target)", "host", "content-length", "digest", "date"),
                  "url": "https://hub.example/inbox?x", "signed_target": "/inbox"},
    "wordpress": {"names": ("(request-target)", "host", "date", "digest")},
    "wordpress, content type": {"names": ("(request-target)", "host", "date", "digest", "content-type")},
    "nodebb": {"names": ("(request-target)", "host", "date", "digest"), "key": rsa_key(f"{ACTOR}#key"),
               "parameters": {"algorithm": None}},
    "takahe": {"names": ("(request-target)", "host", "date", "digest", "content-type")},
    "names in capitals": {"names": ("(Request-Target)", "Host", "Date", "Digest")},
    "no algorithm": {"names": MASTODON, "parameters": {"algorithm": None}},
    "digest in lower case": {"names": MASTODON, "fields": {"digest": f"sha-256={sha256(BODY)}"}},
    "two digests": {"names": MASTODON, "fields": {"digest": f"SHA-512=abc, SHA-256={sha256(BODY)}"}},
    "host with port": {"names": MASTODON, "fields": {"host": "hub.example:443"}},
    "spaces": {"names": MASTODON, "separators": (" = ", " , ")},
    "unknown parameters with commas": {"names": MASTODON, "parameters": {"realm": "a, b=c, keyId=d", "v-2": "1"}},
    "fractional expiry": {
        "names": MASTODON, "parameters": {"algorithm": "hs2019", "expires": f"{SECONDS}.25"},
    },
}  # fmt: skip


@each_row("variant", PEERS.values())
def test_every_peer_is_verified(variant):
    message = cavage_message(**variant)
    claim = proves(message, variant.get("key"))
    assert claim.covered == tuple(name.lower() for name in variant["names"])


def test_times_of_the_signature_are_milliseconds():
    claim = read_claim(
        cavage_message(
            ("(request-target)", "(created)", "digest", "host"),
            parameters={"algorithm": "hs2019", "created": str(SECONDS), "expires": f"{SECONDS + 1}.5"},
        ),
        now=NOW,
        hosts=HOSTS,
    )
    assert (claim.created_at, claim.expires_at) == (NOW, NOW + 1000)


def test_the_algorithm_follows_the_key_and_not_the_field():
    message = received(GET, sign(GET, ed25519_key(), scheme=Scheme.CAVAGE, now=NOW))
    renamed = message.headers["signature"].replace('algorithm="ed25519"', 'algorithm="rsa-sha256"')
    message = Message(message.method, message.url, {**message.headers, "signature": renamed}, message.body)
    proves(message, ed25519_key())


def test_a_key_of_another_id_proves_nothing():
    message = cavage_message(MASTODON)
    claim = read_claim(message, now=NOW, hosts=HOSTS)
    with pytest.raises(SignatureInvalid):
        verify(message, claim, rsa_key(f"{ACTOR}#other").public)
    same_numbers = type(rsa_key().public)(f"{ACTOR}#other", rsa_key().algorithm, rsa_key().public._native)
    with pytest.raises(SignatureInvalid, match="does not prove"):
        verify(message, claim, same_numbers)


def test_a_key_of_another_kind_proves_nothing():
    message = cavage_message(MASTODON)
    with pytest.raises(SignatureInvalid):
        verify(message, read_claim(message, now=NOW, hosts=HOSTS), ed25519_key(rsa_key().key_id).public)


def test_the_signature_is_known_again_however_its_text_is_respelt():
    plain = cavage_message(MASTODON)
    spaced = Message("POST", plain.url, {**plain.headers, "signature": plain.headers["signature"].replace(",", " , ")})
    claims = [read_claim(Message("POST", m.url, m.headers, BODY), now=NOW, hosts=HOSTS) for m in (plain, spaced)]
    assert claims[0].signature == claims[1].signature


@each_row("name", ["keyId", "KEYID", "algorithm", "headers", "signature", "created"])
def test_a_parameter_twice_is_malformed(name):
    message = cavage_message(MASTODON, parameters={"created": str(SECONDS), "algorithm": "hs2019"})
    doubled = f'{message.headers["signature"]},{name}="1"'
    with pytest.raises(Malformed, match="twice"):
        read_claim(Message("POST", message.url, {**message.headers, "signature": doubled}, BODY), now=NOW, hosts=HOSTS)


def test_two_signature_fields_are_malformed():
    message = cavage_message(MASTODON)
    twice = Message.of("POST", message.url, [*message.headers.items(), ("Signature", message.headers["signature"])])
    with pytest.raises(Malformed):
        read_claim(twice, now=NOW, hosts=HOSTS)


def test_a_line_break_cannot_stand_in_for_covered_fields():
    """The text of one field could otherwise contain the lines of others that then need not be there."""
    message = cavage_message(("(request-target)", "host", "digest", "date"))
    merged = {**message.headers, "digest": f"{message.headers['digest']}\ndate: {DATE}"}
    merged["signature"] = message.headers["signature"].replace("digest date", "digest")
    forged = Message("POST", message.url, merged, BODY)
    claim = read_claim(message, now=NOW, hosts=HOSTS)._replace(covered=("(request-target)", "host", "digest"))
    with pytest.raises(SignatureInvalid) as refusal:
        verify(forged, claim, rsa_key().public)
    assert "line break" in refusal.value.detail


@each_row("text", ["a\nb", "a\rb", "\n", "a\r\n b"])
@each_row("scheme", Scheme)
def test_a_field_with_a_line_break_is_not_signed(scheme, text):
    message = Message("POST", POST.url, {"content-type": text}, BODY)
    with pytest.raises(ValueError, match="line break"):
        sign(message, rsa_key(), scheme=scheme, now=NOW, also=("content-type",))
