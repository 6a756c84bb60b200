"""Push messages arrive at an app that sleeps, decrypt there, and end with what they hang on."""

import orjson
import pytest

from federation.push import MAX_MESSAGE
from node.clock import HOUR
from node.domain.moderation import Sanction
from node.domain.notices import NoticeType, Occasion
from node.domain.visibility import Visibility
from node.services.house import moderate
from node.services.news.push_words import TITLES
from node.store.access import hashes
from node.store.access.accounts import set_language
from node.store.posts import burying
from node.store.tables import access_tokens, actors, jobs, push_subscriptions
from tests.client import App, app_of
from tests.notes import publish_note
from tests.push_service import AppKeys, push_service, read_vapid
from tests.rows import each_row
from tests.translations import fields

pytestmark = pytest.mark.usefixtures("each_database")

ALL = dict.fromkeys(("mention", "follow", "favourite"), True)


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben", name="Ben  <b>")


@pytest.fixture
async def service():
    async with push_service() as made:
        yield made


@pytest.fixture
def keys():
    return AppKeys()


async def note(app, text, visibility=Visibility.PUBLIC):
    return await app.peer.store.write(publish_note, app.peer.unit(), app.me.id, text, visibility)


async def subscribe(app, service, keys, *, standard=True, policy="all", alerts=ALL):
    sent = service.subscription(keys, standard=standard)
    return await app.post("v1/push/subscription", subscription=sent, data={"alerts": alerts, "policy": policy})


async def drain(app):
    return await app.peer.system.worker.drain()


async def test_an_app_is_told_in_the_present_form(ada, ben, service, keys):
    made = await subscribe(ada, service, keys)
    assert await ada.get("v1/push/subscription") == made
    await note(ben, "@ada Hello & welcome")
    await drain(ada)
    ((headers, body),) = service.taken
    assert headers["content-encoding"] == "aes128gcm"
    assert (headers["ttl"], headers["urgency"]) == ("172800", "high")
    token, _, key = headers["authorization"].removeprefix("vapid t=").partition(", k=")
    assert key == made["server_key"]
    claims = read_vapid(token, key)
    now = ada.peer.unit().now
    assert (claims["aud"], claims["sub"]) == (service.origin, f"{ada.peer.origin}/")
    assert now // 1000 < claims["exp"] <= (now + 24 * HOUR) // 1000
    (told,) = await ada.get("v1/notifications")
    said = orjson.loads(keys.decrypt(body))
    assert said["access_token"] == ada.token
    assert (str(said["notification_id"]), said["notification_type"]) == (told["id"], "mention")
    assert said["title"] == "Ben <b> mentioned you"
    assert said["body"] == "@ada Hello & welcome"


async def test_an_app_is_told_in_the_language_of_the_account(ada, ben, service, keys):
    await subscribe(ada, service, keys)
    await ada.peer.store.write(set_language, ada.me.id, "de-AT")
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    await drain(ada)
    ((_, body),) = service.taken
    said = orjson.loads(keys.decrypt(body))
    assert (said["title"], said["preferred_locale"]) == ("Ben <b> folgt dir", "de")


async def test_the_title_says_what_was_liked(ada, ben, service, keys):
    await subscribe(ada, service, keys)
    await ada.peer.add_community("metals", ada.me)
    for text, called in (("@metals Why does bronze crack?", "question"), ("A plain note", "post")):
        posted = await ada.post("v1/statuses", status=text)
        await ben.post(f"v1/statuses/{posted['id']}/favourite")
        await drain(ada)
        _, body = service.taken[-1]
        assert orjson.loads(keys.decrypt(body))["title"] == f"Ben <b> likes your {called}"


def test_every_notification_has_a_title_in_each_language():
    assert TITLES.keys() == {each.value for kinds in (NoticeType, Occasion) for each in kinds}
    assert {fields(title.message) for title in TITLES.values()} <= {frozenset(), frozenset({"name"})}


async def test_an_older_app_is_told_in_the_form_of_the_draft(ada, ben, service, keys):
    made = await subscribe(ada, service, keys, standard=False)
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    await drain(ada)
    ((headers, body),) = service.taken
    assert headers["content-encoding"] == "aesgcm"
    read_vapid(headers["authorization"].removeprefix("WebPush "), made["server_key"])
    assert headers["crypto-key"].endswith(f";p256ecdsa={made['server_key']}")
    said = orjson.loads(keys.decrypt_draft(body, headers["encryption"], headers["crypto-key"]))
    assert said["notification_type"] == "follow"


@each_row(
    "policy, alerts, follows, arrives",
    [  # who follows in one row does so in the next ones
        ("all", ALL, None, True),
        ("all", {"follow": True}, None, False),
        ("none", ALL, None, False),
        ("followed", ALL, None, False),
        ("followed", ALL, "ada", True),
        ("follower", ALL, None, False),
        ("follower", ALL, "ben", True),
    ],
)
async def test_alerts_and_policy_decide(ada, ben, service, keys, policy, alerts, follows, arrives):
    if follows:
        one, other = (ada, ben) if follows == "ada" else (ben, ada)
        await one.post(f"v1/accounts/{other.me.id}/follow")
    await drain(ada)
    service.taken.clear()
    await subscribe(ada, service, keys, policy=policy, alerts=alerts)
    await note(ben, "@ada Hello")
    await drain(ada)
    assert len(service.taken) == arrives


async def test_changing_keeps_the_address_and_replaces_the_alerts(ada, ben, service, keys):
    made = await subscribe(ada, service, keys)
    changed = await ada.put("v1/push/subscription", data={"alerts": {"follow": "true"}, "policy": "follower"})
    assert (changed["id"], changed["endpoint"], changed["policy"]) == (made["id"], made["endpoint"], "follower")
    assert changed["alerts"]["follow"] is True
    assert changed["alerts"]["mention"] is False
    again = await subscribe(ada, service, keys)
    assert again["id"] != made["id"]
    await ben.get("v1/push/subscription", 404)
    await ben.put("v1/push/subscription", 404, data={"alerts": {}})
    assert await ada.delete("v1/push/subscription") == {}
    await ada.get("v1/push/subscription", 404)


@pytest.mark.parametrize("status", [404, 410])
async def test_an_app_that_is_gone_is_forgotten(ada, ben, service, keys, status):
    await subscribe(ada, service, keys)
    service.status = status
    await note(ben, "@ada Hello")
    await drain(ada)
    await ada.get("v1/push/subscription", 404)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_service_in_trouble_is_asked_again_later_and_given_up(site, ada, ben, service, keys, status):
    await subscribe(ada, service, keys)
    service.status = status
    await note(ben, "@ada Hello")
    await drain(ada)
    await drain(ada)
    assert len(service.taken) == 1
    for _ in range(8):
        site.clock.advance(12 * HOUR)
        await drain(ada)
    assert 2 <= len(service.taken) <= 6
    left = await ada.peer.store.read(lambda conn: conn.execute(jobs.select().where(jobs.c.kind == "push")).all())
    assert left == []
    await ada.get("v1/push/subscription")


async def test_nothing_is_sent_of_what_was_taken_back(ada, ben, service, keys):
    await subscribe(ada, service, keys)
    posted = await note(ben, "@ada Hello")
    await ada.peer.store.write(burying.bury, posted, ada.peer.unit().now)
    await drain(ada)
    assert service.taken == []


async def test_nothing_is_sent_of_what_is_not_wanted(ada, ben, service, keys):
    """Blocked or muted while it was on its way, and hidden by a filter: as notifications themselves."""
    await subscribe(ada, service, keys)
    hides = {"title": "x", "context": ["notifications"], "filter_action": "hide"}
    await ada.post("v2/filters", **hides, keywords_attributes=[{"keyword": "golf"}])
    await note(ben, "@ada golf")
    await note(ben, "@ada Hello")
    await drain(ada)
    assert [orjson.loads(keys.decrypt(body))["body"] for _, body in service.taken] == ["@ada Hello"]
    await note(ben, "@ada And this")
    await ada.post(f"v1/accounts/{ben.me.id}/mute")
    await drain(ada)
    await ada.post(f"v1/accounts/{ben.me.id}/unmute")
    assert len(service.taken) == 1
    await note(ben, "@ada Hello again")
    await ada.post(f"v1/accounts/{ben.me.id}/block")
    await note(ben, "@ada And again")
    await drain(ada)
    assert len(service.taken) == 1
    assert await ada.get("v1/notifications") == []


async def test_who_is_suspended_is_told_nothing_more(site, ada, ben, service, keys):
    await subscribe(ada, service, keys)
    boss = await site.peer.add_actor("boss")
    await note(ben, "@ada Hello")
    await site.store.write(moderate.impose, site.peer.unit(), boss.id, ada.me.id, Sanction.SUSPENDED, "")
    await drain(ada)
    assert service.taken == []


async def test_a_message_fits_whatever_others_call_themselves(ada, ben, service, keys):
    await subscribe(ada, service, keys)
    long = {"name": '😀"\\' * 300, "icon": "https://far.example/" + "a" * 1_900}
    change = actors.update().where(actors.c.id == ben.me.id).values(**long)
    await ada.peer.store.write(lambda conn: conn.execute(change))
    await note(ben, "@ada " + '😀"\\' * 400)
    await drain(ada)
    ((_, body),) = service.taken
    assert len(body) < 4_096
    said = keys.decrypt(body)
    assert len(said) <= MAX_MESSAGE
    assert orjson.loads(said)["body"].startswith("@ada 😀")


async def test_an_app_without_the_scope_asks_in_vain(ada, service, keys):
    other = App(ada.peer, await ada.peer.token(ada.me, "read write follow"), ada.me)
    sent = service.subscription(keys)
    await other.post("v1/push/subscription", 403, subscription=sent, data={"alerts": ALL})
    await other.get("v1/push/subscription", 403)
    await subscribe(ada, service, keys)
    await App(ada.peer, await ada.peer.token(ada.me), ada.me).get("v1/push/subscription", 404)  # one of each token


async def test_a_token_that_ends_takes_its_subscription_along(ada, ben, service, keys):
    await subscribe(ada, service, keys)
    await note(ben, "@ada Hello")
    change = access_tokens.delete().where(access_tokens.c.token_hash == hashes.hash_of(ada.token))
    await ada.peer.store.write(lambda conn: conn.execute(change))
    await drain(ada)
    assert service.taken == []


async def test_a_backup_holds_the_key_and_tokens_only_sealed(ada, service, keys):
    await subscribe(ada, service, keys)
    rows = await ada.peer.store.read(lambda conn: conn.execute(push_subscriptions.select()).all())
    assert ada.token.encode() not in rows[0].token_sealed


@each_row(
    "change",
    [
        {"endpoint": "http://10.0.0.1/push"},
        {"endpoint": "https://[fd00::1]/push"},
        {"endpoint": "ftp://push.example/1"},
        {"endpoint": "https://push.example/" + "x" * 3_000},
        {"endpoint": ""},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": "none"},
    ],
)
async def test_bad_subscriptions_are_refused_and_leave_nothing(ada, service, keys, change):
    sent = {**service.subscription(keys), **change}
    await ada.post("v1/push/subscription", 422, subscription=sent, data={"alerts": ALL})
    await ada.get("v1/push/subscription", 404)


async def test_a_policy_that_there_is_not_is_refused(ada, service, keys):
    sent = service.subscription(keys)
    await ada.post("v1/push/subscription", 422, subscription=sent, data={"policy": "everybody"})


async def test_the_key_stays_the_same(ada, ben, service, keys):
    first = await subscribe(ada, service, keys)
    assert (await subscribe(ben, service, keys))["server_key"] == first["server_key"]
