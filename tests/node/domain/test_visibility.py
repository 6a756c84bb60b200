from hypothesis import given
from hypothesis import strategies as st

from node.domain.visibility import STRANGER, Reach, Relation, Visibility, may_see, narrowest
from tests.rows import each_row

LEVELS = st.sampled_from(list(Visibility))
RELATIONS = st.sampled_from([relation for relation in Relation if relation is not Relation.BLOCKED])

SEEN_BY = {
    Visibility.PUBLIC: set(Relation) | {STRANGER},
    Visibility.UNLISTED: set(Relation) | {STRANGER},
    Visibility.PARTNERS: {Relation.AUTHOR, Relation.NAMED, Relation.LOCAL, Relation.PARTNER},
    Visibility.ORGANISATION: {Relation.AUTHOR, Relation.LOCAL},
    Visibility.FOLLOWERS: {Relation.AUTHOR, Relation.NAMED, Relation.FOLLOWER},
    Visibility.COMMUNITY: {Relation.AUTHOR, Relation.NAMED, Relation.MEMBER},
    Visibility.DIRECT: {Relation.AUTHOR, Relation.NAMED},
    Visibility.PRIVATE: {Relation.AUTHOR, Relation.NAMED},
}


@each_row("level", Visibility)
@each_row("relation", [*(each for each in Relation if each is not Relation.BLOCKED), STRANGER])
def test_each_level_is_seen_by_those_it_is_meant_for(level, relation):
    assert may_see(level, relation) == (relation in SEEN_BY[level])


@given(LEVELS, RELATIONS)
def test_a_blocked_reader_sees_nothing_but_what_is_their_own(level, relation):
    assert may_see(level, relation | Relation.BLOCKED) == (relation is Relation.AUTHOR)


@given(LEVELS, RELATIONS, RELATIONS)
def test_one_more_relation_never_hides_anything(level, one, other):
    assert may_see(level, one | other) >= may_see(level, one)


@given(st.lists(LEVELS, min_size=1))
def test_the_narrowest_does_not_depend_on_order(levels):
    assert narrowest(*levels) == narrowest(*reversed(levels))
    assert narrowest(*levels) in levels


@each_row(
    "levels, expected",
    [
        (("public", "unlisted"), "unlisted"),
        (("public", "followers"), "followers"),
        (("direct", "followers"), "direct"),
        (("private", "direct"), "private"),
        (("organisation", "public"), "organisation"),
    ],
)
def test_the_narrowest_of_two(levels, expected):
    assert narrowest(*map(Visibility, levels)) == expected


def test_only_the_organisation_and_the_private_level_stay_at_home():
    assert {level for level in Visibility if not level.federates} == {Visibility.ORGANISATION, Visibility.PRIVATE}
    assert Visibility.DIRECT.reach is Reach.NAMED


def test_open_means_that_a_stranger_may_read():
    assert {level for level in Visibility if level.is_open} == {
        level for level in Visibility if may_see(level, STRANGER)
    }
