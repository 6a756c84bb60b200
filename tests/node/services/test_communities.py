"""Who may join and write: the rules of communities, without storage."""

from node.domain.communities import Answer, JoinPolicy, PostPolicy, Refusal, Standing, decide_join, refuse_post
from tests.rows import each_row

LOCAL = Standing(is_local=True)
PARTNER = Standing(is_partner=True)
STRANGER = Standing()


@each_row(
    "policy, standing, decision",
    [
        (JoinPolicy.OPEN, STRANGER, Answer.ACCEPTED),
        (JoinPolicy.REQUEST, LOCAL, Answer.ASKED),
        (JoinPolicy.REQUEST, Standing(is_invited=True), Answer.ACCEPTED),
        (JoinPolicy.INVITE, LOCAL, Refusal.INVITATION_NEEDED),
        (JoinPolicy.INVITE, Standing(is_invited=True), Answer.ACCEPTED),
        (JoinPolicy.INVITE, Standing(is_moderator=True), Answer.ACCEPTED),
        (JoinPolicy.ORGANISATION, LOCAL, Answer.ACCEPTED),
        (JoinPolicy.ORGANISATION, PARTNER, Refusal.ORGANISATION_ONLY),
        (JoinPolicy.PARTNERS, LOCAL, Answer.ACCEPTED),
        (JoinPolicy.PARTNERS, PARTNER, Answer.ACCEPTED),
        (JoinPolicy.PARTNERS, STRANGER, Refusal.PARTNERS_ONLY),
        (JoinPolicy.OPEN, Standing(is_banned=True, is_invited=True), Refusal.BANNED),
    ],
)
def test_who_becomes_a_member_by_asking(policy: JoinPolicy, standing: Standing, decision: Answer | Refusal) -> None:
    assert decide_join(policy, standing) is decision


def test_nobody_joins_an_archived_community() -> None:
    assert decide_join(JoinPolicy.OPEN, Standing(is_invited=True), archived=True) is Refusal.ARCHIVED


MEMBER, MODERATOR = Standing(is_member=True), Standing(is_moderator=True)


@each_row(
    "policy, standing, begins_topic, refusal",
    [
        (PostPolicy.ANYONE, STRANGER, True, None),
        (PostPolicy.MEMBERS, STRANGER, True, Refusal.NOT_A_MEMBER),
        (PostPolicy.MEMBERS, STRANGER, False, Refusal.NOT_A_MEMBER),
        (PostPolicy.MEMBERS, MEMBER, True, None),
        (PostPolicy.MODERATORS, MEMBER, True, Refusal.MODERATORS_ONLY),
        (PostPolicy.MODERATORS, MEMBER, False, None),
        (PostPolicy.MODERATORS, MODERATOR, True, None),
        (PostPolicy.MODERATORS, Standing(is_member=True, is_facilitator=True), True, None),
        (PostPolicy.ANYONE, Standing(is_banned=True, is_moderator=True), True, Refusal.BANNED),
    ],
)
def test_who_may_write(policy: PostPolicy, standing: Standing, *, begins_topic: bool, refusal: Refusal | None) -> None:
    assert refuse_post(policy, standing, begins_topic=begins_topic) is refusal


def test_only_moderators_write_in_locked_topics_and_nobody_in_archived_communities() -> None:
    assert refuse_post(PostPolicy.ANYONE, MEMBER, begins_topic=False, locked=True) is Refusal.LOCKED
    assert refuse_post(PostPolicy.ANYONE, MODERATOR, begins_topic=False, locked=True) is None
    assert refuse_post(PostPolicy.ANYONE, MODERATOR, begins_topic=True, archived=True) is Refusal.ARCHIVED
