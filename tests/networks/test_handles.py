"""Handles of people whose ids live at another host: shown and found once proven there (ADR 22)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from federation.transport.first_contacts import AT_MOST, FirstContacts
from node.clock import HOUR, FixedClock, SystemClock
from node.domain.moderation import DomainPolicy
from node.ratelimit import Exemptions
from node.store.federation import policies
from node.store.people import actors, exchange, follows
from node.store.people.actors import Actor
from node.store.search import indexing
from tests.client import App, app_of
from tests.network import Network, Peer, network
from tests.remote import Remote, RemoteActor, remote

pytestmark = pytest.mark.usefixtures("each_database")


def host(of: Remote) -> str:
    return of.origin.removeprefix("http://")


def tell(where: Remote, user: str, uri: str, *, subject: str = "") -> None:
    """WebFinger of ``where`` says whose ``user`` at its host is."""
    handle = f"{user}@{host(where)}"
    link = {"rel": "self", "type": "application/activity+json", "href": uri}
    path = f"/.well-known/webfinger?resource=acct:{handle}"
    where.documents[path] = {"subject": f"acct:{subject or handle}", "links": [link]}


@dataclass(slots=True)
class Scene:
    """ann reads with an app; ben's id lives at ``social``, and he says that he is ben at ``uni``."""

    net: Network
    clock: FixedClock
    social: Remote
    uni: Remote
    ben: RemoteActor
    ann: App

    @property
    def node(self) -> Peer:
        return self.net.peers[0]

    @property
    def plain(self) -> str:
        return f"ben@{host(self.social)}"

    @property
    def proven(self) -> str:
        return f"ben@{host(self.uni)}"

    def claims(self, handle: str) -> None:
        self.social.documents["/users/ben"] = self.ben.document | {"webfinger": handle}

    async def read(self, uri: str = "") -> Actor:
        """Fetched anew, two hours after whatever was before."""
        self.clock.advance(2 * HOUR)
        actor = await self.node.system.federation.fetcher.actor(uri or self.ben.uri, fresh=True)
        await self.net.settle()
        return await self.known(actor.uri)

    async def known(self, uri: str = "") -> Actor:
        found = await self.node.store.read(actors.find_actor, uri or self.ben.uri)
        assert found is not None
        return found

    async def acct(self) -> Any:
        return (await self.ann.get(f"v1/accounts/{(await self.known()).id}"))["acct"]

    def lookups(self) -> list[str]:
        return [path for far in (self.social, self.uni) for path in far.asked if "webfinger" in path]


@pytest.fixture
async def scene(tmp_path) -> AsyncIterator[Scene]:
    clock = FixedClock(SystemClock().now())
    async with network(tmp_path, "hospital", clock=clock) as net, remote() as social, remote("127.2.0.2") as uni:
        made = Scene(net, clock, social, uni, social.actor("ben"), await app_of(net.peers[0], "ann"))
        made.claims(made.proven)
        yield made


async def test_a_proven_handle_is_shown_and_found_like_the_one_at_the_host_of_the_id(scene):
    tell(scene.uni, "ben", scene.ben.uri)
    actor = await scene.read()
    assert (actor.handle, actor.host) == (f"@{scene.proven}", host(scene.social))
    assert await scene.acct() == scene.proven
    await scene.node.store.write(indexing.work_off)
    for place in ("127.2.0.1", "127.2.0.2", host(scene.uni)):
        assert [each["uri"] for each in await scene.ann.get("v1/accounts/search", q=f"be@{place}")] == [scene.ben.uri]
    assert await scene.ann.get("v1/accounts/search", q="be@127.2.0.3") == []
    for handle in (scene.proven, scene.plain):
        assert (await scene.ann.get("v1/accounts/lookup", acct=handle))["uri"] == scene.ben.uri
        (found,) = await scene.ann.get("v1/accounts/search", q=f"@{handle}")
        assert found["acct"] == scene.proven
        answer = await scene.ann.ask("GET", f"/@{handle}", headers={"Accept": "text/html"})
        assert answer.status == 200
        assert f"@{scene.proven}" in await answer.text()
        assert await scene.node.store.read(actors.find_unknown_handles, [handle], "here.example") == []
    assert len(scene.lookups()) == 1


async def test_a_claim_is_looked_up_once_and_whoever_claims_nothing_else_never(scene):
    tell(scene.uni, "ben", scene.ben.uri)
    await scene.read()
    await scene.read()
    assert len(scene.lookups()) == 1
    scene.claims(scene.plain)
    assert (await scene.read()).handle == f"@{scene.plain}"
    assert len(scene.lookups()) == 1


async def test_who_claims_one_handle_after_the_other_makes_nobody_be_asked_each_time(scene):
    await scene.read()
    before = len(scene.lookups())
    for number in range(4):
        claim = {**scene.ben.document, "webfinger": f"ben{number}@{host(scene.uni)}"}
        said = scene.social.activity("Update", scene.ben, claim, number)
        late = SystemClock().now() - scene.clock.now()
        assert await scene.social.send(f"{scene.node.origin}/ap/inbox", said, scene.ben.key, age=late) == 202
        await scene.net.settle()
    assert (await scene.node.outcomes())[-1] == ("Update", "profile-updated")
    assert len(scene.lookups()) == before


async def test_what_is_kept_ready_is_made_anew_with_a_proof(scene):
    await scene.read()
    note = scene.social.note(scene.ben, 1, tag=[{"type": "Mention", "href": scene.ben.uri}])
    post = await scene.node.system.federation.fetcher.object(note["id"])
    path = f"v1/statuses/{post.id}"

    async def told() -> list[str]:
        status = await scene.ann.get(path)
        return [status["account"]["acct"], *(each["acct"] for each in status["mentions"])]

    assert await told() == [scene.plain] * 2
    tell(scene.uni, "ben", scene.ben.uri)
    await scene.read()
    assert await told() == [scene.proven] * 2


async def test_a_handle_that_leads_elsewhere_is_not_shown(scene):
    eve = scene.social.actor("eve")
    tell(scene.uni, "ben", eve.uri)
    assert (await scene.read()).handle == f"@{scene.plain}"
    assert await scene.acct() == scene.plain
    assert await scene.node.store.read(actors.find_unknown_handles, [scene.proven], "x.example") == [scene.proven]


async def test_another_subject_must_lead_to_the_same_id_at_once(scene):
    tell(scene.uni, "ben", scene.ben.uri, subject=f"benjamin@{host(scene.uni)}")
    assert (await scene.read()).acct == ""  # nobody answers there
    tell(scene.uni, "benjamin", f"{scene.social.origin}/users/eve")
    assert (await scene.read()).acct == ""
    tell(scene.uni, "benjamin", scene.ben.uri, subject=f"benj@{host(scene.uni)}")
    assert (await scene.read()).acct == ""  # one hop too many
    tell(scene.uni, "benjamin", scene.ben.uri)
    assert (await scene.read()).acct == scene.proven


async def test_a_host_that_is_away_keeps_nobody_from_being_shown(scene):
    scene.uni.documents[f"/.well-known/webfinger?resource=acct:{scene.proven}"] = 503
    assert (await scene.read()).handle == f"@{scene.plain}"
    tell(scene.uni, "ben", scene.ben.uri)
    assert (await scene.read()).handle == f"@{scene.proven}"


async def test_a_changed_claim_counts_once_it_is_proven(scene):
    tell(scene.uni, "ben", scene.ben.uri)
    await scene.read()
    new = f"benjamin@{host(scene.uni)}"
    profile = scene.ben.document | {"webfinger": new}
    inbox = f"{scene.node.origin}/ap/inbox"
    age = SystemClock().now() - scene.clock.now()
    assert (
        await scene.social.send(inbox, scene.social.activity("Update", scene.ben, profile), scene.ben.key, age=age)
        == 202
    )
    await scene.net.settle()
    assert (await scene.known()).handle == f"@{scene.plain}"
    tell(scene.uni, "benjamin", scene.ben.uri)
    scene.claims(new)
    assert (await scene.read()).handle == f"@{new}"


async def test_a_handle_is_theirs_who_proved_it_last(scene):
    tell(scene.uni, "ben", scene.ben.uri)
    await scene.read()
    other = scene.social.actor("other")
    scene.social.documents["/users/other"] = other.document | {"webfinger": scene.proven}
    tell(scene.uni, "ben", other.uri)
    assert (await scene.read(other.uri)).handle == f"@{scene.proven}"
    assert (await scene.known()).handle == f"@{scene.plain}"
    assert (await scene.ann.get("v1/accounts/lookup", acct=scene.proven))["uri"] == other.uri


async def test_the_page_of_whose_id_is_at_a_host_stays_theirs_when_another_proves_the_handle(scene):
    there = scene.uni.actor("ben")
    await scene.read(there.uri)
    tell(scene.uni, "ben", scene.ben.uri)
    await scene.read()
    assert (await scene.ann.get("v1/accounts/lookup", acct=scene.proven))["uri"] == scene.ben.uri
    page = await scene.ann.ask("GET", f"/@{scene.proven}", headers={"Accept": "text/html"})
    assert there.uri in await page.text()
    other = await scene.ann.ask("GET", f"/@{scene.plain}", headers={"Accept": "text/html"})
    assert scene.ben.uri in await other.text()


async def test_a_lookup_of_somebody_here_is_a_proof_for_who_claims_nothing(scene):
    scene.social.documents["/users/ben"] = scene.ben.document
    tell(scene.uni, "ben", scene.ben.uri)
    (found,) = (await scene.ann.get("v2/search", q=f"@{scene.proven}", resolve=True))["accounts"]
    assert found["acct"] == scene.proven
    assert (await scene.read()).handle == f"@{scene.proven}"
    assert len(scene.lookups()) == 1


async def test_what_an_actor_says_of_itself_counts_more_than_what_others_call_it(scene):
    scene.claims(scene.plain)
    tell(scene.uni, "ben", scene.ben.uri)
    await scene.ann.get("v2/search", q=f"@{scene.proven}", resolve=True)
    assert (await scene.known()).handle == f"@{scene.plain}"


async def test_a_mention_by_the_proven_handle_is_delivered(scene):
    tell(scene.uni, "ben", scene.ben.uri)
    status = await scene.ann.post("v1/statuses", status=f"Hello @{scene.proven}", visibility="direct")
    await scene.net.settle()
    assert [each["acct"] for each in status["mentions"]] == [scene.proven]
    (note,) = (each["object"] for each in scene.social.posted if each["type"] == "Create")
    assert note["to"] == [scene.ben.uri]
    assert [(tag["href"], tag["name"]) for tag in note["tag"]] == [(scene.ben.uri, f"@{scene.proven}")]
    known = await scene.ann.post("v1/statuses", status=f"Again @{scene.proven} @{scene.plain}", visibility="direct")
    assert [each["acct"] for each in known["mentions"]] == [scene.proven]
    assert len(scene.lookups()) == 1


async def block(scene: Scene, place: Remote) -> None:
    await scene.node.store.write(
        policies.set_policy, host(place).partition(":")[0], DomainPolicy.BLOCK, "", scene.node.unit().now
    )
    await scene.node.system.federation.policies.load()


async def test_a_handle_of_a_good_host_does_not_lead_out_of_a_block(scene):
    tell(scene.uni, "ben", scene.ben.uri)
    assert (await scene.read()).acct == scene.proven
    await block(scene, scene.social)
    for handle in (scene.proven, scene.plain):
        await scene.ann.get("v1/accounts/lookup", 404, acct=handle)
        assert (await scene.ann.ask("GET", f"/@{handle}")).status == 404
        await scene.ann.get("v2/search", q=f"@{handle}", resolve=True)
    await scene.ann.post("v1/statuses", status=f"Hello @{scene.proven}", visibility="direct")
    await scene.net.settle()
    assert scene.social.posted == []


async def test_a_blocked_host_is_not_asked_for_a_handle(scene):
    await block(scene, scene.uni)
    tell(scene.uni, "ben", scene.ben.uri)
    assert (await scene.read()).handle == f"@{scene.plain}"
    assert scene.lookups() == []


async def test_exports_name_people_by_their_proven_handles(scene):
    tell(scene.uni, "ben", scene.ben.uri)
    await scene.node.follow(scene.ann.me, scene.ben.uri)
    await scene.net.settle()
    follow = next(each for each in scene.social.posted if each["type"] == "Follow")
    accept = scene.social.activity("Accept", scene.ben, follow)
    age = SystemClock().now() - scene.clock.now()
    assert await scene.social.send(f"{scene.node.origin}/ap/inbox", accept, scene.ben.key, age=age) == 202
    await scene.net.settle()
    assert await scene.node.store.read(follows.is_following, scene.ann.me.id, (await scene.known()).id)
    assert [line[0] for line in await scene.node.store.read(exchange.load_follows, scene.ann.me.id)] == [scene.proven]


async def test_no_host_too_many_is_asked_because_of_what_a_claimed_handle_is_really_called(scene):
    """Neither the one of the handle that its host names in its place, nor the one to which that sends us."""
    fetcher = scene.node.system.federation.fetcher
    fetcher.contacts = FirstContacts(scene.node.system.federation.hosts, scene.clock, Exemptions([]))

    async def read_when_ten_are_known(at: str) -> None:
        scene.clock.advance(2 * HOUR)
        for number in range(AT_MOST):
            await fetcher.contacts.check(f"{at}:{number + 1}")
        await fetcher.actor(scene.ben.uri, fresh=True)
        await scene.net.settle()

    async with remote("127.2.0.3") as third:
        tell(scene.uni, "ben", scene.ben.uri, subject=f"ben@{host(third)}")
        tell(third, "ben", scene.ben.uri)
        await read_when_ten_are_known("127.2.0.3")
        assert (len(scene.lookups()), third.asked) == (1, [])
        assert await scene.acct() == scene.plain

        scene.uni.documents.clear()
        link = f"<Link rel='lrdd' type='application/jrd+json' template='{third.origin}/finger?resource={{uri}}'/>"
        meta = f"<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>{link}</XRD>"
        scene.uni.documents["/.well-known/host-meta"] = meta.encode()
        await read_when_ten_are_known("127.2.0.3")
        assert ("/.well-known/host-meta" in scene.uni.asked, third.asked) == (True, [])
