"""IN7 and IN8, sentence by sentence: each request differs from one that is accepted in one thing."""

from email.utils import formatdate

import pytest

from federation.signatures.httpsig import Message, digest, read_claim, verify
from node.errors import SignatureInvalid
from tests.federation.signatures.signed import (
    ACTOR,
    BODY,
    HOSTS,
    NOW,
    SECONDS,
    cavage_message,
    rfc9421_message,
    rsa_key,
    sha256,
)
from tests.rows import each_row

HOUR = 3600
POST = ("(request-target)", "host", "date", "digest")
GET = ("(request-target)", "host", "date")
HS2019 = ("(request-target)", "host", "(created)", "digest")


def at(offset):
    """The date field of a request that was sent ``offset`` seconds after now."""
    return formatdate(SECONDS + offset, usegmt=True)


def cavage(names=POST, **kwargs):
    return cavage_message(names, **kwargs)


def created(offset, expires=None, names=HS2019):
    times = {"created": str(SECONDS + offset), "expires": None if expires is None else str(SECONDS + expires)}
    return cavage(names, parameters={"algorithm": "hs2019", **times})


def rfc(components='"@method" "@target-uri" "content-digest"', times=f";created={SECONDS}", rest="", **kwargs):
    return rfc9421_message(components, f'{times};keyid="{ACTOR}#main-key"{rest}', **kwargs)


def with_fields(message, **fields):
    headers = {**message.headers, **{name.replace("_", "-"): value for name, value in fields.items()}}
    return Message(
        message.method, message.url, {name: value for name, value in headers.items() if value is not None}, message.body
    )


def with_signature(edit):
    message = cavage()
    return with_fields(message, signature=edit(message.headers["signature"]))


def without(names, name):
    return tuple(other for other in names if other != name)


ACCEPTED = {
    "post": cavage(),
    "get": cavage(GET, method="GET"),
    "date an hour ago": cavage(fields={"date": at(-HOUR)}),
    "date in an hour": cavage(fields={"date": at(HOUR)}),
    "date with one digit and UTC": cavage(fields={"date": "21 Sep 2026 14:13:20 UTC"}),
    "created an hour and five minutes ago": created(-HOUR - 300),
    "created in an hour": created(HOUR),
    "created twelve hours ago, with an end": created(-12 * HOUR, expires=HOUR),
    "ended a minute ago": created(-HOUR, expires=-60),
    "rfc 9421 post": rfc(),
    "rfc 9421 get": rfc('"@method" "@target-uri"', method="GET"),
    "rfc 9421, created an hour and five minutes ago": rfc(times=f";created={SECONDS - HOUR - 300}"),
    "rfc 9421, ended a minute ago": rfc(times=f";created={SECONDS - HOUR};expires={SECONDS - 60}"),
    "rfc 9421, sha-512 beside sha-256": rfc(
        fields={"content-digest": f"x=:AA==:, sha-256=:{sha256(BODY)}:"},
    ),
}

REFUSED = {
    # no signature
    "no signature": with_fields(cavage(), signature=None),
    "empty signature": with_fields(cavage(), signature=""),
    "no key id": with_signature(lambda text: text.replace("keyId", "key")),
    "empty key id": with_signature(lambda text: text.replace(rsa_key().key_id, "")),
    "endless key id": with_signature(lambda text: text.replace("#main-key", "#" + "a" * 2048)),
    "no signature parameter": with_signature(lambda text: text.replace("signature=", "sig=")),
    "signature that is no base64": with_signature(lambda text: text.replace('signature="', 'signature="?')),
    "text behind a value": with_signature(lambda text: text.replace('",algorithm', '"x,algorithm')),
    "open quote": with_signature(lambda text: text[:-1]),
    "longer than any signature": with_signature(lambda text: f'{text},pad="{"a" * 8190}"'),
    "authorization scheme before it": with_signature(lambda text: f"Signature {text}"),
    # unknown algorithm
    "unknown algorithm": cavage(parameters={"algorithm": "rsa-sha512"}),
    "hmac": cavage(parameters={"algorithm": "hmac-sha256"}),
    "created with an algorithm that has none": created(0) and cavage(HS2019, parameters={"created": str(SECONDS)}),
    "expires with an algorithm that has none": cavage((*POST, "(expires)"), parameters={"expires": str(SECONDS)}),
    # unsigned date, request target, host, digest
    **{f"{name} not covered": cavage(without(POST, name)) for name in POST},
    **{f"{name} not covered by get": cavage(without(GET, name), method="GET") for name in GET},
    "nothing covered": cavage((), parameters={"headers": ""}),
    "no list of what is covered": cavage((), parameters={"headers": None, "created": str(SECONDS)}),
    "created announced but not covered": cavage(without(POST, "date"), parameters={"created": str(SECONDS)}),
    "covered field missing": with_fields(cavage((*POST, "content-type")), content_type=None),
    "covered created missing": cavage(HS2019, parameters={"algorithm": "hs2019"}),
    "covered date missing": with_fields(cavage(), date=None),
    "covered digest missing": with_fields(cavage(), digest=None),
    "covered host missing": with_fields(cavage(), host=None),
    "unknown special component": cavage((*POST, "(magic)")),
    "field covered twice": cavage((*POST, "date")),
    # host not ours
    "other host": cavage(fields={"host": "elsewhere.example"}),
    "two hosts": cavage(fields={"host": "hub.example, elsewhere.example"}),
    "other port": cavage(fields={"host": "hub.example:8443"}),
    "port of http": cavage(fields={"host": "hub.example:80"}),
    "trailing dot": cavage(fields={"host": "hub.example."}),
    "other target": Message("POST", "https://elsewhere.example/inbox", cavage().headers, BODY),
    "no target": Message("POST", "/inbox", cavage().headers, BODY),
    # date outside one hour, expires past by more than 60 s
    "date over an hour ago": cavage(fields={"date": at(-HOUR - 1)}),
    "date in over an hour": cavage(fields={"date": at(HOUR + 1)}),
    "date unreadable": cavage(fields={"date": "yesterday"}),
    "date of an impossible day": cavage(fields={"date": "Mon, 31 Feb 2026 14:13:20 GMT"}),
    "date in another zone": cavage(fields={"date": "Mon, 21 Sep 2026 14:13:20 PST"}),
    "two dates": cavage(fields={"date": f"{at(0)}, {at(0)}"}),
    "created in over an hour": created(HOUR + 1),
    "created long ago": created(-HOUR - 301),
    "created over twelve hours ago, with an end": created(-12 * HOUR - 1, expires=HOUR),
    "created that is no number": cavage(HS2019, parameters={"algorithm": "hs2019", "created": "now"}),
    "created in other digits": cavage(HS2019, parameters={"algorithm": "hs2019", "created": "١٧٩٠٠٠٠٠٠٠"}),
    "expired": created(-HOUR, expires=-61),
    "expired, not covered": cavage(parameters={"expires": str(SECONDS - 61)}),
    "negative end": cavage(parameters={"expires": "-1"}),
    # digest does not match (IN8)
    "other body": Message("POST", cavage().url, cavage().headers, BODY + b" "),
    "no body": Message("POST", cavage().url, cavage().headers, b""),
    "digest of another body": cavage(fields={"digest": f"SHA-256={sha256(b'x')}"}),
    "digest without SHA-256": cavage(fields={"digest": "SHA-512=abc"}),
    "digest without algorithm": cavage(fields={"digest": sha256(BODY)}),
    "digest empty": cavage(fields={"digest": ""}),
    "digests that contradict": cavage(fields={"digest": f"SHA-256={sha256(BODY)},SHA-256={sha256(b'x')}"}),
    "digest that is not ASCII": cavage(fields={"digest": "SHA-256=é\udc80"}),
    "content digest that contradicts": cavage(
        (*POST, "content-digest"), fields={"content-digest": f"sha-256=:{sha256(b'x')}:"}
    ),
    # the same of RFC 9421
    "rfc 9421, no signature": with_fields(rfc(), signature=None),
    "rfc 9421, other label": with_fields(rfc(), signature="sig2=:AAAA:"),
    "rfc 9421, signature is no byte sequence": with_fields(rfc(), signature='sig1="AAAA"'),
    "rfc 9421, signature is a list": with_fields(rfc(), signature="sig1=(:AAAA:)"),
    "rfc 9421, empty input": with_fields(rfc(), signature_input=""),
    "rfc 9421, input is no list": with_fields(rfc(), signature_input="sig1"),
    "rfc 9421, input is text": with_fields(rfc(), signature_input='sig1="@method"'),
    "rfc 9421, broken input": with_fields(rfc(), signature_input="sig1=("),
    "rfc 9421, input not ASCII": with_fields(rfc(), signature_input="sig1=é"),
    "rfc 9421, endless": with_fields(rfc(), signature_input=rfc().headers["signature-input"] + ";a" * 4096),
    "rfc 9421, no key id": rfc9421_message(parameters=f";created={SECONDS}"),
    "rfc 9421, key id is a token": rfc9421_message(parameters=f";created={SECONDS};keyid=key"),
    "rfc 9421, empty key id": rfc9421_message(parameters=f';created={SECONDS};keyid=""'),
    "rfc 9421, unknown algorithm": rfc(rest=';alg="rsa-pss-sha512"'),
    "rfc 9421, algorithm is a token": rfc(rest=";alg=ed25519"),
    "rfc 9421, algorithm of draft-cavage": rfc(rest=';alg="hs2019"'),
    "rfc 9421, method not covered": rfc('"@target-uri" "content-digest"'),
    "rfc 9421, target not covered": rfc('"@method" "content-digest"'),
    "rfc 9421, path without authority": rfc('"@method" "@path" "content-digest"'),
    "rfc 9421, authority without path": rfc('"@method" "@authority" "content-digest"'),
    "rfc 9421, digest not covered": rfc('"@method" "@target-uri"'),
    "rfc 9421, date not covered": rfc(times=""),
    "rfc 9421, nothing covered": rfc(""),
    "rfc 9421, covered twice": rfc('"@method" "@method" "@target-uri" "content-digest"'),
    "rfc 9421, covered field missing": rfc('"@method" "@target-uri" "content-digest" "x-no"'),
    "rfc 9421, component in capitals": rfc('"@method" "@target-uri" "Content-Digest" "content-digest"'),
    "rfc 9421, component is a token": rfc('"@method" "@target-uri" "content-digest" date'),
    "rfc 9421, unknown derived component": rfc('"@method" "@target-uri" "content-digest" "@status"'),
    "rfc 9421, covers its own parameters": rfc('"@method" "@target-uri" "content-digest" "@signature-params"'),
    **{
        f"rfc 9421, component parameter {parameter}": rfc(f'"@method" "@target-uri" "content-digest"{parameter}')
        for parameter in (";bs", ";sf", ';key="sha-256"', ";req", ";tr", ";unknown=1", ";bs=?0")
    },
    "rfc 9421, query parameter": rfc('"@method" "@target-uri" "content-digest" "@query-param";name="x"'),
    "rfc 9421, other host": rfc(fields={"host": "elsewhere.example"}),
    "rfc 9421, other target": Message("POST", "https://elsewhere.example/inbox", rfc().headers, BODY),
    "rfc 9421, created long ago": rfc(times=f";created={SECONDS - HOUR - 301}"),
    "rfc 9421, created in over an hour": rfc(times=f";created={SECONDS + HOUR + 1}"),
    "rfc 9421, created over twelve hours ago": rfc(times=f";created={SECONDS - 12 * HOUR - 1};expires={SECONDS}"),
    "rfc 9421, created is text": rfc(times=f';created="{SECONDS}"'),
    "rfc 9421, created is a flag": rfc(times=";created"),
    "rfc 9421, created is a fraction": rfc(times=f";created={SECONDS}.5"),
    "rfc 9421, created is a date": rfc(times=f";created=@{SECONDS}"),
    "rfc 9421, expired": rfc(times=f";created={SECONDS - HOUR};expires={SECONDS - 61}"),
    "rfc 9421, covered date over an hour ago": rfc(
        '"@method" "@target-uri" "content-digest" "date"', fields={"date": at(-HOUR - 1)}
    ),
    "rfc 9421, other body": Message("POST", rfc().url, rfc().headers, BODY + b" "),
    "rfc 9421, digest of another body": rfc(fields={"content-digest": f"sha-256=:{sha256(b'x')}:"}),
    "rfc 9421, digest unquoted": rfc(fields={"content-digest": f"sha-256={sha256(BODY)}"}),
    "rfc 9421, only weak digests": rfc(fields={"content-digest": "md5=:AAAA:"}),
    "rfc 9421, second digest contradicts": rfc(
        fields={"content-digest": f"sha-256=:{sha256(BODY)}:, sha-512=:AAAA:"},
    ),
}


@each_row("message", ACCEPTED.values())
def test_inside_the_limits_it_is_accepted(message):
    verify(message, read_claim(message, now=NOW, hosts=HOSTS), rsa_key().public)


@each_row("message", REFUSED.values())
def test_outside_it_is_refused_before_any_key(message):
    with pytest.raises(SignatureInvalid) as refusal:
        read_claim(message, now=NOW, hosts=HOSTS)
    reason = refusal.value.public
    assert reason.endswith(".")
    assert len(reason) < 100  # a short reason for the sender, and nothing of what he sent


def test_a_digest_repeated_a_thousand_times_is_hashed_once(monkeypatch):
    count = 0

    def counting(body):
        nonlocal count
        count += 1
        return sha256(body)

    monkeypatch.setitem(digest._SPELLINGS["digest"], "sha-256", counting)
    message = cavage(fields={"digest": ",".join([f"SHA-256={sha256(BODY)}"] * 1000)})
    read_claim(message, now=NOW, hosts=HOSTS)
    assert count == 1


@pytest.mark.parametrize("hosts", [{"hub.example", "alias.example"}, ["hub.example"]])
def test_every_name_of_ours_is_ours(hosts):
    read_claim(cavage(), now=NOW, hosts=hosts)


def test_a_development_host_keeps_its_port():
    message = cavage(fields={"host": "hub.example:8443"})
    message = Message("POST", "https://hub.example:8443/inbox", message.headers, BODY)
    read_claim(message, now=NOW, hosts={"hub.example:8443"})
