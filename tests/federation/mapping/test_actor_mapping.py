import copy
import json

import pytest
from hypothesis import given

from federation.contexts import with_context
from federation.mapping.actor import build_actor, read_actor
from federation.vocab import CATALOGUE_SYNC, HTTP_SIGNATURES
from node.domain.actors import ActorKey, ActorKind, KeyAlgorithm, OwnActor, ProfileField
from node.errors import Malformed
from tests.depth import examples
from tests.federation.mapping.expansion import expand
from tests.federation.mapping.test_jsonld import JSON
from tests.rows import each_row
from tests.shared import shared_data

ADA = "https://learn.uni.example/ap/a/ada"
PEM = "-----BEGIN PUBLIC KEY-----\nMIIBIjAN\n-----END PUBLIC KEY-----\n"
MULTIKEY = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
KEY = {"id": f"{ADA}#main-key", "owner": ADA, "publicKeyPem": PEM}
PERSON = {"id": ADA, "type": "Person", "preferredUsername": "ada", "inbox": f"{ADA}/inbox", "publicKey": KEY}


def person(**changes):
    return {**PERSON, **changes}


def test_the_least_that_an_actor_is():
    actor = read_actor(PERSON)
    assert (actor.uri, actor.kind, actor.username, actor.host) == (ADA, ActorKind.PERSON, "ada", "learn.uni.example")
    assert (actor.title, actor.inbox, actor.shared_inbox) == ("ada", f"{ADA}/inbox", "")
    assert actor.keys == (ActorKey(f"{ADA}#main-key", KeyAlgorithm.RSA, PEM),)
    assert (actor.locked, actor.discoverable, actor.indexable, actor.suspended) == (False, False, False, False)
    assert actor.document == PERSON


REFUSED = {
    "no object": [PERSON],
    "a note": person(type="Note"),
    "no type": person(type=None),
    "no id": person(id=None),
    "id is no address": person(id="tag:ada"),
    "id is too long": person(id=f"{ADA}/{'x' * 2048}"),
    "no inbox": person(inbox=None),
    "inbox is a script": person(inbox="javascript:x"),
    "inbox elsewhere without TLS": person(inbox="http://lib.city.example/inbox"),
    "inbox here": person(inbox="https://own.example/ap/inbox"),
    "no name": person(preferredUsername=None),
    "empty name": person(preferredUsername=""),
    "name with spaces": person(preferredUsername="ada lovelace"),
    "name with markup": person(preferredUsername="<b>ada"),
    "name with an at sign": person(preferredUsername="ada@evil.example"),
    "name from right to left": person(preferredUsername="ada\u202e"),
    "name in other letters": person(preferredUsername="\u0430da"),
    "name with a control character": person(preferredUsername="ada\x00\x1b "),
    "name of 256 letters": person(preferredUsername="a" * 256),
    "name that ends in a dot": person(preferredUsername="ada."),
    "graph": person(**{"@graph": []}),
}


@each_row("document", REFUSED.values())
def test_refuses(document):
    with pytest.raises(Malformed):
        read_actor(document, own_origin="https://own.example")


@each_row("name", ["a", "Ada_L", "ada.b-c", "a" * 255, "7"])
def test_names(name):
    assert read_actor(person(preferredUsername=name)).username == name


def test_an_instance_actor_may_be_called_like_its_host():
    name = "127.0.0.1:8081"
    assert read_actor(person(type="Application", preferredUsername=name)).username == name
    with pytest.raises(Malformed):
        read_actor(person(preferredUsername=name))


def test_a_webfinger_handle_is_a_claim_and_no_more():
    actor = read_actor(person(webfinger="acct:ada@Uni.Example"))
    assert (actor.webfinger, actor.host) == ("ada@uni.example", "learn.uni.example")
    assert read_actor(person(webfinger="https://uni.example/@ada")).webfinger == ""
    assert read_actor(person(preferredUsername=None, webfinger="lovelace@uni.example")).username == "lovelace"


@each_row("type_", ["Person", "Organization", "Group", "Service", "Application", ["x", "as:Person"]])
def test_kinds(type_):
    expected = "person" if isinstance(type_, list) else type_.lower()
    assert read_actor(person(type=type_)).kind == ActorKind(expected)


def test_the_inbox_may_be_elsewhere_over_tls():
    assert read_actor(person(inbox="https://hub.example/in")).inbox == "https://hub.example/in"


SHARED = {
    "endpoints": ({"endpoints": {"sharedInbox": "https://learn.uni.example/in"}}, "https://learn.uni.example/in"),
    "top level": ({"sharedInbox": "https://learn.uni.example/in"}, "https://learn.uni.example/in"),
    "elsewhere": ({"endpoints": {"sharedInbox": "https://hub.example/in"}}, "https://hub.example/in"),
    "here": ({"endpoints": {"sharedInbox": "https://own.example/in"}}, ""),
    "no TLS": ({"endpoints": {"sharedInbox": "http://hub.example/in"}}, ""),
    "null": ({"endpoints": None}, ""),
}


@each_row("changes, expected", SHARED.values())
def test_shared_inboxes(changes, expected):
    assert read_actor(person(**changes), own_origin="https://own.example").shared_inbox == expected


ELSEWHERE = ["https://evil.example/x", "http://learn.uni.example/x", "https://learn.uni.example:8443/x", "javascript:x"]


@each_row("term", ["outbox", "followers", "following", "featured", "catalogue"])
def test_collections_lie_on_the_actors_own_origin(term):
    assert getattr(read_actor(person(**{term: f"{ADA}/{term}"})), term) == f"{ADA}/{term}"
    assert [getattr(read_actor(person(**{term: elsewhere})), term) for elsewhere in ELSEWHERE] == [""] * 4


def test_moderators_of_a_group():
    group = person(type="Group")
    assert read_actor({**group, "attributedTo": f"{ADA}/mods"}).moderators == f"{ADA}/mods"
    assert read_actor({**group, "moderators": f"{ADA}/mods"}).moderators == f"{ADA}/mods"
    assert read_actor({**group, "attributedTo": [{"type": "Person", "id": f"{ADA}/owner"}]}).moderators == ""
    assert read_actor({**group, "attributedTo": "https://evil.example/mods"}).moderators == ""
    assert read_actor(person(attributedTo=f"{ADA}/mods")).moderators == ""


# -- keys -----------------------------------------------------------------------------------------------------------

ED = {"id": f"{ADA}#ed", "type": "Multikey", "controller": ADA, "publicKeyMultibase": MULTIKEY}
KEYS = {
    "one": (KEY, []),
    "a list": ([KEY, {**KEY, "id": f"{ADA}#2"}], [f"{ADA}#2"]),
    "key with its own address": ({**KEY, "id": f"{ADA}/main-key"}, [f"{ADA}/main-key"]),
    "another owner": ([KEY, {**KEY, "id": f"{ADA}#2", "owner": "https://evil.example/a"}], []),
    "no owner": ([KEY, {"id": f"{ADA}#2", "publicKeyPem": PEM}], []),
    "another host": ([KEY, {**KEY, "id": "https://evil.example/a#main-key"}], []),
    "no PEM": ([KEY, {**KEY, "id": f"{ADA}#2", "publicKeyPem": "x"}], []),
    "huge PEM": ([KEY, {**KEY, "id": f"{ADA}#2", "publicKeyPem": PEM + "A" * 9000}], []),
    "an address": ([KEY, f"{ADA}#2"], []),
    "the same id twice": ([KEY, {**KEY, "publicKeyPem": PEM + "x"}], []),
}


@each_row("given_, more", KEYS.values())
def test_keys_of_the_actor_alone(given_, more):
    actor = read_actor(person(publicKey=given_))
    expected = [f"{ADA}#main-key", *more] if given_ is KEY or isinstance(given_, list) else more
    assert [key.id for key in actor.keys] == expected
    assert all(key.public == PEM for key in actor.keys)


def test_keys_of_fep_521a():
    rsa = {
        **ED,
        "id": f"{ADA}#rsa",
        "publicKeyMultibase": "z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3i",
    }
    others = [
        {**ED, "id": f"{ADA}#p256", "publicKeyMultibase": "zDnaX"},
        {**ED, "controller": "https://evil.example/a"},
    ]
    actor = read_actor(person(assertionMethod=[ED, rsa, *others]))
    assert [(key.id, key.algorithm, key.is_multikey) for key in actor.keys] == [
        (f"{ADA}#main-key", KeyAlgorithm.RSA, False),
        (f"{ADA}#ed", KeyAlgorithm.ED25519, True),
        (f"{ADA}#rsa", KeyAlgorithm.RSA, True),
    ]
    assert actor.keys[1].public == MULTIKEY


def test_an_ed25519_key_in_pem():
    pem = PEM.replace("MIIBIjAN", "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
    assert read_actor(person(publicKey={**KEY, "publicKeyPem": pem})).keys[0].algorithm is KeyAlgorithm.ED25519


def test_at_most_ten_keys():
    many = [{**KEY, "id": f"{ADA}#{number}"} for number in range(30)]
    assert len(read_actor(person(publicKey=many)).keys) == 10


# -- the profile ----------------------------------------------------------------------------------------------------


def test_profiles_are_cleaned_and_cut():
    field = {"type": "PropertyValue", "name": "<b>Site</b>", "value": "<a href=javascript:x>x</a>" + "y" * 3000}
    actor = read_actor(
        person(
            name="<i>Ada</i>\x00\n" + "a" * 3000,
            summary="<p onclick=x>Hi</p><script>x</script>" + "z" * 30_000,
            attachment=[field] * 60 + [{"type": "Note", "name": "x"}, {"type": "PropertyValue", "value": "x"}],
            alsoKnownAs=["javascript:x", *(f"https://x.example/{number}" for number in range(300))],
            movedTo="javascript:x",
        )
    )
    assert actor.name.startswith("Ada a")
    assert len(actor.name) <= 2048
    assert actor.summary_html.startswith("<p>Hi</p>z")
    assert len(actor.summary_html) <= 20 * 1024
    assert len(actor.fields) == 50
    assert actor.fields[0].name == "Site"
    assert "javascript" not in actor.fields[0].value_html
    assert len(actor.fields[0].value_html) < 2200
    assert len(actor.also_known_as) == 256
    assert actor.moved_to == ""


PICTURES = {
    "object": ({"type": "Image", "url": "https://x.example/a.png"}, "https://x.example/a.png"),
    "text": ("https://x.example/a.png", "https://x.example/a.png"),
    "the last of several": (
        [{"url": "https://x.example/48"}, {"url": "https://x.example/120"}],
        "https://x.example/120",
    ),
    "Link": ({"type": "Image", "url": {"type": "Link", "href": "https://x.example/a.png"}}, "https://x.example/a.png"),
    "ampersand of WordPress": (
        {"type": "Image", "url": "https://x.example/?a=1&#038;b=2"},
        "https://x.example/?a=1&b=2",
    ),
    "script": ({"type": "Image", "url": "javascript:x"}, ""),
    "data": ("data:image/png;base64,xx", ""),
    "null": (None, ""),
}


@each_row("icon, expected", PICTURES.values())
def test_pictures(icon, expected):
    assert read_actor(person(icon=icon)).icon == expected


URLS = {
    "text": ("https://x.example/@ada", "https://x.example/@ada"),
    "HTML of several": (
        [
            {"type": "Link", "mediaType": "image/png", "href": "https://x.example/p"},
            {"type": "Link", "mediaType": "text/html", "href": "https://x.example/h"},
        ],
        "https://x.example/h",
    ),
    "without a type": (
        [{"type": "Link", "href": "https://x.example/1"}, {"href": "https://x.example/2"}],
        "https://x.example/1",
    ),
    "list of texts": (["https://x.example/1", "https://x.example/2"], "https://x.example/1"),
    "script": ("javascript:x", ""),
}


@each_row("url, expected", URLS.values())
def test_pages(url, expected):
    assert read_actor(person(url=url)).url == expected


def test_flags():
    actor = read_actor(person(manuallyApprovesFollowers=True, discoverable=True, indexable=True, suspended=True))
    assert (actor.locked, actor.discoverable, actor.indexable, actor.suspended) == (True, True, True, True)
    assert read_actor(person(discoverable="yes", indexable=1)).discoverable is False
    assert read_actor(person(type="Group", openness="invite_only")).locked
    assert not read_actor(person(type="Group", openness="moderated", manuallyApprovesFollowers=False)).locked


def test_capabilities_of_the_server():
    implements = [{"href": CATALOGUE_SYNC, "name": "x"}, HTTP_SIGNATURES, {"href": CATALOGUE_SYNC}]
    assert read_actor(person(generator={"type": "Application", "implements": implements})).capabilities == (
        CATALOGUE_SYNC,
        HTTP_SIGNATURES,
    )
    assert read_actor(person(generator="https://x.example/")).capabilities == ()


def test_blind_copies_are_not_kept():
    assert "bto" not in read_actor(person(bto=["https://x.example/"])).document


@examples(50)
@given(JSON)
def test_whatever_an_actor_says_it_is_read(value):
    terms = (
        "name",
        "summary",
        "url",
        "icon",
        "publicKey",
        "attachment",
        "endpoints",
        "generator",
        "alsoKnownAs",
        "published",
    )
    for term in (
        *terms,
        "assertionMethod",
        "attributedTo",
        "movedTo",
        "discoverable",
        "type",
        "preferredUsername",
        "inbox",
    ):
        document = person(**{term: value})
        before = copy.deepcopy(document)
        try:
            actor = read_actor(document)
        except Malformed:
            assert term in {"type", "preferredUsername", "inbox"}
            continue
        assert actor.uri == ADA
        assert document == before


# -- ours -----------------------------------------------------------------------------------------------------------

OWN = OwnActor(
    uri=ADA,
    kind=ActorKind.PERSON,
    username="ada",
    host="learn.uni.example",
    keys=(
        ActorKey(f"{ADA}#main-key", KeyAlgorithm.RSA, PEM),
        ActorKey(f"{ADA}#ed25519-key", KeyAlgorithm.ED25519, MULTIKEY),
    ),
    name="Ada",
    summary_html="<p>Hi</p>",
    url="https://learn.uni.example/@ada",
    icon="https://learn.uni.example/media/a.png",
    fields=(ProfileField("Site", '<a href="https://ada.example/" rel="me">ada.example</a>'),),
    also_known_as=("https://old.example/ada",),
    discoverable=True,
    published_at=1_772_355_600_000,
)


def own(kind: ActorKind, **changes) -> OwnActor:
    values = {name: getattr(OWN, name) for name in OwnActor.__dataclass_fields__}
    return OwnActor(**{**values, "kind": kind, **changes})


@each_row("kind", ActorKind)
def test_ours_are_read_again(kind):
    document = with_context(build_actor(own(kind, has_catalogue=kind is ActorKind.ORGANIZATION, locked=True)))
    actor = read_actor(document)
    assert (actor.kind, actor.username, actor.host) == (kind, "ada", "learn.uni.example")
    assert (actor.webfinger, actor.claim) == ("ada@learn.uni.example", "")
    assert (actor.name, actor.summary_html, actor.url, actor.icon) == ("Ada", "<p>Hi</p>", OWN.url, OWN.icon)
    assert (actor.outbox, actor.followers, actor.following) == (f"{ADA}/outbox", f"{ADA}/followers", f"{ADA}/following")
    assert actor.shared_inbox == "https://learn.uni.example/ap/inbox"
    assert [(key.id, key.algorithm) for key in actor.keys] == [
        (f"{ADA}#main-key", KeyAlgorithm.RSA),
        (f"{ADA}#ed25519-key", KeyAlgorithm.ED25519),
    ]
    assert actor.catalogue == (f"{ADA}/catalogue" if kind is ActorKind.ORGANIZATION else "")
    assert actor.moderators == (f"{ADA}/moderators" if kind is ActorKind.GROUP else "")
    assert {CATALOGUE_SYNC, HTTP_SIGNATURES} <= set(actor.capabilities)
    assert (actor.locked, actor.discoverable, actor.indexable) == (True, True, False)
    assert actor.also_known_as == OWN.also_known_as
    assert actor.published_at == OWN.published_at


@each_row("kind", ActorKind)
def test_ours_meet_what_peers_demand(kind):
    """Shapes that break Lemmy, Mastodon or GoToSocial when they differ."""
    document = build_actor(own(kind))
    assert isinstance(document["type"], str)
    assert document["publicKey"]["id"].startswith(f"{ADA}#")
    assert document["publicKey"]["owner"] == document["id"]
    assert {"inbox", "outbox", "preferredUsername", "webfinger", "followers"} <= document.keys()
    assert document["icon"] == {"type": "Image", "url": OWN.icon}
    assert "sharedInbox" in document["endpoints"]
    assert "" not in document.values()
    assert None not in document.values()


@each_row("kind", ActorKind)
def test_ours_mean_the_same_to_a_processor(kind):
    document = with_context(build_actor(own(kind, has_catalogue=True, attribution_domains=("uni.example",))))
    expanded = expand(document)
    assert "_:" not in json.dumps(expanded)
    assert expanded["http://www.w3.org/ns/ldp#inbox"] == [{"@id": f"{ADA}/inbox"}]
    assert expanded["https://w3id.org/security#publicKey"][0]["https://w3id.org/security#owner"] == [{"@id": ADA}]
    assert expanded["http://joinmastodon.org/ns#discoverable"] == [{"@value": True}]
    assert expanded["https://w3id.org/rhizome#catalogue"] == [{"@id": f"{ADA}/catalogue"}]
    field = expanded["https://www.w3.org/ns/activitystreams#attachment"][0]
    assert field["@type"] == ["http://schema.org#PropertyValue"]


def test_our_organisation_is_the_one_of_the_reference():
    reference = json.loads((shared_data("examples") / "actor-organization.json").read_bytes())
    actor = read_actor(reference)
    built = build_actor(
        OwnActor(
            uri=actor.uri,
            kind=actor.kind,
            username=actor.username,
            host=actor.host,
            keys=actor.keys,
            name=actor.name,
            summary_html=actor.summary_html,
            url=actor.url,
            icon=actor.icon,
            fields=actor.fields,
            has_catalogue=True,
            discoverable=actor.discoverable,
            indexable=actor.indexable,
            attribution_domains=tuple(reference["attributionDomains"]),
            main_entity=reference["mainEntity"],
            published_at=actor.published_at,
        )
    )
    assert reference.keys() - {"@context"} == built.keys()
    differing = {key for key in built if built[key] != reference[key]}
    assert differing == {"icon", "attachment", "generator"}  # less, cleaned, one capability more
