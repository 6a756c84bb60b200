"""Deliveries over real connections: what is sent, what each answer leads to, order, and who waits for whom."""

import asyncio
import contextlib
import json
import threading
from itertools import count
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select

from federation import delivery
from federation.address import AddressPolicy
from federation.connection import Timeouts
from federation.delivery import Deliverer
from federation.double_knock import Knock, knocks, may_knock_again
from federation.hosts import Hosts
from federation.http import OutboundClient
from federation.httpsig import Message, Scheme, read_claim, verify
from federation.keypairs import Algorithm, SigningKey
from federation.places import Crowded, GaveWay, Places, Tempo
from federation.recheck import Recheck
from federation.signing import Signing
from federation.vocab import ED25519_SIGNATURES
from node.clock import DAY, HOUR, MINUTE, SECOND, FixedClock, SteadyClock
from node.errors import RemoteGone, RemoteNotFound, Unavailable
from node.ids import Ids
from node.jobs.worker import Worker
from node.store import activities
from node.store import hosts as hosts_table
from node.store.tables import actors, follows, jobs
from tests import stores
from tests.broken_peers import BrokenPeer, hangs_up, in_turn, is_silent, response, says
from tests.federation.signed import ed25519_key, rsa_key
from tests.rows import each_row

database, store = stores.database, stores.store
NOW = 1_790_000_000_000
KEY = rsa_key("https://hub.example/ap/a/1#main-key")
ED25519_KEY = ed25519_key("https://hub.example/ap/a/1#ed25519-key")
ACCEPTED = says(response(status="202 Accepted"))
_numbers = count(1)


def status(line: str, body: bytes = b"", **headers: str):
    return says(response(body, status=line, **headers))


class Keys:
    async def signing_key(self, actor_id: int, algorithm: Algorithm) -> SigningKey:
        assert actor_id == 1
        return {key.algorithm: key for key in (KEY, ED25519_KEY)}[algorithm]


@contextlib.asynccontextmanager
async def peers(*answers, host: str = "127.0.7.{}"):
    """One server per answer, each on its own loopback address."""
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(BrokenPeer(answer, host=host.format(next(_numbers) % 250 + 1)))
            for answer in answers
        ]


def name_of(peer: BrokenPeer) -> str:
    return f"{peer.host}:{peer.port}"


@pytest.fixture
async def sender(store):
    """Everything that delivers, with its clock standing still until it is moved."""
    clock = FixedClock(NOW)
    ids, hosts = Ids(clock), Hosts(store, clock)
    time = SimpleNamespace(passed=0.0)
    client = OutboundClient(
        AddressPolicy(allow_loopback_peers=True),
        user_agent="Rhizome/0 (+https://hub.example/)",
        clock=clock,
        timeouts=Timeouts(silence=0.4, total=1.0),
        blocked=lambda host: host.startswith("127.0.99."),
    )
    signing = Signing()
    deliverer = Deliverer(
        store,
        clock,
        ids,
        client,
        hosts,
        Keys(),
        signing,
        places=Places(patience=0.1),
        rnd=lambda: 0.5,
        monotonic=lambda: time.passed,
    )
    looked: list[str] = []
    answers: dict[str, Exception] = {}

    async def look(uri: str) -> None:
        looked.append(uri)
        if uri in answers:
            raise answers[uri]

    worker = Worker(store, clock, [deliverer.kind(), Recheck(clock, look).kind()], name="w")

    def add_actor(conn):
        row = {
            "kind": "person",
            "local": True,
            "username": "a",
            "host": "hub.example",
            "created_at": 1,
            "updated_at": 1,
        }
        conn.execute(insert(actors).values(id=1, uri="https://hub.example/ap/a/1", **row))

    await store.write(add_actor)

    async def post(*inboxes: str, type_: str = "Create", about: str = "", group: bool = False, **more) -> int:
        number = ids.new()
        body = json.dumps({"id": f"https://hub.example/ap/x/{number}", "type": type_, "to": ["https://b.example/u/bo"]})

        def unit(conn):
            activities.insert_activity(
                conn,
                activity_id=number,
                uri=f"https://hub.example/ap/x/{number}",
                actor_id=1,
                type_=type_,
                object_uri=about or f"https://hub.example/ap/o/{number}",
                visibility="public",
                body=body,
                now=clock.now(),
            )
            delivery.enqueue(
                conn,
                ids,
                clock.now(),
                activity_id=number,
                actor_id=1,
                actor_is_group=group,
                activity_type=type_,
                object_uri=about or f"https://hub.example/ap/o/{number}",
                inboxes={inbox: inbox.split("/")[2] for inbox in inboxes},
                **more,
            )

        await store.write(unit)
        return number

    def pass_time(milliseconds: int) -> None:
        clock.advance(milliseconds)
        time.passed += milliseconds / 1000

    yield SimpleNamespace(
        store=store, clock=clock, ids=ids, hosts=hosts, worker=worker, post=post, deliverer=deliverer,
        looked=looked, answers=answers, time=time, pass_time=pass_time, client=client,
    )  # fmt: skip
    signing.close()
    await hosts.close()
    await client.close()


async def rows(store):
    return await store.read(lambda conn: conn.execute(select(jobs).order_by(jobs.c.id)).all())


async def host_row(store, peer):
    await asyncio.sleep(0)
    return (await store.read(hosts_table.load_hosts, [name_of(peer)])).get(name_of(peer))


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


# Order, circuits, ends.


async def test_what_is_said_of_one_object_arrives_in_order_while_the_rest_goes_on(sender):
    async with peers(in_turn(status("503 Busy"), ACCEPTED)) as (peer,):
        first = await sender.post(peer.url("/inbox"), about="https://hub.example/o/1")
        await sender.worker.drain()
        second = await sender.post(peer.url("/inbox"), about="https://hub.example/o/1", type_="Update")
        other = await sender.post(peer.url("/inbox"), about="https://hub.example/o/2")
        await sender.worker.drain()
        sender.pass_time(5 * SECOND)
        await sender.worker.drain()
        sent = [int(json.loads(request.body)["id"].rpartition("/")[2]) for request in peer.requests]
        assert sent == [first, other, first, second]


async def test_a_group_is_heard_in_order_by_each_host(sender):
    async with peers(in_turn(status("503 Busy"), ACCEPTED), ACCEPTED) as (one, two):
        numbers = [await sender.post(one.url("/inbox"), two.url("/inbox"), group=True) for _ in range(3)]
        await sender.worker.drain()
        assert len(one.requests) == 1
        sender.pass_time(5 * SECOND)
        await sender.worker.drain()
        heard = [
            [int(json.loads(request.body)["id"].rpartition("/")[2]) for request in peer.requests] for peer in (one, two)
        ]
        assert heard == [[numbers[0], *numbers], numbers]


async def test_a_failing_host_is_left_alone_but_for_one_probe_and_gets_all_when_it_returns(sender):
    async with peers(status("503 Busy")) as (peer,):
        for _ in range(12):
            await sender.post(peer.url("/inbox"))
        while not (await sender.hosts.get(name_of(peer))).is_held:
            await sender.worker.drain()
            sender.pass_time(SECOND)
        opened_after = len(peer.requests)
        assert 5 <= opened_after <= 8
        for probes in range(1, 4):
            sender.pass_time(HOUR + MINUTE)
            await sender.worker.drain()
            assert len(peer.requests) == opened_after + probes
        await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
        assert len(peer.requests) == opened_after + 3
        peer.answer = ACCEPTED
        sender.pass_time(HOUR + MINUTE)
        await sender.worker.drain()
        assert await rows(sender.store) == []
        assert len(peer.requests) == opened_after + 3 + 13


async def test_a_request_from_a_failing_host_lets_its_queue_go_at_once(sender):
    async with peers(status("503 Busy")) as (peer,):
        for _ in range(6):
            await sender.post(peer.url("/inbox"))
        for _ in range(5):
            await sender.hosts.failed(name_of(peer), "down")
        await sender.worker.drain()
        assert peer.requests == []
        peer.answer = ACCEPTED
        sender.hosts.seen(name_of(peer))
        await sender.hosts.flush()
        await sender.worker.drain()
        assert len(peer.requests) == 6


async def test_a_host_that_was_given_up_gets_only_what_must_not_be_forgotten_once_it_is_back(sender):
    async with peers(ACCEPTED) as (peer,):
        for _ in range(8):
            await sender.hosts.failed(name_of(peer), "down")
            sender.pass_time(DAY)
        await sender.post(peer.url("/inbox"))
        deleted = await sender.post(peer.url("/inbox"), type_="Delete")
        await sender.worker.drain()
        assert [row.ref for row in await rows(sender.store)] == [deleted]
        assert peer.requests == []
        await sender.hosts.checked(name_of(peer), alive=True)
        await sender.worker.drain()
        assert len(peer.requests) == 1


async def test_what_has_lost_its_worth_is_dropped_unless_the_clock_has_jumped(sender):
    async with peers(status("503 Busy", Retry_After="86400")) as (peer,):
        await sender.post(peer.url("/inbox"), type_="Like")
        await sender.worker.drain()
        sender.clock.advance(3 * DAY)  # without as much time having passed
        await sender.worker.drain()
        assert len(await rows(sender.store)) == 1
        sender.pass_time(2 * MINUTE)
        await sender.worker.drain()
        assert await rows(sender.store) == []
        assert len(peer.requests) == 1


async def test_when_the_probe_of_a_held_host_expires_the_next_one_is_sent(sender):
    sender.pass_time(2 * MINUTE)
    async with peers(ACCEPTED) as (peer,):
        await sender.post(peer.url("/inbox"), type_="Like")
        await sender.post(peer.url("/inbox"))
        for _ in range(5):
            await sender.hosts.failed(name_of(peer), "down")
        sender.pass_time(3 * DAY)
        await sender.worker.drain()
        assert len(peer.requests) == 1
        assert await rows(sender.store) == []


async def test_deliveries_of_an_activity_that_is_gone_end_quietly(sender):
    async with peers(ACCEPTED) as (peer,):
        await sender.post(peer.url("/inbox"))
        await sender.store.write(lambda conn: conn.execute(activities.activities.delete()))
        await sender.worker.drain()
        assert await rows(sender.store) == []
        assert peer.requests == []


# Who waits for whom.


async def test_hosts_that_hang_do_not_hold_up_those_that_answer(sender):
    places = Places(quick=6, slow=2, patience=0.1)
    sender.deliverer._places = places
    loop = asyncio.get_running_loop()
    async with peers(*[is_silent()] * 12, *[ACCEPTED] * 30) as all_peers:
        hanging, healthy = all_peers[:12], all_peers[12:]
        await sender.post(*(peer.url("/inbox") for peer in all_peers))
        await sender.worker.start()
        started_at = loop.time()
        async with asyncio.timeout(10):
            while not all(peer.requests for peer in healthy):  # noqa: ASYNC110 (bounded)
                await asyncio.sleep(0.01)
        took = loop.time() - started_at
        await sender.worker.stop()
    assert took < 2
    assert all(len(peer.requests) == 1 for peer in healthy)
    assert any(peer.requests for peer in hanging)


async def test_a_host_gets_several_at_once_only_after_a_prompt_answer(sender):
    at_once: list[int] = []
    running = 0

    async def counting(_, writer):
        nonlocal running
        running += 1
        at_once.append(running)
        await asyncio.sleep(0.02)  # so that others can arrive meanwhile
        running -= 1
        writer.write(response(status="202 Accepted"))

    async with peers(counting) as (peer,):
        for _ in range(9):
            await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
    assert at_once[0] == 1
    assert at_once[1] == 1  # alone until it had answered
    assert max(at_once) == 3  # the last place of a host is for what its answers need


def test_a_host_is_prompt_for_a_while_and_slow_until_it_is_prompt_again():
    now = SimpleNamespace(at=0.0)
    tempo = Tempo(patience=2, monotonic=lambda: now.at)
    assert (tempo.is_prompt("h"), tempo.is_slow("h")) == (False, False)
    tempo.note("h", 0.1)
    now.at = 9.9
    assert tempo.is_prompt("h")
    now.at = 10
    assert not tempo.is_prompt("h")
    tempo.note("h", 0.1)
    tempo.note("h", 2)
    assert (tempo.is_prompt("h"), tempo.is_slow("h")) == (False, True)
    tempo.note("h", 1.9)
    assert (tempo.is_prompt("h"), tempo.is_slow("h")) == (True, False)


async def test_nobody_gives_way_while_there_is_room():
    places = Places(quick=3, slow=1, patience=0.05)

    async def slow() -> str:
        await asyncio.sleep(0.15)
        return "done"

    assert await asyncio.gather(*(places.run(slow, is_slow=False) for _ in range(3))) == ["done"] * 3


async def test_the_longest_running_calls_give_way_to_as_many_as_wait():
    places = Places(quick=3, slow=1, patience=0.05)

    async def slow() -> None:
        await asyncio.sleep(5)

    async def quick() -> str:
        return "done"

    stuck = [asyncio.create_task(places.run(slow, is_slow=False)) for _ in range(3)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(places.run(quick, is_slow=False), 2) == "done"
    done, pending = await asyncio.wait(stuck, timeout=0.1)
    assert [type(task.exception()) for task in done] == [GaveWay]
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    assert places._quick.used == 0
    assert places._running == {}


async def test_slow_hosts_have_their_own_places_and_no_endless_queue():
    places = Places(quick=1, slow=1, patience=0.05)
    go_on = asyncio.Event()
    slow = [asyncio.create_task(places.run(go_on.wait, is_slow=True)) for _ in range(4)]
    await asyncio.sleep(0)
    results = await asyncio.gather(asyncio.wait_for(slow[3], 1), return_exceptions=True)
    assert [type(result) for result in results] == [Crowded]
    assert await places.run(lambda: asyncio.sleep(0, "quick"), is_slow=False) == "quick"
    go_on.set()
    assert await asyncio.gather(*slow[:3]) == [True] * 3


async def test_an_error_of_the_call_stays_what_it_is():
    async def fail() -> None:
        raise TimeoutError

    for is_slow in (True, False):
        with pytest.raises(TimeoutError):
            await Places().run(fail, is_slow=is_slow)


async def test_signatures_that_wait_are_made_together_and_each_is_right():
    signing = Signing()
    key = SigningKey.generate("k", Algorithm.ED25519)

    def fail() -> bytes:
        raise ValueError("no")

    results = await asyncio.gather(
        *(signing.run(lambda i=i: key.sign(b"%d" % i)) for i in range(100)), signing.run(fail), return_exceptions=True
    )
    assert isinstance(results.pop(), ValueError)
    assert results == [key.sign(b"%d" % i) for i in range(100)]
    left = asyncio.create_task(signing.run(lambda: key.sign(b"x")))
    await asyncio.sleep(0)
    left.cancel()
    assert await signing.run(lambda: 7) == 7
    signing.close()


async def test_signing_that_ends_leaves_nobody_waiting():
    signing, may_go = Signing(threads=1), threading.Event()
    waiting = [asyncio.create_task(signing.run(may_go.wait)), asyncio.create_task(signing.run(lambda: 1))]
    await asyncio.sleep(0)
    signing.close()
    may_go.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * 2
    with pytest.raises(Unavailable):
        await signing.run(lambda: 1)


def test_a_clock_is_believed_after_a_minute_without_a_jump():
    clock, time = FixedClock(NOW), SimpleNamespace(passed=0.0)
    steady = SteadyClock(clock, lambda: time.passed)

    def go(wall: int, real: float) -> bool:
        clock.advance(wall)
        time.passed += real
        return steady.is_steady()

    assert not go(0, 0)
    assert go(61 * SECOND, 61)
    assert not go(DAY, 1)
    assert not go(30 * SECOND, 30)
    assert go(31 * SECOND, 31)
    assert not go(-HOUR, 1)
