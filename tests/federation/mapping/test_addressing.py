import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.mapping.addressing import (
    Addresses,
    address_for,
    is_followers_of,
    mentioned_and_addressed,
    read_addresses,
    read_visibility,
    recipients,
    visibility_of,
    without_blind,
)
from federation.vocab import PUBLIC, PUBLIC_SPELLINGS
from node.domain.posts import Mention, PostKind, RemotePost
from node.domain.visibility import Visibility, narrowest
from tests.depth import examples
from tests.rows import each_row

ADA = "https://learn.uni.example/ap/a/ada"
FOLLOWERS = f"{ADA}/followers"
PARTNERS = f"{ADA}/partners"
BEN = "https://lib.city.example/ap/a/ben"
METALS = "https://learn.uni.example/ap/g/metals"
V = Visibility

EMITTED = {
    "public": (V.PUBLIC, {}, ((PUBLIC,), (FOLLOWERS,))),
    "public with a mention": (V.PUBLIC, {"mentions": [BEN]}, ((PUBLIC,), (FOLLOWERS, BEN))),
    "unlisted": (V.UNLISTED, {"mentions": [BEN]}, ((FOLLOWERS,), (PUBLIC, BEN))),
    "followers": (V.FOLLOWERS, {"mentions": [BEN]}, ((FOLLOWERS,), (BEN,))),
    "direct": (V.DIRECT, {"mentions": [BEN]}, ((BEN,), ())),
    "in a community": (V.PUBLIC, {"group": METALS, "mentions": [BEN]}, ((PUBLIC, METALS), (BEN,))),
    "unlisted in a community": (V.UNLISTED, {"group": METALS}, ((METALS,), (PUBLIC,))),
    "in a closed community": (V.COMMUNITY, {"group": METALS}, ((METALS,), ())),
    "community without a group": (V.COMMUNITY, {}, ((), ())),
    "partners": (V.PARTNERS, {"mentions": [BEN]}, ((PARTNERS,), (BEN,))),
    "organisation": (V.ORGANISATION, {}, ((), ())),
    "private": (V.PRIVATE, {}, ((), ())),
    "named twice": (V.DIRECT, {"mentions": [BEN, BEN, ADA]}, ((BEN, ADA), ())),
}


@each_row("level, more, expected", EMITTED.values())
def test_how_messages_are_addressed(level, more, expected):
    assert address_for(level, followers=FOLLOWERS, **more) == Addresses(*expected)


READ = {
    "public": ([PUBLIC], [], "", V.PUBLIC),
    "unlisted": ([FOLLOWERS], [PUBLIC], "", V.UNLISTED),
    "public twice": ([PUBLIC], [PUBLIC], "", V.PUBLIC),
    "followers": ([FOLLOWERS], [BEN], "", V.FOLLOWERS),
    "followers in cc": ([BEN], [FOLLOWERS], "", V.FOLLOWERS),
    "followers with a tail": (["https://learn.uni.example/followers/ada"], [], "", V.FOLLOWERS),
    "followers of somebody elsewhere": (["https://lib.city.example/ben/followers"], [], "", V.DIRECT),
    "partners": ([PARTNERS], [BEN], "", V.PARTNERS),
    "partners in cc": ([BEN], [PARTNERS], "", V.DIRECT),
    "partners of somebody else": (["https://learn.uni.example/ap/a/eve/partners"], [], "", V.DIRECT),
    "direct": ([BEN], [], "", V.DIRECT),
    "nobody": ([], [], "", V.DIRECT),
    "closed community": ([METALS], [], METALS, V.COMMUNITY),
    "public community": ([METALS, PUBLIC], [], METALS, V.PUBLIC),
}


@each_row("to, cc, group, expected", READ.values())
def test_what_addresses_mean(to, cc, group, expected):
    assert visibility_of(Addresses(tuple(to), tuple(cc)), author=ADA, group=group) is expected


@pytest.mark.parametrize("spelling", sorted(PUBLIC_SPELLINGS))
def test_the_public_has_three_spellings(spelling):
    assert read_addresses([spelling], [BEN, spelling]) == ((PUBLIC,), (BEN, PUBLIC))


@each_row("other", ["public", "as:public", f"{PUBLIC}/", "https://evil.example/ns/activitystreams#Public"])
def test_nothing_else_is_the_public(other):
    assert visibility_of(read_addresses([other], []), author=ADA) is V.DIRECT


def test_a_known_followers_collection_counts_wherever_it_is():
    odd = "https://learn.uni.example/x/7"
    assert visibility_of(Addresses((odd,)), author=ADA, followers=odd) is V.FOLLOWERS
    assert visibility_of(Addresses((odd,)), author=ADA) is V.DIRECT
    assert not is_followers_of(ADA, "https://evil.example/followers")


@examples(50)
@given(
    st.sampled_from([V.PUBLIC, V.UNLISTED, V.FOLLOWERS, V.DIRECT]),
    st.lists(st.sampled_from([BEN, "https://x.example/u/c", "https://x.example/u/d"]), unique=True, max_size=3),
    st.booleans(),
)
def test_what_is_addressed_is_read_as_it_was_meant(level, mentions, in_community):
    group = METALS if in_community and level.is_open else ""
    addresses = address_for(level, followers=FOLLOWERS, mentions=mentions, group=group)
    read = visibility_of(read_addresses(*addresses), author=ADA, group=group)
    assert read is level
    assert set(mentions) <= set(recipients(addresses))
    assert PUBLIC not in recipients(addresses)


# -- the narrower of two (IN24) -------------------------------------------------------------------------------------

LEVELS = {
    V.PUBLIC: Addresses((PUBLIC,), (FOLLOWERS,)),
    V.UNLISTED: Addresses((FOLLOWERS,), (PUBLIC,)),
    V.FOLLOWERS: Addresses((FOLLOWERS,), ()),
    V.DIRECT: Addresses((BEN,), ()),
}


@each_row("inner", LEVELS)
@each_row("outer", LEVELS)
def test_never_wider_than_either_part_says(inner, outer):
    assert read_visibility(LEVELS[inner], LEVELS[outer], author=ADA) is narrowest(inner, outer)


@each_row("level", LEVELS)
def test_the_part_that_says_nothing_does_not_count(level):
    assert read_visibility(LEVELS[level], Addresses(), author=ADA) is level
    assert read_visibility(Addresses(), LEVELS[level], author=ADA) is level
    assert read_visibility(LEVELS[level], None, author=ADA) is level


def test_what_nobody_addresses_is_for_nobody_else():
    assert read_visibility(Addresses(), Addresses(), author=ADA) is V.DIRECT


# -- who is addressed -----------------------------------------------------------------------------------------------


def test_mentions_are_loud_and_other_addressees_silent():
    post = RemotePost(
        uri=f"{ADA}/1",
        kind=PostKind.NOTE,
        type="Note",
        author_uri=ADA,
        visibility=V.PUBLIC,
        to=(PUBLIC, BEN, METALS),
        cc=(FOLLOWERS, "https://x.example/u/c"),
        audience=METALS,
        mentions=(Mention(BEN, "@ben@lib.city.example"), Mention("https://y.example/u/e", "@e")),
    )
    assert mentioned_and_addressed(post) == [
        (BEN, False),
        ("https://y.example/u/e", False),
        (METALS, True),
        ("https://x.example/u/c", True),
    ]


def test_blind_copies_are_taken_out_of_every_part():
    inner = {"id": f"{ADA}/1", "bcc": [BEN], "to": [PUBLIC]}
    document = {"type": "Create", "bto": BEN, "object": inner}
    assert without_blind(document) == {"type": "Create", "object": {"id": f"{ADA}/1", "to": [PUBLIC]}}
    assert document["bto"] == BEN
    assert without_blind(inner) == {"id": f"{ADA}/1", "to": [PUBLIC]}


def test_a_document_without_blind_copies_stays_itself():
    document = {"type": "Create", "object": {"id": ADA}}
    assert without_blind(document) is document
