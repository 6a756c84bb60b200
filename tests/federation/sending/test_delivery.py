"""Deliveries over real connections: what is sent, and what each answer leads to."""

import asyncio

import pytest
from sqlalchemy import insert, select

from federation.signatures.httpsig import Message, Scheme, read_claim, verify
from federation.signatures.keypairs import SigningKey
from federation.transport import circuit
from federation.transport.double_knock import knocks, may_knock_again
from federation.transport.knock import Knock
from federation.vocab import ED25519_SIGNATURES
from node.clock import DAY, HOUR, MINUTE, SECOND
from node.errors import RemoteGone, RemoteNotFound
from node.store.federation import activities
from node.store.federation import hosts as hosts_table
from node.store.tables import actors, follows
from tests import stores
from tests.broken_peers import hangs_up, is_silent, response, says
from tests.federation.sending import deliveries
from tests.federation.sending.deliveries import ACCEPTED, ED25519_KEY, KEY, NOW, host_row, name_of, peers, rows, status
from tests.rows import each_row

database, store, sender = stores.database, stores.store, deliveries.sender


# What is sent.


async def test_an_activity_arrives_once_signed_and_byte_for_byte(sender):
    async with peers(ACCEPTED, ACCEPTED) as (one, two):
        number = await sender.post(one.url("/inbox"), two.url("/inbox?who=ada"))
        assert await sender.worker.drain() == 2
        stored = await sender.store.read(activities.load_activity, f"https://hub.example/ap/x/{number}")
        for peer, path in ((one, "/inbox"), (two, "/inbox?who=ada")):
            (request,) = peer.requests
            assert (request.method, request.path) == ("POST", path)
            assert request.body.decode() == stored.body
            assert request.headers["content-type"] == "application/activity+json"
            assert request.headers["user-agent"] == "Rhizome/0 (+https://hub.example/)"
            message = Message("POST", peer.url(path), request.headers, request.body)
            claim = read_claim(message, now=NOW, hosts={name_of(peer)})
            assert claim.scheme is Scheme.CAVAGE
            assert set(claim.covered) >= {"(request-target)", "host", "date", "digest", "content-type"}
            verify(message, claim, KEY.public)
    assert await rows(sender.store) == []


async def test_headers_go_along_and_are_covered_by_the_signature(sender):
    async with peers(ACCEPTED, ACCEPTED) as (one, two):
        await sender.post(
            one.url("/inbox"),
            two.url("/inbox"),
            headers={"rhizome-catalogue": 'id="c"'},
            inbox_headers={one.url("/inbox"): {"collection-synchronization": 'digest="0"'}},
        )
        await sender.worker.drain()
        told = one.requests[0].headers
        assert told["collection-synchronization"] == 'digest="0"'
        claim = read_claim(
            Message("POST", one.url("/inbox"), told, one.requests[0].body), now=NOW, hosts={name_of(one)}
        )
        assert {"collection-synchronization", "rhizome-catalogue"} <= set(claim.covered)
        assert "collection-synchronization" not in two.requests[0].headers
        assert two.requests[0].headers["rhizome-catalogue"] == 'id="c"'


async def test_only_what_is_sent_is_signed(sender, monkeypatch):
    """A host that is gone, one that is given up and one that is held cost no signature."""
    signed, sign = [], SigningKey.sign
    monkeypatch.setattr(SigningKey, "sign", lambda key, data: signed.append(key.key_id) or sign(key, data))
    async with peers(ACCEPTED) as (gone,):
        away, name = gone.url("/inbox"), name_of(gone)
    for _ in range(circuit.CIRCUIT_FAILURES + 1):
        await sender.post(away)
        await sender.worker.drain()
    assert (await sender.store.read(hosts_table.load_hosts, [name]))[name].is_held
    sender.pass_time(HOUR)  # a probe
    await sender.worker.drain()
    assert signed == []
    async with peers(ACCEPTED) as (there,):
        await sender.post(there.url("/inbox"))
        await sender.worker.drain()
        assert (len(there.requests), len(signed)) == (1, 1)


# What an answer leads to.

OUTCOMES = {
    # answer: (jobs that are left, as (state, due after milliseconds), requests)
    "200 OK": ([], 1),
    "202 Accepted": ([], 1),
    "400 Bad Request": ([], 2),
    "401 Unauthorized": ([("live", 5000)], 2),
    "403 Forbidden": ([("live", 5000)], 1),
    "404 Not Found": ([], 1),
    "405 Method Not Allowed": ([], 1),
    "410 Gone": ([], 1),
    "413 Too Large": ([], 1),
    "418 Teapot": ([("parked", 0)], 1),
    "422 Unprocessable": ([], 1),
    "429 Too Many": ([("live", 5000)], 1),
    "307 Elsewhere": ([("live", 5000)], 1),
    "500 Broken": ([("live", 5000)], 1),
    "501 Never": ([], 1),
    "503 Busy": ([("live", 5000)], 1),
}


@pytest.mark.parametrize("line", OUTCOMES)
async def test_each_answer_has_its_consequence(sender, line):
    left, requests = OUTCOMES[line]
    async with peers(status(line, Location="http://127.0.0.9/inbox")) as (peer,):
        await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
        assert len(peer.requests) == requests
        assert [(row.state, row.due_at - NOW) for row in await rows(sender.store)] == left
        if left:
            assert (await rows(sender.store))[0].error.startswith(line[:3])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (hangs_up(), "RemoteUnavailable"),
        (is_silent(), "RemoteUnavailable"),
        (says(b"hello\r\n\r\n"), "RemoteMalformed"),
    ],
)
async def test_no_answer_is_tried_again_and_counts_against_the_host(sender, answer, reason):
    async with peers(answer) as (peer,):
        await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
        (row,) = await rows(sender.store)
        assert row.error.startswith(reason)
        assert row.due_at == NOW + 5 * SECOND
        assert (await host_row(sender.store, peer)).failures == 1


async def test_addresses_that_we_do_not_call_end_a_delivery_and_blame_nobody(sender):
    await sender.post("http://10.0.0.1/inbox", "http://127.0.99.1:80/inbox")
    await sender.worker.drain()
    assert await rows(sender.store) == []
    assert await sender.store.read(hosts_table.load_hosts, ["10.0.0.1", "127.0.99.1:80"]) == {}


async def test_retry_after_replaces_the_step_and_does_not_count_as_a_failure(sender):
    async with peers(status("503 Busy", Retry_After="7200")) as (peer,):
        await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
        assert [row.due_at - NOW for row in await rows(sender.store)] == [2 * HOUR]
        found = await host_row(sender.store, peer)
        assert found is None or found.failures == 0


async def test_a_signature_that_is_never_believed_is_set_aside_after_three_tries(sender):
    async with peers(status("401 Unauthorized", b"no")) as (peer,):
        await sender.post(peer.url("/inbox"))
        for _ in range(3):
            await sender.worker.drain()
            sender.pass_time(HOUR)
        assert len(peer.requests) == 6
        assert [(row.state, row.attempts) for row in await rows(sender.store)] == [("parked", 3)]
        found = await host_row(sender.store, peer)
        assert (found.refusals, found.failures, found.signature) == (3, 0, "")


async def test_a_host_that_wants_the_new_signature_gets_it_and_is_remembered(sender):
    async def picky(request, writer):
        line = "202 Accepted" if "signature-input" in request.headers else "401 Unauthorized"
        writer.write(response(status=line))

    async with peers(picky) as (peer,):
        await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
        first, second = peer.requests
        assert "signature-input" not in first.headers
        message = Message("POST", peer.url("/inbox"), second.headers, second.body)
        verify(message, read_claim(message, now=NOW, hosts={name_of(peer)}), KEY.public)
        assert first.body == second.body
        assert peer.connections == 1
        await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
        assert len(peer.requests) == 3
        await sender.hosts.flush()
        assert (await host_row(sender.store, peer)).signature == "rfc9421"


async def test_a_host_that_announces_ed25519_gets_it_and_is_remembered(sender):
    async with peers(ACCEPTED) as (peer,):
        await sender.hosts.get(name_of(peer))
        sender.hosts.announces(name_of(peer), [ED25519_SIGNATURES])
        await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
        (request,) = peer.requests
        message = Message("POST", peer.url("/inbox"), request.headers, request.body)
        claim = read_claim(message, now=NOW, hosts={name_of(peer)})
        assert claim.scheme is Scheme.RFC9421
        verify(message, claim, ED25519_KEY.public)
        await sender.hosts.flush()
        assert (await host_row(sender.store, peer)).signature == Knock.ED25519


async def test_a_host_that_refuses_the_ed25519_that_it_announces_loses_nothing(sender):
    async def mistaken(request, writer):
        line = "401 Unauthorized" if "#ed25519-key" in request.headers.get("signature-input", "") else "202 Accepted"
        writer.write(response(status=line))

    async with peers(mistaken) as (peer,):
        await sender.hosts.get(name_of(peer))
        sender.hosts.announces(name_of(peer), [ED25519_SIGNATURES])
        asked = []
        for wait in (0, HOUR, DAY):
            sender.pass_time(wait)
            await sender.post(peer.url("/inbox"))
            await sender.worker.drain()
            asked.append(len(peer.requests))
        assert asked == [2, 3, 5], "twice, once for a day, and then it may have learnt it"
        assert await rows(sender.store) == []


async def test_what_a_host_asks_for_with_accept_signature_is_given_once(sender):
    async def asking(request, writer):
        if 'nonce="n1"' in request.headers.get("signature-input", ""):
            writer.write(response(status="202 Accepted"))
            return
        ask = 'want=("@method" "@target-uri" "content-digest");nonce="n1"'
        writer.write(response(status="401 Unauthorized", Accept_Signature=ask))

    async with peers(asking, status("401 No", Accept_Signature='x=("@method");nonce="n2"')) as (one, two):
        await sender.post(one.url("/inbox"), two.url("/inbox"))
        await sender.worker.drain()
        assert one.requests[1].headers["signature-input"].startswith("want=")
        assert [len(peer.requests) for peer in (one, two)] == [2, 2]


def test_ways_to_sign_are_tried_in_their_order():
    assert list(knocks("", "https://b.example/inbox")) == [Knock.CAVAGE, Knock.RFC9421]
    assert list(knocks("rfc9421", "https://b.example/inbox")) == [Knock.RFC9421, Knock.CAVAGE]
    assert list(knocks("", "https://b.example/inbox?x")) == [Knock.CAVAGE, Knock.CAVAGE_WITHOUT_QUERY, Knock.RFC9421]
    assert list(knocks("who knows", "https://b.example/inbox")) == [Knock.CAVAGE, Knock.RFC9421]
    assert list(knocks(Knock.ED25519, "https://b.example/inbox")) == [Knock.ED25519, Knock.CAVAGE, Knock.RFC9421]


@each_row(
    "code, body, is_proven, again",
    [
        (401, b"", True, True),
        (401, b"", False, True),
        (400, b"", False, True),
        (400, b"", True, False),
        (403, b"Bad Signature", True, True),
        (403, b"go away", False, False),
        (429, b"signature", False, False),
        (503, b"signature", False, False),
        (202, b"signature", False, False),
    ],
)
def test_only_complaints_about_signatures_are_answered_by_another(code, body, is_proven, again):
    assert may_knock_again(code, body, is_proven=is_proven) is again


async def add_readers(store, shared: str, *people: tuple[str, str, bool]) -> None:
    """``(uri, inbox, follows actor 1)``"""

    def unit(conn):
        for number, (uri, inbox, is_follower) in enumerate(people, 100):
            row = {"kind": "person", "local": False, "username": uri[-2:], "host": "b.example", "inbox": inbox}
            times = {"created_at": 1, "updated_at": 1}
            conn.execute(insert(actors).values(id=number, uri=uri, shared_inbox=shared, **row, **times))
            if is_follower:
                conn.execute(
                    insert(follows).values(
                        id=number, follower_id=number, followed_id=1, uri=f"f{number}", state="accepted", created_at=1
                    )
                )

    await store.write(unit)


@pytest.mark.parametrize("line", ["404 Not Found", "410 Gone"])
async def test_where_a_shared_inbox_has_ended_people_get_it_themselves(sender, line):
    async def answer(request, writer):
        writer.write(response(status=line if request.path == "/inbox" else "202 Accepted"))

    async with peers(answer) as (peer,):
        await add_readers(
            sender.store,
            peer.url("/inbox"),
            ("https://b.example/u/al", peer.url("/u/al"), True),
            ("https://b.example/u/bo", peer.url("/u/bo"), False),  # named in "to"
            ("https://b.example/u/cy", peer.url("/u/cy"), False),  # has nothing to do with it
        )
        await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
        assert [request.path for request in peer.requests] == ["/inbox", "/u/al", "/u/bo"]
        assert sender.looked == ["https://b.example/u/al", "https://b.example/u/bo"]
        assert await rows(sender.store) == []
        shared = await sender.store.read(lambda conn: set(conn.scalars(select(actors.c.shared_inbox))))
        assert shared == {""}


async def test_a_personal_inbox_that_has_ended_makes_us_look_twice_before_it_is_believed(sender):
    async with peers(status("410 Gone")) as (peer,):
        await add_readers(sender.store, "", ("https://b.example/u/al", peer.url("/u/al"), True))
        sender.answers["https://b.example/u/al"] = RemoteGone()
        await sender.post(peer.url("/u/al"))
        await sender.worker.drain()
        assert len(peer.requests) == 1
        assert sender.looked == ["https://b.example/u/al"]
        sender.pass_time(HOUR)
        await sender.worker.drain()
        assert len(sender.looked) == 1
        sender.pass_time(2 * MINUTE)
        await sender.worker.drain()
        assert len(sender.looked) == 2
        assert await rows(sender.store) == []


async def test_an_actor_is_looked_at_once_however_many_inboxes_fail(sender):
    async with peers(status("307 Elsewhere")) as (peer,):
        await add_readers(sender.store, "", ("https://b.example/u/al", peer.url("/u/al"), True))
        sender.answers["https://b.example/u/al"] = RemoteNotFound()
        await asyncio.gather(*(sender.post(peer.url("/u/al")) for _ in range(3)))
        await sender.worker.drain()
        assert sender.looked == ["https://b.example/u/al"]
