"""The activity of each event, and who must hear of it: a table from the event to a function.

A builder only reads. It answers None where there is nobody to tell, or nothing left to tell.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from federation.builders import collections, communities, courses, deeds, objects, people, reactions, reports
from federation.builders import events as attendance
from federation.builders.outgoing import Outgoing
from node import events
from node.events import Event
from node.services.context import Unit

Builder = Callable[[Connection, Unit, Any], Outgoing | None]

BUILDERS: Mapping[type[Event], Builder] = MappingProxyType(
    {
        events.ObjectCreated: objects.object_created,
        events.ObjectUpdated: objects.object_updated,
        events.ObjectDeleted: objects.object_deleted,
        events.ObjectReopened: objects.object_reopened,
        events.PollCounted: objects.poll_counted,
        events.Pinned: objects.pinned,
        events.Unpinned: objects.unpinned,
        events.HashtagFeatured: people.hashtag_featured,
        events.HashtagUnfeatured: people.hashtag_unfeatured,
        events.ActorUpdated: people.actor_updated,
        events.ActorDeleted: people.actor_deleted,
        events.ActorMoved: people.actor_moved,
        events.FollowRequested: people.follow_requested,
        events.FollowEnded: people.follow_ended,
        events.FollowAnswered: people.follow_answered,
        events.Blocked: people.blocked,
        events.BlockEnded: people.block_ended,
        events.Reported: reports.reported,
        events.Reacted: reactions.reacted,
        events.ReactionEnded: reactions.reaction_ended,
        events.PollVoted: reactions.poll_voted,
        events.QuoteRequested: reactions.quote_requested,
        events.QuoteRevoked: reactions.quote_revoked,
        events.CollectionAsked: collections.collection_asked,
        events.SuggestionOffered: collections.suggestion_offered,
        events.PassedOn: communities.passed_on,
        events.Governed: deeds.governed,
        events.JoinOffered: communities.join_offered,
        events.MemberInvited: communities.member_invited,
        events.CommunityReported: reports.community_reported,
        events.ReportResolved: reports.report_resolved,
        events.CourseJoined: courses.course_joined,
        events.CourseLeft: courses.course_left,
        events.CourseAnswered: courses.course_answered,
        events.EnrolmentOffered: courses.enrolment_offered,
        events.EnrolmentDecided: courses.enrolment_decided,
        events.EventJoined: attendance.event_joined,
        events.EventAnswered: attendance.event_answered,
        events.AnswerDecided: attendance.answer_decided,
        events.PersonInvited: attendance.person_invited,
        events.EventCounted: attendance.event_counted,
        events.AnswerOffered: attendance.answer_offered,
        events.AnswerJudged: attendance.answer_judged,
        events.EventChangeAsked: attendance.event_change_asked,
        events.InvitationAsked: attendance.invitation_asked,
    }
)


def build(conn: Connection, unit: Unit, event: Event) -> Outgoing | None:
    """The activity of an event; None where there is nobody to tell, or nothing left to tell."""
    return BUILDERS[type(event)](conn, unit, event)
