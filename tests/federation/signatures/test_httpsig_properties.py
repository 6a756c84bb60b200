"""No bit of what is signed can be changed, and no text of a stranger gets anything but an answer."""

import time

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from federation.signatures.httpsig import Message, Scheme, cavage, read_accept_signature, read_claim, sign, verify
from federation.signatures.keypairs import Algorithm, PublicKey
from node.errors import NodeError, SignatureInvalid
from tests.depth import examples
from tests.federation.signatures.signed import (
    ACTIVITY_JSON,
    BODY,
    HOSTS,
    NOW,
    cavage_message,
    ed25519_key,
    rfc9421_message,
    rsa_key,
)
from tests.rows import each_row

FIELDS = {"content-type": ACTIVITY_JSON, "collection-synchronization": 'digest="00"', "x-unsigned": "free"}
URL = "https://hub.example/inbox?page=1"
ALSO = ("content-type", "collection-synchronization")


def signed(scheme, key):
    message = Message("POST", URL, FIELDS, BODY)
    added = sign(message, key, scheme=scheme, now=NOW, also=ALSO)
    return Message.of("POST", URL, [*FIELDS.items(), *added.items()], BODY)


SIGNED = [(signed(scheme, key), key) for scheme in Scheme for key in (rsa_key(), ed25519_key())]


def flip(data, bit):
    position = bit // 8 % len(data)
    return data[:position] + bytes([data[position] ^ 1 << bit % 8]) + data[position + 1 :]


def flip_text(text, bit):
    return flip(text.encode(), bit).decode("utf-8", "surrogateescape")


def holds(message, key):
    try:
        verify(message, read_claim(message, now=NOW, hosts=HOSTS), key.public)
    except NodeError:
        return False
    return True


def changed_body(message, bit):
    return Message(message.method, message.url, message.headers, flip(message.body, bit))


def changed_field(name):
    def change(message, bit):
        headers = {**message.headers, name: flip_text(message.headers[name], bit)}
        return Message(message.method, message.url, headers, message.body)

    return change


def changed_path(message, bit):
    origin, target = message.url[: len("https://hub.example/")], message.url[len("https://hub.example/") :]
    return Message(message.method, origin + flip_text(target, bit), message.headers, message.body)


def changed_method(message, bit):
    """Not by the bit of the case: draft-cavage-12 signs the method in lower case."""
    return Message(flip_text(message.method, bit // 8 * 8 + bit % 5), message.url, message.headers, message.body)


CHANGES = [changed_body, changed_path, changed_method, *map(changed_field, ALSO)]


@each_row("message, key", SIGNED)
def test_unchanged_it_holds(message, key):
    assert holds(message, key)
    unsigned = Message("POST", message.url, {**message.headers, "x-unsigned": "other"}, BODY)
    assert holds(unsigned, key)


@examples(50)
@given(st.sampled_from(SIGNED), st.sampled_from(CHANGES), st.integers(0, 10_000))
def test_any_flipped_bit_breaks_it(pair, change, bit):
    message, key = pair
    assert not holds(change(message, bit), key)


@examples(50)
@given(st.sampled_from(SIGNED), st.integers(0, 10_000))
def test_any_flipped_bit_of_the_signature_breaks_it(pair, bit):
    message, key = pair
    claim = read_claim(message, now=NOW, hosts=HOSTS)
    with pytest.raises(SignatureInvalid):
        verify(message, claim._replace(signature=flip(claim.signature, bit)), key.public)


@examples(50)
@given(st.sampled_from(SIGNED), st.integers(0, 10_000))
def test_any_flipped_bit_of_date_host_or_digest_breaks_it(pair, bit):
    """Host and date are matched without regard to case and day, but the bytes are signed."""
    message, key = pair
    names = ("content-digest",) if "signature-input" in message.headers else ("date", "host", "digest")
    name = names[bit % len(names)]
    assert not holds(changed_field(name)(message, bit), key)


def test_only_the_query_may_be_left_out_of_the_target():
    """The tolerance for peers that sign the bare path reaches no further than that."""
    message = cavage_message(("(request-target)", "host", "date", "digest"), signed_target="/inbox")
    for url, expected in {"/inbox": True, "/inbox?x=1": True, "/inbox/": False, "/outbox": False}.items():
        moved = Message("POST", f"https://hub.example{url}", message.headers, BODY)
        assert holds(moved, rsa_key()) is expected


@each_row("size", [0, 1, 255, 257, 512, 4096])
def test_a_signature_of_another_size_is_refused(size):
    message = cavage_message(("(request-target)", "host", "date", "digest"))
    claim = read_claim(message, now=NOW, hosts=HOSTS)
    with pytest.raises(SignatureInvalid):
        verify(message, claim._replace(signature=bytes(size)), rsa_key().public)


names = st.sampled_from([
    "signature", "signature-input", "date", "digest", "content-digest", "host", "keyid", "created", "",
])  # fmt: skip
fragments = st.sampled_from([
    'keyId="a"', 'headers="(request-target) host date digest"', 'signature="AAAA"', "created=1", "expires=9999999999",
    ",", '"', "=", " ", "\\", "(", ")", ";", ":", "sig1", 'sig1=("@method" "@target-uri" "content-digest")', "=:AAAA:",
    ';keyid="x"', ";created=1790000000", ";alg", '"@query-param";name="x"', "?1", "@1790000000", '%"f%c3"', "SHA-256=",
    "-999999999999999", "1.5", "\udc80", "é", "\n", "\x00",
])  # fmt: skip
texts = st.one_of(st.text(), st.lists(fragments, max_size=12).map("".join))


@examples(60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["POST", "GET"]), st.dictionaries(names, texts), st.one_of(st.just(URL), st.text()), st.binary())
def test_whatever_arrives_gets_an_answer(method, fields, url, body):
    for base in ({}, cavage_message(("host",)).headers, rfc9421_message().headers):
        message = Message(method, url, {**base, **fields}, body)
        try:
            claim = read_claim(message, now=NOW, hosts=HOSTS)
            verify(message, claim, PublicKey.of(claim.key_id, rsa_key().public._native))
        except NodeError:
            pass


@examples(60)
@given(texts)
def test_whatever_is_asked_for_gets_an_answer(field):
    ask = read_accept_signature(field, Message("POST", URL, FIELDS, BODY), Algorithm.RSA)
    if ask is not None:
        sign(Message("POST", URL, FIELDS, BODY), ed25519_key(), scheme=Scheme.RFC9421, now=NOW, ask=ask)


@examples(50)
@given(st.lists(st.tuples(st.text(), st.text())), st.binary(max_size=64))
def test_a_covered_field_is_either_signed_or_refused(fields, body):
    """Text that HTTP cannot carry is never signed as something else."""
    message = Message.of("POST", URL, [("content-type", "a"), *fields], body)
    also = tuple(message.headers)
    try:
        added = sign(message, ed25519_key(), scheme=Scheme.CAVAGE, now=NOW, also=also)
    except ValueError:
        return
    assert added["Host"] == "hub.example"


HOSTILE = {
    "spaces": " " * 1_000_000,
    "a name": "a" * 1_000_000,
    "names and spaces": "a " * 500_000,
    "open quote": 'a="' + "b" * 1_000_000,
    "escaped quotes": 'a="' + '\\"' * 500_000,
    "spaces before nothing": 'a="b"' + " " * 1_000_000 + "x",
    "bare value": "a=" + "b" * 1_000_000 + '"',
}


@each_row("text", HOSTILE.values())
def test_parameters_are_read_in_one_pass(text):
    """A megabyte takes milliseconds; with any backtracking it would take hours."""
    started = time.thread_time()
    cavage._PARAMETER.match(text)
    assert time.thread_time() - started < 2


def test_many_parameters_are_read_in_one_pass():
    text = ",".join(f'p{n}="{n}"' for n in range(700))
    message = cavage_message(("host",))
    with pytest.raises(SignatureInvalid):
        read_claim(Message("POST", URL, {**message.headers, "signature": text}, BODY), now=NOW, hosts=HOSTS)
